"""From one rule and one track's motion to events: when, how strong, which words."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Contact, Event, EventId, Track, TrackId
from engine.script.leaps import grounded, leaps_s
from engine.script.motion import MOVING_M_PER_S, Motion, contact_times, read_motion
from engine.script.out_of_sight import steps_beyond
from engine.script.presence import sways
from engine.script.rules import Count, LayerRule, ObjectRule
from engine.script.turn import ASIDE, Turn

LONGEST_S = 60.0
"""A run of hits longer than this becomes several events."""
SILENCE_S = 2.5
"""A longer pause between hits starts a new event."""
LEAD_S = 0.02
TAIL_S = {"footsteps": 0.6, "impacts": 1.5, "water": 1.4}
"""How long a family rings after its last onset."""
IDLE = 0.25
"""Intensity of a motor that stands."""
CURVE_STEP_S = 0.1
_SHORTEST_FADE_S = 0.1
"""A thing that is heard less than this beyond its sight needs no fade there."""
APPEARS_S = 0.2
"""Fade of a lasting sound whose thing appears, or goes, in the middle of the scene."""
HANDOVER_S = 0.2
"""Cross-fade of a lasting sound where another mover comes in front, or has gone."""
STRIDE_M = 0.8
"""Who stays within a stride while moving has not been seen to walk."""
GOES_M_PER_S, GOES_STRAIGHT, GOES_S = 0.3, 0.6, 1.0
"""Who gets on more slowly than this over that time, and not by this share of the way made, sits or
stands: a box that trembles goes to and fro as quickly, but gets nowhere."""
MISSED_SHARE, MISSED_BEATS = 0.5, 1.5
"""Where less than this share of a gait's beats was seen, more are assumed, so many beats away from
every one that was seen."""
THE_GROUND, THE_ROAD = "the ground", "the road"
"""What prompts say where nothing tells what these are."""
ALWAYS = Turn()
FEW_WHY = "muted: so few may be slips of what follows it"
ASSUMED_WHY = "{name} moves and no contact was seen: the pace is assumed from the speed"
FILLED_WHY = "where {name} moves and none was seen, the pace is assumed from the speed"


@dataclass(frozen=True)
class Setting:
    """What the ground is, and whether the camera moves.

    `assumed` where nothing tells it: then it is not named.
    """

    surface: str
    road: str
    camera_moves: bool = False
    assumed: bool = False


@dataclass(frozen=True)
class Draft:
    """An event that has no id, track and seed yet. Times in seconds; fields as in `Event`.

    `aside` where its track has stepped aside for another.
    """

    layer: str
    generator: str
    prompt: str
    start_s: float
    end_s: float
    category: str
    why: str
    onsets_s: tuple[float, ...] = ()
    strengths: tuple[float, ...] = ()
    intensity: tuple[tuple[float, float], ...] = ()
    level_db: float = 0.0
    muted: bool = False
    parameters: dict[str, float | str] = field(default_factory=dict)
    aside: bool = False

    def event(self, event_id: str, track_id: str, seed: int) -> Event:
        """The finished event."""
        return Event(
            id=EventId(event_id),
            track_id=TrackId(track_id),
            layer=self.layer,
            generator=self.generator,
            prompt=self.prompt,
            start_s=round(self.start_s, 6),
            duration_s=round(self.end_s - self.start_s, 6),
            onsets_s=self.onsets_s,
            strengths=self.strengths,
            intensity=self.intensity,
            level_db=self.level_db,
            muted=self.muted,
            parameters=self.parameters,
            seed=seed,
            category=self.category,
            why=self.why,
        )


def object_drafts(
    track: Track, rule: ObjectRule, setting: Setting, end_s: float, turn: Turn = ALWAYS
) -> Iterable[Draft]:
    """All events of a track, layer by layer, inside [0, end_s), as its turn allows."""
    motion = read_motion(track, end_s)
    for layer in rule.layer:
        if layer.when == "contacts":
            drafts = _hit_drafts(track, layer, setting, motion, end_s, turn)
        else:
            drafts = _span_drafts(track, layer, setting, motion, end_s)
            drafts = (part for draft in drafts for part in _in_turn(draft, turn))
        for draft in drafts:
            why = f"{draft.why}; {turn.note}" if turn.note else draft.why
            level_db = round(draft.level_db + turn.level_db, 2)
            muted = draft.muted or turn.muted
            yield replace(draft, why=why, level_db=level_db, muted=muted)


def _in_turn(draft: Draft, turn: Turn) -> Iterable[Draft]:
    """The parts of a lasting sound that its turn allows and the rest, cross-faded where it was cut.

    The softer one reaches into the fade of the other, so that no hole is left.
    """
    for start_s, stop_s in turn.within(draft.start_s, draft.end_s):
        yield _part(draft, start_s, stop_s)
    for start_s, stop_s in turn.outside(draft.start_s, draft.end_s):
        first_s = max(start_s - HANDOVER_S, draft.start_s)
        last_s = min(stop_s + HANDOVER_S, draft.end_s)
        yield _stepped_aside(_part(draft, first_s, last_s), turn)


def _stepped_aside(draft: Draft, turn: Turn) -> Draft:
    if turn.aside_db is None:
        return replace(draft, muted=True, aside=True)
    level_db = draft.level_db + turn.aside_db
    why = f"{draft.why}; {-turn.aside_db:.0f} dB {ASIDE}" if turn.spans_s else draft.why
    return replace(draft, level_db=level_db, aside=True, why=why)


def _part(draft: Draft, start_s: float, stop_s: float) -> Draft:
    parameters = dict(draft.parameters)
    if start_s > draft.start_s:
        rest_s = float(parameters.get("fade_in_s", 0.0)) - (start_s - draft.start_s)
        parameters["fade_in_s"] = max(HANDOVER_S, round(rest_s, 3))
    if stop_s < draft.end_s:
        rest_s = float(parameters.get("fade_out_s", 0.0)) - (draft.end_s - stop_s)
        parameters["fade_out_s"] = max(HANDOVER_S, round(rest_s, 3))
    return replace(
        draft,
        start_s=start_s,
        end_s=stop_s,
        parameters=parameters,
        intensity=_cut_curve(draft.intensity, start_s, stop_s),
    )


def _cut_curve(
    curve: tuple[tuple[float, float], ...], start_s: float, stop_s: float
) -> tuple[tuple[float, float], ...]:
    """The part of a curve of (time_s, value) between two times."""
    if not curve:
        return ()
    times, values = np.array(curve).T
    inside = [point for point in curve if start_s < point[0] < stop_s]
    ends = np.interp([start_s, stop_s], times, values)
    return ((start_s, round(float(ends[0]), 4)), *inside, (stop_s, round(float(ends[1]), 4)))


def _hit_drafts(
    track: Track, layer: LayerRule, setting: Setting, motion: Motion, end_s: float, turn: Turn
) -> Iterable[Draft]:
    """Runs of hits; those that its turn allows and those that step aside are events apart."""
    contacts: Sequence[Contact] = contact_times(track, layer.contacts, end_s)
    assumed_s: set[float] = set()
    if layer.fallback_hz and not sways(track, camera_moves=setting.camera_moves):
        missed = grounded(_missed(contacts, layer.fallback_hz, motion, track), leaps_s(track))
        walked = sorted([*contacts, *missed], key=lambda contact: contact.time_s)
        walked = steps_beyond(walked, track, end_s)
        assumed_s = {contact.time_s for contact in walked if contact not in contacts}
        contacts = walked
    few = len(contacts) < layer.fewest
    runs = (run for group in _groups(contacts) for run in _runs_in_turn(group, turn))
    for group, allowed in runs:
        onsets = tuple(round(contact.time_s, 6) for contact in group)
        start_s = max(onsets[0] - LEAD_S, 0.0)
        stop_s = min(onsets[-1] + TAIL_S.get(layer.generator, 1.0), end_s)
        words = _words(track, setting, motion, len(group))
        seen = sum(contact.time_s not in assumed_s for contact in group)
        why = _hits_why(layer.why, seen, len(group)) + (f"; {FEW_WHY}" if few else "")
        draft = Draft(
            layer=layer.layer,
            generator=layer.generator,
            prompt=layer.prompt.format_map(words),
            start_s=start_s,
            end_s=stop_s,
            category=layer.category,
            why=why.format_map({**words, "count": Count(seen)}),
            onsets_s=onsets,
            strengths=tuple(round(float(np.clip(c.strength, 0.05, 1.0)), 4) for c in group),
            level_db=layer.level_db,
            muted=few,
            parameters=_parameters(layer, words, setting),
        )
        yield draft if allowed else _stepped_aside(draft, turn)


def _hits_why(why: str, seen: int, count: int) -> str:
    """Why a run of hits is there, of which so many were seen."""
    if not seen:
        return ASSUMED_WHY
    return why if seen == count else f"{why}; {FILLED_WHY}"


def _span_drafts(
    track: Track, layer: LayerRule, setting: Setting, motion: Motion, end_s: float
) -> Iterable[Draft]:
    words = _words(track, setting, motion, len(track.contacts))
    for start_s, span_end_s in motion.spans_s(layer.when):
        stop_s = min(span_end_s, end_s)
        if stop_s <= start_s:
            continue
        parameters = _parameters(layer, words, setting)
        if layer.generator == "cloth" and "swing_hz" not in parameters:
            parameters["swing_hz"] = _stride_hz(track)
        parameters |= _edges_of_sight(track, start_s, stop_s, end_s)
        yield Draft(
            layer=layer.layer,
            generator=layer.generator,
            prompt=layer.prompt.format_map(words),
            start_s=start_s,
            end_s=stop_s,
            category=layer.category,
            why=layer.why.format_map(words),
            intensity=_curve(layer, motion, start_s, stop_s),
            level_db=layer.level_db,
            parameters=parameters,
        )


def _edges_of_sight(track: Track, start_s: float, stop_s: float, end_s: float) -> dict[str, float]:
    """Fades of a lasting sound in the middle of the scene: short where its thing appears or goes,
    as long as it is heard out of sight before it is seen, or after.
    """
    fades: dict[str, float] = {}
    if start_s > 0.0:
        fades["fade_in_s"] = APPEARS_S
    if stop_s < end_s:
        fades["fade_out_s"] = APPEARS_S
    if start_s < min(track.start_s, stop_s) - _SHORTEST_FADE_S:
        fades["fade_in_s"] = round(min(track.start_s, stop_s) - start_s, 3)
    if stop_s > max(track.end_s, start_s) + _SHORTEST_FADE_S:
        fades["fade_out_s"] = round(stop_s - max(track.end_s, start_s), 3)
    return fades


def _curve(
    layer: LayerRule, motion: Motion, start_s: float, stop_s: float
) -> tuple[tuple[float, float], ...]:
    """Intensity over a span, ten points a second, those on a straight line left out."""
    if layer.intensity == "constant":
        return ()
    times = np.append(np.arange(start_s, stop_s, CURVE_STEP_S), stop_s)
    speed = np.interp(times, motion.times_s, motion.speed_m_per_s)
    values = np.clip(speed / layer.speed_m_per_s, 0.0, 1.0)
    values = IDLE + (1.0 - IDLE) * values if layer.intensity == "effort" else values**0.7
    kept = [0]
    for index in range(1, len(times) - 1):
        line = np.interp(
            times[index], [times[kept[-1]], times[index + 1]], [values[kept[-1]], values[index + 1]]
        )
        if abs(line - values[index]) > 0.01 or times[index] - times[kept[-1]] > 1.0:
            kept.append(index)
    kept.append(len(times) - 1)
    return tuple((round(float(times[i]), 4), round(float(values[i]), 4)) for i in kept)


def _assumed(rate_hz: float, motion: Motion, track: Track) -> list[Contact]:
    """Steps at an even pace while moving, a little quicker when faster than usual.

    Who moves but gets nowhere (who gestures, or plays on the spot) is not known to step; who comes
    back to where he began has got somewhere.
    """
    usual = max(motion.usual_speed_m_per_s(), MOVING_M_PER_S)
    contacts = []
    for start_s, end_s in motion.spans_s("moving"):
        inside = (motion.times_s >= start_s) & (motion.times_s < end_s)
        if _reach_m(track, motion.times_s[inside]) < STRIDE_M:
            continue
        times = motion.times_s[inside]
        pace = rate_hz * np.clip(motion.speed_m_per_s[inside] / usual, 0.6, 1.6) ** 0.5
        if len(times) < 2:
            continue
        pace = np.where(_gets_on(track, times), pace, 0.0)
        count = np.floor(0.5 + np.cumsum(pace) * (times[1] - times[0]))
        for index in np.flatnonzero(np.diff(count) > 0):
            contacts.append(Contact(time_s=float(times[index]), kind="step", strength=0.8))
    return contacts


def _gets_on(track: Track, times_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether (n,) it gets somewhere in the time around each moment of a span."""
    places = track.trajectory.at(times_s)
    made_m = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1)))
    early = np.searchsorted(times_s, times_s - 0.5 * GOES_S)
    late = np.minimum(np.searchsorted(times_s, times_s + 0.5 * GOES_S), len(times_s) - 1)
    way_m = np.linalg.norm(places[late] - places[early], axis=1)
    quick = way_m >= GOES_M_PER_S * (times_s[late] - times_s[early])
    return np.asarray(quick | (way_m >= GOES_STRAIGHT * (made_m[late] - made_m[early])))


def _missed(seen: Sequence[Contact], rate_hz: float, motion: Motion, track: Track) -> list[Contact]:
    """Steps at an even pace, where none was seen near and few were seen at all."""
    assumed = _assumed(rate_hz, motion, track)
    if len(seen) >= MISSED_SHARE * len(assumed):
        return []
    far_s = MISSED_BEATS / rate_hz
    times_s = np.array([contact.time_s for contact in seen])
    return [
        contact
        for contact in assumed
        if np.abs(times_s - contact.time_s).min(initial=np.inf) >= far_s
    ]


def _reach_m(track: Track, times_s: NDArray[np.float64]) -> float:
    """Length of the stretch of ground in which a track is nine tenths of these times."""
    if len(times_s) < 2:
        return 0.0
    places = track.trajectory.at(times_s)
    _, _, axes = np.linalg.svd(places - places.mean(axis=0), full_matrices=False)
    low, high = np.percentile(places @ axes[0], [5.0, 95.0])
    return float(high - low)


def _stride_hz(track: Track) -> float:
    """Swings a second from the steps that were seen; 1.8 where there are too few."""
    steps = [contact.time_s for contact in track.contacts if contact.kind == "step"]
    gaps = np.diff(sorted(steps))
    gaps = gaps[(gaps > 0.15) & (gaps < 1.5)]
    return round(float(1.0 / np.median(gaps)), 3) if len(gaps) >= 2 else 1.8


def _groups(contacts: Sequence[Contact]) -> list[list[Contact]]:
    groups: list[list[Contact]] = []
    for contact in contacts:
        last = groups[-1][-1].time_s if groups else -np.inf
        begun = groups[-1][0].time_s if groups else -np.inf
        if contact.time_s - last > SILENCE_S or contact.time_s - begun > LONGEST_S:
            groups.append([])
        groups[-1].append(contact)
    return groups


def _runs_in_turn(group: Sequence[Contact], turn: Turn) -> Iterable[tuple[Sequence[Contact], bool]]:
    """A group cut where its turn begins or ends, and whether each part may be heard."""
    for allowed, run in itertools.groupby(group, lambda c: turn.allows(round(c.time_s, 6))):
        yield list(run), allowed


def _words(track: Track, setting: Setting, motion: Motion, count: int) -> dict[str, object]:
    return {
        "name": track.name or track.label,
        "label": track.label or "object",
        "surface": THE_GROUND if setting.assumed else setting.surface,
        "road": THE_ROAD if setting.assumed else setting.road,
        "count": Count(count),
        "speed": f"{motion.usual_speed_m_per_s():.1f}",
    }


def _parameters(
    layer: LayerRule, words: dict[str, object], setting: Setting
) -> dict[str, float | str]:
    known = {**words, "surface": setting.surface, "road": setting.road}
    return {
        key: value.format_map(known) if isinstance(value, str) else value
        for key, value in layer.parameters.items()
    }
