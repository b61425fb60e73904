"""Drawn films of everything all around, and what makes a file say so."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from tests.media.drawn import write_video
from tests.vision.scenes import disc, ground

WIDTH, HEIGHT = 480, 240
COLOURS = ((220, 30, 30), (30, 60, 230))
Place = Callable[[float], tuple[float, float]]
XML = (
    b"<?xml version='1.0'?><rdf:SphericalVideo><GSpherical:Spherical>true</GSpherical:Spherical>"
    b"<GSpherical:ProjectionType>equirectangular</GSpherical:ProjectionType></rdf:SphericalVideo>"
)
V1 = (
    struct.pack(">I4s", 24 + len(XML), b"uuid")
    + bytes.fromhex("ffcc8263f8554a938814587a02521fdd")
    + XML
)
V2 = (
    struct.pack(">I4s", 24, b"sv3d")
    + struct.pack(">I4s", 16, b"proj")
    + struct.pack(">I4s", 8, b"equi")
)


def told(path: Path, box: bytes) -> Path:
    """The film with a box put at the end of its descriptions (which end the file)."""
    data = path.read_bytes()
    at = data.rindex(b"moov") - 4
    (size,) = struct.unpack(">I", data[at : at + 4])
    assert at + size == len(data)
    path.write_bytes(data[:at] + struct.pack(">I", size + len(box)) + data[at + 4 :] + box)
    return path


def around(
    path: Path, places: Sequence[Place], lasts_s: float, *, width: int = WIDTH, radius: int = 14
) -> Path:
    """Discs at azimuths and elevations (degrees) of time, whole across the line behind as well."""
    height = width // 2
    wall = cv2.resize(ground(), (width, height), interpolation=cv2.INTER_NEAREST)
    images = []
    for index in range(round(25 * lasts_s)):
        image = wall.copy()
        for number, place in enumerate(places):
            azimuth_deg, elevation_deg = place(index / 25)
            x = (0.5 - azimuth_deg / 360.0) % 1.0 * width
            y = (0.5 - elevation_deg / 180.0) * height
            for turn in (-width, 0, width):
                draw = disc(lambda t, at=(x + turn, y): at, radius, COLOURS[number])
                draw(image, 0.0)
        images.append(image)
    return write_video(path, images)


def sphere_wall(width: int = WIDTH, *, clouds: int = 60) -> np.ndarray:
    """An equirectangular picture whose colours hang on the direction alone, as in the world."""
    azimuth = np.pi * (1.0 - 2.0 * (np.arange(width) + 0.5) / width)
    elevation = np.pi * (0.5 - (np.arange(width // 2) + 0.5) / (width // 2))
    level = np.cos(elevation)[:, None]
    direction = np.stack(
        [level * np.cos(azimuth), level * np.sin(azimuth),
         np.broadcast_to(np.sin(elevation)[:, None], (width // 2, width))], axis=-1,
    )  # fmt: skip
    rng = np.random.default_rng(5)
    image = np.full((width // 2, width, 3), 120.0)
    for _ in range(clouds):
        wave, phase = rng.normal(0.0, 6.0, 3), rng.uniform(0.0, 2.0 * np.pi)
        image += np.sin(direction @ wave + phase)[..., None] * rng.uniform(-14.0, 14.0, 3)
    return np.clip(image, 0, 255).astype(np.uint8)


def film(path: Path, height: int = HEIGHT, lasts_s: float = 3.0) -> Path:
    """A disc that goes from 135 degrees to the left to 135 to the right, a little above."""
    draw = disc(lambda t: (60.0 + 360.0 * t / lasts_s, 90.0), 14, (220, 30, 30))
    images = []
    for index in range(round(25 * lasts_s)):
        image = cv2.resize(ground(), (WIDTH, height), interpolation=cv2.INTER_NEAREST)
        draw(image, index / 25)
        images.append(image)
    return write_video(path, images)
