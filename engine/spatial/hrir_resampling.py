"""Impulse responses at another sampling rate, converted once when a set is loaded.

A linear-phase filter in polyphase form, windowed by Kaiser (beta 9): flat within 0.001 dB up to
0.94 of the lower rate's Nyquist frequency (20.7 kHz from 44.1 kHz), images and aliases at least
90 dB down from 1.06 of it, -6 dB at it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.errors import HrirError

_HALF_LENGTH = 48
_BETA = 9.0
_LARGEST_RATIO_TERM = 2000
_LARGEST_BYTES = 512 * 10**6


def resample_responses(
    responses: NDArray[np.float64], from_hz: int, to_hz: int, place: str | Path
) -> NDArray[np.float64]:
    """Responses (..., taps) with the same spectrum, so that samples scale by the rates' ratio.

    Raises
    ------
    HrirError
        If the rates' ratio has no small whole numbers, so that the filter would grow without
        bound, or the result would.
    """
    if from_hz == to_hz:
        return responses
    common = int(np.gcd(from_hz, to_hz))
    up, down = to_hz // common, from_hz // common
    larger = max(up, down)
    if not 1 <= larger <= _LARGEST_RATIO_TERM:
        raise HrirError(
            f"cannot convert responses of {from_hz} Hz to {to_hz} Hz",
            place=place,
            remedy="convert the sound to 44100 or 48000 Hz, or choose another SOFA file",
        )
    if responses.nbytes * up / down > _LARGEST_BYTES:
        raise HrirError(
            f"{len(responses)} responses take more than {_LARGEST_BYTES // 10**6} MB at {to_hz} Hz",
            place=place,
            remedy="choose a set of fewer directions or shorter responses, or 'kemar'",
        )
    taps = signal.firwin(2 * _HALF_LENGTH * larger + 1, 1.0 / larger, window=("kaiser", _BETA))
    converted = signal.resample_poly(responses, up, down, axis=-1, window=taps)
    return np.asarray(converted) * (down / up)
