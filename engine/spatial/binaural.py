"""HRIR sets laid out for the kernel's moving sources.

A response goes whole into the shortest transform that holds it and a hop: any head's at any rate
up to 192 kHz does. A room's is cut into overlapping pieces of equal distance that fade into each
other and sum to the response: an abrupt cut, delayed by a fraction of a sample, would ring around
its window.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.realtime.snapshot import HOP_SAMPLES, BinauralPlan
from engine.realtime.transform import SIZES, frequencies, spectrum_of
from engine.spatial.hrir import HrirSet

_GUARD_SAMPLES = 8
_PARTITION_HOPS = 12
_MARGIN_SAMPLES = 256
"""Room on both sides of a piece: neighbours' onsets differ by less (1.3 ms at 192 kHz)."""
_FADE_SAMPLES = SIZES[-1] - HOP_SAMPLES - _PARTITION_HOPS * HOP_SAMPLES - 2 * _MARGIN_SAMPLES


@lru_cache(maxsize=4)
def binaural_plan(hrirs: HrirSet) -> BinauralPlan:
    """The set as spectra, delays and triangles for the kernel. Cached."""
    delays = hrirs.relative_delays_samples
    size, partitions = _transform(hrirs.responses.shape[-1])
    rows, lane = frequencies(size)
    shape = (len(delays), partitions, len(rows), 2, 2, len(lane))
    spectra = np.empty(shape, dtype=np.float32)  # (n, partitions, rows, ears, re/im, lanes)
    for p in range(partitions):  # aligned by the very phase ramps that the kernel puts back
        for ear in range(2):
            ahead = np.exp(2j * np.pi * (rows[:, None] + lane) * delays[:, ear, None, None])
            piece = hrirs.responses[:, ear] if partitions == 1 else _piece(hrirs, ear, p)
            aligned = spectrum_of(piece, size) * ahead
            spectra[:, p, :, ear, 0], spectra[:, p, :, ear, 1] = aligned.real, aligned.imag
    sphere = hrirs.triangulation
    return BinauralPlan(
        spectra=spectra,
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
    for size in SIZES:
        if taps + _GUARD_SAMPLES <= size - HOP_SAMPLES:
            return size, 1
    return SIZES[-1], -(-(taps - _MARGIN_SAMPLES) // (_PARTITION_HOPS * HOP_SAMPLES))


def _piece(hrirs: HrirSet, ear: int, partition: int) -> NDArray[np.float64]:
    """(n, samples) what partition number `partition` holds of an ear's responses.

    Faded in (but for the first) from `_MARGIN_SAMPLES` on, and out where the next one fades in.
    """
    length = _PARTITION_HOPS * HOP_SAMPLES
    begin = partition * length
    rise = np.sin(0.5 * np.pi * (np.arange(_FADE_SAMPLES) + 0.5) / _FADE_SAMPLES) ** 2
    window = np.ones(length + _MARGIN_SAMPLES + _FADE_SAMPLES)
    if partition:
        window[:_MARGIN_SAMPLES] = 0.0
        window[_MARGIN_SAMPLES : _MARGIN_SAMPLES + _FADE_SAMPLES] = rise
    window[length + _MARGIN_SAMPLES :] = 1.0 - rise
    part = hrirs.responses[:, ear, begin : begin + len(window)]
    return np.asarray(part * window[: part.shape[-1]])
