"""Loudness and true peak, measured as the sound streams by.

References
----------
ITU-R BS.1770-4 (K-weighting, gating, true peak); EBU Tech 3341 (momentary 400 ms, short-term 3 s);
EBU Tech 3342 (loudness range).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.signal import sosfilt

from engine.errors import ShapeError
from engine.realtime.loudness_weighting import (
    ABSOLUTE_GATE_LUFS,
    HOPS_PER_SECOND,
    MOMENTARY_HOPS,
    OFFSET_LU,
    RELATIVE_GATE_LU,
    SHORT_TERM_HOPS,
    channel_weights,
    k_weighting,
)
from engine.realtime.oversampling import HALF_TAPS, TAPS, peaks_between
from engine.units import gain_to_db

SILENCE_LUFS = float("-inf")
_RANGE_GATE_LU = -20.0
_RANGE_PERCENTILES = (10.0, 95.0)


class Loudness(Struct, frozen=True, kw_only=True):
    """What a programme measures. Silence is -inf."""

    integrated_lufs: float
    momentary_max_lufs: float
    short_term_max_lufs: float
    range_lu: float
    true_peak_dbtp: float
    sample_peak_dbfs: float


def hop_samples(sample_rate_hz: int) -> int:
    """Samples of a tenth of a second, as they are measured."""
    return max(round(sample_rate_hz / HOPS_PER_SECOND), 1)


class LoudnessMeter:
    """Loudness of sound given block by block; the block size does not change the result.

    Parameters
    ----------
    channels : int
        1 to 6, ordered L R [C] [LFE] [Ls Rs], the 10 of 5.1.4 or the 12 of 7.1.4.
    sample_rate_hz : int
    weights : sequence of float, optional
        One weight a channel in place of `channel_weights`.
    """

    def __init__(
        self, channels: int, sample_rate_hz: int, weights: Sequence[float] | None = None
    ) -> None:
        chosen = np.asarray(channel_weights(channels) if weights is None else weights, float)
        if chosen.shape != (channels,):
            raise ShapeError(f"{chosen.size} weights for {channels} channels")
        self._heard = np.flatnonzero(chosen)
        self._weights = chosen[self._heard]
        self._sections = k_weighting(sample_rate_hz)
        self._state = np.zeros((2, self._heard.size, 2))
        self._hop_samples = hop_samples(sample_rate_hz)
        self._rest = np.zeros(0)
        self._hops: list[NDArray[np.float64]] = []
        self._peak = TruePeakMeter(channels)

    def add(self, block: NDArray[np.floating]) -> None:
        """Measure a (channels, n) block."""
        self._peak.add(block)
        if block.shape[1] == 0:
            return
        heard = np.asarray(block, dtype=np.float64)[self._heard]
        weighted, self._state = sosfilt(self._sections, heard, axis=-1, zi=self._state)
        power = np.concatenate([self._rest, self._weights @ np.square(weighted)])
        whole = power.size // self._hop_samples * self._hop_samples
        self._hops.append(power[:whole].reshape(-1, self._hop_samples).mean(axis=1))
        self._rest = power[whole:].copy()

    @property
    def hop_powers(self) -> NDArray[np.float64]:
        """Weighted power (n,) of every whole tenth of a second."""
        self._hops = [np.concatenate([np.zeros(0), *self._hops])]
        return self._hops[0]

    @property
    def momentary_lufs(self) -> NDArray[np.float64]:
        """Loudness of every 400 ms window, 10 a second."""
        return _to_lufs(_windows(self.hop_powers, MOMENTARY_HOPS))

    @property
    def short_term_lufs(self) -> NDArray[np.float64]:
        """Loudness of every 3 s window, 10 a second."""
        return _to_lufs(_windows(self.hop_powers, SHORT_TERM_HOPS))

    @property
    def integrated_lufs(self) -> float:
        """Gated programme loudness; -inf for silence and for less than 400 ms of sound."""
        return _integrated_lufs(self.hop_powers)

    @property
    def range_lu(self) -> float:
        """Loudness range (EBU Tech 3342); 0 where there is too little to tell."""
        return _range_lu(self.hop_powers)

    @property
    def true_peak_dbtp(self) -> float:
        """Highest true peak of any channel (the LFE too); -inf for silence."""
        return self._peak.true_peak_dbtp

    def result(self, gain_db: float = 0.0) -> Loudness:
        """Everything at once, as the sound measures with a gain.

        More than a sum, as what a gain lifts over the absolute gate begins to count.
        """
        return loudness_of(
            self.hop_powers * 10.0 ** (gain_db / 10.0),
            self.true_peak_dbtp + gain_db,
            self._peak.sample_peak_dbfs + gain_db,
        )


def loudness_of(
    hop_powers: NDArray[np.float64], true_peak_dbtp: float, sample_peak_dbfs: float
) -> Loudness:
    """Everything at once, of a sound whose tenths of a second have these powers (n,)."""
    return Loudness(
        integrated_lufs=_integrated_lufs(hop_powers),
        momentary_max_lufs=_highest(_to_lufs(_windows(hop_powers, MOMENTARY_HOPS))),
        short_term_max_lufs=_highest(_to_lufs(_windows(hop_powers, SHORT_TERM_HOPS))),
        range_lu=_range_lu(hop_powers),
        true_peak_dbtp=true_peak_dbtp,
        sample_peak_dbfs=sample_peak_dbfs,
    )


def _integrated_lufs(hop_powers: NDArray[np.float64]) -> float:
    power = _windows(hop_powers, MOMENTARY_HOPS)
    return float(_to_lufs(_gated_mean(power, RELATIVE_GATE_LU)))


def _range_lu(hop_powers: NDArray[np.float64]) -> float:
    power = _windows(hop_powers, SHORT_TERM_HOPS)
    short = _to_lufs(power)
    gate = float(_to_lufs(_gated_mean(power, 0.0, absolute_only=True))) + _RANGE_GATE_LU
    kept = short[(short >= ABSOLUTE_GATE_LUFS) & (short >= gate)]
    if kept.size < 2:
        return 0.0
    low, high = np.percentile(kept, _RANGE_PERCENTILES)
    return float(high - low)


def _windows(hop_powers: NDArray[np.float64], hops: int) -> NDArray[np.float64]:
    """Mean power of every window of so many tenths of a second."""
    if hop_powers.size < hops:
        return np.zeros(0)
    return np.lib.stride_tricks.sliding_window_view(hop_powers, hops).mean(axis=1)


class TruePeakMeter:
    """Highest true peak of sound given block by block (BS.1770-4 Annex 2)."""

    def __init__(self, channels: int) -> None:
        self._tail = np.zeros((channels, TAPS - 1))
        self._peak = 0.0
        self._sample_peak = 0.0

    def add(self, block: NDArray[np.floating]) -> None:
        """Measure a (channels, n) block."""
        if block.ndim != 2 or block.shape[0] != self._tail.shape[0]:
            raise ShapeError(f"block has shape {block.shape}, expected ({self._tail.shape[0]}, n)")
        if block.shape[1] == 0:
            return
        self._sample_peak = max(self._sample_peak, float(np.abs(block).max()))
        joined = np.concatenate([self._tail, block], axis=1)
        self._tail = joined[:, -(TAPS - 1) :].copy()
        self._peak = self._above(joined)

    @property
    def true_peak_dbtp(self) -> float:
        """Highest true peak so far, in dB relative to full scale."""
        silence = np.zeros((self._tail.shape[0], HALF_TAPS))
        return _to_db(self._above(np.concatenate([self._tail, silence], axis=1)))

    @property
    def sample_peak_dbfs(self) -> float:
        """Highest sample so far, in dB relative to full scale."""
        return _to_db(self._sample_peak)

    def _above(self, signal: NDArray[np.float64]) -> float:
        known = max(self._peak, self._sample_peak)
        return max(
            known, float(np.max(peaks_between(signal, known, largest_only=True), initial=0.0))
        )


def measure(
    samples: NDArray[np.floating], sample_rate_hz: int, weights: Sequence[float] | None = None
) -> Loudness:
    """Loudness of (channels, samples) held in memory."""
    meter = LoudnessMeter(samples.shape[0], sample_rate_hz, weights)
    for start in range(0, samples.shape[1], 1 << 16):
        meter.add(samples[:, start : start + (1 << 16)])
    return meter.result()


def _gated_mean(
    power: NDArray[np.float64], relative_gate_lu: float, absolute_only: bool = False
) -> float:
    """Mean power of the windows above the absolute and then the relative gate."""
    loud = power[_to_lufs(power) > ABSOLUTE_GATE_LUFS]
    if loud.size == 0:
        return 0.0
    if absolute_only:
        return float(loud.mean())
    gate = loud.mean() * 10.0 ** (relative_gate_lu / 10.0)
    return float(loud[loud > gate].mean())


def _highest(levels: NDArray[np.float64]) -> float:
    return float(np.max(levels, initial=SILENCE_LUFS))


def _to_lufs(power: NDArray[np.float64] | float) -> NDArray[np.float64]:
    values = np.asarray(power, dtype=np.float64)
    loudness = np.full(values.shape, SILENCE_LUFS)
    np.log10(values, out=loudness, where=values > 0.0)
    return 10.0 * loudness + OFFSET_LU


def _to_db(peak: float) -> float:
    return float(gain_to_db(peak)) if peak > 0.0 else float("-inf")
