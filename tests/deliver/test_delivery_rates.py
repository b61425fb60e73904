"""Sessions at 44.1 to 192 kHz: the same sound as at 48 kHz, and files that say their rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from scenes import ARC_M, LEFT_M, Folder, add_track, noise, picture, scene, with_picture
from scipy import signal

from engine.deliver.bounce import deliver
from engine.media.audio_file import read_audio
from engine.project.model import EqBand, Project, Strip
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot

FORMATS = ("binaural", "5.1", "foa", "stereo")
EDGE_SAMPLES = 600
"""Left out at both ends: the comparison's own filters ring there."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("takes"))


def passing(folder: Folder) -> Project:
    """A source that passes with Doppler and a still one; the air does nothing."""
    strip = Strip(eq=(EqBand(kind="bell", frequency_hz=400.0, gain_db=9.0, q=1.0),))
    project = add_track(Project(), folder, "Ball", noise(1.0), ARC_M, doppler=True)
    project = add_track(project, folder, "Door", noise(1.0, seed=1), LEFT_M, strip=strip)
    for track in project.tracks:
        project = project.with_track(structs.replace(track, air=False))
    return project


def heard_to_15_khz(project: Project, folder: Folder, rate_hz: int) -> dict[str, np.ndarray]:
    """Every format of the project rendered at a rate, then brought to 48 kHz."""
    project = structs.replace(project, sample_rate_hz=rate_hz)
    blocks = list(render_snapshot(compile_project(project, folder.audio_path, FORMATS)))
    low = signal.firwin(301, 15_000.0, fs=48_000)
    common = np.gcd(rate_hz, 48_000)
    heard = {}
    for name in FORMATS:
        whole = np.concatenate([block[name] for block in blocks], axis=1).astype(float)
        up, down = 48_000 // common, rate_hz // common
        whole = signal.resample_poly(whole, up, down, axis=1, window=("kaiser", 10.0))
        heard[name] = signal.fftconvolve(whole, low[None], mode="same", axes=1)
    return heard


@pytest.mark.parametrize("rate_hz", [44_100, 96_000, 192_000])
def test_a_session_sounds_the_same_at_every_rate(folder: Folder, rate_hz: int) -> None:
    project = passing(folder)
    wanted = heard_to_15_khz(project, folder, 48_000)
    got = heard_to_15_khz(project, folder, rate_hz)
    for name in FORMATS:
        samples = min(wanted[name].shape[1], got[name].shape[1])
        kept = slice(EDGE_SAMPLES, samples - EDGE_SAMPLES)
        rest = wanted[name][:, kept] - got[name][:, kept]
        loudest = np.sum(wanted[name][:, kept] ** 2, axis=1).max()
        assert 10 * np.log10(np.sum(rest**2, axis=1).max() / loudest) < -50.0, name


@pytest.mark.parametrize("rate_hz", [44_100, 96_000, 192_000])
def test_a_delivery_keeps_the_sessions_rate(folder: Folder, tmp_path: Path, rate_hz: int) -> None:
    project = structs.replace(scene(folder), sample_rate_hz=rate_hz)
    project = with_picture(project, picture(tmp_path / "picture.mp4"))
    formats = ("binaural", "stereo", "5.1", "foa", "adm", "stems", "video")
    report = deliver(project, folder, formats, tmp_path / "out")
    # Of responses too long to be told between their measurements one is told.
    told = [problem for problem in report.problems if "are not told between" in problem]
    assert list(report.problems) == told
    assert len(told) == (rate_hz == 192_000)
    for file in report.files:
        if file.format == "video":
            continue
        sound, found_hz = read_audio(tmp_path / "out" / file.path)
        assert found_hz == rate_hz
        assert sound.shape[1] == 3 * rate_hz
        if file.format in ("binaural", "stereo", "5.1"):
            assert file.integrated_lufs == pytest.approx(-23.0, abs=0.15)
