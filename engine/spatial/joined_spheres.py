"""Spheres of several distances made one set: equally long, equally loud, in step, uncut.

What a nearer sphere adds to the widest is what its distance does to the ears, not that its
loudspeaker was nearer: levels that grow toward the head as 1/r are taken back, and so is the time
of the way. Responses are moved by whole samples alone, and no sample that sounds is cut off, so
that each stays the measurement; what is left of a sample between spheres is told to those who
interpolate (`HrirSet.onset_samples`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.spatial.hrir import HrirSet

_SILENT_DB = -100.0
"""What is fainter than this under its response, at every ear and direction, may be cut off."""


def joined(spheres: Sequence[HrirSet]) -> HrirSet:
    """The widest of several spheres (nearest first), the others within.

    All are as long, and begin together within half a sample: where the widest begins, or later
    where a nearer one, brought there, would lose its beginning.
    """
    widest = spheres[-1]
    onsets = np.array([one.delays_samples.min() for one in spheres])
    shifts = np.round(onsets.max() - onsets).astype(np.int64)
    taps = max(one.responses.shape[-1] for one in spheres)
    spheres = [one.lengthened(taps) for one in spheres]
    before, after = np.transpose([_silence(one.responses[: one.measured]) for one in spheres])
    shifts -= min(shifts.max(), (before + shifts).min())
    taps += max(int((shifts - after).max()), 0)
    onset = float(onsets[-1] + shifts[-1])
    *near, far = [
        replace(
            one,
            responses=_level(one, widest) * _moved(one.responses, int(shift), taps),
            delays_samples=one.delays_samples + shift,
            shared_delays_samples=None,
            onset_samples=onset,
        )
        for one, shift in zip(spheres, shifts, strict=True)
    ]
    return replace(far, nearer=tuple(near))


def _level(one: HrirSet, widest: HrirSet) -> float:
    """Gain that takes 1/r back, if that is in the levels: is heard from the levels themselves."""
    heard = [np.sqrt(np.mean(part.responses[: part.measured] ** 2)) for part in (one, widest)]
    growth = widest.distance_m / one.distance_m
    return 1.0 / growth if heard[0] / heard[1] > np.sqrt(growth) else 1.0


def _silence(responses: NDArray[np.float64]) -> tuple[int, int]:
    """Samples before and after all that sounds in (n, 2, taps) responses."""
    power = responses**2
    least = 10.0 ** (_SILENT_DB / 10.0) * power.sum(axis=-1, keepdims=True)
    rising, falling = np.cumsum(power, axis=-1), np.cumsum(power[..., ::-1], axis=-1)
    quiet = [(part <= least).all(axis=(0, 1)) for part in (rising, falling)]
    before, after = (int(np.argmin(part)) for part in quiet)
    return before, after


def _moved(responses: NDArray[np.float64], shift: int, taps: int) -> NDArray[np.float64]:
    """Responses (..., n) made `taps` long and later by whole samples; earlier ones are cut."""
    moved = np.zeros((*responses.shape[:-1], taps))
    kept = responses[..., max(-shift, 0) :][..., : taps - max(shift, 0)]
    moved[..., max(shift, 0) : max(shift, 0) + kept.shape[-1]] = kept
    return moved
