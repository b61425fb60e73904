"""Whether a mover is heard to move: do the ears' differences rank as its azimuth does?

A mover is followed where the interaural time and level differences of what is delivered grow and
fall with its azimuth while it sounds. Ranks are compared, as the differences need not be in
proportion to the angle: a head's level difference hardly grows beyond 60 degrees.

References
----------
Spearman, "The proof and measurement of association between two things", American Journal of
Psychology 15, 1904 (correlation of ranks).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from engine.metrics.direction import InterauralDifferences

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

FOLLOWED = 0.8
"""Correlation of ranks from which the ears follow a mover."""
AUDIBLE_DB = 15.0
"""How far below its own loudest moment, and below everything else, a mover still sounds."""
FEWEST_WINDOWS = 6
"""Fewer give no correlation."""
_SILENCE_DBFS = -150.0


@dataclass(frozen=True)
class Following:
    """How the ears follow a mover in the mix.

    `itd`, `ild` are correlations of ranks, -1 to 1, of its azimuth with the interaural time and
    level differences over its active time; NaN where it is active too shortly, or does not move.
    Of the time difference with and without the phase transform, the lesser one counts: a mover is
    to be followed whichever of its sound an ear holds on to.
    """

    active_s: float
    itd: float
    ild: float

    @property
    def worst(self) -> float:
        """The lesser of the two correlations; -1 where there is none."""
        worst = min(self.itd, self.ild) if np.isfinite(self.itd + self.ild) else -1.0
        return float(worst)

    @property
    def followed(self) -> bool:
        """Whether both are high enough."""
        return self.worst >= FOLLOWED


def active_windows(own_dbfs: Array, rest_dbfs: Array, seen: Mask) -> Mask:
    """Windows (n,) in which a mover sounds, of those in which it is seen.

    Parameters
    ----------
    own_dbfs, rest_dbfs : (n,) array
        Levels of its own sound and of all the rest.
    seen : (n,) array of bool
    """
    loudest = own_dbfs[seen].max(initial=_SILENCE_DBFS)
    return np.asarray(seen & (own_dbfs > np.maximum(loudest, rest_dbfs) - AUDIBLE_DB))


def following(
    azimuth_deg: Array, ears: InterauralDifferences, active: Mask, hop_s: float = 0.05
) -> Following:
    """How the ears follow a mover.

    Parameters
    ----------
    azimuth_deg : (n,) array
        Its azimuth at the middle of each window, degrees to the left.
    ears : InterauralDifferences
        Of the mix.
    active : (n,) array of bool
        Windows in which it sounds, see `active_windows`.
    hop_s : float
        Time from one window to the next.
    """
    return Following(
        active_s=round(float(active.sum()) * hop_s, 3),
        itd=float(
            np.minimum(
                rank_correlation(azimuth_deg[active], ears.itd_us[active]),
                rank_correlation(azimuth_deg[active], ears.plain_itd_us[active]),
            )
        ),
        ild=rank_correlation(azimuth_deg[active], ears.ild_db[active]),
    )


def rank_correlation(a: Array, b: Array) -> float:
    """Spearman's correlation of two (n,) arrays; NaN for few or equal values."""
    if len(a) < FEWEST_WINDOWS:
        return float("nan")
    ranks = np.stack([rankdata(a), rankdata(b)])
    if np.any(ranks.std(axis=1) == 0.0):
        return float("nan")
    return float(np.corrcoef(ranks)[0, 1])
