"""What is worked out of an HRIR set is kept beside it, so that no process works it out again.

Spectra of a few thousand directions take half a second of a core, those of near spheres seconds.
They hang on the set's own file (`engine.spatial.kept_hrirs`) and on what they were made for; sets
that are kept nowhere keep no tables either.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from engine.spatial.kept_files import Arrays, read_arrays, write_arrays

if TYPE_CHECKING:
    from engine.spatial.hrir import HrirSet

MOST_BYTES = 400_000_000
"""Larger tables (of rooms' responses) are made again rather than kept."""

_places: WeakKeyDictionary[HrirSet, Path] = WeakKeyDictionary()


def belongs_to(hrirs: HrirSet, place: Path) -> HrirSet:
    """The set, of which `place` is the file; one that is derived from it has none."""
    _places[hrirs] = place
    return hrirs


def kept(hrirs: HrirSet, purpose: str, shapes: Callable[[Arrays], bool],
         make: Callable[[], Arrays]) -> Arrays:  # fmt: skip
    """Arrays made of a set for a purpose: as they were kept, or made now, and kept.

    Parameters
    ----------
    purpose : str
        A part of a file's name: letters, digits, dots and dashes.
    shapes : callable
        Whether arrays are such as `make` would give; others are made again.
    """
    own = _places.get(hrirs)
    if own is None:
        return make()
    place = own.with_name(f"{own.stem}-{purpose}.npz")
    found = read_arrays(place)
    if found is not None and shapes(found):
        return found
    made = make()
    if sum(values.nbytes for values in made.values()) <= MOST_BYTES:
        write_arrays(place, made)
    return made
