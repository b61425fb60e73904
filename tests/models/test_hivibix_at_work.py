"""HiViBiX beside a film: the analysis tells it the boxes, and only its own features will do."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import av
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.cli.main import main  # noqa: E402
from engine.errors import WeightsError  # noqa: E402
from engine.media.audio_file import read_audio, write_audio  # noqa: E402
from engine.models.checkpoint import save_checkpoint  # noqa: E402
from engine.models.hivibix.at_work import FilmBoxes, FilmSpatialiser, boxes_of  # noqa: E402
from engine.models.hivibix.config import CONFIGS  # noqa: E402
from engine.models.hivibix.features import DEPTH_SIZE, EmbeddedFeatures  # noqa: E402
from engine.models.hivibix.infer import HivibixSpatialiser  # noqa: E402
from engine.models.hivibix.network import HiViBiX  # noqa: E402
from engine.models.names import load_spatialiser  # noqa: E402

RATE_HZ = 48_000
SECONDS = 3


@pytest.fixture(scope="module")
def features() -> EmbeddedFeatures:
    return EmbeddedFeatures(load_spatialiser("pseudobinaural")[0].network)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory, features: EmbeddedFeatures) -> Path:
    """A tiny network that has learned nothing, and makes something of what it is told."""
    config = replace(
        CONFIGS["tiny"], bins=64, fft_samples=128, hop_samples=64, depth_size=DEPTH_SIZE,
        scene_size=features.scene_size, parts_heard=True,
    )  # fmt: skip
    torch.manual_seed(0)
    network = HiViBiX(config, torch.Generator().manual_seed(0))
    for branch in network.branches.values():
        torch.nn.init.normal_(branch.decoder[-1].weight, std=0.3)
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    facts = {"model": "hivibix", "config": asdict(config), "features": features.digest}
    save_checkpoint(path, network.state_dict(), facts)
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bright ball that goes from left to right over a grey ground."""
    path = tmp_path_factory.mktemp("film") / "ball.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.bit_rate = 320, 180, 4_000_000
        rows, columns = np.mgrid[:180, :320]
        ground = np.random.default_rng(0).integers(80, 110, (180, 320, 3), dtype=np.uint8)
        for number in range(25 * SECONDS):
            picture = ground.copy()
            x = 30 + 260 * number / (25 * SECONDS)
            picture[(rows - 100) ** 2 + (columns - x) ** 2 < 18**2] = (230, 60, 40)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    return path


def test_boxes_are_where_the_ball_is(film: Path) -> None:
    boxes = boxes_of(film)
    for time_s in (0.8, 1.5, 2.2):
        found = boxes.at(time_s)
        assert len(found) >= 1
        middles = (found[:, 0] + found[:, 2]) / 2.0
        true = (30 + 260 * time_s / SECONDS) / 320
        assert np.abs(middles - true).min() < 0.05
    assert boxes.at(60.0).shape == (0, 4)


def test_by_command_it_hears_what_it_sees(
    film: Path, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noise = 0.1 * np.random.default_rng(1).normal(size=(1, SECONDS * RATE_HZ))
    sound, out = tmp_path / "noise.wav", tmp_path / "ears.wav"
    write_audio(sound, noise.astype(np.float32), RATE_HZ, subtype="FLOAT")
    told = ["binauralise", str(sound), "--video", str(film), "--model", "hivibix", "--json"]
    assert main([*told, "--weights", str(weights), "-o", str(out)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["model"] == "hivibix"
    ears, rate_hz = read_audio(out)
    assert (rate_hz, ears.shape) == (RATE_HZ, (2, SECONDS * RATE_HZ))
    np.testing.assert_allclose(ears.mean(axis=0), noise[0], atol=1e-5)
    assert np.abs(ears[0] - ears[1]).max() > 1e-3


def test_where_nothing_moves_both_ears_are_alike(weights: Path, features: EmbeddedFeatures) -> None:
    spatialiser = load_spatialiser("hivibix", str(weights))[0]
    assert isinstance(spatialiser, FilmSpatialiser)
    mono = 0.1 * np.random.default_rng(1).normal(size=12_000).astype(np.float32)
    picture = np.zeros((96, 192, 3), np.uint8)
    assert not spatialiser.difference(mono, lambda _: picture).any()
    there = FilmBoxes((np.array([[0.2, 0.1, 0.1, 0.4, 0.5]]),))
    network = HivibixSpatialiser(spatialiser.network)
    seeing = FilmSpatialiser(network, features, there)
    heard = seeing.difference(mono, lambda _: picture)
    assert np.abs(heard[:4_000]).max() > 1e-3
    assert not heard[-800:].any()  # half a second later it is out of sight


def test_other_features_will_not_do(weights: Path, tmp_path: Path) -> None:
    from engine.models.checkpoint import load_checkpoint

    tensors, facts = load_checkpoint(weights)
    other = tmp_path / "other.safetensors"
    save_checkpoint(other, tensors, facts | {"features": "0" * 64})
    with pytest.raises(WeightsError, match="another visual network"):
        load_spatialiser("hivibix", str(other))
    with pytest.raises(WeightsError, match="not there"):
        load_spatialiser("hivibix", str(tmp_path / "none.safetensors"))
