"""Moving sources through HRIRs: fast convolution whose cross-fade is shared by all sources.

Every hop, the spectrum of each source's last `fft_samples` is multiplied with its response at the
hop's start and at its end; both products are summed over all sources. Four inverse transforms (two
ears, start and end) and one linear fade then serve any number of sources. Responses between
measurements are barycentric sums of time-aligned spectra; the onset delay, interpolated apart, is
put back as a phase ramp. Long responses are split into partitions.

References
----------
Partitioned overlap-save: Wefers, "Partitioned convolution algorithms for real-time auralization",
PhD thesis, RWTH Aachen, 2015, ch. 5.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from engine.realtime.snapshot import HOP_SAMPLES, BinauralPlan, Floats, Samples

_WALK_STEPS = 64
_PHASE_BLOCK = 16
_NEGLIGIBLE = 1e-6


@numba.njit(cache=True, nogil=True)
def locate_triangle(direction, inverses, neighbours, lookup, weights):
    """Index of the triangle a unit vector points through; fills its three `weights` (sum 1)."""
    rows, columns = lookup.shape
    elevation = np.arcsin(min(max(direction[2], -1.0), 1.0)) / np.pi + 0.5
    azimuth = np.arctan2(direction[1], direction[0]) / (2.0 * np.pi) + 0.5
    row = min(int(elevation * rows), rows - 1)
    column = min(int(azimuth * columns), columns - 1)
    triangle = lookup[row, column]
    for _ in range(_WALK_STEPS):
        lowest = 0
        for k in range(3):
            weights[k] = (
                inverses[triangle, k, 0] * direction[0]
                + inverses[triangle, k, 1] * direction[1]
                + inverses[triangle, k, 2] * direction[2]
            )
            if weights[k] < weights[lowest]:
                lowest = k
        if weights[lowest] >= -_NEGLIGIBLE:
            break
        triangle = neighbours[triangle, lowest]
    total = 0.0
    for k in range(3):
        if weights[k] < _NEGLIGIBLE:
            weights[k] = 0.0
        total += weights[k]
    for k in range(3):
        weights[k] /= total
    return triangle


@numba.njit(cache=True, nogil=True)
def interpolate(spectra, delays, vertices, weights, fft_samples, out):
    """Response between three measurements: aligned spectra summed, mean delay put back.

    `out` (partitions, 2 ears, 2, bins) receives real and imaginary parts.
    """
    partitions, ears, _, bins = out.shape
    turns_re = np.empty(bins, dtype=np.float32)
    turns_im = np.empty(bins, dtype=np.float32)
    a, b, c = vertices[0], vertices[1], vertices[2]
    wa, wb, wc = np.float32(weights[0]), np.float32(weights[1]), np.float32(weights[2])
    for ear in range(ears):
        delay = weights[0] * delays[a, ear] + weights[1] * delays[b, ear]
        delay += weights[2] * delays[c, ear]
        _turns(-2.0 * np.pi * delay / fft_samples, turns_re, turns_im)
        for p in range(partitions):
            ra, ia = spectra[a, p, ear, 0], spectra[a, p, ear, 1]
            rb, ib = spectra[b, p, ear, 0], spectra[b, p, ear, 1]
            rc, ic = spectra[c, p, ear, 0], spectra[c, p, ear, 1]
            out_re, out_im = out[p, ear, 0], out[p, ear, 1]
            for k in range(bins):
                re = wa * ra[k] + wb * rb[k] + wc * rc[k]
                im = wa * ia[k] + wb * ib[k] + wc * ic[k]
                out_re[k] = re * turns_re[k] - im * turns_im[k]
                out_im[k] = re * turns_im[k] + im * turns_re[k]


@numba.njit(cache=True, nogil=True)
def _turns(turn, out_re, out_im):
    """cos and sin of k * turn for k = 0, 1, ...: a short table, turned on block by block."""
    table_re = np.empty(_PHASE_BLOCK, dtype=np.float32)
    table_im = np.empty(_PHASE_BLOCK, dtype=np.float32)
    for j in range(_PHASE_BLOCK):
        table_re[j] = np.cos(turn * j)
        table_im[j] = np.sin(turn * j)
    step = np.exp(1j * turn * _PHASE_BLOCK)
    base = 1.0 + 0.0j
    for start in range(0, len(out_re), _PHASE_BLOCK):
        base_re, base_im = np.float32(base.real), np.float32(base.imag)
        block_re, block_im = (
            out_re[start : start + _PHASE_BLOCK],
            out_im[start : start + _PHASE_BLOCK],
        )
        for j in range(len(block_re)):
            block_re[j] = base_re * table_re[j] - base_im * table_im[j]
            block_im[j] = base_re * table_im[j] + base_im * table_re[j]
        base *= step


@numba.njit(cache=True, nogil=True)
def _accumulate(response, history, head, partition_hops, s, gain, total):
    """total += gain * response * input spectrum, over all partitions. total: (2, 2, bins)."""
    partitions, ears, _, bins = response.shape
    depth = history.shape[0]
    g = np.float32(gain)
    for p in range(partitions):
        x = history[(head - p * partition_hops) % depth, s]
        xr, xi = x[0], x[1]
        for ear in range(ears):
            hr, hi = response[p, ear, 0], response[p, ear, 1]
            tr, ti = total[ear, 0], total[ear, 1]
            for k in range(bins):
                tr[k] += g * (hr[k] * xr[k] - hi[k] * xi[k])
                ti[k] += g * (hr[k] * xi[k] + hi[k] * xr[k])


@numba.njit(cache=True, nogil=True)
def accumulate_sources(
    active, old_directions, new_directions, old_gains, new_gains, spectra, delays, triangles,
    inverses, neighbours, lookup, fft_samples, history, head, partition_hops, responses, current,
    totals,
):  # fmt: skip
    """Add every active source at its old and new place to `totals` (old/new, ears, 2, bins).

    `responses` (2, sources, partitions, ears, 2, bins) keeps the last two responses of a source;
    ``current[s]`` says which one is the hop's start, -1 where there is none yet.
    """
    weights = np.empty(3)
    for s in range(len(active)):
        if not active[s]:
            current[s] = -1
            continue
        if current[s] < 0:
            t = locate_triangle(old_directions[s], inverses, neighbours, lookup, weights)
            interpolate(spectra, delays, triangles[t], weights, fft_samples, responses[0, s])
            current[s] = 0
        old = current[s]
        new = old
        if (
            new_directions[s, 0] != old_directions[s, 0]
            or new_directions[s, 1] != old_directions[s, 1]
            or new_directions[s, 2] != old_directions[s, 2]
        ):
            new = 1 - old
            t = locate_triangle(new_directions[s], inverses, neighbours, lookup, weights)
            interpolate(spectra, delays, triangles[t], weights, fft_samples, responses[new, s])
            current[s] = new
        _accumulate(responses[old, s], history, head, partition_hops, s, old_gains[s], totals[0])
        _accumulate(responses[new, s], history, head, partition_hops, s, new_gains[s], totals[1])


class BinauralStage:
    """State of the binaural bus of one snapshot. See the module's docstring."""

    def __init__(self, plan: BinauralPlan, sources: int) -> None:
        self._plan = plan
        _, partitions, _, _, bins = plan.spectra.shape
        depth = (partitions - 1) * plan.partition_hops + 1
        self.history_hops = depth - 1 + plan.fft_samples // HOP_SAMPLES
        self._window = np.zeros((sources, plan.fft_samples), dtype=np.float32)
        self._history = np.zeros((depth, sources, 2, bins), dtype=np.float32)
        self._responses = np.zeros((2, sources, partitions, 2, 2, bins), dtype=np.float32)
        self._current = np.full(sources, -1, dtype=np.int64)
        self._quiet_hops = np.full(sources, self.history_hops, dtype=np.int64)
        self._totals = np.zeros((2, 2, 2, bins), dtype=np.float32)
        self._spectra = np.zeros((2, 2, bins), dtype=np.complex64)
        self._head = 0
        fade = ((np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES).astype(np.float32)
        self._fade_in, self._fade_out = fade, (1.0 - fade).astype(np.float32)

    def reset(self) -> None:
        """Forget all past sound."""
        self._window[:] = 0.0
        self._history[:] = 0.0
        self._current[:] = -1
        self._quiet_hops[:] = self.history_hops
        self._head = 0

    def push(self, blocks: Samples, sounding: NDArray[np.bool_]) -> None:
        """Take in one hop of (sources, HOP) dry blocks."""
        window = self._window
        window[:, :-HOP_SAMPLES] = window[:, HOP_SAMPLES:]
        window[:, -HOP_SAMPLES:] = blocks
        self._quiet_hops += 1
        self._quiet_hops[sounding] = 0
        self._head = (self._head + 1) % len(self._history)
        heard = np.flatnonzero(self._quiet_hops < self.history_hops)
        if len(heard):
            spectra = fft.rfft(window[heard], axis=-1)
            self._history[self._head, heard, 0] = spectra.real
            self._history[self._head, heard, 1] = spectra.imag

    def render(self, old: tuple[Floats, Floats], new: tuple[Floats, Floats], out: Samples) -> None:
        """Write the hop's two ears to `out`; `old` and `new` are (directions, gains)."""
        plan, totals = self._plan, self._totals
        totals[:] = 0.0
        active = self._quiet_hops < self.history_hops
        if not active.any():
            out[:] = 0.0
            self._current[:] = -1
            return
        accumulate_sources(
            active, old[0], new[0], old[1], new[1], plan.spectra, plan.delays_samples,
            plan.triangles, plan.inverses, plan.neighbours, plan.lookup, plan.fft_samples,
            self._history, self._head, plan.partition_hops, self._responses, self._current, totals,
        )  # fmt: skip
        self._spectra.real = totals[:, :, 0]
        self._spectra.imag = totals[:, :, 1]
        ears = fft.irfft(self._spectra, n=plan.fft_samples, axis=-1)[..., -HOP_SAMPLES:]
        np.multiply(ears[0], self._fade_out, out=out)
        out += ears[1] * self._fade_in
