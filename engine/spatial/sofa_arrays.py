"""Numbers and texts out of an HDF5 file that may be damaged or hostile.

Nothing is read before its size and kind are known: a few kilobytes can claim a terabyte, name a
file elsewhere, or unpack without end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from engine.errors import HrirError

REMEDY = "choose another SOFA file, or 'kemar'"

_LARGEST_ARRAY_BYTES = 512 * 10**6
_LARGEST_CHUNK_BYTES = 512 * 10**6
_LARGEST_TEXT_BYTES = 64_000
_LARGEST_NUMBER = 1e12
_MOST_ENTRIES = 1000
_READ = (
    "Data.IR", "Data.SamplingRate", "Data.Delay", "SourcePosition", "ListenerPosition",
    "ListenerView", "ListenerUp", "ReceiverPosition", "EmitterPosition",
)  # fmt: skip
"""Arrays that say what is heard and from where."""
_MEANINGS = (
    ("signature not found", "it is no HDF5 file at all"),
    ("truncated file", "it is cut short"),
    ("permission denied", "this user may not read it"),
    ("unable to lock", "another program holds it"),
    ("filter", "its compression is damaged or unknown"),
    ("inflate", "its compression is damaged or unknown"),
)
"""What HDF5's messages contain, and what that means."""


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """The file, opened for reading; whatever HDF5 finds wrong with it becomes one line.

    Raises
    ------
    HrirError
        If the file is missing, damaged or no HDF5 file.
    """
    if not path.is_file():
        raise HrirError("there is no such SOFA file", place=path, remedy="check the path")
    try:
        with h5py.File(path, "r") as sofa:
            if len(sofa) > _MOST_ENTRIES:
                raise HrirError(f"holds {len(sofa)} arrays", place=path, remedy=REMEDY)
            _check_whole(sofa)
            yield sofa
    except HrirError:
        raise
    except (OSError, KeyError, RuntimeError, ValueError, TypeError, MemoryError) as error:
        raise HrirError(
            f"not a readable SOFA file: {_in_words(error)}", place=path, remedy=REMEDY
        ) from error


def _check_whole(sofa: h5py.File) -> None:
    """Refuse a file that is damaged where it is read: elsewhere, that is of no consequence."""
    for name in ("/", *_READ):
        try:
            if name == "/" or isinstance(sofa.get(name, getlink=True), h5py.HardLink):
                list(sofa[name].attrs)
        except (OSError, KeyError, RuntimeError) as error:
            part = "what it says of itself" if name == "/" else name
            raise HrirError(
                f"not a readable SOFA file: {_in_words(error, part)}",
                place=Path(sofa.filename),
                remedy=REMEDY,
            ) from error


def _in_words(error: Exception, part: str = "it") -> str:
    """What HDF5 means; its own text speaks of its insides."""
    if isinstance(error, MemoryError):
        return "it needs more memory than there is"
    said = str(error).lower()
    return next((words for sign, words in _MEANINGS if sign in said), f"{part} is damaged inside")


def has(sofa: h5py.File, name: str) -> bool:
    """Whether the file itself holds an array of this name (a link to elsewhere is refused)."""
    return name in sofa.keys() and _own(sofa, name) is not None  # noqa: SIM118 (links count too)


def numbers(sofa: h5py.File, name: str) -> NDArray[np.float64]:
    """A whole array of finite real numbers.

    Raises
    ------
    HrirError
        If it is missing, elsewhere, too large, of another kind, empty, or not finite.
    """
    path = Path(sofa.filename)
    if not has(sofa, name):
        raise HrirError(f"the SOFA file has no {name}", place=path, remedy=REMEDY)
    stored = _own(sofa, name)
    if not isinstance(stored, h5py.Dataset):
        raise HrirError(f"{name} is a group, not an array", place=path, remedy=REMEDY)
    if stored.dtype.kind not in "iuf":
        raise HrirError(f"{name} holds {stored.dtype}, not real numbers", place=path, remedy=REMEDY)
    chunk = int(np.prod(stored.chunks or (1,), dtype=object)) * stored.dtype.itemsize
    if 8 * (stored.size or 0) > _LARGEST_ARRAY_BYTES or chunk > _LARGEST_CHUNK_BYTES:
        raise HrirError(
            f"{name} has shape {stored.shape}: too large for a set of heads' responses",
            place=path,
            remedy=REMEDY,
        )
    with np.errstate(over="ignore", invalid="ignore"):  # becomes infinity or NaN, refused below
        values = np.asarray(stored[()] if stored.size else [], dtype=np.float64)
    if values.size == 0 or not (np.abs(values) < _LARGEST_NUMBER).all():
        raise HrirError(
            f"{name} is empty or holds NaN or absurd numbers", place=path, remedy=REMEDY
        )
    return values


def text(sofa: h5py.File, attribute: str, array: str = "", default: str = "") -> str:
    """A text attribute of the file, or of one of its arrays; `default` where there is none."""
    holder = sofa
    if array:
        if not has(sofa, array):
            return default
        holder = _own(sofa, array)
    if attribute not in holder.attrs:
        return default
    stored = holder.attrs.get_id(attribute)
    entries = stored.get_space().get_simple_extent_npoints()
    if not 0 < entries * stored.get_type().get_size() <= _LARGEST_TEXT_BYTES:
        return default
    value = holder.attrs[attribute]
    if isinstance(value, np.ndarray):
        value = value.reshape(-1)[0] if value.size else default
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _own(sofa: h5py.File, name: str) -> h5py.Dataset | h5py.Group | None:
    """The entry itself, None where it is missing; refused where it lies outside this file."""
    link = sofa.get(name, getlink=True)
    if link is None:
        return None
    entry = sofa[name] if isinstance(link, h5py.HardLink) else None
    elsewhere = entry is None or (
        isinstance(entry, h5py.Dataset) and (entry.external or entry.is_virtual)
    )
    if elsewhere:
        raise HrirError(
            f"{name} is only a link to somewhere else", place=Path(sofa.filename), remedy=REMEDY
        )
    return entry
