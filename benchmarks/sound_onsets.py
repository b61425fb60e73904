"""When something is struck, by the sound alone: peaks of the spectral flux.

After Boeck, Krebs and Schedl, "Evaluating the Online Capabilities of Onset Detection Methods",
ISMIR 2012: log-compressed magnitudes in bands a quarter octave wide, their rise from one moment to
the next, and peaks that stand clear of what is around them.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.signal import stft

Array = NDArray[np.float64]

_WINDOW, _HOP = 1024, 256
_LOWEST_HZ, _BANDS_PER_OCTAVE = 80.0, 4
_COMPRESSION = 1000.0
_AROUND_S, _APART_S = 1.0, 0.1
_OVER_MEDIAN, _SHARE, _PERCENTILE = 3.5, 0.35, 98.5
"""A peak is this many times the median around it, and has this share of that percentile of all."""


def onsets_s(sound: Array, sample_rate_hz: int) -> Array:
    """Times (n,) in seconds of the onsets of a sound (samples,) of any level.

    Greater peaks come first: a rustle just before a blow does not hide the blow.
    """
    peak = float(np.abs(sound).max(initial=0.0))
    if peak < 1e-5:
        return np.zeros(0)
    flux, rate_hz = spectral_flux(sound / peak, sample_rate_hz)
    reach = min(round(_AROUND_S * rate_hz), len(flux) - 1)
    windows = sliding_window_view(np.pad(flux, reach, mode="reflect"), 2 * reach + 1)
    usual = np.median(windows, axis=1)
    least = np.maximum(_SHARE * float(np.percentile(flux, _PERCENTILE)), _OVER_MEDIAN * usual)
    found: list[int] = []
    for index in np.argsort(-flux, kind="stable"):
        apart = all(abs(index - other) > _APART_S * rate_hz for other in found)
        if flux[index] > least[index] and apart:
            found.append(int(index))
    return np.sort(np.asarray(found, dtype=np.float64)) / rate_hz


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
