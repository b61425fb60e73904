"""HiViBiX learns: what it is told of a picture, the way to ears and back, a training by command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.cli.main import main  # noqa: E402
from engine.errors import ShapeError, WeightsError  # noqa: E402
from engine.models.checkpoint import load_checkpoint  # noqa: E402
from engine.models.hivibix.config import CONFIGS, Config  # noqa: E402
from engine.models.hivibix.features import DEPTH_SIZE, EmbeddedFeatures  # noqa: E402
from engine.models.hivibix.infer import HivibixSpatialiser, load_hivibix  # noqa: E402
from engine.models.hivibix.network import HiViBiX  # noqa: E402
from engine.models.hivibix.spectra import sound_of, spectrum  # noqa: E402
from engine.models.hivibix.visual import Seen  # noqa: E402
from engine.models.pseudobinaural.config import CONFIGS as SEEING  # noqa: E402
from engine.models.pseudobinaural.network import PseudoBinaural  # noqa: E402

TINY = replace(CONFIGS["tiny"], depth_size=DEPTH_SIZE, scene_size=32)


@pytest.fixture(scope="module")
def features() -> EmbeddedFeatures:
    generator = torch.Generator().manual_seed(0)
    return EmbeddedFeatures(PseudoBinaural(SEEING["tiny"], generator))


def picture(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (64, 128, 3), dtype=np.uint8)


def test_boxes_are_told_where_they_are_and_how_large(features: EmbeddedFeatures) -> None:
    """The larger first; a box of the whole picture has the whole's features; none is none."""
    boxes = np.array([[0.0, 32.0, 32.0, 64.0], [0.0, 0.0, 128.0, 64.0]])
    seen = features.seen([picture(), picture(1)], [boxes, np.zeros((0, 4))])
    assert seen.scene.shape == (2, features.scene_size)
    assert seen.there.tolist() == [[True, True, False, False], [False] * 4]
    assert seen.centres[0, :2].tolist() == [[0.5, 0.5], [0.125, 0.75]]
    assert torch.allclose(seen.scene_parts[0, 0], seen.scene[0], atol=1e-6)
    assert seen.depth_parts[0, 1, :2].tolist() == [0.25, 0.5]
    assert seen.depth_parts[0, 1, 4:].tolist() == [0.5, 1.0]
    assert not seen.depth[1].any()


def test_other_weights_are_other_features(features: EmbeddedFeatures) -> None:
    generators = [torch.Generator().manual_seed(seed) for seed in (0, 1)]
    again, other = (EmbeddedFeatures(PseudoBinaural(SEEING["tiny"], g)) for g in generators)
    assert again.digest == features.digest
    assert other.digest != features.digest


def test_spectra_lead_back_to_the_sound() -> None:
    config = replace(TINY, bins=33)  # all frequencies
    sound = torch.randn(2, config.samples, generator=torch.Generator().manual_seed(0))
    spectra = spectrum(sound, config)
    assert spectra.shape == (2, 33, config.columns)
    back = sound_of(spectra[None], config.samples, config)[0]
    assert torch.allclose(back, sound, atol=1e-5)


def untrained(config: Config) -> HivibixSpatialiser:
    torch.manual_seed(0)
    return HivibixSpatialiser(HiViBiX(config, torch.Generator().manual_seed(0)))


def test_it_begins_as_mono_in_both_ears(features: EmbeddedFeatures) -> None:
    """What has learned nothing gives the mono back, at any length, silence as silence."""
    spatialiser = untrained(replace(TINY, bins=32))
    seen = features.seen([picture()], [np.array([[0.0, 32.0, 32.0, 64.0]])])
    times = np.arange(1_700)
    mono = (0.1 * np.sin(2 * np.pi * times / 32.0)).astype(np.float32)
    ears = spatialiser.ears(mono, lambda _: seen)
    assert ears.shape == (2, 1_700)
    assert np.allclose(ears, mono, atol=2e-3)
    assert not spatialiser.ears(np.zeros(900, np.float32), lambda _: seen).any()
    with pytest.raises(ShapeError, match="NaN"):
        spatialiser.ears(np.full(900, np.nan, np.float32), lambda _: seen)


def opinionated(config: Config) -> HivibixSpatialiser:
    """One that has learned nothing, but makes something of what it hears and sees all the same."""
    spatialiser = untrained(config)
    for branch in spatialiser.network.branches.values():
        torch.nn.init.normal_(branch.decoder[-1].weight, std=0.3)
    return spatialiser


def test_pieces_join_without_a_seam(features: EmbeddedFeatures) -> None:
    """However a sound is cut, and wherever, what lies far from the cut is the same."""
    spatialiser = opinionated(TINY)
    config = spatialiser.config
    box = np.array([[10.0, 10.0, 40.0, 40.0]])
    shown = [features.seen([picture(k)], [box]) for k in range(4)]

    def seen_at(time_s: float) -> Seen:
        return shown[int(20 * time_s) % 4]

    mono = 0.1 * np.random.default_rng(0).normal(size=6_000).astype(np.float32)
    whole = spatialiser.difference(mono, seen_at)
    assert np.abs(whole).max() > 0.01
    reach = config.samples
    for start in (1, 777, 2_000):
        part = spatialiser.difference(
            mono[start : start + 3_500], seen_at, start / config.sample_rate_hz
        )
        inside = slice(reach, 3_500 - reach)
        np.testing.assert_allclose(part[inside], whole[start : start + 3_500][inside], atol=1e-6)
    ears = spatialiser.ears(mono, seen_at)
    np.testing.assert_allclose(ears.mean(axis=0), mono, atol=1e-6)
    np.testing.assert_allclose((ears[0] - ears[1]) / 2.0, whole, atol=1e-6)


def test_where_nothing_is_seen_both_ears_are_alike() -> None:
    mono = 0.1 * np.random.default_rng(0).normal(size=3_000).astype(np.float32)
    assert not opinionated(TINY).difference(mono, lambda _: None).any()


def test_places_know_their_frequency_where_waves_tell_it() -> None:
    """Of a sound that is alike at all frequencies, encoders make the same without them."""
    spread = []
    for waves in (0, 4):
        network = opinionated(replace(TINY, frequency_waves=waves)).network
        mono = torch.ones(1, TINY.bins, TINY.columns, dtype=torch.complex64)
        parts = torch.ones(1, 2, TINY.scene_size), torch.ones(1, 2, TINY.depth_size)
        seen = Seen(
            parts[0][:, 0], parts[0], parts[1][:, 0], parts[1], torch.full((1, 2, 2), 0.3),
            torch.ones(1, 2, dtype=torch.bool),
        )  # fmt: skip
        encoded: list[torch.Tensor] = []
        encoder = network.branches["phase_y"].encoder
        encoder.register_forward_hook(lambda _, told, made, kept=encoded: kept.append(made))
        with torch.no_grad():
            network(mono, seen)
        spread.append(float(encoded[0][0, :, 2:-2, 2:-2].std(dim=1).max()))
    assert spread[0] < 1e-5
    assert spread[1] > 0.01


def moved(seen: Seen, **changes: torch.Tensor) -> Seen:
    return replace(seen, **changes)


def test_what_is_left_out_is_not_heeded(features: EmbeddedFeatures) -> None:
    seen = features.seen([picture()], [np.array([[0.0, 32.0, 32.0, 64.0]])])
    elsewhere = moved(seen, centres=seen.centres + 0.4)
    farther = moved(seen, depth=seen.depth + 1.0, depth_parts=seen.depth_parts + 1.0)
    for config, heeded in (
        (TINY, (True, True)),
        (replace(TINY, position=False), (False, True)),
        (replace(TINY, depth=False), (True, False)),
    ):
        for parts_heard in (False, True):
            visual = untrained(replace(config, parts_heard=parts_heard)).network.visual
            told = [visual(one) for one in (seen, elsewhere, farther)]
            wholes = tuple(not torch.equal(told[0].whole, other.whole) for other in told[1:])
            assert wholes == heeded
            assert (told[0].parts is not None) == parts_heard
            if parts_heard:
                parts = tuple(not torch.equal(told[0].parts, other.parts) for other in told[1:])
                assert parts == heeded


@pytest.mark.parametrize("left_out", [[], ["--without", "position", "film"]])
def test_the_command_trains(
    left_out: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train", "hivibix", "-o", str(tmp_path), "--config", "tiny", "--json"]
    command += ["--steps", "2", "--batch", "2", "--variants", "3", *left_out]
    assert main(command) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["steps"], report["reason"]) == (2, "done")
    _, facts = load_checkpoint(Path(report["checkpoint"]))
    assert len(facts["features"]) == 64
    told = facts["config"]
    assert [told["position"], told["depth"], told["film"]] == [not left_out, True, not left_out]
    assert load_hivibix(Path(report["checkpoint"])).config == Config(
        **{**told, "position_px": tuple(told["position_px"])}
    )
    assert sorted(p.name for p in (tmp_path / "heard").iterdir()) == ["000002.wav", "true.wav"]
    with pytest.raises(WeightsError, match="no such"):
        load_hivibix(tmp_path / "none.safetensors")
