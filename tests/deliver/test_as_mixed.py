"""Delivery as mixed: the renderer's own samples, straight into files, with their peaks told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from scenes import RATE_HZ, Folder, add_track, noise, scene

from engine.deliver import bounce
from engine.deliver.bounce import DeliveryOptions, deliver
from engine.deliver.surround import FILM_ORDER_INDICES
from engine.errors import DeliveryError
from engine.media.audio_file import read_audio
from engine.project.model import Project
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot

AS_MIXED = DeliveryOptions(as_mixed=True)
HALF_STEP = 0.5 / (1 << 23)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("takes"))


def rendered(project: Project, folder: Folder, name: str) -> np.ndarray:
    snapshot = compile_project(project, folder.audio_path, (name,))
    return np.concatenate([blocks[name] for blocks in render_snapshot(snapshot)], axis=1)


@pytest.mark.parametrize("name", ["5.1", "stereo", "hoa3"])
def test_files_hold_what_the_renderer_gives(folder: Folder, tmp_path: Path, name: str) -> None:
    """To half a step of 24 bits, but for the last 10 ms."""
    project = scene(folder)
    report = deliver(project, folder, [name], tmp_path, options=AS_MIXED)
    (file,) = report.files
    sound, rate_hz = read_audio(tmp_path / file.path)
    wanted = rendered(project, folder, name)
    inner = slice(100, -RATE_HZ // 100)
    assert rate_hz == RATE_HZ
    assert np.abs(sound - wanted)[:, inner].max() <= 1.01 * HALF_STEP
    assert file.sample_peak_dbfs == pytest.approx(20 * np.log10(np.abs(wanted).max()), abs=0.01)
    assert file.integrated_lufs is None
    assert report.target_lufs is None
    assert [p.name for p in tmp_path.iterdir()] == [file.path]


def test_several_formats_come_of_one_pass(folder: Folder, tmp_path: Path) -> None:
    project = scene(folder)
    options = structs.replace(AS_MIXED, film_order=True)
    both = deliver(project, folder, ["5.1", "binaural"], tmp_path / "both", options=options)
    alone = deliver(project, folder, ["5.1"], tmp_path / "alone", options=AS_MIXED)
    assert [file.format for file in both.files] == ["binaural", "5.1"]
    film, _ = read_audio(tmp_path / "both" / "surround51.wav")
    usual, _ = read_audio(tmp_path / "alone" / alone.files[0].path)
    np.testing.assert_array_equal(film, usual[list(FILM_ORDER_INDICES)])


def test_two_ears_are_as_loud_as_they_are_monitored(folder: Folder, tmp_path: Path) -> None:
    """The delivery to a loudness differs by nothing but the gain that it tells."""
    project = add_track(Project(), folder, "a", noise(3.0, 0.05), np.array([[0.0, 2.0, 0.0]]))
    (file,) = deliver(project, folder, ["binaural"], tmp_path / "to", ).files  # fmt: skip
    deliver(project, folder, ["binaural"], tmp_path / "as", options=AS_MIXED)
    louder, _ = read_audio(tmp_path / "to" / file.path)
    mixed, _ = read_audio(tmp_path / "as" / file.path)
    assert file.limiter_reduction_db == 0.0
    np.testing.assert_allclose(louder, mixed * 10 ** (file.gain_db / 20.0), rtol=2e-4, atol=2e-6)


def test_what_passes_full_scale_is_said(folder: Folder, tmp_path: Path) -> None:
    loud = add_track(Project(), folder, "loud", noise(3.0, 3.0), np.array([[1.0, 0, 0]]))
    (file,) = deliver(loud, folder, ["stereo"], tmp_path, options=AS_MIXED).files
    assert file.sample_peak_dbfs is not None
    assert file.sample_peak_dbfs > 0.0
    assert any(f"pass full scale by {file.sample_peak_dbfs:.1f} dB" in n for n in file.notes)


@pytest.mark.parametrize("name", ["adm", "stems", "video"])
def test_what_has_no_level_of_its_own_is_refused(folder: Folder, tmp_path: Path, name: str) -> None:
    with pytest.raises(DeliveryError, match=f"{name} cannot be delivered as mixed"):
        deliver(scene(folder), folder, ["5.1", name], tmp_path, options=AS_MIXED)


def test_nothing_measures_or_renders_twice(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounce, "render_to_files", None)
    monkeypatch.setattr(bounce, "DeliveryJob", None)
    assert deliver(scene(folder), folder, ["foa"], tmp_path, options=AS_MIXED).files
