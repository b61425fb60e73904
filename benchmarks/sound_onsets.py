"""When something is struck, by the sound alone: peaks of the spectral flux.

After Boeck, Krebs and Schedl, "Evaluating the Online Capabilities of Onset Detection Methods",
ISMIR 2012: log-compressed magnitudes in bands a quarter octave wide, their rise from one moment to
the next, and peaks that stand clear of what is around them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import stft

Array = NDArray[np.float64]

_WINDOW, _HOP = 1024, 256
_LOWEST_HZ, _BANDS_PER_OCTAVE = 80.0, 4
_COMPRESSION = 1000.0
_LOCAL_S, _MEAN_S, _APART_S = 0.05, 0.5, 0.12
_OVER_MEAN, _SHARE = 1.6, 0.35
"""A peak stands out of the mean around it by this factor, and has this share of the 98th
percentile of all."""


def onsets_s(sound: Array, sample_rate_hz: int) -> Array:
    """Times (n,) in seconds of the onsets of a sound (samples,) of any level."""
    peak = float(np.abs(sound).max(initial=0.0))
    if peak < 1e-5:
        return np.zeros(0)
    flux, rate_hz = spectral_flux(sound / peak, sample_rate_hz)
    found: list[int] = []
    local, mean, apart = (max(1, round(s * rate_hz)) for s in (_LOCAL_S, _MEAN_S, _APART_S))
    least = _SHARE * float(np.percentile(flux, 98))
    for index, value in enumerate(flux):
        around = flux[max(0, index - local) : index + local + 1]
        wide = flux[max(0, index - mean) : index + mean + 1]
        stands_out = value >= around.max() and value > max(least, _OVER_MEAN * wide.mean())
        if stands_out and (not found or index - found[-1] > apart):
            found.append(index)
    return np.asarray(found, dtype=np.float64) / rate_hz


def spectral_flux(sound: Array, sample_rate_hz: int) -> tuple[Array, float]:
    """Summed rise of the bands (n,), and its rate in hertz."""
    _, _, spectrum = stft(
        sound, sample_rate_hz, nperseg=_WINDOW, noverlap=_WINDOW - _HOP, boundary="zeros"
    )
    magnitude = np.abs(spectrum)  # (bins, n)
    hz = np.arange(len(magnitude)) * sample_rate_hz / _WINDOW
    band = np.floor(_BANDS_PER_OCTAVE * np.log2(np.maximum(hz, 1.0) / _LOWEST_HZ)).astype(int)
    rows = [magnitude[band == b].sum(axis=0) for b in np.unique(band[band >= 0])]
    loud = np.log1p(_COMPRESSION * np.stack(rows))
    rise = np.maximum(np.diff(loud, axis=1, prepend=loud[:, :1]), 0.0)
    return np.asarray(rise.sum(axis=0)), sample_rate_hz / _HOP
