"""Shot boundaries: cuts, from the change of colour histograms and of small pictures."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.vision.opencv import cv2

_SIZE = (48, 27)
_HISTOGRAM_CHANGE = 0.38
"""Bhattacharyya distance (0..1) of hue-saturation-value histograms across a cut."""
_PICTURE_CHANGE = 22.0
"""Mean absolute difference (of 255) of the small pictures across a cut."""
_OVER_NEIGHBOURS = 3.0
"""How many times the usual change between pictures a cut must be."""


@dataclass
class CutDetector:
    """Tells, picture by picture, whether a new shot starts. Forgets nothing between shots."""

    _picture: NDArray[np.float32] | None = None
    _histogram: NDArray[np.float32] | None = None
    _recent: list[float] = field(default_factory=list)

    def is_cut(self, image: NDArray[np.uint8]) -> bool:
        """Whether this (height, width, 3) RGB image starts a new shot after the one before."""
        small = cv2.resize(image, _SIZE, interpolation=cv2.INTER_AREA)
        hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
        histogram = cv2.calcHist([hsv], [0, 1, 2], None, [8, 4, 6], [0, 180, 0, 256, 0, 256])
        histogram = cv2.GaussianBlur(histogram.reshape(8, -1), (3, 3), 0).ravel()
        picture = cv2.GaussianBlur(small, (5, 5), 0).astype(np.float32)
        before, old_histogram = self._picture, self._histogram
        self._picture, self._histogram = picture, histogram
        if before is None or old_histogram is None:
            return False
        change = float(np.abs(picture - before).mean())
        shift = float(cv2.compareHist(histogram, old_histogram, cv2.HISTCMP_BHATTACHARYYA))
        usual = float(np.median(self._recent)) if self._recent else 0.0
        self._recent = [*self._recent[-11:], change]
        return (
            change > _PICTURE_CHANGE
            and shift > _HISTOGRAM_CHANGE
            and change > _OVER_NEIGHBOURS * usual
        )
