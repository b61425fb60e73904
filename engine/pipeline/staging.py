"""A place for what is not complete yet: all of it appears at once, or nothing does."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import DeliveryError

_PREFIX = ".incomplete-"


@contextmanager
def staging(out_dir: Path) -> Iterator[Path]:
    """A hidden folder inside `out_dir` (made if need be), removed at the end in any case.

    After an error, folders made for it are gone too. What a killed run has left is cleared away.

    Raises
    ------
    DeliveryError
        If `out_dir` cannot be written.
    """
    made = _first_missing(out_dir)
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        _clear_abandoned(out_dir)
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=out_dir))
    except OSError as error:
        _remove(made)
        raise DeliveryError(
            f"cannot write here ({error.strerror})",
            place=out_dir,
            remedy="choose another folder with -o, or free its permissions",
        ) from error
    try:
        yield folder
    except BaseException:
        _remove(folder)
        _remove(made)
        raise
    _remove(folder)


def publish(folder: Path, out_dir: Path) -> None:
    """Move everything in `folder` to `out_dir`; what was there of that name is replaced."""
    for item in sorted(folder.iterdir()):
        target = out_dir / item.name
        if target.is_dir():
            target.replace(folder / f".old-{item.name}")
        item.replace(target)


def _first_missing(folder: Path) -> Path | None:
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    return missing[-1] if missing else None


def _remove(folder: Path | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _clear_abandoned(out_dir: Path) -> None:
    for item in out_dir.glob(f"{_PREFIX}*-*"):
        owner = item.name.removeprefix(_PREFIX).split("-")[0]
        if owner.isdecimal() and not _is_running(int(owner)):
            _remove(item)


def _is_running(process_id: int) -> bool:
    if os.name != "posix":  # there, signal 0 would end the process
        return True
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
