"""CLAP as a listener of the library, with a tiny network of random numbers saved to a folder."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.cli.main import main
from engine.errors import LibraryError, PluginError
from engine.library.database import VARIABLE as INDEX
from engine.library.database import Database
from engine.library.indexing import index_folder
from engine.library.meaning import heard, listen, search_meaning
from engine.plugins import Listener, create
from engine.weights.folder import VARIABLE

sys.path.insert(0, str(Path(__file__).parent))
from tiny_clap import RATE_HZ, WINDOW_S, save_clap

NEEDED = ("torch", "transformers", "safetensors")
INSTALLED = all(importlib.util.find_spec(name) for name in NEEDED)
needs_transformers = pytest.mark.skipif(not INSTALLED, reason="transformers is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("weights")
    save_clap(place / "clap")
    return place


@pytest.fixture
def weights(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder / "clap"


def noise(seed: int, seconds: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 0.2 * np.convolve(rng.standard_normal(int(seconds * RATE_HZ)), np.ones(1 + seed), "same")


def test_weights_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(PluginError, match="CLAP needs weights; put the model's folder there"):
        create("listener", "clap")


def test_settings_of_another_network_are_told(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(PluginError, match=r"not weights of CLAP .these are weights of 'bert'"):
        create("listener", "clap", tmp_path)


def test_without_transformers_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    (tmp_path / "config.json").write_text('{"model_type": "clap", "projection_dim": 4}')
    part = create("listener", "clap", tmp_path)
    with pytest.raises(PluginError, match=r"pip install 'foleystage\[learned\]'"):
        part.of_words("rain")


@needs_transformers
def test_sounds_and_words_are_unit_vectors_and_the_same_again(weights: Path) -> None:
    part = create("listener", "clap")
    assert isinstance(part, Listener)
    assert part.identity.startswith("CLAP clap ")
    short, other = part.of_sound(noise(0, 0.5), RATE_HZ), part.of_sound(noise(9, 0.5), RATE_HZ)
    for found in (short, other, part.of_words("rain")):
        assert found.shape == (part.size,) == (8,)
        assert np.linalg.norm(found) == pytest.approx(1.0, abs=1e-5)
    assert not np.allclose(short, other, atol=1e-3)
    assert not np.allclose(part.of_words("rain"), part.of_words("wood"), atol=1e-3)
    np.testing.assert_array_equal(short, part.of_sound(noise(0, 0.5), RATE_HZ))


@needs_transformers
def test_of_a_long_recording_no_part_is_drawn_by_chance(weights: Path) -> None:
    part = create("listener", "clap")
    long = np.concatenate([noise(seed, WINDOW_S) for seed in (0, 4, 9)])
    found = part.of_sound(long, RATE_HZ)
    np.testing.assert_array_equal(found, part.of_sound(long, RATE_HZ))
    mean = np.mean([part.of_sound(noise(seed, WINDOW_S), RATE_HZ) for seed in (0, 4, 9)], axis=0)
    np.testing.assert_allclose(found, mean / np.linalg.norm(mean), atol=1e-4)
    at_48 = np.repeat(noise(4, 1.0), 6)
    assert part.of_sound(at_48, 6 * RATE_HZ).shape == (8,)


@needs_transformers
def test_weights_that_lack_parts_are_refused(weights: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    for file in weights.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    held = load_file(tmp_path / "model.safetensors")
    held.pop(sorted(held)[0])
    save_file(held, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(PluginError, match="not weights of CLAP"):
        create("listener", "clap", tmp_path).of_words("rain")


@needs_transformers
def test_the_library_is_listened_to_once_and_searched_by_meaning(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    for seed in (0, 4, 9):
        soundfile.write(sounds / f"take {seed}.wav", noise(seed, 0.6), RATE_HZ, "FLOAT")
    monkeypatch.setenv(INDEX, str(tmp_path / "index"))
    part = create("listener", "clap")
    with Database() as database:
        index_folder(database, sounds)
        with pytest.raises(LibraryError, match="clap has not listened to the library yet"):
            search_meaning(database, part, "rain")
        report = listen(database, part)
        assert (report.heard, report.sounds) == (3, 3)
        found = search_meaning(database, part, "rain")
        asked = part.of_words("rain")
        cosines = [float(part.of_sound(noise(seed, 0.6), RATE_HZ) @ asked) for seed in (0, 4, 9)]
        best = f"take {(0, 4, 9)[int(np.argmax(cosines))]}.wav"
        assert Path(found[0].path).name == best
        assert len(found) == 3
        other = create("listener", "clap", save_clap(tmp_path / "others", seed=1))
        assert heard(database, other).heard == 0  # other weights know nothing of it


@needs_transformers
def test_the_command_says_by_what_it_searched(
    weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    soundfile.write(sounds / "one.wav", noise(4, 0.6), RATE_HZ, "FLOAT")
    monkeypatch.setenv(INDEX, str(tmp_path / "index"))
    assert main(["library", "index", str(sounds)]) == 0
    assert main(["library", "listen"]) == 0
    capsys.readouterr()
    assert main(["library", "search", "--by", "clap", "rain", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["by"].startswith("meaning (CLAP clap ")
    assert "1 of 1 recordings listened to" in told["by"]
    assert [Path(one["path"]).name for one in told["recordings"]] == ["one.wav"]
    assert main(["library", "search", "one", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["by"] == "words"
