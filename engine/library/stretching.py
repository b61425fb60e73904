"""A recording made longer or shorter at its own pitch.

References
----------
W. Verhelst, M. Roelands, "An overlap-add technique based on waveform similarity (WSOLA) for high
quality time-scale modification of speech", ICASSP 1993.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Array = NDArray[np.float64]

LONGEST_RATIO, SHORTEST_RATIO = 1.5, 0.67
"""What a stretch may do before it is heard as one."""
_WINDOW_S = 0.04
_REACH_S = 0.012


def stretch(sound: Array, samples: int, sample_rate_hz: int) -> Array:
    """(channels, samples) the whole recording in another length, at its own pitch.

    Windows of 40 ms are taken from about where they belong, within 12 ms where the waveform goes
    on best (of the mean of the channels, so that their differences in time stay), and added.

    Parameters
    ----------
    sound : (channels, n) array
    samples : int
        Wanted length.
    """
    length = sound.shape[1]
    window = int(_WINDOW_S * sample_rate_hz) // 2 * 2
    if samples == length or min(samples, length) < 2 * window:
        return _trimmed(sound, samples)
    hop, reach = window // 2, int(_REACH_S * sample_rate_hz)
    shape = signal.windows.hann(window, sym=False)
    padded = np.pad(sound, ((0, 0), (reach + window, reach + 2 * window)))
    mono = padded.mean(axis=0)
    origin = reach + window
    out = np.zeros((len(sound), samples + 2 * window))
    at = origin - hop  # where the last window was taken
    for number, target in enumerate(range(0, samples + hop, hop)):
        ideal = origin - hop + round(target * (length / samples))
        if number:
            at = _best(mono, at + hop, ideal, window, reach)
        out[:, target : target + window] += shape * padded[:, at : at + window]
    return out[:, hop : hop + samples]


def _best(mono: Array, goes_on: int, ideal: int, window: int, reach: int) -> int:
    """Start within `reach` of `ideal` whose window is most like what would have come next."""
    first = int(np.clip(ideal - reach, 0, len(mono) - window - 2 * reach))
    pattern = mono[goes_on : goes_on + window]
    if len(pattern) < window:
        return first + reach
    searched = mono[first : first + window + 2 * reach]
    alike = signal.correlate(searched, pattern, "valid", method="fft")
    energy = np.convolve(searched**2, np.ones(window), "valid")
    return first + int(np.argmax(alike / np.sqrt(np.maximum(energy, 1e-12))))


def _trimmed(sound: Array, samples: int) -> Array:
    return np.pad(sound, ((0, 0), (0, max(samples - sound.shape[1], 0))))[:, :samples]
