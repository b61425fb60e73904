"""MMAudio: its own network of random numbers where it is installed, else one asked alike."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from msgspec import structs

from engine.errors import MediaError, PluginError
from engine.pipeline.recipes import sound_again
from engine.pipeline.sounding import settled, sound_of
from engine.plugins import Generator, create
from engine.project.model import Event
from engine.weights.folder import VARIABLE
from plugins.mmaudio_sounds import loading
from plugins.mmaudio_sounds.sights import seen

sys.path.insert(0, str(Path(__file__).parent))
from tiny_mmaudio import INSTALLED, tiny_model

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch is not installed"
)
KINDS = (
    False,
    pytest.param(True, marks=pytest.mark.skipif(not INSTALLED, reason="mmaudio is not installed")),
)


def event(duration_s: float, **more) -> Event:
    return Event(
        id="e", track_id="t", layer="l", generator="mmaudio", prompt="a ball", start_s=0.5,
        duration_s=duration_s, parameters={"steps": 2.0}, **more,
    )  # fmt: skip


def film(path: Path, rate: Fraction, level: int = 0, seconds: float = 4.0) -> Path:
    """A film that grows brighter from `level` on, at any rate."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "bgr0"
        count = int(seconds * rate)
        for index in range(count):
            picture = np.full((64, 96, 3), level + 150 * index // count, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "weights" / "mmaudio"
    folder.mkdir(parents=True)
    (folder / "mmaudio_small_16k.pth").write_bytes(b"numbers")
    monkeypatch.setenv(VARIABLE, str(folder.parent))
    return folder


@pytest.fixture(params=KINDS)
def tiny(request: pytest.FixtureRequest, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    model = tiny_model(request.param)
    monkeypatch.setattr(loading, "loaded", lambda folder: model)


def test_weights_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(PluginError, match="MMAudio needs weights; put its files there"):
        create("generator", "mmaudio")


def test_the_best_weights_that_are_there_are_taken(tmp_path: Path) -> None:
    assert loading.variant_in(tmp_path / "nowhere") is None
    (tmp_path / "weights").mkdir()
    for name in ("small_16k", "medium_44k"):
        (tmp_path / "weights" / f"mmaudio_{name}.pth").touch()
    assert loading.variant_in(tmp_path) == "medium_44k"


@needs_torch
def test_without_its_package_it_says_what_to_install(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mmaudio", None)
    with pytest.raises(PluginError, match="MMAudio is not installed"):
        sound_of(event(0.1), 48_000)


def test_a_take_looks_at_the_film_and_is_the_same_again(tiny: None, tmp_path: Path) -> None:
    assert isinstance(create("generator", "mmaudio"), Generator)
    dark = settled(event(1.0, seed=5), film(tmp_path / "dark.mkv", Fraction(25)))
    take, recipe = sound_of(dark, 48_000)
    assert take.shape == (1, 48_000)
    assert 0.01 < np.abs(take).max() <= 0.9
    np.testing.assert_array_equal(take, sound_again(recipe, 48_000)[0])
    bright = settled(event(1.0, seed=5), film(tmp_path / "bright.mkv", Fraction(25), 90))
    blind = settled(event(1.0, seed=5))
    reseeded = structs.replace(dark, seed=6)
    for other in (bright, blind, reseeded):
        assert not np.allclose(take, sound_of(other, 48_000)[0], atol=1e-4)


def test_long_sounds_are_made_in_windows_that_overlap(tiny: None) -> None:
    asked: list[float] = []

    def pictures(times_s: Sequence[float]) -> Iterator[np.ndarray]:
        asked.extend(times_s)
        for _ in times_s:
            yield np.zeros((9, 16, 3), np.uint8)

    made = create("generator", "mmaudio").generate(event(5.3), 44_100, pictures)
    assert made.shape == (1, round(5.3 * 44_100))
    assert np.isfinite(made).all()
    tenths = np.array_split(made[0, 4410:-4410], 51)
    level_db = [10 * np.log10(np.mean(tenth**2)) for tenth in tenths]
    assert np.ptp(level_db) < 6.0  # no gap, no pile
    assert min(asked) < 0.6
    assert 5.7 < max(asked) < 6.3
    assert np.max(np.diff(sorted(asked))) <= 0.041


def test_other_weights_than_the_recipes_are_refused(tiny: None) -> None:
    made = structs.replace(event(0.1), parameters={"weights": "other 0123"})
    with pytest.raises(PluginError, match="not those that made this take"):
        sound_of(made, 48_000)


def test_a_film_that_has_gone_is_told(tiny: None, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="the film that this sound was made for is not there"):
        sound_of(settled(event(0.1), tmp_path / "gone.mkv"), 48_000)


@pytest.mark.parametrize("rate", [Fraction(12), Fraction(24000, 1001), Fraction(60)])
def test_what_is_seen_is_in_time_whatever_the_films_rate(rate: Fraction, tmp_path: Path) -> None:
    from engine.pipeline.film_pictures import pictures_of, with_film

    pictures = pictures_of(with_film(event(1.0), film(tmp_path / "film.mkv", rate)))
    assert pictures is not None
    clip, sync = seen(pictures, 1.0, 8.0, 16, 25.0, 50)
    assert clip.shape == (16, 3, 384, 384)
    assert sync.shape == (50, 3, 224, 224)
    for series, hz in ((clip, 8.0), (0.5 * sync + 0.5, 25.0)):
        at_s = 1.0 + (np.arange(len(series)) + 0.5) / hz
        told_s = series.mean(axis=(1, 2, 3)) * 255.0 / 150.0 * 4.0
        assert np.abs(told_s - at_s).max() < 1.0 / float(rate) + 0.03  # eight bits
