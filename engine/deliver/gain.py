"""The gain that brings a render to the loudness target without exceeding the true-peak limit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.deliver.limiter import SAFETY_DB, TruePeakLimiter
from engine.deliver.loudness import Loudness, LoudnessMeter
from engine.deliver.rendering import FloatFile
from engine.jobs import Progress
from engine.units import db_to_gain

BLOCK_SAMPLES = 65_536
LARGEST_REDUCTION_DB = 12.0
"""The limiter takes at most this much off a peak; beyond it the sound would suffer."""

TOLERANCE_LU = 0.1
HONEST_LU = 0.5
"""A target missed by more than this (EBU R 128's tolerance) is said."""

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


def plan_gain(
    source: FloatFile,
    sample_rate_hz: int,
    before: Loudness,
    target_lufs: float,
    ceiling_dbtp: float,
    progress: Progress,
) -> GainPlan:
    """Find the gain for a rendered mix.

    Where plain gain would pass the ceiling, the limiter works and the gain is raised until the
    limited sound reaches the target, within `LARGEST_REDUCTION_DB`. Silence gets no gain.

    Parameters
    ----------
    source : FloatFile
        The render.
    before : Loudness
        Its loudness.
    progress : callable
        Called with every block that is measured again.
    """
    if not math.isfinite(before.integrated_lufs):
        return _without_target(source, sample_rate_hz, before, ceiling_dbtp, progress)
    wanted_db = target_lufs - before.integrated_lufs
    if before.true_peak_dbtp + wanted_db <= ceiling_dbtp - SAFETY_DB / 2:
        return GainPlan(wanted_db, False, ceiling_dbtp, before, _shifted(before, wanted_db))
    most_db = ceiling_dbtp + LARGEST_REDUCTION_DB - before.true_peak_dbtp
    plan = GainPlan(min(wanted_db, most_db), True, ceiling_dbtp, before, before)
    for attempt in range(_ATTEMPTS):
        plan = _measured(plan, source, sample_rate_hz, progress)
        missing_lu = target_lufs - plan.after.integrated_lufs
        next_db = min(plan.gain_db + missing_lu, most_db)
        if abs(missing_lu) <= TOLERANCE_LU or next_db == plan.gain_db or attempt == _ATTEMPTS - 1:
            break
        plan = replace(plan, gain_db=next_db)
    return _with_honest_note(plan, target_lufs)


def apply_plan(
    source: FloatFile, sample_rate_hz: int, plan: GainPlan
) -> Iterator[NDArray[np.float32]]:
    """Yield the source's blocks as they are delivered: gained and, where planned, limited."""
    limiter = TruePeakLimiter(source.channels, sample_rate_hz, plan.ceiling_dbtp)
    yield from _gained(source, plan, limiter)


def _gained(
    source: FloatFile, plan: GainPlan, limiter: TruePeakLimiter
) -> Iterator[NDArray[np.float32]]:
    gain = np.float32(db_to_gain(plan.gain_db))
    for block in source.blocks(BLOCK_SAMPLES):
        gained = block * gain
        yield limiter.process(gained) if plan.limited else gained
    if plan.limited:
        yield limiter.flush()


def _measured(
    plan: GainPlan, source: FloatFile, sample_rate_hz: int, progress: Progress
) -> GainPlan:
    limiter = TruePeakLimiter(source.channels, sample_rate_hz, plan.ceiling_dbtp)
    meter = LoudnessMeter(source.channels, sample_rate_hz)
    done = 0
    for block in _gained(source, plan, limiter):
        meter.add(block)
        done += block.shape[1]
        progress("matching loudness", done / max(source.samples, 1))
    return replace(plan, after=meter.result(), reduction_db=limiter.reduction_db)


def _without_target(
    source: FloatFile,
    sample_rate_hz: int,
    before: Loudness,
    ceiling_dbtp: float,
    progress: Progress,
) -> GainPlan:
    plan = GainPlan(0.0, False, ceiling_dbtp, before, before)
    if before.true_peak_dbtp == -math.inf:
        return replace(plan, notes=("silent: no gain",))
    note = "too short or too quiet for a loudness: no gain"
    if before.true_peak_dbtp > ceiling_dbtp:
        plan = _measured(replace(plan, limited=True), source, sample_rate_hz, progress)
    return replace(plan, notes=(note,))


def _with_honest_note(plan: GainPlan, target_lufs: float) -> GainPlan:
    reached = plan.after.integrated_lufs
    if abs(reached - target_lufs) <= HONEST_LU:
        return plan
    note = (
        f"reaches {reached:.1f} LUFS, not {target_lufs:.1f}: its peaks stand too far above its "
        f"loudness for the limit of {plan.ceiling_dbtp:.1f} dBTP"
    )
    return replace(plan, notes=(*plan.notes, note))


def _shifted(before: Loudness, gain_db: float) -> Loudness:
    return Loudness(
        integrated_lufs=before.integrated_lufs + gain_db,
        momentary_max_lufs=before.momentary_max_lufs + gain_db,
        short_term_max_lufs=before.short_term_max_lufs + gain_db,
        range_lu=before.range_lu,
        true_peak_dbtp=before.true_peak_dbtp + gain_db,
        sample_peak_dbfs=before.sample_peak_dbfs + gain_db,
    )
