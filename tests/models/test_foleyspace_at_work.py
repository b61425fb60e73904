"""FoleySpace's diffusion at work: directions are learned, windows seamless, bounds are told."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.cli.main import main  # noqa: E402
from engine.coordinates import to_cartesian  # noqa: E402
from engine.errors import LayoutError, PluginError, ShapeError, WeightsError  # noqa: E402
from engine.media.audio_file import read_audio, write_audio  # noqa: E402
from engine.metrics.direction_errors import ear_errors  # noqa: E402
from engine.models.checkpoint import save_checkpoint  # noqa: E402
from engine.models.foleyspace.config import CONFIGS  # noqa: E402
from engine.models.foleyspace.directed import DirectedFilters  # noqa: E402
from engine.models.foleyspace.hearing import learn_to_hear  # noqa: E402
from engine.models.foleyspace.infer import (  # noqa: E402
    MovingSpatialiser,
    load_moving_spatialiser,
)
from engine.models.foleyspace.moving import Recipe, render_moving  # noqa: E402
from engine.models.foleyspace.network import FoleySpaceNet  # noqa: E402
from engine.models.foleyspace.render import spatialise_by_diffusion  # noqa: E402
from engine.render.spatialise import Spatialisation, spatialise  # noqa: E402
from engine.spatial.hrir import load_hrirs  # noqa: E402

RATE_HZ = 16_000
OWN_M = 1.4
SMALL = replace(CONFIGS["tiny"], filters=32, filter_samples=96, emphasis=0.9)


@pytest.fixture(scope="module")
def spatialiser() -> MovingSpatialiser:
    """One that has learned to hear, for a second, and no more: its layers say nothing yet."""
    torch.manual_seed(0)
    network = FoleySpaceNet(SMALL, torch.Generator().manual_seed(0))
    recipe = Recipe(distances_m=(OWN_M, OWN_M))
    directed = network.conditions.directed
    assert directed is not None
    assert learn_to_hear(directed, recipe, RATE_HZ, 250) < 0.08
    return MovingSpatialiser(network, recipe.distances_m)


def noise(seconds: float, rate_hz: int = RATE_HZ, seed: int = 0) -> np.ndarray:
    count = round(seconds * rate_hz)
    return 0.1 * np.random.default_rng(seed).standard_normal(count, dtype=np.float32)


def circling(times_s: np.ndarray) -> np.ndarray:
    return to_cartesian(60.0 * np.sin(times_s), 10.0, OWN_M)


@pytest.mark.parametrize("steps", [6, 50])
def test_it_follows_a_way_it_has_not_seen(spatialiser: MovingSpatialiser, steps: int) -> None:
    mono = noise(1.5)
    at_s = np.linspace(0.0, 1.5, 39)
    way = np.stack([60.0 * np.sin(at_s), np.full(39, 10.0), np.full(39, OWN_M)], axis=1)
    true = render_moving(mono, way, load_hrirs("kemar", RATE_HZ))
    made = spatialiser.binaural(mono, circling, steps=steps)
    errors = ear_errors(true, made, RATE_HZ)
    assert np.median(errors.itd_us) < 60.0
    assert np.median(errors.ild_db) < 1.5


def test_the_cut_is_not_heard(spatialiser: MovingSpatialiser) -> None:
    """Of a sound that is given in two pieces, with something more, the same is made."""
    mono = noise(3.2)
    whole = spatialiser.binaural(mono, circling)
    later = spatialiser.binaural(mono[RATE_HZ // 2 :], circling, start_s=0.5)
    kept = slice(2 * RATE_HZ, -RATE_HZ // 2)
    assert np.allclose(whole[:, kept], later[:, slice(3 * RATE_HZ // 2, -RATE_HZ // 2)], atol=1e-6)
    assert not np.allclose(whole, spatialiser.binaural(mono, circling, seed=1), atol=1e-6)


def test_windows_add_up_to_one(spatialiser: MovingSpatialiser) -> None:
    """A steady tone stays steady over the seams of windows, which lie at whole seconds."""
    times_s = np.arange(3 * RATE_HZ) / RATE_HZ
    tone = (0.1 * np.sin(2 * np.pi * 500.0 * times_s)).astype(np.float32)
    ears = spatialiser.binaural(tone, lambda t: to_cartesian(np.full(len(t), 30.0), 0.0, OWN_M))
    levels = np.square(ears[:, 8_000:40_000]).reshape(2, -1, 800).mean(axis=2)
    assert (levels.max(axis=1) / levels.min(axis=1)).max() < 1.05


def test_silence_stays_silent_and_nonsense_is_refused(spatialiser: MovingSpatialiser) -> None:
    assert not spatialiser.binaural(np.zeros(20_000, np.float32), circling).any()
    assert spatialiser.binaural(np.zeros(0, np.float32), circling).shape == (2, 0)
    with pytest.raises(ShapeError, match="NaN"):
        spatialiser.binaural(np.full(100, np.nan, np.float32), circling)
    with pytest.raises(ShapeError, match=r"\(2, 100\)"):
        spatialiser.binaural(np.zeros((2, 100), np.float32), circling)


@pytest.fixture
def weights(spatialiser: MovingSpatialiser, tmp_path: Path) -> Path:
    facts = {
        "model": "foleyspace",
        "config": asdict(SMALL),
        "recipe": asdict(Recipe(distances_m=(OWN_M, OWN_M))),
    }
    save_checkpoint(tmp_path / "w.safetensors", spatialiser.network.state_dict(), facts)
    return tmp_path / "w.safetensors"


def test_the_command_renders_what_the_measured_renderer_does(
    weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the file's rate and level: above the network's 8 kHz it is the measured render itself."""
    rate_hz = 48_000
    write_audio(tmp_path / "in.wav", noise(1.5, rate_hz)[None], rate_hz)
    (tmp_path / "way.csv").write_text(
        "time_s,azimuth_deg,elevation_deg,distance_m\n0,50,0,2\n1.5,-30,10,4\n"
    )
    command = ["spatialise", str(tmp_path / "in.wav"), "--trajectory", str(tmp_path / "way.csv")]
    command += ["--format", "binaural", "-o"]
    assert main([*command, str(tmp_path / "measured.wav")]) == 0
    learned = ["--method", "foleyspace", "--weights", str(weights), "--json"]
    assert main([*command, str(tmp_path / "made.wav"), *learned]) == 0
    assert '"method": "foleyspace"' in capsys.readouterr().out
    (true, _), (made, made_hz) = (read_audio(tmp_path / f"{n}.wav") for n in ("measured", "made"))
    assert (made.shape, made_hz) == (true.shape, rate_hz)
    errors = ear_errors(true, made, rate_hz)
    assert np.median(errors.itd_us) < 60.0
    assert np.median(errors.ild_db) < 1.5
    spectra = np.abs(np.fft.rfft(np.stack([true, made]), axis=-1))
    levels = [
        np.square(part).sum(axis=-1) for part in (spectra[..., :9_000], spectra[..., 15_000:])
    ]
    assert levels[0][1] == pytest.approx(levels[0][0], rel=0.25)
    assert levels[1][1] == pytest.approx(levels[1][0], rel=1e-3)


def test_what_it_cannot_do_is_said(
    spatialiser: MovingSpatialiser, weights: Path, tmp_path: Path
) -> None:
    write_audio(tmp_path / "in.wav", noise(0.3)[None], RATE_HZ)
    point = Spatialisation(np.array([0.0]), np.array([[1.0, 0.0, 0.0]]), "binaural")
    for wanted, words in (
        (replace(point, format_name="5.1"), "two ears"),
        (replace(point, doppler=True), "doppler"),
        (replace(point, width_deg=40.0), "width"),
    ):
        with pytest.raises(LayoutError, match=words):
            spatialise_by_diffusion(tmp_path / "in.wav", wanted, spatialiser, tmp_path / "o.wav")
    with pytest.raises(PluginError, match=r"other\.sofa"):
        spatialise_by_diffusion(
            tmp_path / "in.wav", replace(point, hrir="other.sofa"), spatialiser, tmp_path / "o.wav"
        )
    with pytest.raises(PluginError, match="201 steps"):
        spatialise_by_diffusion(
            tmp_path / "in.wav", point, spatialiser, tmp_path / "o.wav", steps=201
        )
    assert not (tmp_path / "o.wav").exists()
    save_checkpoint(tmp_path / "x.safetensors", {}, {"model": "pseudobinaural"})
    with pytest.raises(WeightsError, match="pseudobinaural"):
        load_moving_spatialiser(tmp_path / "x.safetensors")


def test_a_way_behind_the_head_is_warned_of(spatialiser: MovingSpatialiser, tmp_path: Path) -> None:
    write_audio(tmp_path / "in.wav", noise(0.3)[None], RATE_HZ)
    for azimuth_deg, elevation_deg, warned in ((90, 40, False), (120, 0, True), (0, 60, True)):
        place = to_cartesian(float(azimuth_deg), float(elevation_deg), 2.0)[None]
        wanted = Spatialisation(np.array([0.0]), place, "binaural")
        out = tmp_path / "o.wav"
        report = spatialise_by_diffusion(tmp_path / "in.wav", wanted, spatialiser, out)
        assert any("has learned" in note for note in report["notes"]) == warned


def test_an_impulse_is_heard_as_the_filters_respond() -> None:
    """What `hearing` learns by is what the block does to sound."""
    filters = DirectedFilters(5, 12, torch.Generator().manual_seed(0))
    impulse = torch.zeros(1, 40)
    impulse[0, 7] = 1.0
    place = torch.tensor([[0.2, 0.1, -0.05]])
    heard = filters(impulse, place.T[None].expand(-1, -1, 3))[0]
    assert torch.allclose(heard[:, 7:19], filters.responses(place)[0], atol=1e-6)
    assert not heard[:, :7].any()
    assert not heard[:, 19:].any()


def test_the_measured_render_is_as_loud(spatialiser: MovingSpatialiser, tmp_path: Path) -> None:
    """Twice as far away is half as loud, as in the measured renderer."""
    write_audio(tmp_path / "in.wav", noise(0.5)[None], RATE_HZ)
    levels = []
    for far_m in (1.0, 2.0):
        wanted = Spatialisation(np.array([0.0]), np.array([[far_m, 0.0, 0.0]]), "binaural")
        for name, render in (("a", spatialise), ("b", None)):
            out = tmp_path / f"{name}.wav"
            if render is None:
                spatialise_by_diffusion(tmp_path / "in.wav", wanted, spatialiser, out)
            else:
                render(tmp_path / "in.wav", wanted, out)
            levels.append(float(np.square(read_audio(out)[0]).mean()))
    assert levels[2] == pytest.approx(levels[0] / 4, rel=0.01)
    assert levels[3] == pytest.approx(levels[1] / 4, rel=0.01)
    assert levels[1] == pytest.approx(levels[0], rel=0.15)
