"""Stable Audio Open and AudioLDM 2, with tiny pipelines of random numbers saved to a folder."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from engine.errors import PluginError
from engine.pipeline.sounding import settled, sound_of
from engine.plugins import Generator, create
from engine.project.model import Event
from engine.weights.folder import VARIABLE
from plugins.diffusion_audio import generator
from plugins.sound_windows import assembled, plan, resampled

sys.path.insert(0, str(Path(__file__).parent))
from tiny_diffusion import save_audioldm2, save_stable_audio

NEEDED = ("torch", "transformers", "diffusers", "safetensors", "torchsde")
INSTALLED = all(importlib.util.find_spec(name) for name in NEEDED)
needs_diffusers = pytest.mark.skipif(not INSTALLED, reason="diffusers is not installed")
PARTS = ("stable-audio-open", "audioldm2")


def event(name: str, duration_s: float, **more) -> Event:
    return Event(
        id="e", track_id="t", layer="l", generator=name, prompt="rain", start_s=1.0,
        duration_s=duration_s, parameters={"steps": 2.0}, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("weights")
    save_stable_audio(place / "stable-audio-open")
    save_audioldm2(place / "audioldm2")
    return place


@pytest.fixture
def weights(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder


@pytest.mark.parametrize("name", PARTS)
def test_weights_are_needed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(PluginError, match="needs weights; put the model's folder there"):
        create("generator", name)


def test_without_diffusers_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "diffusers", None)
    (tmp_path / "model_index.json").write_text("{}")
    part = create("generator", "audioldm2", tmp_path)
    with pytest.raises(PluginError, match=r"pip install 'foleystage\[generators\]'"):
        part.generate(event("audioldm2", 0.1), 48_000)


@needs_diffusers
def test_a_folder_of_something_else_is_told(tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_text('{"_class_name": "Nothing"}')
    with pytest.raises(PluginError, match="not weights of AudioLDM 2"):
        create("generator", "audioldm2", tmp_path).generate(event("audioldm2", 0.1), 48_000)


@needs_diffusers
@pytest.mark.parametrize(("name", "duration_s"), [(PARTS[0], 0.3), (PARTS[1], 0.03)])
def test_a_take_has_its_length_and_is_the_same_again(
    weights: Path, name: str, duration_s: float
) -> None:
    assert isinstance(create("generator", name), Generator)
    ready = settled(event(name, duration_s, seed=5))
    take, recipe = sound_of(ready, 48_000)
    assert take.shape == (1, round(duration_s * 48_000))
    assert 0.01 < np.abs(take).max() <= 0.9
    assert np.abs(take[0, [0, -1]]).max() < 1e-3
    assert str(recipe.parameters["weights"]).startswith(name)
    again, _ = sound_of(ready, 48_000)
    assert np.array_equal(take, again)
    other, _ = sound_of(structs.replace(ready, seed=6), 48_000)
    assert not np.array_equal(take, other)


@needs_diffusers
def test_other_weights_than_the_recipes_are_refused(weights: Path) -> None:
    made = structs.replace(event(PARTS[0], 0.1), parameters={"weights": "other 0123"})
    with pytest.raises(PluginError, match="not those that made this take"):
        sound_of(made, 48_000)


@needs_diffusers
def test_nan_of_a_model_ends_in_words(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        generator,
        "_window",
        lambda kind, pipeline, event, number, length_s: np.full((2, 999), np.nan),
    )
    with pytest.raises(PluginError, match="NaN or infinity"):
        sound_of(settled(event(PARTS[0], 0.1)), 48_000)


@pytest.mark.parametrize("samples", [1, 999, 1000, 1001, 5_000, 44_100])
def test_windows_cover_everything_and_overlap(samples: int) -> None:
    windows = plan(samples, 1000, 400)
    assert windows[0][0] == 0
    assert windows[-1][0] + windows[-1][1] == samples
    assert all(length <= 1000 for _, length in windows)
    for (start, length), (following, _) in itertools.pairwise(windows):
        assert 200 <= start + length - following <= 500


def test_windows_join_without_dips_or_steps() -> None:
    rng = np.random.default_rng(0)
    made = assembled(40_000, 9_000, 4_000, lambda number, length: rng.standard_normal((1, length)))
    level_db = 10 * np.log10(made[0].reshape(40, 1000).var(axis=1))
    assert np.abs(level_db).max() < 1.0
    constant = assembled(40_000, 9_000, 4_000, lambda number, length: np.ones((1, length)))
    assert constant == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (np.zeros((1, 10)), "answered 10 samples"),
        (np.full((1, 100), np.inf), "NaN or infinity"),
        (np.zeros((3, 100)), r"shape \(3, 100\)"),
        (np.zeros(100), r"shape \(100,\)"),
    ],
)
def test_a_wrong_answer_ends_in_words(answer: np.ndarray, words: str) -> None:
    with pytest.raises(PluginError, match=words):
        assembled(100, 1000, 400, lambda number, length: answer)


def test_resampling_keeps_a_tone() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)[None]
    made = resampled(tone, 16_000, 48_000)[0, 1000:-1000]
    hz = np.argmax(np.abs(np.fft.rfft(made * np.hanning(len(made))))) * 48_000 / len(made)
    assert hz == pytest.approx(440, abs=1.5)
