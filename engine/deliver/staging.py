"""All or nothing: files are made in a hidden folder beside their place and moved in at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from engine.deaths import is_running
from engine.errors import DeliveryError, FoleystageError

_SPARE_BYTES = 32 << 20
_PREFIX = ".incomplete-"


@contextlib.contextmanager
def sole_run(out_dir: Path) -> Iterator[None]:
    """Refuse to write into a folder that another run is writing into; a folder made stays.

    The operating system holds the lock on the folder itself: nothing is left in it, and it ends
    with the process. Where folders cannot be locked (some network disks), nobody is refused.

    Raises
    ------
    DeliveryError
        If another run is at work there, or the folder cannot be made.
    """
    made = None if os.path.exists(out_dir) else _first_missing(out_dir)
    place = _open_folder(out_dir)
    try:
        if not _locked(place):
            raise DeliveryError(
                "another run is writing into this folder",
                place=out_dir,
                remedy="wait until it is done, or choose another folder with -o",
            )
        yield
    finally:
        _remove_empty(made, out_dir)
        if place is not None:
            os.close(place)


@contextlib.contextmanager
def staging_folder(out_dir: Path, needed_bytes: int = 0) -> Iterator[Path]:
    """A folder on the output's disk, gone afterwards whatever happens.

    What a killed process has left there is cleared away. Errors that name a file in it name its
    final place instead.

    Raises
    ------
    DeliveryError
        If `out_dir` cannot be made or written, or its disk has not `needed_bytes` to spare.
    """
    existing = next(p for p in (out_dir, *out_dir.absolute().parents) if os.path.exists(p))
    made = None if os.path.exists(out_dir) else _first_missing(out_dir)
    folder: Path | None = None
    succeeded = False
    try:
        folder = _make_folder(out_dir)
        _check_space(existing, needed_bytes)
        yield folder
        succeeded = True
    except FoleystageError as error:
        if folder is None:
            raise
        raise _told_of_the_output(error, folder, out_dir) from error.__cause__
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        if not succeeded:
            _remove_empty(made, out_dir)


def _open_folder(out_dir: Path) -> int | None:
    """A descriptor of the folder, made if missing; None where folders cannot be opened."""
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        return os.open(out_dir, os.O_RDONLY) if os.name == "posix" else None
    except OSError as error:
        raise _unwritable(out_dir, error) from error


def _locked(descriptor: int | None) -> bool:
    if descriptor is None:
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _unwritable(out_dir: Path, error: OSError) -> DeliveryError:
    if os.path.isfile(out_dir):
        return DeliveryError(
            "this is a file, not a folder", place=out_dir, remedy="name a folder to write into"
        )
    return DeliveryError(
        f"the output folder cannot be written ({error.strerror or error})",
        place=out_dir,
        remedy="choose another folder",
    )


def _make_folder(out_dir: Path) -> Path:
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        _clear_abandoned(out_dir)
        return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=out_dir))
    except OSError as error:
        raise _unwritable(out_dir, error) from error


def publish(files: Mapping[Path, Path], last: Callable[[], object] = lambda: None) -> None:
    """Move finished files and folders to their places; if one cannot be moved, none is.

    Parameters
    ----------
    files : mapping of staged file (or folder) to destination
    last : callable
        What else has to go well, once all files are there.

    Raises
    ------
    DeliveryError
        If a destination cannot be written; what was there before is back in place, as it is
        after an error of `last`.
    """
    undo: list[tuple[Path, Path | None]] = []
    destination: Path | None = None
    try:
        for staged, destination in files.items():
            destination.parent.mkdir(parents=True, exist_ok=True)
            kept: Path | None = None
            if destination.exists():
                kept = staged.with_name(f".{staged.name}.before")
                os.replace(destination, kept)
            undo.append((destination, kept))
            os.replace(staged, destination)
        last()
    except OSError as error:
        _put_back(undo)
        raise DeliveryError(
            f"the finished file cannot be put in its place ({error.strerror or error})",
            place=destination,
            remedy="make room, remove what is in the way or choose another folder",
        ) from error
    except BaseException:
        _put_back(undo)
        raise


def _put_back(undo: list[tuple[Path, Path | None]]) -> None:
    for destination, kept in reversed(undo):
        with contextlib.suppress(OSError):
            _remove(destination)
            if kept is not None:
                os.replace(kept, destination)


def _told_of_the_output(error: FoleystageError, folder: Path, out_dir: Path) -> FoleystageError:
    """The error with the file's final place: the hidden folder tells nobody anything."""
    if error.place is None or not Path(error.place).absolute().is_relative_to(folder.absolute()):
        return error
    place = out_dir / Path(error.place).absolute().relative_to(folder.absolute())
    return type(error)(error.problem, place=place, remedy=error.remedy)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _clear_abandoned(out_dir: Path) -> None:
    for item in out_dir.glob(f"{_PREFIX}*-*"):
        owner = item.name.removeprefix(_PREFIX).split("-")[0]
        if owner.isdecimal() and not is_running(int(owner)):
            shutil.rmtree(item, ignore_errors=True)


def _check_space(folder: Path, needed_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    least_bytes = needed_bytes + _SPARE_BYTES
    if free < least_bytes:
        raise DeliveryError(
            f"{_size(least_bytes)} are needed on this disk while the work goes on, "
            f"{_size(free)} are free",
            place=folder,
            remedy="free some disk space or deliver fewer formats",
        )


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _first_missing(folder: Path) -> Path:
    missing = folder
    while not os.path.exists(missing.parent):
        missing = missing.parent
    return missing


def _remove_empty(made: Path | None, out_dir: Path) -> None:
    """Take back folders that were made for nothing."""
    if made is None:
        return
    for folder in (out_dir, *out_dir.parents):
        with contextlib.suppress(OSError):
            folder.rmdir()
        if folder == made:
            return
