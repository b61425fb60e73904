"""Tracks as the kernel's sources: equaliser, occlusion, air, width, one source or a stereo pair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.layouts import FORMATS
from engine.project.model import Curve, Strip, Track, Trajectory
from engine.realtime.equaliser import band_section
from engine.realtime.snapshot import ClipPlan, CurvePlan, MotionPlan, SourcePlan
from engine.realtime.width_law import nearest_m
from engine.spatial.propagation import NEAR_FIELD_LIMIT_M, longest_delay_samples
from engine.units import db_to_gain

SILENT_SEND_DB = -140.0
"""A send this low is none."""

WIDEST_PAIR_DEG = 180.0


def track_sources(
    track: Track,
    strip: int,
    sample_rate_hz: int,
    clips: tuple[ClipPlan, ...],
    sides: tuple[tuple[ClipPlan, ...], ...] = (),
) -> list[SourcePlan]:
    """One source of a track, or two where its left and right `sides` are given."""
    motion = motion_plan(track.trajectory, sample_rate_hz)
    width = curve_plan(track.width_deg, sample_rate_hz)
    if not sides:
        return [_source(track, strip, sample_rate_hz, clips, motion, width)]
    return [
        _source(track, strip, sample_rate_hz, side, beside(motion, width, sign), None)
        for side, sign in zip(sides, (1.0, -1.0), strict=True)
    ]


def field_sources(
    track: Track,
    strip: int,
    sample_rate_hz: int,
    channels: Sequence[tuple[ClipPlan, ...]],
    formats: Iterable[str],
) -> list[SourcePlan]:
    """The channels of ambisonics that move, which reach no format but through a sound field."""
    motion = motion_plan(track.trajectory, sample_rate_hz)
    nowhere = {name: np.zeros(FORMATS[name]) for name in formats if name != "binaural"}
    return [
        replace(
            _source(track, strip, sample_rate_hz, clips, motion, None),
            routes=nowhere,
            ears_gain=0.0,
        )
        for clips in channels
    ]


def _source(
    track: Track,
    strip: int,
    sample_rate_hz: int,
    clips: tuple[ClipPlan, ...],
    motion: MotionPlan,
    width: CurvePlan | None,
) -> SourcePlan:
    longest = longest_delay_samples(motion.positions_m, sample_rate_hz)
    return SourcePlan(
        strip=strip,
        clips=clips,
        motion=motion,
        delayed=track.doppler,
        max_delay_samples=longest if track.doppler else 0,
        sections=eq_sections(track.strip, sample_rate_hz),
        occlusion=curve_plan(track.occlusion, sample_rate_hz),
        air=track.air,
        width_deg=width,
    )


def send_gain(send_db: float) -> float:
    """Linear gain of a send; one as low as `SILENT_SEND_DB` is none."""
    return 0.0 if send_db <= SILENT_SEND_DB else float(db_to_gain(send_db))


def motion_plan(trajectory: Trajectory, sample_rate_hz: int) -> MotionPlan:
    """A trajectory in samples."""
    times_s, positions_m = trajectory.line
    return MotionPlan(times_s * sample_rate_hz, positions_m)


def curve_plan(curve: Curve, sample_rate_hz: int) -> CurvePlan | None:
    """Automation in samples; None where there is none, or nothing but zeros."""
    if not any(value != 0.0 for _, value in curve):
        return None
    times_s, values = np.array(curve, dtype=np.float64).T
    return CurvePlan(np.ascontiguousarray(times_s * sample_rate_hz), np.ascontiguousarray(values))


def eq_sections(strip: Strip, sample_rate_hz: int) -> NDArray[np.float64]:
    """(n, 6) sections of the bands that are on and do something."""
    sections = [
        band_section(band.kind, band.frequency_hz, band.gain_db, band.q, sample_rate_hz)
        for band in strip.eq
        if band.on and (band.gain_db != 0.0 or band.kind in ("high_pass", "low_pass"))
    ]
    return np.array(sections, dtype=np.float64).reshape(-1, 6)


def beside(motion: MotionPlan, width: CurvePlan | None, sign: float) -> MotionPlan:
    """The path turned around the head by half of `width`, to the left (`sign` 1) or right (-1)."""
    if width is None:
        return motion
    times = np.union1d(motion.times_samples, width.times_samples)
    x, y, z = motion.at(times).T
    turn = sign * np.radians(np.minimum(width.at(times), WIDEST_PAIR_DEG)) / 2.0
    turned = (x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn), z)
    return MotionPlan(times, np.column_stack(turned))


def surrounds(sources: Iterable[SourcePlan]) -> bool:
    """Whether any source is ever wide, or so near that it surrounds the head."""
    return any(
        source.width_deg is not None or nearest_m(source.motion) < NEAR_FIELD_LIMIT_M
        for source in sources
    )


def nearest_source_m(sources: Iterable[SourcePlan]) -> float:
    """How near any source comes that two ears hear as a point; infinity where there is none."""
    heard = (source for source in sources if source.ears_gain > 0.0)
    return min((nearest_m(source.motion) for source in heard), default=np.inf)
