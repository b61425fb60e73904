"""Lows and highs of a sound that are a quarter of a turn apart, so that powers add at any mixture.

The two halves of a Butterworth filter of fifth order are half the sum and half the difference of
two all-passes. Whatever share of the highs goes elsewhere, without a phase in common, the power
stays: abs(L + g H)^2 + (1 - g^2) abs(H)^2 = 1 for every g. With all the highs (g = 1) what is left
is the second all-pass alone.

References
----------
Regalia, Mitra, Vaidyanathan, "The digital all-pass filter: a versatile signal processing building
block", Proc. IEEE 76(1), 1988 (doubly complementary pairs).
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.snapshot import Floats

STATES = 5
FADED_S = 0.02
"""When a crossover at 500 Hz or above has faded below anything."""


def crossover(cutoff_hz: float, sample_rate_hz: int) -> Floats:
    """(STATES,) coefficients: of the first all-pass one and two, of the second two."""
    slope = 1.0 / np.tan(np.pi * cutoff_hz / sample_rate_hz)
    one = (1.0 - slope) / (1.0 + slope)
    pairs = []
    for angle_deg in (72.0, 36.0):
        damping = 2.0 * np.cos(np.radians(angle_deg)) * slope
        whole = slope**2 + damping + 1.0
        pairs += [2.0 * (1.0 - slope**2) / whole, (slope**2 - damping + 1.0) / whole]
    return np.array([one, *pairs])


@numba.njit(forceinline=True)
def all_passes(x, state, c):
    """Both all-passes' next samples of `x`; `state` (STATES,) goes on."""
    middle = c[0] * x + state[0]
    state[0] = x - c[0] * middle
    first = c[2] * middle + state[1]
    state[1] = c[1] * middle + state[2] - c[1] * first
    state[2] = middle - c[2] * first
    second = c[4] * x + state[3]
    state[3] = c[3] * x + state[4] - c[3] * second
    state[4] = x - c[4] * second
    return first, second


@numba.njit(cache=True, nogil=True)
def keep_lows(sound, old, new, state, c):
    """Leave of the highs of `sound` (n,) a share that glides from `old` to `new`; lows stay."""
    step = (new - old) / len(sound)
    for n in range(len(sound)):
        first, second = all_passes(np.float64(sound[n]), state, c)
        share = old + (n + 0.5) * step
        sound[n] = np.float32(0.5 * (first + second + share * (second - first)))


@numba.njit(cache=True, nogil=True)
def part_lanes(mixed, lanes, highs, states, c):
    """Leave of the first `highs` of interleaved lanes their highs, of the next one its lows.

    Parameters
    ----------
    mixed : (n * lanes,) float32
    states : (highs + 1, STATES) float64
    """
    for k in range(highs + 1):
        state = states[k]
        for at in range(k, len(mixed), lanes):
            first, second = all_passes(np.float64(mixed[at]), state, c)
            mixed[at] = np.float32(0.5 * (second - first if k < highs else second + first))
