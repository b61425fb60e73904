"""A real film that is no street, end to end: named, placed by its mask, and heard where it is."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt
from scipy.stats import spearmanr

from engine.media.probe import probe_video
from engine.pipeline.produce import produce
from engine.pipeline.settings import RunSettings

Array = NDArray[np.float64]

FILM, LABEL = "davis_drift-chicane", "car"
"""A car that drifts through a bend in its smoke, followed by a hand-held camera, for 2.2 s."""
HALF_FIELD_DEG = 60.0
"""Of the cylinder mapping: azimuth is linear in the column."""
MEDIAN_DEG, WORST_DEG = 3.0, 8.0
"""Of a car that is 40 degrees long where it is nearest."""
FOLLOWED = 0.8
WINDOW_S, HOP_S = 0.1, 0.05
SIDE_DEG = 8.0
"""From here on it is on a side."""


@pytest.fixture(scope="module")
def film(shared_data: Path, tmp_path_factory) -> tuple[Path, dict, Array]:
    """The folder, the report, and rows (n, 2) of time in seconds and azimuth of the mask."""
    video = shared_data / "video_mask_gt" / f"{FILM}.mp4"
    out = tmp_path_factory.mktemp("film")
    report = produce(video, out, RunSettings(formats=("binaural",), mapping="cylinder"))
    probed = probe_video(video)
    with zipfile.ZipFile(video.with_name(f"{FILM}_gt.zip")) as archive:
        name = next(n for n in archive.namelist() if n.endswith("boxes.csv"))
        table = list(csv.DictReader(io.StringIO(archive.read(name).decode())))
    rows = [
        (number / float(probed.rate), (1.0 - 2.0 * float(row["cx"]) / probed.width))
        for number, row in enumerate(table)
        if row["cx"]
    ]
    times_s, side = np.array(rows).T
    return out, report, np.column_stack([times_s, HALF_FIELD_DEG * side])


def the_car(report: dict) -> dict:
    (car,) = [t for t in report["tracks"] if t["label"] == LABEL and t["sounds_s"]]
    return car


def test_it_is_a_car_where_its_mask_is(film) -> None:
    _, report, truth = film
    path = np.array(the_car(report)["trajectory"])
    inside = (truth[:, 0] >= path[0, 0]) & (truth[:, 0] <= path[-1, 0])
    assert inside.mean() >= 0.9
    found_deg = np.interp(truth[inside, 0], path[:, 0], path[:, 1])
    off_deg = np.abs(found_deg - truth[inside, 1])
    assert np.median(off_deg) <= MEDIAN_DEG
    assert off_deg.max() <= WORST_DEG


def test_what_is_delivered_follows_the_mask(film) -> None:
    out, report, truth = film
    ears, rate_hz = soundfile.read(out / "binaural.wav")
    times_s, itd_s, ild_db = differences(ears.T, rate_hz)
    sounds = np.any([(times_s > a) & (times_s < b) for a, b in the_car(report)["sounds_s"]], axis=0)
    sounds &= times_s <= truth[-1, 0]
    true_deg = np.interp(times_s[sounds], *truth.T)
    assert np.ptp(true_deg) > 30.0
    for heard in (itd_s[sounds], ild_db[sounds]):
        assert spearmanr(true_deg, heard).statistic >= FOLLOWED
        aside = np.abs(true_deg) > SIDE_DEG
        assert np.mean(np.sign(heard[aside]) == np.sign(true_deg[aside])) >= 0.9


def differences(ears: Array, rate_hz: int) -> tuple[Array, Array, Array]:
    """Middles of windows, by how much the left ear leads there, and is louder."""
    count, hop, most = (round(s * rate_hz) for s in (WINDOW_S, HOP_S, 1e-3))
    low = sosfiltfilt(butter(4, 3000.0, fs=rate_hz, output="sos"), ears, axis=1)
    starts = np.arange(0, ears.shape[1] - count, hop)
    rows = []
    for start in starts:
        left, right = low[:, start : start + count]
        inner = slice(most, count - most)
        sums = [left[inner] @ np.roll(right, -lag)[inner] for lag in range(-most, most + 1)]
        power = np.mean(ears[:, start : start + count] ** 2, axis=1) + 1e-15
        rows.append(((np.argmax(sums) - most) / rate_hz, 10.0 * np.log10(power[0] / power[1])))
    itd_s, ild_db = np.array(rows).T
    return (starts + count / 2) / rate_hz, itd_s, ild_db
