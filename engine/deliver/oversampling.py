"""What a signal reaches between its samples, found only where it matters.

A band-limited signal's true peak lies between its samples. Interpolating everything is slow;
here only stretches loud enough to reach a threshold are interpolated, with the same result.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

OVERSAMPLING = 8
"""Points per sample. BS.1770-4 Annex 2 asks for at least 4; 8 miss < 0.1 dB up to 16 kHz."""

TAPS = 32
HALF_TAPS = TAPS // 2
_SEGMENT_SAMPLES = 64
_KAISER_BETA = 8.0


def _interpolators() -> NDArray[np.float64]:
    """(TAPS, OVERSAMPLING - 1) windowed sincs for the points between two samples."""
    offsets = np.arange(TAPS)[:, None] - (HALF_TAPS - 1)
    distance = offsets - np.arange(1, OVERSAMPLING) / OVERSAMPLING
    window = np.i0(_KAISER_BETA * np.sqrt(1.0 - (distance / HALF_TAPS) ** 2))
    taps = np.sinc(distance) * window
    return np.asarray(taps / taps.sum(axis=0))


_TAPS = _interpolators()
_LARGEST_GAIN = float(np.abs(_TAPS).sum(axis=0).max())


def peaks_between(signal: NDArray[np.floating], threshold: float) -> NDArray[np.float64]:
    """Largest magnitude between neighbouring samples, over all channels.

    Parameters
    ----------
    signal : (channels, n + TAPS - 1) array
        Entry i of the answer lies between samples ``i + HALF_TAPS - 1`` and ``i + HALF_TAPS``.
    threshold : float
        Stretches that cannot exceed it are left at 0.

    Returns
    -------
    (n,) float64 array
    """
    count = signal.shape[1] - TAPS + 1
    peaks = np.zeros(max(count, 0))
    if count <= 0:
        return peaks
    for channel in signal:
        for start, stop in _loud_stretches(np.abs(channel), count, threshold):
            windows = sliding_window_view(channel[start : stop + TAPS - 1], TAPS)
            between = np.abs(windows.astype(np.float64) @ _TAPS).max(axis=1)
            np.maximum(peaks[start:stop], between, out=peaks[start:stop])
    return peaks


def _loud_stretches(
    magnitude: NDArray[np.floating], count: int, threshold: float
) -> list[tuple[int, int]]:
    """Half-open ranges of answers that might exceed the threshold."""
    if magnitude.max() * _LARGEST_GAIN <= threshold:
        return []
    segments = -(-magnitude.size // _SEGMENT_SAMPLES)
    padded = np.zeros(segments * _SEGMENT_SAMPLES)
    padded[: magnitude.size] = magnitude
    own = padded.reshape(segments, _SEGMENT_SAMPLES).max(axis=1)
    reach = np.maximum(own, np.append(own[1:], 0.0))  # answers look at most TAPS samples ahead
    loud = np.flatnonzero(reach * _LARGEST_GAIN > threshold)
    if loud.size == 0:
        return []
    breaks = np.flatnonzero(np.diff(loud) > 1)
    first = loud[np.append(0, breaks + 1)] * _SEGMENT_SAMPLES
    last = (loud[np.append(breaks, loud.size - 1)] + 1) * _SEGMENT_SAMPLES
    ranges = [(int(a), min(int(b), count)) for a, b in zip(first, last, strict=True)]
    return [(a, b) for a, b in ranges if a < b]
