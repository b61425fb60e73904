"""What the kernel needs to know of an LFE: its channel, its filters, how long they remember."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class LfePlan:
    """How sources are sent to an LFE channel; sections are b0 b1 b2 1 a1 a2.

    Parameters
    ----------
    channel : int
        The LFE's own.
    lowpass : (n, 6) float64
        What is sent passes this,
    in_phase : (n, 6) float64
        and all that the channels hold already, once anything is sent, an all-pass of the same
        phase.
    memory_samples : int
        Both filters have forgotten what is older.
    """

    channel: int
    lowpass: NDArray[np.float64]
    in_phase: NDArray[np.float64]
    memory_samples: int
