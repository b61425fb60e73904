"""Nothing delivered starts or stops with a click."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scenes import ARC_M, LEFT_M, RATE_HZ, Folder, add_track, noise

from engine.deliver.bounce import deliver
from engine.deliver.edges import EdgeFades
from engine.media.audio_file import read_audio
from engine.project.model import Project


def faded(sound: np.ndarray, block: int) -> np.ndarray:
    edges = EdgeFades(sound.shape[1], RATE_HZ)
    starts = range(0, sound.shape[1], block)
    return np.concatenate([edges.apply(sound[:, s : s + block]) for s in starts], axis=1)


def test_the_end_fades_and_the_rest_stays() -> None:
    sound = np.ones((2, RATE_HZ), np.float32)
    sound[:, 0] = 0.0
    out = faded(sound, 4096)
    np.testing.assert_array_equal(out[:, :-480], sound[:, :-480])
    assert (np.diff(out[0, -480:]) < 0.0).all()
    assert np.abs(np.diff(out[0, -480:])).max() < 0.004
    assert out[0, -1] == 0.0


def test_only_a_loud_first_sample_fades_in() -> None:
    sound = np.full((1, RATE_HZ), 0.5, np.float32)
    out = faded(sound, 4096)
    assert out[0, 0] == 0.0
    assert (np.diff(out[0, :96]) > 0.0).all()
    np.testing.assert_array_equal(out[0, 96:1000], sound[0, 96:1000])


@given(block=st.integers(1, 700), length=st.integers(0, 1500))
def test_blocks_do_not_matter(block: int, length: int) -> None:
    sound = np.full((1, length), 0.5, np.float32)
    whole = EdgeFades(length, RATE_HZ).apply(sound)
    if length:
        np.testing.assert_array_equal(faded(sound, block), whole)
    assert np.abs(whole[:, -1:]).max(initial=0.0) in (0.0, 0.5 if length == 1 else 0.0)


def test_every_file_ends_in_silence(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    project = add_track(Project(), folder, "Engine", noise(1.0), ARC_M)
    bed = noise(1.0, 0.01, 4, seed=2)
    project = add_track(project, folder, "Wind", bed, LEFT_M, kind="ambience")
    formats = ("binaural", "stereo", "5.1", "foa", "hoa3", "adm", "stems")
    for file in deliver(project, folder, formats, tmp_path / "out").files:
        sound, _ = read_audio(tmp_path / "out" / file.path)
        assert np.abs(sound[:, -1]).max() == 0.0, file.path
        rms = np.sqrt(np.mean(sound**2))
        assert np.sqrt(np.mean(sound[:, -48:] ** 2)) < 0.05 * rms, file.path
        assert np.sqrt(np.mean(sound[:, -960:-480] ** 2)) > 0.5 * rms, file.path
