"""The LFE channel: a send of low sound, in phase with what the loudspeakers play of it.

What is sent passes a Linkwitz-Riley low-pass of eighth order (a Butterworth one of fourth order,
twice). Its phase is that of an all-pass of fourth order, and where anything is sent all other
channels pass that all-pass, whatever sounds in them: a sound and its send add up without a dip at
any level of the send, where they meet in one subwoofer as in the air, and the other channels keep
their phase among themselves. Where nothing is sent nothing passes anything.

References
----------
Linkwitz, "Active crossover networks for noncoincident drivers", JAES 24(1), 1976 (squared
Butterworth filters, whose sum is an all-pass).
ITU-R BS.775-4 (low-frequency effects: up to 120 Hz, replayed 10 dB louder).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.realtime.lfe_plan import LfePlan

LFE_CUTOFF_HZ = 90.0
"""Where the send is 6 dB down."""
_HALF_ORDER = 4
_MEMORY_S = 0.12
"""What the filters remember above -120 dB."""


def lfe_lowpass(sample_rate_hz: int) -> NDArray[np.float64]:
    """(4, 6) second-order sections: -6 dB at 90 Hz, -21 dB at 120 Hz, -68 dB at 240 Hz."""
    half = _butterworth(sample_rate_hz)
    return np.concatenate([half, half])


def in_phase_allpass(sample_rate_hz: int) -> NDArray[np.float64]:
    """(2, 6) second-order sections of gain 1 that turn phases exactly as `lfe_lowpass` does.

    A denominator and its coefficients in reverse order.
    """
    sections = _butterworth(sample_rate_hz)
    sections[:, :3] = sections[:, :2:-1]
    return sections


@cache
def lfe_plan(channel: int, sample_rate_hz: int) -> LfePlan:
    """The filters for the kernel; `channel` is the LFE's own. Cached."""
    return LfePlan(
        channel=channel,
        lowpass=lfe_lowpass(sample_rate_hz),
        in_phase=in_phase_allpass(sample_rate_hz),
        memory_samples=int(_MEMORY_S * sample_rate_hz),
    )


def _butterworth(sample_rate_hz: int) -> NDArray[np.float64]:
    return np.array(signal.butter(_HALF_ORDER, LFE_CUTOFF_HZ, fs=sample_rate_hz, output="sos"))
