"""A picture as a network wants it: resized, normalised, and the way back for boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Array = NDArray[np.float32]

Fit = Literal["pad", "stretch"]
_PAD_LEVEL = 114
"""Grey around the picture in YOLOX's training (0..255)."""


@dataclass(frozen=True)
class Preparation:
    """How a family's pictures are prepared.

    `fit` is 'pad' (aspect kept, the rest filled with grey at the right and below) or 'stretch'.
    `order` is the order of channels; `mean` and `deviation` are in that order, of 0..255.
    """

    fit: Fit
    order: Literal["rgb", "bgr"]
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    deviation: tuple[float, float, float] = (1.0, 1.0, 1.0)


def prepare(image: Image, size: tuple[int, int], how: Preparation) -> tuple[Array, Array]:
    """Network input (1, 3, height, width) of an RGB picture, and its scale (2,) in x and y.

    Boxes of the network's input divided by the scale are pixels of the picture.

    Parameters
    ----------
    image : (height, width, 3) uint8, RGB
    size : (width, height) of the input
    """
    height, width = image.shape[:2]
    if how.fit == "pad":
        ratio = min(size[0] / width, size[1] / height)
        inner = (max(1, round(width * ratio)), max(1, round(height * ratio)))
        canvas = np.full((size[1], size[0], 3), _PAD_LEVEL, dtype=np.uint8)
        canvas[: inner[1], : inner[0]] = _resized(image, inner)
    else:
        inner, canvas = size, _resized(image, size)
    if how.order == "bgr":
        canvas = canvas[..., ::-1]
    mean, deviation = np.asarray(how.mean, np.float32), np.asarray(how.deviation, np.float32)
    values = (canvas.astype(np.float32) - mean) / deviation
    scale = np.array([inner[0] / width, inner[1] / height], dtype=np.float32)
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None]), scale  # (1, 3, H, W)


def _resized(image: Image, size: tuple[int, int]) -> Image:
    smaller = size[0] < image.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=how), dtype=np.uint8)
