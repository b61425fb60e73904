"""What crosses the demo's picture is heard to cross it: the delivered ears against the truth."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt
from scipy.stats import spearmanr

from engine import resources
from engine.pipeline.produce import produce
from engine.pipeline.settings import RunSettings
from engine.project.store import Bundle

Array = NDArray[np.float64]

FOLLOWED = 0.8
WINDOW_S, HOP_S = 0.1, 0.05
SOUNDS_DB = 20.0


@pytest.fixture(scope="module")
def produced(tmp_path_factory) -> tuple[Path, dict]:
    out = tmp_path_factory.mktemp("demo")
    settings = RunSettings(formats=("binaural", "stems"))  # the seed is that of the first command
    return out, produce(resources.path("demo/demo.mp4"), out, settings)


def windows(audio: Array, rate_hz: int) -> tuple[Array, Array]:
    """Middles (n,) in seconds and windows (n, channels, samples) of (channels, samples)."""
    count, hop = round(WINDOW_S * rate_hz), round(HOP_S * rate_hz)
    starts = np.arange(0, audio.shape[1] - count, hop)
    return (starts + count / 2) / rate_hz, np.stack([audio[:, s : s + count] for s in starts])


def itd_s(window: Array, rate_hz: int) -> float:
    """By how much the left ear leads: the peak of the plain cross-correlation."""
    most = round(1e-3 * rate_hz)
    left, right = window
    inner = slice(most, len(left) - most)
    sums = [float(left[inner] @ np.roll(right, -lag)[inner]) for lag in range(-most, most + 1)]
    return (int(np.argmax(sums)) - most) / rate_hz


def correlations(out: Path, name: str, path: Array) -> tuple[float, float, float]:
    """Ranks of a true azimuth with ITD and ILD while the stem sounds, and the way it goes then."""
    stem, rate_hz = soundfile.read(out / "stems" / f"{name}.wav", always_2d=True)
    ears, _ = soundfile.read(out / "binaural.wav", always_2d=True)
    times_s, own = windows(stem.T, rate_hz)
    level_db = 10.0 * np.log10(np.mean(own**2, axis=(1, 2)) + 1e-15)
    seen = (times_s >= path[0, 0]) & (times_s <= path[-1, 0])
    sounds = seen & (level_db > level_db[seen].max() - SOUNDS_DB)
    low = sosfiltfilt(butter(4, 3000.0, fs=rate_hz, output="sos"), ears.T, axis=1)
    itds_s = [itd_s(window, rate_hz) for window in windows(low, rate_hz)[1][sounds]]
    powers = np.mean(windows(ears.T, rate_hz)[1][sounds] ** 2, axis=2)
    x, y = (np.interp(times_s[sounds], path[:, 0], column) for column in path[:, 1:3].T)
    azimuth_deg = np.degrees(np.arctan2(y, x))
    by_time = spearmanr(azimuth_deg, itds_s).statistic
    by_level = spearmanr(azimuth_deg, powers[:, 0] / powers[:, 1]).statistic
    return float(by_time), float(by_level), float(np.ptp(azimuth_deg))


@pytest.mark.parametrize(("thing", "name"), [("ball", "Ball 1"), ("bird", "Bird 1")])
def test_it_is_heard_to_cross(produced, thing: str, name: str) -> None:
    truth = json.loads(resources.path("demo/demo.truth.json").read_text())
    (path,) = (one["path"] for one in truth["objects"] if one["id"] == thing)
    by_time, by_level, way_deg = correlations(produced[0], name, np.array(path, dtype=float)[:, :4])
    assert way_deg > 80.0
    assert by_time >= FOLLOWED
    assert by_level >= FOLLOWED


@pytest.mark.parametrize("name", ["Ball 1", "Bird 1"])
def test_what_is_seen_is_never_silent_and_mostly_in_front(produced, name: str) -> None:
    bundle, project, _ = Bundle.open(produced[0] / "scene.foley", read_only=True)
    bundle.close()
    (track,) = (track for track in project.tracks if track.name == name)
    times_s = np.arange(track.start_s, track.end_s, 0.02)
    gains_db = np.interp(times_s, *np.array(track.gain_curve_db or [(0.0, 0.0)]).T)
    assert gains_db.min() >= -24.0
    assert np.mean(gains_db > -12.0) >= 0.6


def test_the_report_says_so_and_has_nothing_to_complain_of(produced) -> None:
    _, report = produced
    movers = {t["name"]: t for t in report["tracks"] if "heard_to_move" in t}
    assert set(movers) == {"Ball 1", "Bird 1"}
    assert all(track["heard_to_move"]["followed"] for track in movers.values())
    assert not [note for note in report["used"]["notes"] if "not heard to" in note]
