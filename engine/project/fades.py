"""The curves that a clip's fades can follow."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

FadeCurve = Literal["equal_power", "linear", "s", "slow", "fast"]
FadeSide = Literal["in", "out"]
CURVES: tuple[FadeCurve, ...] = get_args(FadeCurve)
"""All of them; the renderer knows a curve by its place here (`engine.realtime.fades`)."""


def risen(share: ArrayLike, curve: FadeCurve) -> NDArray[np.float64]:
    """Gain where a fade-in has gone so far; a fade-out is the same, seen from its end.

    Parameters
    ----------
    share : array
        0 (begins) to 1 (done).
    curve : str
        ``equal_power``: a quarter sine, whose power and that of its reverse sum to 1; ``linear``,
        and ``s`` (a raised cosine): whose gain does; ``slow``: the square; ``fast``: its reverse.
    """
    share = np.asarray(share, np.float64)
    if curve == "equal_power":
        return np.sin(0.5 * np.pi * share)
    if curve == "s":
        return 0.5 - 0.5 * np.cos(np.pi * share)
    if curve == "slow":
        return share * share
    return share * (2.0 - share) if curve == "fast" else share
