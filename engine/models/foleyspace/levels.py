"""What becomes of sounds before they are noised, and after: level and emphasis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

PIECE_RMS = 0.2
"""Of the emphasised mono of every piece: nearer to the noise's level than sounds usually are."""
_LEAST_RMS = 1e-4

Audio = NDArray[np.float32]


def emphasised(sound: Audio, amount: float) -> Audio:
    """x[n] - amount x[n - 1] of sounds (..., samples)."""
    return np.asarray(lfilter([1.0, -amount], [1.0], sound, axis=-1), np.float32)


def deemphasised(sound: NDArray[np.floating], amount: float) -> Audio:
    """The other way round."""
    return np.asarray(lfilter([1.0], [1.0, -amount], sound, axis=-1), np.float32)


def piece_gain(mono: Audio) -> float:
    """Gain that brings an emphasised mono piece (samples,) to the level the network is used to."""
    rms = float(np.sqrt(np.mean(np.square(mono, dtype=np.float64))))
    return PIECE_RMS / max(rms, _LEAST_RMS)
