"""Whether pictures show everything all around, told by themselves where the file says nothing.

An equirectangular picture's left and right side are neighbours, and all of its uppermost row is the
one point overhead, all of the lowest the one below. Other pictures that are twice as wide as high
have sides that differ as much as any two columns do, and rows that go on to their edges. Where the
surroundings of the sides are plain, as a backdrop is, their being alike proves nothing: then the
film is taken for flat.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

LOOK_WIDTH = 256
"""Pictures are judged at about this width, pixels."""
_NEAR = (16, 8)
"""Columns so many parts of the width away, inwards, are compared with the sides."""
_LEAST_DETAIL = 8.0
"""Mean difference (of 255) from those columns below which the sides prove nothing."""
_MEETS = 0.35
"""Share of that difference that is left between two sides that meet."""
_POLE = 0.35
"""Spread of the uppermost and lowest row, as a share of that of a usual row."""
_AGREE = 0.8
"""Share of the pictures that must show it."""


def shows_all_around(images: Sequence[Image]) -> bool:
    """Whether (height, width, 3) RGB pictures of one film are equirectangular and whole."""
    found = [_meets_behind(image) and _ends_in_points(image) for image in images]
    return bool(found) and sum(found) >= _AGREE * len(found)


def _meets_behind(image: Image) -> bool:
    columns = image.astype(np.float32)
    width = image.shape[1]
    left, right = columns[:, 0], columns[:, -1]
    inner = [
        np.abs(side - columns[:, at]).mean()
        for part in _NEAR
        for side, at in ((left, width // part), (right, -1 - width // part))
    ]
    detail = float(min(inner))
    return detail >= _LEAST_DETAIL and float(np.abs(left - right).mean()) <= _MEETS * detail


def _ends_in_points(image: Image) -> bool:
    spread = image.astype(np.float32).std(axis=1).mean(axis=1)  # (height,)
    return bool(max(spread[0], spread[-1]) <= _POLE * np.median(spread))
