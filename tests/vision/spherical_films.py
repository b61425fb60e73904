"""Drawn films of everything all around, and what makes a file say so."""

from __future__ import annotations

import struct
from pathlib import Path

import cv2

from tests.media.drawn import write_video
from tests.vision.scenes import disc, ground

WIDTH, HEIGHT = 480, 240
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


def film(path: Path, height: int = HEIGHT) -> Path:
    """A disc that goes from 135 degrees to the left to 135 to the right, a little above."""
    draw = disc(lambda t: (60.0 + 120.0 * t, 90.0), 14, (220, 30, 30))
    images = []
    for index in range(75):
        image = cv2.resize(ground(), (WIDTH, height), interpolation=cv2.INTER_NEAREST)
        draw(image, index / 25)
        images.append(image)
    return write_video(path, images)
