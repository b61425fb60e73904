"""Places that a fast source passes within a hop, and how what is heard from them is blended.

Between two places whose delays differ, a straight cross-fade weakens high notes half-way: a tone
that circles would get sidebands at multiples of the steps. Cubics through four places in a row
(two of them, at the ends, beyond the hop) follow the turn of the phase: a step of 1.25 degrees
keeps them below -60 dB up to 16 kHz, which straight lines do up to 6 kHz.

References
----------
Schafer and Rabiner, "A digital signal processing approach to interpolation", Proc. IEEE 61(6),
1973: Lagrange interpolators and their images.
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples

STRAIGHT_FADE: Samples = np.stack(
    [
        np.float32(1.0) - ((np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES).astype(np.float32),
        ((np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES).astype(np.float32),
    ]
)
"""(2, HOP_SAMPLES) shares of a hop's start and of its end, for slow sources."""


def knot_times(steps: int) -> Floats:
    """(n,) shares of a hop at which places are taken, n even: one before it, `steps` within, and
    at least one after it."""
    knots = steps + 3 + (steps + 3) % 2
    return (np.arange(knots) - 1.0) / steps


def knot_shares(steps: int) -> Samples:
    """(n, HOP_SAMPLES) shares of the places at `knot_times` in every sample; they sum to one."""
    time = (np.arange(HOP_SAMPLES) + 0.5) * steps / HOP_SAMPLES
    step = np.minimum(time.astype(np.int64), steps - 1)
    t = time - step
    cubic = np.stack(
        [
            -t * (t - 1.0) * (t - 2.0) / 6.0,
            (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0,
            -(t + 1.0) * t * (t - 2.0) / 2.0,
            (t + 1.0) * t * (t - 1.0) / 6.0,
        ]
    )
    shares = np.zeros((len(knot_times(steps)), HOP_SAMPLES), dtype=np.float32)
    for offset, values in enumerate(cubic):
        shares[step + offset, np.arange(HOP_SAMPLES)] = values
    return shares


@numba.njit(forceinline=True)
def turn(old, new, share, way):
    """Write the unit vector on the arc from an old one to a new one to `way` (3,).

    Beyond them where `share` is below 0 or above 1. They must lie apart, but not opposite.
    """
    cosine = old[0] * new[0] + old[1] * new[1] + old[2] * new[2]
    angle = np.arccos(min(cosine, 1.0))
    sine = np.sin(angle)
    first, last = np.sin((1.0 - share) * angle), np.sin(share * angle)
    for i in range(3):
        way[i] = (first * old[i] + last * new[i]) / sine
