"""From what was analysed to a description: FilmScribe's eyes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from engine.project.model import Project, Track
from engine.script.motion import Motion, contact_times, read_motion
from engine.script.rules import ObjectRule, Rules, mentions, shipped_rules
from engine.script.scribe.description import FilmDescription, Shot, Span, Thing, Told, Touch
from engine.script.writer import rule_for, scene_end_s

RUNS_M_PER_S = 2.4
"""From here on somebody runs: between the preferred walk (1.4 m/s) and jog (3 m/s)."""
_TOUCHES = ("step", "bounce", "impact")
_LIKELY, _SURE = 0.7, 0.95
_ON_FOOT = ("walker", "horse", "paws")
_VEHICLE_TEXT = "it moves at about {speed:.1f} m/s"


def describe(project: Project, rules: Rules | None = None) -> FilmDescription:
    """The description of a project's film, from its tracks, shots, look and prompt.

    Parameters
    ----------
    project : Project
        With analysed tracks; those that are not in the picture are left out.
    rules : Rules, optional
        Default: those shipped with the program.
    """
    rules = shipped_rules() if rules is None else rules
    end_s = scene_end_s(project)
    movers = [t for t in project.tracks if t.kind == "object" and not t.off_screen]
    known = [(track, rule_for(track, rules), read_motion(track, end_s)) for track in movers]
    shots = tuple(_shot(project, rules, known, span) for span in shot_spans_s(project))
    heard: dict[str, Span] = {track.id: _clipped(track.heard_s, (0.0, end_s)) for track in movers}
    return FilmDescription(duration_s=end_s, shots=shots, heard_s=heard)


def shot_spans_s(project: Project) -> list[Span]:
    """Start and end of every shot, in seconds, from 0 to the scene's end."""
    end_s = scene_end_s(project)
    cuts = sorted({0.0, *(t for t in project.analysis.shots_s if 0.0 < t < end_s)})
    return list(itertools.pairwise([*cuts, end_s])) if end_s > 0.0 else []


def _shot(
    project: Project,
    rules: Rules,
    known: Sequence[tuple[Track, ObjectRule, Motion]],
    span: Span,
) -> Shot:
    visible = tuple(
        _thing(track, rule, motion, span) for track, rule, motion in known if _seen(track, span)
    )
    touching = sorted(
        (touch for track, rule, _ in known for touch in _touches(track, rule, span)),
        key=lambda touch: (touch.time_s, touch.track_id),
    )
    return Shot(
        start_s=span[0],
        end_s=span[1],
        visible=visible,
        touching=tuple(touching),
        surface=_surface(project, rules),
        place=_place(project, rules),
        tempo=_tempo(visible, touching, span),
    )


def _seen(track: Track, span: Span) -> bool:
    first_s, last_s = sight_s(track, span[1])
    return first_s < span[1] and last_s > span[0]


def sight_s(track: Track, end_s: float) -> Span:
    """When a track is in sight; tracks made by hand that say nothing are so all the time."""
    return (track.start_s, track.end_s) if track.end_s > track.start_s else (0.0, end_s)


def _thing(track: Track, rule: ObjectRule, motion: Motion, span: Span) -> Thing:
    seen = _clipped(sight_s(track, span[1]), span)
    inside = (motion.times_s >= seen[0]) & (motion.times_s < seen[1]) & motion.moving
    speeds = motion.speed_m_per_s[inside]
    speed = float(np.median(speeds)) if len(speeds) else 0.0
    moves = [_clipped(moved, seen) for moved in motion.spans_s("moving")]
    return Thing(
        track_id=track.id,
        name=track.name or track.label,
        thing=_taken_for(track, rule),
        action=_action(track, rule, motion, speed, span),
        seen_s=seen,
        moves_s=tuple(moved for moved in moves if moved[1] - moved[0] > 0.0),
        speed_m_per_s=round(speed, 3),
    )


def _taken_for(track: Track, rule: ObjectRule) -> Told:
    told = mentions(track.label, rule.labels) is not None or rule.name == track.label.lower()
    if track.provenance == "hand":
        return Told(value=rule.name, confidence=1.0, evidence="a hand says so")
    if told:
        evidence = f"the detector calls it '{track.label}'"
        return Told(value=rule.name, confidence=round(track.confidence, 3), evidence=evidence)
    sure = round(0.5 * track.confidence, 3)
    return Told(value=rule.name, confidence=sure, evidence="guessed by how it moves and touches")


def _action(track: Track, rule: ObjectRule, motion: Motion, speed: float, span: Span) -> Told:
    kinds = [c.kind for c in track.contacts if span[0] <= c.time_s < span[1]]
    if not speed:
        return Told(value="stands", confidence=_LIKELY, evidence="it does not move")
    evidence = _VEHICLE_TEXT.format(speed=speed)
    airborne = motion.moving.any() and not motion.on_ground[motion.moving].any()
    if airborne and rule.name not in _ON_FOOT:
        return Told(value="flies", confidence=_LIKELY, evidence=f"{evidence}, never on the ground")
    if rule.name in _ON_FOOT:
        steps = kinds.count("step")
        gait = "runs" if speed > RUNS_M_PER_S else "walks"
        sure = _SURE if steps >= 2 else _LIKELY
        return Told(value=gait, confidence=sure, evidence=f"{evidence}, {steps} steps are seen")
    if "bounce" in kinds:
        count = kinds.count("bounce")
        return Told(value="bounces", confidence=_LIKELY, evidence=f"{count} bounces are seen")
    action = "drives" if rule.yields and rule.labels else "moves"
    return Told(value=action, confidence=_LIKELY, evidence=evidence)


def _touches(track: Track, rule: ObjectRule, span: Span) -> Iterable[Touch]:
    heard = {kind for layer in rule.layer if layer.when == "contacts" for kind in layer.contacts}
    for contact in contact_times(track, _TOUCHES, span[1]):
        if contact.time_s >= span[0]:
            yield Touch(
                track_id=track.id,
                time_s=contact.time_s,
                kind=contact.kind,
                strength=contact.strength,
                sounds=contact.kind in heard,
            )


def _surface(project: Project, rules: Rules) -> Told:
    text = " , ".join(project.scene.prompt)
    for ground in rules.scene.ground:
        word = mentions(text, ground.words)
        if word:
            return Told(value=word, confidence=1.0, evidence=f"the prompt says '{word}'")
    seen = project.analysis.ground
    if seen:
        return Told(value=seen, confidence=0.8, evidence=f"it looks like {seen}")
    default = rules.scene.default_surface
    return Told(value=default, confidence=0.3, evidence="assumed: nothing tells the ground")


def _place(project: Project, rules: Rules) -> Told:
    text = " , ".join(project.scene.prompt)
    for place in rules.scene.place:
        word = mentions(text, place.words)
        if word and place.place != "neutral":
            inside = place.place == rules.scene.indoors
            value = "indoors" if inside else "outdoors"
            return Told(value=value, confidence=1.0, evidence=f"the prompt says '{word}'")
    outdoors = project.analysis.outdoors
    if outdoors is None:
        return Told(value="unknown", confidence=0.0, evidence="nothing tells where it is")
    value = "outdoors" if outdoors >= 0.5 else "indoors"
    sure = round(max(outdoors, 1.0 - outdoors), 3)
    return Told(value=value, confidence=sure, evidence="the look of the picture")


def _tempo(visible: Sequence[Thing], touching: Sequence[Touch], span: Span) -> Told:
    """How quick a shot is: by touches a second, by speed, and by its own length."""
    length_s = max(span[1] - span[0], 1e-3)
    fastest = max((thing.speed_m_per_s for thing in visible), default=0.0)
    rate_hz = len(touching) / length_s
    points = (rate_hz > 2.5) + (fastest > 5.0) + (length_s < 2.0)
    if not fastest and not touching:
        value = "still"
    else:
        value = ("slow", "moderate", "fast", "fast")[points + (points == 0 and rate_hz > 0.8)]
    evidence = (
        f"{rate_hz:.1f} touches a second, up to {fastest:.1f} m/s, a shot of {length_s:.1f} s"
    )
    return Told(value=value, confidence=0.6, evidence=evidence)


def _clipped(span: Span, within: Span) -> Span:
    low_s, high_s = max(span[0], within[0]), min(span[1], within[1])
    return low_s, max(low_s, high_s)
