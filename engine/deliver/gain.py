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
from msgspec import structs
from numpy.typing import NDArray

from engine.deliver.limiter import SAFETY_DB, TruePeakLimiter
from engine.deliver.loudness import Loudness
from engine.deliver.rendering import Rendered
from engine.jobs import Progress
from engine.units import db_to_gain

BLOCK_SAMPLES = 65_536
LARGEST_REDUCTION_DB = 12.0
"""The limiter takes at most this much off a peak; beyond it the sound would suffer."""

TOLERANCE_LU = 0.1
HONEST_LU = 0.5
"""A target missed by more than this (EBU R 128's tolerance) is said."""

HEAVY_REDUCTION_DB = 3.0
"""More than this off a peak is heard as softened attacks, and is said."""

_ATTEMPTS = 5


@dataclass(frozen=True)
class GainPlan:
    """Gain, whether the limiter works, and what comes out.

    `after` is measured where the limiter works, and computed (exactly) where it does not.
    """

    gain_db: float
    limited: bool
    ceiling_dbtp: float
    before: Loudness
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
        Called with every block that is measured again.
    """
    if not math.isfinite(source.loudness.integrated_lufs):
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
    raised_lu = mix.after.integrated_lufs - mix.before.integrated_lufs
    target_lufs = source.loudness.integrated_lufs + raised_lu
    if not math.isfinite(target_lufs):
        return _without_target(source, mix.gain_db, ceiling_dbtp, progress)
    plan = _plan_towards(source, target_lufs, ceiling_dbtp, progress)
    missing_lu = target_lufs - plan.after.integrated_lufs
    if missing_lu <= HONEST_LU:
        return plan
    return _noted(plan, f"{missing_lu:.1f} dB quieter than the 5.1 mix to keep its peaks")


def apply_plan(source: Rendered, plan: GainPlan) -> Iterator[NDArray[np.float32]]:
    """Yield the source's blocks as they are delivered: gained and, where planned, limited."""
    yield from _gained(source, plan, _limiter(source, plan))


def _plan_towards(
    source: Rendered, target_lufs: float, ceiling_dbtp: float, progress: Progress
) -> GainPlan:
    before = source.loudness
    wanted_db = target_lufs - before.integrated_lufs
    if before.true_peak_dbtp + wanted_db <= ceiling_dbtp - SAFETY_DB / 2:
        return GainPlan(wanted_db, False, ceiling_dbtp, before, _shifted(before, wanted_db))
    most_db = ceiling_dbtp + LARGEST_REDUCTION_DB - before.true_peak_dbtp
    plan = GainPlan(min(wanted_db, most_db), True, ceiling_dbtp, before, before)
    for attempt in range(_ATTEMPTS):
        plan = _measured(plan, source, progress)
        missing_lu = target_lufs - plan.after.integrated_lufs
        next_db = min(plan.gain_db + missing_lu, most_db)
        if abs(missing_lu) <= TOLERANCE_LU or next_db == plan.gain_db or attempt == _ATTEMPTS - 1:
            break
        plan = replace(plan, gain_db=next_db)
    return plan


def _limiter(source: Rendered, plan: GainPlan) -> TruePeakLimiter:
    return TruePeakLimiter(source.samples.channels, source.sample_rate_hz, plan.ceiling_dbtp)


def _gained(
    source: Rendered, plan: GainPlan, limiter: TruePeakLimiter
) -> Iterator[NDArray[np.float32]]:
    gain = np.float32(db_to_gain(plan.gain_db))
    for block in source.samples.blocks(BLOCK_SAMPLES):
        gained = block * gain
        yield limiter.process(gained) if plan.limited else gained
    if plan.limited:
        yield limiter.flush()


def _measured(plan: GainPlan, source: Rendered, progress: Progress) -> GainPlan:
    limiter, meter = _limiter(source, plan), source.meter()
    done = 0
    for block in _gained(source, plan, limiter):
        meter.add(block)
        done += block.shape[1]
        progress("matching loudness", done / max(source.samples.samples, 1))
    return replace(plan, after=meter.result(), reduction_db=limiter.reduction_db)


def _without_target(
    source: Rendered, gain_db: float, ceiling_dbtp: float, progress: Progress
) -> GainPlan:
    before = source.loudness
    plan = GainPlan(gain_db, False, ceiling_dbtp, before, _shifted(before, gain_db))
    if before.true_peak_dbtp == -math.inf:
        return _noted(replace(plan, gain_db=0.0), "silent: no gain")
    if before.true_peak_dbtp + gain_db > ceiling_dbtp:
        plan = _measured(replace(plan, limited=True), source, progress)
    if gain_db:
        return _noted(plan, "too short or too quiet for a loudness: the 5.1 mix's gain")
    return _noted(plan, "too short or too quiet for a loudness: no gain")


def _noted(plan: GainPlan, note: str) -> GainPlan:
    return replace(plan, notes=(*plan.notes, note))


def _shifted(before: Loudness, gain_db: float) -> Loudness:
    return structs.replace(
        before,
        integrated_lufs=before.integrated_lufs + gain_db,
        momentary_max_lufs=before.momentary_max_lufs + gain_db,
        short_term_max_lufs=before.short_term_max_lufs + gain_db,
        true_peak_dbtp=before.true_peak_dbtp + gain_db,
        sample_peak_dbfs=before.sample_peak_dbfs + gain_db,
    )
