"""Where fast sources are within a hop: on an arc around the listener, or straight past the head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.realtime.knots import turned
from engine.realtime.paces import NEAR_M
from engine.realtime.places import Heard
from engine.realtime.snapshot import Floats

_CENTRE_M = 1e-6


def between(
    old: Heard, new: Heard, share: float, wanted: NDArray[np.bool_], *, passes_near: bool
) -> Heard:
    """Where sources are after a share of a hop, which may be before or after it.

    Where the head surrounds what is in its middle (see `engine.realtime.width`), what is near
    goes straight, and its gain a metre glides, not its gain: a point is the weaker there the nearer
    it is to the middle, where its direction flips.

    Parameters
    ----------
    old, new : Heard
        At the hop's start and end.
    share : float
    wanted : (sources,) bool
        Others may get anything.
    passes_near : bool
        Whether that is so.
    """
    gains, metres = (a + share * (b - a) for a, b in zip(old[1:], new[1:], strict=True))
    passes = wanted & (np.maximum(old[2], new[2]) < (NEAR_M if passes_near else 0.0))
    ways = turned(old[0], new[0], share, wanted & ~passes)
    if passes.any():
        start, end = (old[2] * old[0].T)[:, passes], (new[2] * new[0].T)[:, passes]
        place = start + share * (end - start)
        away = np.maximum(np.linalg.norm(place, axis=0), _CENTRE_M)
        ways[passes] = _unit(place / away)
        metres[passes] = away
        slopes = [there[1] / np.maximum(there[2], _CENTRE_M) for there in (old, new)]
        gains[passes] = (slopes[0] + share * (slopes[1] - slopes[0]))[passes] * away
    return ways, gains, metres


def _unit(vectors: Floats) -> Floats:
    """(n, 3) of (3, n); what has no direction is ahead."""
    lost = ~(np.einsum("is,is->s", vectors, vectors) > 0.5)
    vectors[:, lost] = np.array([[1.0], [0.0], [0.0]])
    return np.asarray(vectors.T)
