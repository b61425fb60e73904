"""Is this moving thing a person? OpenCV's HOG people detector on motion regions only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.vision.opencv import cv2

_PERSON_PX = 96
"""Height of a person in the detector's 64 x 128 window."""
_LEAST_HEIGHT_PX = 24


class PeopleDetector:
    """Dalal and Triggs' HOG + linear SVM (CVPR 2005), as trained by OpenCV."""

    def __init__(self) -> None:
        self._hog = cv2.HOGDescriptor()
        self._hog.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())

    def score(
        self, image: NDArray[np.uint8], box: tuple[float, float, float, float]
    ) -> float | None:
        """Best SVM score of a person about as tall as the box; None if it cannot say.

        Above 0 means person; 0.5 and more is rather certain.
        """
        x0, y0, x1, y1 = box
        height = y1 - y0
        if height < _LEAST_HEIGHT_PX or (x1 - x0) > 1.6 * height:
            return None
        pad = 0.35 * height
        left, right = 0.5 * (x0 + x1) - 0.6 * height, 0.5 * (x0 + x1) + 0.6 * height
        crop = _crop(image, left, y0 - pad, right, y1 + pad)
        best: float | None = None
        for person_px in (_PERSON_PX - 10, _PERSON_PX + 8):
            scale = person_px / height
            size = (max(64, round(crop.shape[1] * scale)), max(128, round(crop.shape[0] * scale)))
            resized = cv2.resize(crop, size, interpolation=cv2.INTER_LINEAR)
            _, weights = self._hog.detect(resized, hitThreshold=-0.6, winStride=(8, 8))
            if len(weights):
                best = max(best or -1.0, float(np.max(weights)))
        return -1.0 if best is None else best


def _crop(
    image: NDArray[np.uint8], left: float, top: float, right: float, bottom: float
) -> NDArray[np.uint8]:
    """Part of an image; what lies outside repeats the border."""
    height, width = image.shape[:2]
    columns = np.clip(np.arange(round(left), round(right)), 0, width - 1)
    rows = np.clip(np.arange(round(top), round(bottom)), 0, height - 1)
    return np.ascontiguousarray(image[rows[:, None], columns[None, :]])
