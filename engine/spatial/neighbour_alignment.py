"""Onset delays of a whole set: every response in step with its neighbours on the sphere.

What interpolation needs of delays is that neighbours, once aligned, resemble each other; how late
an onset is taken to be is of no consequence. So delays found response by response are corrected
by how much neighbours still differ: each edge of the triangulation measures a difference by
cross-correlation, and the corrections are their weighted least-squares solution.

Two estimates start it, because each fails on somebody's set: likeness to the minimum phase where
low frequencies were lost in equalisation, thresholds where the far ear's first wave is weak. The
first is taken unless the other leaves neighbours more alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft, sparse
from scipy.sparse.linalg import spsolve

from engine.spatial.alignment import onset_delays, peak, threshold_onsets

_LOW_HZ, _HIGH_HZ = 300.0, 3000.0
_TOP_HZ = 7000.0
_LARGEST_STEP_S = 0.0002
_ANCHOR = 0.05
"""How strongly a delay is held to its own estimate, against an edge's weight of 1 at most."""

_TRUST_EXPONENT = 4
_ROUNDS = 2
_ALIKE, _CLEARLY = 0.93, 0.01
"""Neighbours of good sets are above this; the other estimate must be better by so much."""

_MOST_EDGES = 40_000
"""Of more, a set is so dense that neighbours hardly differ."""

Floats = NDArray[np.float64]


def aligned_delays(responses: Floats, edges: NDArray[np.integer], sample_rate_hz: int) -> Floats:
    """Onset delays (n, 2) in samples, >= 0, of (n, 2, taps) responses that (e, 2) edges join."""
    estimate = onset_delays(responses, sample_rate_hz)
    if not 0 < len(edges) <= _MOST_EDGES:
        return estimate
    band = _Band(responses, sample_rate_hz)
    delays, alike = _settled(band, estimate, edges)
    if alike < _ALIKE:
        other, better = _settled(band, threshold_onsets(responses, sample_rate_hz), edges)
        delays = other if better > alike + _CLEARLY else delays
    return delays - min(delays.min(), 0.0)


def _settled(band: _Band, delays: Floats, edges: NDArray[np.integer]) -> tuple[Floats, float]:
    """Delays brought in step, and how alike that leaves neighbours (1: the same)."""
    for _ in range(_ROUNDS):
        delays = _in_step(band, delays, edges)
    return delays, float(np.mean(band.compare(delays, edges)[1]))


class _Band:
    """The spectra of a set in the band that decides, and comparisons between neighbours."""

    def __init__(self, responses: Floats, sample_rate_hz: int) -> None:
        size = 1 << int(2 * min(responses.shape[-1], 2048) - 1).bit_length()
        bins = min(int(_TOP_HZ * size / sample_rate_hz), size // 2)
        frequency_hz = np.arange(bins) * sample_rate_hz / size
        weights = 1.0 / (1.0 + (frequency_hz / _HIGH_HZ) ** 4)
        weights *= frequency_hz**4 / (_LOW_HZ**4 + frequency_hz**4)
        spectra = fft.rfft(responses[..., :2048], size, axis=-1)[..., :bins]
        self._spectra = spectra * np.sqrt(weights)
        energy = np.sum(np.abs(self._spectra) ** 2, axis=-1, keepdims=True)
        self._spectra = (self._spectra / np.sqrt(np.maximum(energy, 1e-300))).astype(np.complex64)
        self._turns = 2.0 * np.pi * np.arange(bins) / size
        self._reach = max(int(np.ceil(_LARGEST_STEP_S * sample_rate_hz)), 2)

    def compare(self, delays: Floats, edges: NDArray[np.integer]) -> tuple[Floats, Floats]:
        """How much later (e, 2) the second of two is than `delays` say, and how alike they are."""
        aligned = self._spectra * np.exp(1j * self._turns * delays[..., None]).astype(np.complex64)
        lags = np.arange(-self._reach, self._reach + 1)
        wheel = np.exp(1j * np.outer(self._turns, lags)).astype(np.complex64)
        product = aligned[edges[:, 0]].conj() * aligned[edges[:, 1]]
        likeness = (product.reshape(-1, len(wheel)) @ wheel).real.astype(np.float64)
        later = (peak(likeness) - self._reach).reshape(-1, 2)
        return later, likeness.max(axis=-1).reshape(-1, 2)


def _in_step(band: _Band, delays: Floats, edges: NDArray[np.integer]) -> Floats:
    later, alike = band.compare(delays, edges)
    trust = np.clip(alike, 0.0, 1.0) ** _TRUST_EXPONENT
    count, rows = len(delays), np.arange(len(edges))
    ones = np.ones(len(edges))
    difference = sparse.csr_matrix(
        (np.r_[-ones, ones], (np.r_[rows, rows], np.r_[edges[:, 0], edges[:, 1]])),
        (len(edges), count),
    )
    corrected = delays.copy()
    for ear in range(2):
        weighted = difference.T @ sparse.diags(trust[:, ear])
        system = weighted @ difference + _ANCHOR * sparse.identity(count)
        corrected[:, ear] += spsolve(system.tocsc(), weighted @ later[:, ear])
    return corrected
