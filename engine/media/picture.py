"""A decoded picture made upright: square pixels, rotation metadata applied, 8-bit RGB or gray."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

_LUMA_FIRST = frozenset({"yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuvj422p", "nv12"})
_FULL_RANGE = np.clip((np.arange(256) - 16) * (255 / 219) + 0.5, 0, 255).astype(np.uint8).tobytes()


@dataclass(frozen=True)
class Geometry:
    """How a decoded picture becomes the upright one: scale to `width` x `height`, then turn.

    `turns` counts quarter turns anticlockwise; `width` and `height` are before the turn.
    """

    width: int
    height: int
    turns: int

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height after the turn."""
        return (self.height, self.width) if self.turns % 2 else (self.width, self.height)


def geometry_of(picture: Any, stream: Any, max_width: int | None = None) -> Geometry:
    """Geometry of a decoded picture: square pixels, no wider than `max_width` once upright."""
    aspect = stream.sample_aspect_ratio or Fraction(1)
    width = picture.width
    if 0.1 < aspect < 10.0:
        width = max(1, round(width * float(aspect)))
    height = picture.height
    turns = round(picture.rotation / 90.0) % 4
    shown_width = height if turns % 2 else width
    if max_width is not None and shown_width > max_width:
        scale = max_width / shown_width
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
    return Geometry(width, height, turns)


def to_image(picture: Any, geometry: Geometry, *, gray: bool = False) -> Image:
    """Upright image of a decoded picture: (height, width, 3) RGB or (height, width) gray.

    Its rows follow each other without a gap, also where the decoder pads them.
    """
    if gray and picture.format.name in _LUMA_FIRST and _is_same_size(picture, geometry):
        luma = _luma(picture)
        return np.ascontiguousarray(np.rot90(luma, geometry.turns))
    shrinks = geometry.width < picture.width
    scaled = picture.reformat(
        width=geometry.width,
        height=geometry.height,
        format="gray" if gray else "rgb24",
        interpolation="AREA" if shrinks else "BILINEAR",
    )
    image = scaled.to_ndarray()
    return np.ascontiguousarray(np.rot90(image, geometry.turns))


def _is_same_size(picture: Any, geometry: Geometry) -> bool:
    return (picture.width, picture.height) == (geometry.width, geometry.height)


def _luma(picture: Any) -> Image:
    """The first plane as it is (video range stretched): forty times cheaper than a conversion."""
    plane = picture.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    luma = rows[: picture.height, : picture.width]
    if picture.format.name.startswith("yuvj"):
        return luma.copy()
    stretched = bytearray(luma.tobytes()).translate(_FULL_RANGE)
    return np.frombuffer(stretched, np.uint8).reshape(luma.shape)
