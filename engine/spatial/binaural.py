"""HRIR sets laid out for the kernel's moving sources."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.realtime.snapshot import HOP_SAMPLES, BinauralPlan
from engine.realtime.transform import frequencies, spectrum_of
from engine.spatial.hrir import HrirSet

_FFT_SAMPLES = 1024
_SHORT_FFT_SAMPLES = 512
_GUARD_SAMPLES = 8
_PARTITION_HOPS = 2


@lru_cache(maxsize=4)
def binaural_plan(hrirs: HrirSet) -> BinauralPlan:
    """The set as spectra, delays and triangles for the kernel. Cached."""
    delays = hrirs.relative_delays_samples
    size, partitions = _transform(hrirs.responses.shape[-1])
    if partitions == 1:  # aligned by the very phase ramps that the kernel puts back
        rows, lane = frequencies(size)
        ahead = np.exp(2j * np.pi * (rows[:, None] + lane) * delays[..., None, None])
        aligned = (spectrum_of(hrirs.responses, size) * ahead)[:, None]
    else:
        aligned = spectrum_of(_cut(hrirs.aligned, partitions), size)
    by_turns = np.stack([aligned.real, aligned.imag], axis=-2)  # (n, partitions, ears, rows, 2, L)
    sphere = hrirs.triangulation
    return BinauralPlan(
        spectra=np.ascontiguousarray(by_turns.swapaxes(2, 3), dtype=np.float32),
        delays_samples=delays.astype(np.float32),
        triangles=sphere.triangles,
        inverses=sphere.inverses,
        neighbours=sphere.neighbours,
        lookup=sphere.lookup,
        fft_samples=size,
        partition_hops=_PARTITION_HOPS,
    )


def _transform(taps: int) -> tuple[int, int]:
    """Length of the transform, and how many partitions, for responses of `taps`."""
    needed = taps + _GUARD_SAMPLES
    if needed <= _SHORT_FFT_SAMPLES - HOP_SAMPLES:
        return _SHORT_FFT_SAMPLES, 1
    if needed <= _FFT_SAMPLES - HOP_SAMPLES:
        return _FFT_SAMPLES, 1
    return _FFT_SAMPLES, -(-taps // (_PARTITION_HOPS * HOP_SAMPLES))


def _cut(responses: NDArray[np.float64], partitions: int) -> NDArray[np.float64]:
    """(n, partitions, ears, taps of a partition) of (n, ears, taps) responses."""
    length = _PARTITION_HOPS * HOP_SAMPLES
    short = partitions * length - responses.shape[-1]
    padded = np.pad(responses, ((0, 0), (0, 0), (0, max(short, 0))))[..., : partitions * length]
    return padded.reshape(*responses.shape[:2], partitions, length).transpose(0, 2, 1, 3)
