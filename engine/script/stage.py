"""Who is in front at each moment of a scene, by how loud, how near and how far across each goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Track
from engine.script.moments import with_moments
from engine.script.presence import azimuth_deg, crosses, delays_s, is_near, levels_db, weight_db
from engine.script.rules import ObjectRule
from engine.script.shares import with_shares

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

STEP_S = 0.05
"""Time between one look at the scene and the next."""
UNKNOWN_DB = -6.0
"""Level of what nobody knows; and it is never in front of what is known."""
SOFT_DB = -12.0
"""Level of what waits (steps) beside an engine as far away."""
_SURE = 0.5
"""Confidence from which it gets a moment before others, and what nobody knows gets one."""
_RIVAL_DB = 12.0
"""Movers so much below the loudest at a moment cannot be in front: four times as far away."""
_MASKED_DB, _STEPS_MASKED_DB = -12.0, -24.0
"""So far beneath the loudest nobody is given a moment: who steps aside falls by 12 dB, and would
cover it all the same. Steps, which are `SOFT_DB` by nature, stand out of what is even."""


@dataclass(frozen=True)
class Stage:
    """Movers at times (n,): `levels` (movers, n), who is in `front` (n,), their names."""

    times: Array
    levels: Array
    delays_s: Array
    """Time (movers, n) that their sound is on its way."""
    front: NDArray[np.intp]
    front_db: Array
    """Level (n,) of the one in front."""
    known_front_db: Array
    """The same where that is a known engine."""
    unknown_front: Mask
    """When (n,) the one in front is something that nobody knows."""
    names: tuple[str, ...]
    lacks: tuple[str, ...]
    aside_db: float | None


def staged(
    rivals: Sequence[tuple[Track, ObjectRule]],
    times: Array,
    aside_db: float | None,
    *,
    camera_moves: bool,
) -> Stage:
    """Who of `rivals` is in front at `times` (n,); `aside_db` as in `foreground.turns`."""
    unknown = np.array([is_unknown(track, rule) for track, rule in rivals])
    soft = np.array([not rule.yields for _, rule in rivals])
    levels = np.stack([levels_db(track, times) for track, _ in rivals])
    levels += np.where(unknown, UNKNOWN_DB, np.where(soft, SOFT_DB, 0.0))[:, None]
    weights = np.array([weight_db(t, row) for (t, _), row in zip(rivals, levels, strict=True)])
    lacks = tuple(why_left_out(track, rule, camera_moves=camera_moves) for track, rule in rivals)
    sure = [t.provenance == "hand" or t.confidence >= _SURE for t, _ in rivals]
    across = [crosses(track) for track, _ in rivals]
    order = sorted(range(len(rivals)), key=lambda i: (unknown[i], not sure[i], -weights[i]))
    wants = [i for i in order if across[i] and not lacks[i]]
    others = [i for i in order if not across[i] and not lacks[i]]
    loudness = levels + np.array([rule.power_db for _, rule in rivals])[:, None]
    polite = [i for i in wants if sure[i] and not unknown[i]]
    masked_db = np.where(soft, _STEPS_MASKED_DB, _MASKED_DB)[:, None]
    clear = np.where(loudness < loudness.max(axis=0) + masked_db, -np.inf, levels)
    azimuths = np.stack([azimuth_deg(track.trajectory.at(times)) for track, _ in rivals])
    front = _loudest_first(loudness, weights, unknown, soft)
    front = with_moments(front, clear, azimuths, polite, STEP_S)
    front = _with_ways(front, clear, azimuths, (wants, others), np.flatnonzero(soft).tolist())
    engine = ~(unknown | soft)[front]
    front_db = levels[front, np.arange(len(times))]
    return Stage(
        times=times,
        levels=levels,
        delays_s=np.stack([delays_s(track, times) for track, _ in rivals]),
        front=front,
        front_db=front_db,
        known_front_db=np.where(engine, front_db, -np.inf),
        unknown_front=unknown[front] & np.isfinite(front_db),
        names=tuple(track.name or track.label for track, _ in rivals),
        lacks=lacks,
        aside_db=aside_db,
    )


def _with_ways(
    front: NDArray[np.intp],
    clear: Array,
    azimuths_deg: Array,
    groups: tuple[list[int], list[int]],
    steps: list[int],
) -> NDArray[np.intp]:
    """Who is in front (n,), once first those that go across and then the others had their share."""
    wants, others = groups
    # far to the side a way is hardly heard: the ears' differences grow as the sine
    sides = np.degrees(np.sin(np.radians(azimuths_deg)))
    front = with_shares(front, clear, sides, wants, STEP_S, together=steps)
    return with_shares(front, clear, sides, others, STEP_S, kept=wants, together=steps)


def _loudest_first(levels: Array, weights: Array, unknown: Mask, soft: Mask) -> NDArray[np.intp]:
    """Who is in front (n,) before anyone is given a moment: the unknown only alone, and steps
    only where they are louder than the engine that would be."""
    known = np.isfinite(levels[~unknown]).any(axis=0)
    rank = np.where(unknown[:, None] & known, -np.inf, levels)
    now = np.arange(levels.shape[1])
    fronts = []
    for some in (~soft, soft):
        among = np.where(some[:, None], rank, -np.inf)
        near = np.isfinite(among) & (among > among.max(axis=0) - _RIVAL_DB)
        fronts.append(np.argmax(np.where(near, weights[:, None], -np.inf), axis=0))
    engine, steps = fronts
    engine_db = np.where(soft[engine], -np.inf, rank[engine, now])
    steps_db = np.where(soft[steps], rank[steps, now], -np.inf)
    return np.asarray(np.where(steps_db > engine_db, steps, engine))


def is_unknown(track: Track, rule: ObjectRule) -> bool:
    """Whether nothing tells what it is: seen, and of the rule for anything."""
    return rule.guess == "anything" and track.boxes is not None


def why_left_out(track: Track, rule: ObjectRule, *, camera_moves: bool) -> str:
    """Why a mover that never is in front is muted; empty where it shall be heard all the same."""
    sure = track.provenance == "hand" or track.confidence >= _SURE
    if is_unknown(track, rule):
        if not sure or camera_moves:
            return "nothing tells what it is"
        return "" if crosses(track) else "nothing tells what it is, nor does it cross"
    return "" if crosses(track) or is_near(track) else "it is far away and does not cross"
