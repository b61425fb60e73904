"""A listener who knows nothing of the program: how a mix's ears follow a mover.

It has the delivered ears, the trajectory and the times that the report says the mover sounds. In
windows of 0.1 s it takes the time difference from the peak of the plain cross-correlation below
3 kHz (Knapp and Carter 1976, without weighting), found again by a parabola between samples, and
the level difference of the whole band. Shares no code with the product's own measure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt
from scipy.stats import spearmanr

from engine.project.model import Project
from engine.render.compiler import AudioPath, compile_project
from engine.render.renderer import render_snapshot

Array = NDArray[np.float64]

_WINDOW_S, _HOP_S = 0.1, 0.05
_MOST_S = 1e-3
_BELOW_HZ = 3000.0
_FAINT_DB = -35.0
"""Windows so far below the loudest one of the mover's time are not judged."""
_FEWEST = 6


def stranger_follows(
    project: Project, audio_path: AudioPath, sounds_s: Mapping[str, Sequence[Sequence[float]]]
) -> dict[str, tuple[float, float]]:
    """Rank correlations of azimuth with ITD and ILD per track id; NaN for too few windows.

    Parameters
    ----------
    sounds_s : mapping
        Spans [start, end] in seconds in which each track sounds and is seen.
    """
    blocks = list(render_snapshot(compile_project(project, audio_path, ("binaural",))))
    ears = np.concatenate([block["binaural"] for block in blocks], axis=1).astype(np.float64)
    rate_hz = project.sample_rate_hz
    middles_s, itd_s, ild_db, level_db = _differences(ears, rate_hz)
    found = {}
    for track_id, spans in sounds_s.items():
        inside = np.zeros(len(middles_s), dtype=bool)
        for start_s, end_s in spans:
            inside |= (middles_s >= start_s) & (middles_s <= end_s)
        if inside.any():
            inside &= level_db > level_db[inside].max() + _FAINT_DB
        x, y, _ = project.track(track_id).trajectory.at(middles_s[inside]).T
        azimuth = np.unwrap(np.arctan2(y, x))
        found[track_id] = (_ranks(azimuth, itd_s[inside]), _ranks(azimuth, ild_db[inside]))
    return found


def _ranks(a: Array, b: Array) -> float:
    if len(a) < _FEWEST or np.ptp(a) == 0.0 or np.ptp(b) == 0.0:
        return float("nan")
    return float(spearmanr(a, b).statistic)


def _differences(ears: Array, rate_hz: int) -> tuple[Array, Array, Array, Array]:
    """Middles (n,) of windows, time (left leads > 0) and level differences, and levels."""
    low = sosfiltfilt(butter(4, _BELOW_HZ, fs=rate_hz, output="sos"), ears, axis=1)
    count, hop = round(_WINDOW_S * rate_hz), round(_HOP_S * rate_hz)
    starts = np.arange(0, ears.shape[1] - count, hop)
    most = round(_MOST_S * rate_hz)
    rows = [_window(ears[:, s : s + count], low[:, s : s + count], most) for s in starts]
    itd, ild_db, level_db = np.array(rows).reshape(-1, 3).T
    return (starts + count / 2) / rate_hz, itd / rate_hz, ild_db, level_db


def _window(ears: Array, low: Array, most: int) -> tuple[float, float, float]:
    size = 2 * low.shape[1]
    left, right = np.fft.rfft(low, size, axis=1)
    correlation = np.fft.irfft(right * np.conj(left), size)
    near = np.concatenate([correlation[-most:], correlation[: most + 1]])
    peak = int(np.clip(np.argmax(near), 1, 2 * most - 1))
    a, b, c = near[peak - 1 : peak + 2]
    bend = a - 2.0 * b + c
    shift = 0.5 * (a - c) / bend if bend < 0.0 else 0.0
    power = np.mean(ears**2, axis=1) + 1e-15
    return peak + shift - most, 10.0 * np.log10(power[0] / power[1]), 10.0 * np.log10(power.sum())
