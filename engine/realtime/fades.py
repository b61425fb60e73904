"""The curves of fades, by number: those of `engine.project.fades`, in their order."""

from __future__ import annotations

import numba
import numpy as np

EQUAL_POWER, LINEAR, S, SLOW, FAST = range(5)


@numba.njit(forceinline=True)
def risen(at, length, curve):
    """Gain of a fade of `length` samples, `at` samples after it began."""
    if curve == EQUAL_POWER:
        return np.sin(0.5 * np.pi * at / length)
    share = at / length
    if curve == S:
        return 0.5 - 0.5 * np.cos(np.pi * share)
    if curve == SLOW:
        return share * share
    if curve == FAST:
        return share * (2.0 - share)
    return share
