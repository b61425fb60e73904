"""What a sound measures behind the limiter, found by limiting only where the limiter works.

A gain is found by trying several, and most of a long film lies far under the ceiling: there the
limiter passes everything, and what the render measured holds, raised by the gain. So only stretches
that may reach the ceiling are limited and measured again, each with some silence of the limiter
before and after it. The answer is that of limiting the whole.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.deliver.limiter import RELEASE_DB_PER_S, SAFETY_DB, TruePeakLimiter
from engine.deliver.loudness import Loudness, hop_samples, loudness_of
from engine.deliver.rendering import Rendered, peak_dbfs
from engine.jobs import Progress
from engine.realtime.loudness_weighting import HOPS_PER_SECOND
from engine.realtime.oversampling import LARGEST_GAIN
from engine.units import db_to_gain, gain_to_db

BLOCK_SAMPLES = 65_536
_BEFORE_HOPS = 3
"""Tenths of a second before a stretch: the look-ahead, and until the weighting has settled."""
_SETTLED_HOPS = 2


def limited_loudness(
    source: Rendered, gain_db: float, ceiling_dbtp: float, progress: Progress
) -> tuple[Loudness, float]:
    """What a render measures with a gain, limited; and the most that the limiter takes, in dB.

    Parameters
    ----------
    progress : callable
        Called with every block that is limited.
    """
    gain = float(db_to_gain(gain_db))
    peaks = source.measured.hop_peaks * gain
    stretches = _stretches(peaks, float(db_to_gain(ceiling_dbtp - SAFETY_DB)))
    powers = source.measured.hop_powers * gain**2
    rests = np.ones(len(peaks), dtype=bool)
    reduction_db, true_dbtp, sample_dbfs = 0.0, -math.inf, -math.inf
    for number, (first, after) in enumerate(stretches):
        limiter = TruePeakLimiter(source.samples.channels, source.sample_rate_hz, ceiling_dbtp)
        meter, hop = source.meter(), hop_samples(source.sample_rate_hz)
        for block in source.samples.blocks(BLOCK_SAMPLES, first * hop, after * hop):
            progress("matching loudness", number / len(stretches))
            meter.add(limiter.process(block * np.float32(gain)))
        meter.add(limiter.flush())
        settled = _SETTLED_HOPS if first else 0
        found = meter.hop_powers[settled:]
        powers[first + settled : first + settled + len(found)] = found
        rests[first:after] = False
        result = meter.result()
        true_dbtp = max(true_dbtp, result.true_peak_dbtp)
        sample_dbfs = max(sample_dbfs, result.sample_peak_dbfs)
        reduction_db = max(reduction_db, limiter.reduction_db)
    elsewhere_dbfs = peak_dbfs(float(peaks[rests].max(initial=0.0)))
    return loudness_of(
        powers, max(true_dbtp, elsewhere_dbfs), max(sample_dbfs, elsewhere_dbfs)
    ), reduction_db


def _stretches(peaks: NDArray[np.float32], ceiling: float) -> list[tuple[int, int]]:
    """Stretches [first, after) of tenths of a second outside which the limiter rests."""
    loud = peaks * LARGEST_GAIN > ceiling
    loudest = float(peaks.max(initial=0.0)) * LARGEST_GAIN
    recovery_s = max(float(gain_to_db(max(loudest, ceiling) / ceiling)), 0.0) / RELEASE_DB_PER_S
    behind = math.ceil(recovery_s * HOPS_PER_SECOND) + 2
    steps = np.zeros(len(peaks) + 1, dtype=np.int64)
    hops = np.flatnonzero(loud)
    np.add.at(steps, np.maximum(hops - _BEFORE_HOPS, 0), 1)
    np.add.at(steps, np.minimum(hops + behind, len(peaks)), -1)
    inside = np.cumsum(steps)[:-1] > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
