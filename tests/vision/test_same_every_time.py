"""The same file and settings give the same tracks: in any process, with any number of threads."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from engine.vision.analyse import analyse_video
from tests.vision.scenes import block, clip, disc

_PROGRAM = """
import sys
from engine.vision.opencv import cv2
cv2.setNumThreads(int(sys.argv[2]))
cv2.setRNGSeed(int(sys.argv[2]))
from tests.vision.test_same_every_time import fingerprint
print(fingerprint(sys.argv[1]))
"""


def fingerprint(path: str | Path) -> str:
    """A digest of everything an analysis says of a file."""
    digest = hashlib.sha256()
    for seen in analyse_video(path).objects:
        digest.update(seen.boxes.tobytes())
        digest.update(seen.positions_m.tobytes())
        digest.update(repr((seen.label, seen.confidence, seen.contacts)).encode())
        digest.update(repr(seen.trajectory).encode())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def swaying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two things that cross, filmed from the hand: background, flow, RANSAC and people are used."""
    movers = [
        disc(lambda t: (40 + 130 * t, 150.0), 18, (220, 30, 30)),
        block(lambda t: (420 - 120 * t, 190.0), (26, 60), (30, 40, 230)),
    ]
    folder = tmp_path_factory.mktemp("same")
    return clip(
        folder / "s.mp4", movers, 1.4, view=lambda t: (round(200 + 12 * t), round(60 + 5 * t))
    )


@pytest.mark.parametrize("threads", [1, 5])
def test_tracks_are_the_same_in_any_process(swaying: Path, threads: int) -> None:
    first = fingerprint(swaying)
    command = [sys.executable, "-c", _PROGRAM, str(swaying), str(threads)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == first


def test_a_drawn_clip_is_the_same_file_every_time(tmp_path: Path) -> None:
    mover = disc(lambda t: (40 + 130 * t, 150.0), 18, (220, 30, 30))
    files = [clip(tmp_path / f"{n}.mp4", [mover], 0.8).read_bytes() for n in range(2)]
    assert files[0] == files[1]
