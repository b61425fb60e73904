"""Real street clips through the whole chain: what crosses the picture is heard to cross."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.stats import spearmanr

from engine.coordinates import to_cartesian
from engine.metrics.direction import energy_vector, interaural_differences
from engine.pipeline.produce import produce
from engine.pipeline.settings import RunSettings

CLIPS = {"lisbon1076_42301": 2, "milan1202_44201": 3}
"""Clips and how many movers cross them."""
FOLLOWED = 0.8
POINTS_DEG = 5.0
CROSSES_DEG = 40.0
SINGLE_S = 0.15
"""What is heard this long after another mover's last sound is heard alone."""


@pytest.fixture(scope="module", params=CLIPS)
def street(request, shared_data: Path, tmp_path_factory):
    out = tmp_path_factory.mktemp(request.param)
    video = shared_data / "av_binaural_gt" / f"urbansas_{request.param}.mp4"
    report = produce(video, out, RunSettings(formats=("binaural", "foa")))
    return request.param, out, report


def crossing(report) -> list[dict]:
    return [
        track
        for track in report["tracks"]
        if track["kind"] == "object"
        and track["sounds_s"]
        and np.ptp(np.array(track["trajectory"])[:, 1]) >= CROSSES_DEG
    ]


def during(track: dict, times_s: np.ndarray) -> np.ndarray:
    """Where windows of 100 ms lie inside the times in which a track sounds."""
    spans = track["sounds_s"]
    return np.any([(times_s > a + 0.05) & (times_s < b - 0.05) for a, b in spans], axis=0)


def test_cars_are_vehicles_and_cross(street) -> None:
    name, _, report = street
    found = crossing(report)
    assert len(found) == CLIPS[name]
    assert {track["label"] for track in found} <= {"vehicle", "car", "truck", "bus"}


def test_the_ears_follow_each_mover_that_crosses(street) -> None:
    _, out, report = street
    audio, rate_hz = soundfile.read(out / "binaural.wav")
    ears = interaural_differences(audio.T, rate_hz)
    for track in crossing(report):
        active = during(track, ears.times_s)
        rows = np.array(track["trajectory"])
        azimuth_deg = np.interp(ears.times_s[active], rows[:, 0], rows[:, 1])
        assert spearmanr(azimuth_deg, ears.itd_us[active]).statistic >= FOLLOWED
        assert spearmanr(azimuth_deg, ears.ild_db[active]).statistic >= FOLLOWED


def test_the_energy_vector_points_at_the_single_mover(street) -> None:
    _, out, report = street
    audio, rate_hz = soundfile.read(out / "foa.wav")
    vector = energy_vector(audio.T, rate_hz)
    found = crossing(report)
    for track in found:
        single = during(track, vector.times_s)
        for other in found:
            if other is not track:
                spans = other["sounds_s"]
                single &= ~np.any(
                    [(vector.times_s > a) & (vector.times_s < b + SINGLE_S) for a, b in spans],
                    axis=0,
                )
        rows = np.array(track["trajectory"])
        at = [np.interp(vector.times_s[single], rows[:, 0], column) for column in rows.T[1:]]
        true = to_cartesian(at[0], at[1], np.ones_like(at[0]))
        heard = to_cartesian(
            vector.azimuth_deg[single], vector.elevation_deg[single], np.ones(single.sum())
        )
        off_deg = np.degrees(np.arccos(np.clip((true * heard).sum(axis=1), -1.0, 1.0)))
        assert len(off_deg) >= 5
        assert np.median(off_deg) <= POINTS_DEG
