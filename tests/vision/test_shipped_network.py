"""The network that is shipped: its file is the one that is meant, and it sees what is there."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine import plugins
from engine.errors import WeightsError
from engine.media.decode import read_video_frames
from engine.plugins import Detection
from engine.vision.known_things import HANDLED, MOVERS
from engine.vision.named_motion import NamedMotionDetector
from engine.weights import choice
from engine.weights.choice import weights_for

_SURE = 0.5


def seen(picture: NDArray[np.uint8]) -> list[Detection]:
    """What it finds in a picture (height, width, 3), and is sure of."""
    weights = weights_for("picodet", None)
    assert weights is not None
    network = plugins.create("detector", "picodet", weights)
    network.begin(picture.shape[1], picture.shape[0], 2.5, ())
    return [found for found in network.detect(picture, 0.0) if found.confidence >= _SURE]


def test_it_is_opened_by_default_and_told() -> None:
    detector = NamedMotionDetector()
    assert detector.network is not None
    assert detector.notes == ()
    assert "PicoDet-S (shipped)" in detector.label


def test_another_file_in_its_place_is_refused_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = weights_for("picodet", None)
    assert true is not None
    changed = bytearray(true.read_bytes())
    changed[len(changed) // 2] ^= 1
    other = tmp_path / true.name
    other.write_bytes(changed)
    monkeypatch.setattr(choice, "place_of", lambda _: other)
    with pytest.raises(WeightsError):
        weights_for("picodet", None)
    detector = NamedMotionDetector()
    assert detector.network is None
    assert "nothing is named by its looks" in detector.notes[0]


@pytest.mark.parametrize("kind", ["grey", "slope", "noise"])
def test_it_is_sure_of_nothing_that_sounds_where_nothing_is(kind: str) -> None:
    picture = np.full((270, 480, 3), 128, dtype=np.uint8)
    if kind == "slope":
        picture[:] = np.linspace(0, 255, 480).astype(np.uint8)[None, :, None]
    if kind == "noise":
        picture = np.random.default_rng(1).integers(0, 256, picture.shape, dtype=np.uint8)
    assert [found for found in seen(picture) if found.label in MOVERS | HANDLED] == []


@pytest.mark.parametrize(
    ("clip", "at_s", "label", "box"),
    [
        ("video_only/sam2__01_dog.mp4", 0.8, "person", (0.17, 0.10, 0.38, 0.80)),
        ("video_only/sam2__05_default_juggle.mp4", 0.8, "person", (0.47, 0.06, 0.70, 0.96)),
        ("video_mask_gt/davis_horsejump-high.mp4", 0.2, "horse", (0.06, 0.24, 0.47, 0.78)),
        ("video_mask_gt/davis_car-shadow.mp4", 0.2, "car", (0.33, 0.22, 0.72, 0.59)),
    ],
)
def test_it_finds_what_eyes_find(
    shared_data: Path, clip: str, at_s: float, label: str, box: tuple[float, ...]
) -> None:
    """Boxes as seen by eye, in shares of the picture."""
    pictures = read_video_frames(shared_data / clip, max_width=480)
    picture = next(image for time_s, image in pictures if time_s >= at_s)
    height, width = picture.shape[:2]
    best = max((f for f in seen(picture) if f.label in MOVERS), key=lambda f: f.confidence)
    assert best.label == label
    off = np.asarray(best.box) / (width, height, width, height) - box
    assert np.abs(off).max() < 0.12
