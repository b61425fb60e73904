"""Small videos written for tests, with exactly known pictures and times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

_SAME_EVERY_TIME = {"threads": "1", "mbtree": "0"}
"""x264's macroblock tree gives other files on a busy machine, its threads on one of more cores."""


def write_video(
    path: Path,
    images: Sequence[np.ndarray],
    *,
    rate: Fraction | int = 25,
    times_s: Sequence[float] | None = None,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    prepare: Callable[[object], None] | None = None,
) -> Path:
    """Encode RGB images at a rate, or at the given times (then the clock is 1/90000 s)."""
    height, width = images[0].shape[:2]
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=Fraction(rate))
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        same = _SAME_EVERY_TIME if codec == "libx264" else {}
        stream.options = {**same, **(options or {})}
        if times_s is not None:
            stream.codec_context.time_base = Fraction(1, 90_000)
        if prepare:
            prepare(stream)
        for index, image in enumerate(images):
            picture = av.VideoFrame.from_ndarray(image, format="rgb24")
            if times_s is not None:
                picture.time_base, picture.pts = Fraction(1, 90_000), round(times_s[index] * 90_000)
            else:
                picture.time_base, picture.pts = 1 / Fraction(rate), index
            for packet in stream.encode(picture):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


def numbered(count: int, width: int = 160, height: int = 96) -> list[np.ndarray]:
    """Images that carry their index as eight black or white bars (survives lossy codecs)."""
    images = []
    for index in range(count):
        image = np.full((height, width, 3), 90, np.uint8)
        for bit in range(8):
            left = bit * width // 8
            image[:, left : left + width // 8] = 230 if index >> bit & 1 else 20
        images.append(image)
    return images


def crossing(count: int) -> list[np.ndarray]:
    """Images on which something red crosses a grainy ground from left to right (seen as one)."""
    ground = np.random.default_rng(0).integers(90, 110, (180, 320, 3)).astype(np.uint8)
    images = []
    for index in range(count):
        image = ground.copy()
        image[60:120, 20 + 6 * index : 60 + 6 * index] = (220, 40, 30)
        images.append(image)
    return images


def number_in(image: np.ndarray) -> int:
    """The index that `numbered` drew."""
    height, width = image.shape[:2]
    centres = [(2 * bit + 1) * width // 16 for bit in range(8)]
    return sum(int(image[height // 2, x].mean() > 128) << bit for bit, x in enumerate(centres))
