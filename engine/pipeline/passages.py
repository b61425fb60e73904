"""Passages that stand for a long film where its loudness is measured.

To render half an hour only to set a fader is a waste: how loud the film is, passage by passage, is
known from its clips (`engine.pipeline.balance`), but for what panning, ears and air make of it. So
the loudest hits and passages of every loudness that counts are rendered and measured; by how much
the whole is expected to be louder or softer than these together, the target is moved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.deliver.loudness import hop_samples, loudness_of
from engine.realtime.loudness_weighting import HOPS_PER_SECOND
from engine.realtime.snapshot import HOP_SAMPLES

Array = NDArray[np.float64]

LONGEST_WHOLE_S = 180.0
"""Films up to this long are measured whole."""
PASSAGE_S = 6.0
_LOUD, _TYPICAL, _HITS = 8, 8, 4
"""Passages: spread over the film's power, over those that count by rank, and of the highest peaks.
"""
_GATE_LU = 10.0
_USUAL_LUFS = -23.0
"""Where a film's power is brought before its loudness is told: the absolute gate is far below."""


@dataclass(frozen=True, eq=False)
class Outline:
    """What is expected to arrive at the listener, in tenths of a second from the film's start.

    power : (ways, n) K-weighted mean square, by loudspeakers and by headphones
    peaks : (n,) greatest magnitude of a sample, by either
    """

    power: Array
    peaks: Array


@dataclass(frozen=True)
class Passages:
    """Spans (start, samples) in order, and by how many LU the whole is louder (per way)."""

    spans: tuple[tuple[int, int], ...]
    whole_louder_lu: tuple[float, ...]


def passages_of(outline: Outline, length_samples: int, sample_rate_hz: int) -> Passages | None:
    """The passages that stand for a film; None where it is measured whole.

    Parameters
    ----------
    length_samples, sample_rate_hz : int
        Of the film.
    """
    passage = round(PASSAGE_S * HOPS_PER_SECOND)
    count = min(
        length_samples // hop_samples(sample_rate_hz) // passage, outline.peaks.size // passage
    )
    power = outline.power[:, : count * passage]
    if length_samples <= LONGEST_WHOLE_S * sample_rate_hz or not np.any(power):
        return None
    chosen = _chosen(
        power[0].reshape(count, passage).mean(axis=1),
        outline.peaks[: count * passage].reshape(count, passage).max(axis=1),
    )
    hops = (chosen[:, None] * passage + np.arange(passage)).reshape(-1)
    louder_lu = tuple(_loudness_lufs(way) - _loudness_lufs(way, hops) for way in power)
    samples = passage * hop_samples(sample_rate_hz)
    starts = chosen * samples // HOP_SAMPLES * HOP_SAMPLES
    return Passages(tuple((int(start), samples) for start in starts), louder_lu)


def _chosen(power: Array, peaks: Array) -> NDArray[np.intp]:
    """Which passages (n,), in order: a share of the power each, quantiles of loudness, hits."""
    ranked = np.argsort(-power, kind="stable")
    reached = np.cumsum(power[ranked])
    shares = (np.arange(_LOUD) + 0.5) / _LOUD * reached[-1]
    loud = ranked[np.searchsorted(reached, shares)]
    counts = max(int(np.sum(power > power.mean() * 10.0 ** (-_GATE_LU / 10.0))), 1)
    typical = ranked[((np.arange(_TYPICAL) + 0.5) / _TYPICAL * counts).astype(int)]
    hits = np.argsort(-peaks, kind="stable")[:_HITS]
    return np.unique(np.concatenate([loud, typical, hits]))


def _loudness_lufs(power: Array, hops: NDArray[np.intp] | None = None) -> float:
    """Gated loudness of a film's power (n,), or of some of its tenths of a second."""
    usual = power * 10.0 ** (_USUAL_LUFS / 10.0) / power.mean()
    return loudness_of(usual if hops is None else usual[hops], 0.0, 0.0).integrated_lufs
