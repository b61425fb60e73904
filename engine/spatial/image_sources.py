"""Image sources of a box whose walls may be missing.

References
----------
Allen and Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65, 1979.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

WALLS = ("back", "front", "right", "left", "floor", "ceiling")
"""In the order of axes: low x, high x, low y, high y, low z, high z."""


@dataclass(frozen=True)
class ImageTable:
    """Images of any source in a box: ``image = signs * source + offsets`` along every axis.

    Parameters
    ----------
    signs, offsets_m : (images, 3) float64
    hits : (images, 6) int64
        How often each of `WALLS` was met.
    """

    signs: NDArray[np.float64]
    offsets_m: NDArray[np.float64]
    hits: NDArray[np.int64]


def image_table(bounds_m: NDArray[np.float64], present: tuple[bool, ...], order: int) -> ImageTable:
    """All images of up to `order` reflections, by rising order; none of a missing wall.

    Parameters
    ----------
    bounds_m : (3, 2) array
        Low and high wall of every axis, in metres from the listener.
    present : six bools
        Whether each of `WALLS` is there.
    order : int
        Most reflections of an image; with 0 there are none.
    """
    rows: list[tuple[tuple[int, ...], list[int]]] = []
    for rooms in product(range(-order, order + 1), repeat=3):
        if not 0 < sum(map(abs, rooms)) <= order:
            continue
        met = [hit for count in rooms for hit in _hits(count)]
        if all(there or not hit for hit, there in zip(met, present, strict=True)):
            rows.append((rooms, met))
    rows.sort(key=lambda row: sum(map(abs, row[0])))
    counts = np.array([row[0] for row in rows], dtype=np.int64).reshape(-1, 3)
    hits = np.array([row[1] for row in rows], dtype=np.int64).reshape(-1, 6)
    low, high = np.asarray(bounds_m, dtype=np.float64).T
    odd = counts % 2 != 0
    # An even count shifts by whole rooms, twice their length; an odd one mirrors, too.
    offsets = np.where(odd, 2.0 * low + (counts + 1) * (high - low), counts * (high - low))
    return ImageTable(np.where(odd, -1.0, 1.0), offsets, hits)


def _hits(count: int) -> tuple[int, int]:
    """How often the low and the high wall were met by the image in room `count` of an axis."""
    more, fewer = (abs(count) + 1) // 2, abs(count) // 2
    return (fewer, more) if count > 0 else (more, fewer)
