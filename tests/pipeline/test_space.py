"""One mover crosses from left to right: its exported sound must follow it in every format.

The clip is drawn here, so that the way of the mover is known; the chain sees only the picture.
"""

from __future__ import annotations

import av
import numpy as np
import pytest
import soundfile
from scipy.ndimage import uniform_filter1d
from scipy.stats import spearmanr

from engine.coordinates import angle_between_deg, to_cartesian
from engine.metrics.direction import energy_vector, interaural_differences
from engine.pipeline.produce import produce
from engine.pipeline.settings import RunSettings

RATE_HZ = 25
DURATION_S = 5.0
SIZE = (640, 360)


def draw_crossing(path) -> None:
    """A dark car-shaped block crosses a textured, resting street from left to right."""
    width, height = SIZE
    rng = np.random.default_rng(5)
    street = rng.integers(90, 140, (height // 8, width // 8, 3)).repeat(8, 0).repeat(8, 1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("h264", rate=RATE_HZ)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for index in range(int(DURATION_S * RATE_HZ)):
            picture = street.astype(np.uint8).copy()
            centre = int(width * (0.1 + 0.8 * index / (DURATION_S * RATE_HZ - 1)))
            picture[190:250, centre - 60 : centre + 60] = (30, 34, 60)
            picture[165:190, centre - 35 : centre + 35] = (40, 44, 72)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


@pytest.fixture(scope="module")
def crossing(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crossing")
    draw_crossing(folder / "crossing.mp4")
    formats = ("binaural", "5.1", "foa", "hoa3")
    report = produce(folder / "crossing.mp4", folder / "out", RunSettings(seed=1, formats=formats))
    movers = [track for track in report["tracks"] if track["kind"] == "object"]
    assert len(movers) == 1, [track["name"] for track in movers]
    return folder / "out", np.array(movers[0]["trajectory"])


def _azimuth_at(path, times_s):
    return np.interp(times_s, path[:, 0], path[:, 1])


def test_the_trajectory_is_the_drawn_one(crossing):
    _, path = crossing
    times_s = np.linspace(0.6, DURATION_S - 0.6, 40)
    column = 0.1 + 0.8 * times_s / (DURATION_S - 1 / RATE_HZ)
    expected_deg = (0.5 - column) * 120
    error = np.abs(_azimuth_at(path, times_s) - expected_deg)
    assert np.median(error) <= 3
    assert np.percentile(error, 95) <= 8


def test_interaural_differences_follow_the_mover(crossing):
    out, path = crossing
    audio, rate_hz = soundfile.read(out / "binaural.wav")
    seen = interaural_differences(audio.T, rate_hz, window_s=0.2, hop_s=0.1)
    active = (seen.times_s >= path[0, 0]) & (seen.times_s <= path[-1, 0])
    azimuth_deg = _azimuth_at(path, seen.times_s[active])
    assert spearmanr(azimuth_deg, seen.itd_us[active]).statistic >= 0.8
    assert spearmanr(azimuth_deg, seen.ild_db[active]).statistic >= 0.8


@pytest.mark.parametrize("name", ["foa", "hoa3"])
def test_the_energy_vector_points_along_the_trajectory(crossing, name):
    out, path = crossing
    audio, rate_hz = soundfile.read(out / f"{name}.wav")
    seen = energy_vector(audio.T, rate_hz, window_s=0.2, hop_s=0.1)
    active = (seen.times_s >= path[0, 0] + 0.3) & (seen.times_s <= path[-1, 0] - 0.3)
    wanted = [np.interp(seen.times_s[active], path[:, 0], column) for column in path[:, 1:3].T]
    angle_deg = angle_between_deg(
        to_cartesian(seen.azimuth_deg[active], seen.elevation_deg[active]),
        to_cartesian(*wanted),
    )
    assert np.median(angle_deg) <= 5


def test_the_front_channels_hand_over_from_left_to_right(crossing):
    out, path = crossing
    audio, rate_hz = soundfile.read(out / "surround51.wav")
    loudest_at_s = []
    for channel in (0, 2, 1):  # L, C, R
        power = uniform_filter1d(audio[:, channel] ** 2, rate_hz // 5)
        share = power / uniform_filter1d((audio[:, :3] ** 2).sum(1), rate_hz // 5)
        inside = slice(int(path[0, 0] * rate_hz), int(path[-1, 0] * rate_hz))
        loudest_at_s.append(share[inside].argmax() / rate_hz)
    assert loudest_at_s == sorted(loudest_at_s)
    assert loudest_at_s[0] < loudest_at_s[1] < loudest_at_s[2]
