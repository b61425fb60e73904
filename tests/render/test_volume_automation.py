"""Volume automation: what is drawn is what sounds, at every sample and however it is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.project.model import Clip, ClipId, Project, Take, TakeId, Track, TrackId, Trajectory
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot

RATE_HZ = 48_000
CURVE = ((0.4, 0.0), (0.6, -12.0), (0.7, -12.0), (0.70002, 6.0))


def project(kind: str, doppler: bool = False) -> Project:
    trajectory = Trajectory.from_arrays([0.0], [(0.0, 1.0, 0.0)])
    track = Track(
        id=TrackId("a"), name="a", kind=kind, trajectory=trajectory, doppler=doppler, air=False,
        gain_curve_db=CURVE,
    )  # fmt: skip
    take = Take(
        id=TakeId("t"), name="t", audio="h", sample_rate_hz=RATE_HZ, channels=1, samples=RATE_HZ
    )
    clips = tuple(
        Clip(id=ClipId(f"c{i}"), track_id=track.id, take_id=take.id, name="c",
             start_s=0.25 * i, duration_s=0.25, offset_s=0.25 * i)
        for i in range(4)
    )  # fmt: skip
    return Project(tracks=(track,), takes=(take,), clips=clips)


def render(path: Path, made: Project, **more) -> np.ndarray:
    samples = np.full((RATE_HZ, 1), 0.25)
    soundfile.write(path / "dc.wav", samples, RATE_HZ, subtype="FLOAT")
    blocks = render_snapshot(compile_project(made, lambda _: path / "dc.wav", ("foa",)), **more)
    return np.concatenate([block["foa"] for block in blocks], axis=1)


@pytest.mark.parametrize("kind", ["object", "ambience"])
def test_lines_between_points_are_straight_in_decibels(tmp_path: Path, kind: str) -> None:
    heard = render(tmp_path, project(kind))[0]
    times_s = np.arange(RATE_HZ) / RATE_HZ
    points = np.array(CURVE)
    expected = 0.25 * 10.0 ** (np.interp(times_s, points[:, 0], points[:, 1]) / 20.0)
    np.testing.assert_allclose(heard, expected, rtol=2e-6)


@pytest.mark.parametrize("kind", ["object", "ambience"])
def test_it_is_the_same_in_blocks_of_any_size(tmp_path: Path, kind: str) -> None:
    one = render(tmp_path, project(kind, doppler=True))
    np.testing.assert_array_equal(
        render(tmp_path, project(kind, doppler=True), hop_multiple=13), one
    )
