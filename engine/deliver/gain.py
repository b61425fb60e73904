"""The gain that brings a render to its loudness without exceeding the true-peak limit.

A mix is brought to the loudness target. A scene (ambisonics, objects) has no loudness until a
player renders it; it is made as much louder as the 5.1 mix was, measured on its omnidirectional
sound, so that one scene is equally loud in every format. Where plain gain would pass the peak
limit, the limiter works, with one gain for all channels: directions and balance stay.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.deliver.limited_loudness import BLOCK_SAMPLES, limited_loudness
from engine.deliver.limiter import SAFETY_DB, TruePeakLimiter
from engine.deliver.loudness import Loudness
from engine.deliver.rendering import Rendered
from engine.jobs import Progress
from engine.units import db_to_gain

LARGEST_REDUCTION_DB = 12.0
"""The limiter takes at most this much off a peak; beyond it the sound would suffer."""

TOLERANCE_LU = 0.1
HONEST_LU = 0.5
"""A target missed by more than this (EBU R 128's tolerance) is said."""

HEAVY_REDUCTION_DB = 3.0
"""More than this off a peak is heard as softened attacks, and is said."""

LARGEST_GAIN_DB = 70.0
"""What needs more to reach its loudness is as good as silent."""

_ATTEMPTS = 6
_EXACT_LU = 0.001
_LEAST_KEPT = 0.25
"""Of a decibel of gain, the least that is taken to come through the limiter."""


@dataclass(frozen=True)
class GainPlan:
    """Gain, whether the limiter works, and what comes out.

    `plain` is what the gain alone makes, `after` what the limiter leaves of it.
    """

    gain_db: float
    limited: bool
    ceiling_dbtp: float
    before: Loudness
    plain: Loudness
    after: Loudness
    reduction_db: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def all_notes(self) -> tuple[str, ...]:
        """What a person should know, heavy limiting included."""
        if self.reduction_db <= HEAVY_REDUCTION_DB:
            return self.notes
        heavy = (
            f"the limiter takes up to {self.reduction_db:.1f} dB off the loudest peaks, which "
            "softens attacks; a lower loudness target keeps them"
        )
        return (*self.notes, heavy)


def plan_gain(
    source: Rendered, target_lufs: float, ceiling_dbtp: float, progress: Progress
) -> GainPlan:
    """Find the gain for a rendered mix.

    Where plain gain would pass the ceiling, the limiter works and the gain is raised until the
    limited sound reaches the target, within `LARGEST_REDUCTION_DB`. Silence gets no gain.

    Parameters
    ----------
    progress : callable
        Called with every block that is limited and measured again.
    """
    if target_lufs - source.loudness().momentary_max_lufs > LARGEST_GAIN_DB:
        return _without_target(source, 0.0, ceiling_dbtp, progress)
    plan = _plan_towards(source, target_lufs, ceiling_dbtp, progress)
    reached = plan.after.integrated_lufs
    if abs(reached - target_lufs) <= HONEST_LU:
        return plan
    return _noted(
        plan,
        f"reaches {reached:.1f} LUFS, not {target_lufs:.1f}: its peaks stand too far above its "
        f"loudness for the limit of {ceiling_dbtp:.1f} dBTP",
    )


def plan_scene_gain(
    source: Rendered, mix: GainPlan, ceiling_dbtp: float, progress: Progress
) -> GainPlan:
    """Find the gain for rendered ambisonics or objects: as loud as the 5.1 mix came out.

    Parameters
    ----------
    mix : GainPlan
        Of the 5.1 mix of the same scene.
    """
    lost_lu = mix.plain.integrated_lufs - mix.after.integrated_lufs
    target_lufs = source.loudness(mix.gain_db).integrated_lufs - lost_lu
    if not math.isfinite(target_lufs):
        return _without_target(source, mix.gain_db, ceiling_dbtp, progress)
    plan = _plan_towards(source, target_lufs, ceiling_dbtp, progress)
    missing_lu = target_lufs - plan.after.integrated_lufs
    if missing_lu <= HONEST_LU:
        return plan
    return _noted(plan, f"{missing_lu:.1f} dB quieter than the 5.1 mix to keep its peaks")


def apply_plan(source: Rendered, plan: GainPlan) -> Iterator[NDArray[np.float32]]:
    """Yield the source's blocks as they are delivered: gained and, where planned, limited."""
    gain = np.float32(db_to_gain(plan.gain_db))
    limiter = TruePeakLimiter(source.samples.channels, source.sample_rate_hz, plan.ceiling_dbtp)
    for block in source.samples.blocks(BLOCK_SAMPLES):
        gained = block * gain
        yield limiter.process(gained) if plan.limited else gained
    if plan.limited:
        yield limiter.flush()


def _plan_towards(
    source: Rendered, target_lufs: float, ceiling_dbtp: float, progress: Progress
) -> GainPlan:
    plan = _plain_plan(source, _plain_gain_db(source, target_lufs), ceiling_dbtp)
    if plan.after.true_peak_dbtp <= ceiling_dbtp - SAFETY_DB / 2:
        return plan
    most_db = ceiling_dbtp + LARGEST_REDUCTION_DB - plan.before.true_peak_dbtp
    gain_db, kept = min(plan.gain_db, most_db), 1.0
    tried: list[tuple[float, GainPlan]] = []
    for attempt in range(_ATTEMPTS):
        last, plan = plan, _measured(_plain_plan(source, gain_db, ceiling_dbtp), source, progress)
        missing_lu = target_lufs - plan.after.integrated_lufs
        tried.append((abs(missing_lu), plan))
        if attempt > 0 and plan.gain_db != last.gain_db:
            kept = plan.after.integrated_lufs - last.after.integrated_lufs
            kept = min(max(kept / (plan.gain_db - last.gain_db), _LEAST_KEPT), 1.0)
        gain_db = min(plan.gain_db + missing_lu / kept, most_db)
        if abs(missing_lu) <= TOLERANCE_LU or gain_db == plan.gain_db:
            break
    # more gain is not always louder: what lies around a limited hit may rise over the gate
    return min(tried, key=lambda pair: pair[0])[1]


def _plain_gain_db(source: Rendered, target_lufs: float) -> float:
    """The gain that reaches a loudness without a limiter."""
    gain_db = target_lufs - source.loudness().momentary_max_lufs
    for _ in range(_ATTEMPTS):
        missing_lu = target_lufs - source.loudness(gain_db).integrated_lufs
        gain_db += missing_lu
        if abs(missing_lu) < _EXACT_LU:
            break
    return gain_db


def _plain_plan(source: Rendered, gain_db: float, ceiling_dbtp: float) -> GainPlan:
    plain = source.loudness(gain_db)
    return GainPlan(gain_db, False, ceiling_dbtp, source.loudness(), plain, plain)


def _measured(plan: GainPlan, source: Rendered, progress: Progress) -> GainPlan:
    after, reduction_db = limited_loudness(source, plan.gain_db, plan.ceiling_dbtp, progress)
    return replace(plan, limited=True, after=after, reduction_db=reduction_db)


def _without_target(
    source: Rendered, gain_db: float, ceiling_dbtp: float, progress: Progress
) -> GainPlan:
    plan = _plain_plan(source, gain_db, ceiling_dbtp)
    if plan.before.true_peak_dbtp == -math.inf:
        return _noted(_plain_plan(source, 0.0, ceiling_dbtp), "silent: no gain")
    if plan.plain.true_peak_dbtp > ceiling_dbtp:
        plan = _measured(plan, source, progress)
    if gain_db:
        return _noted(plan, "too short or too quiet for a loudness: the 5.1 mix's gain")
    return _noted(plan, "too short or too quiet for a loudness: no gain")


def _noted(plan: GainPlan, note: str) -> GainPlan:
    return replace(plan, notes=(*plan.notes, note))
