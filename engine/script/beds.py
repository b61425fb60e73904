"""Which ambience lies under a scene, and on what evidence: words, what is seen, or nothing sure.

A bed says where a film is. So it says no more than is known: what the user's words name; outdoors
where something is seen that lives there, where the ground is grass, or where the picture surely
looks so; indoors where it surely looks so. Else the bed is neutral: still air that fits either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.project.model import Project, Track
from engine.script.layers import Draft
from engine.script.rules import ObjectRule, PlaceRule, Rules, SceneRules, mentions
from engine.script.script import AMBIENCE_TRACK

SURE_OF_LOOK = 0.9
"""Probability from which the look of the picture alone decides; a third of those near 0.7 err."""
_GROWS = "grass"
"""Ground that is outdoors."""
_SURE_OF_ANIMAL = 0.6
"""Confidence from which an animal that lives outdoors outweighs the look alone: no sunset makes a
room of a beach with a horse on it."""
_INDOORS, _AGREE = 0.75, 3
"""Probability of indoors from which so many must be seen to outweigh the look."""
_SURE_OF_TRACK = 0.5
"""Confidence from which what is seen is evidence."""


@dataclass(frozen=True)
class _Bed:
    place: PlaceRule
    why: str


def bed_drafts(
    project: Project,
    rules: Rules,
    seen: Sequence[tuple[Track, ObjectRule]],
    end_s: float,
    level_db: float = 0.0,
) -> list[Draft]:
    """The beds of a scene: one of its place, and one of each weather that the prompt names.

    Parameters
    ----------
    project : Project
        Its prompt and the look of its picture are read.
    seen : sequence of (Track, ObjectRule)
        What is in the picture, and the rule of each.
    end_s : float
        Length of the scene.
    level_db : float
        Added to the beds' own level.
    """
    text = " , ".join(project.scene.prompt)
    scene = rules.scene
    place, said = _place(project, scene, text, seen)
    beds = [_Bed(place, f"the whole scene: {place.prompt}, as {said}")]
    for weather in scene.weather:
        word = mentions(text, weather.words)
        if word and weather.place != place.place:
            beds.append(_Bed(weather, f"the prompt says '{word}'"))
    return [_draft(bed, end_s, level_db) for bed in beds]


def _place(
    project: Project, scene: SceneRules, text: str, seen: Sequence[tuple[Track, ObjectRule]]
) -> tuple[PlaceRule, str]:
    """The place, and what says so."""
    for place in scene.place:
        word = mentions(text, place.words)
        if word:
            return place, f"the prompt says '{word}'"
    named = {place.place: place for place in scene.place}
    outdoors = project.analysis.outdoors
    witness = _witness(seen, outdoors)
    if witness is not None:
        track, rule = witness
        airy = scene.open_air if rule.waits else scene.outdoors
        return named[airy], f"{track.name or track.label} is seen there"
    if project.analysis.ground == _GROWS:
        return named[scene.open_air], f"the ground is {_GROWS}"
    if outdoors is None:
        return named[scene.default_place], "nothing tells where it is"
    sure = max(outdoors, 1.0 - outdoors)
    if sure < SURE_OF_LOOK:
        return named[scene.default_place], "nothing surely tells where it is"
    likely = "outdoors" if outdoors >= 0.5 else "indoors"
    looks = f"it looks like {likely} ({100.0 * sure:.0f} % sure)"
    return named[scene.open_air if outdoors >= 0.5 else scene.indoors], looks


def _witness(
    seen: Sequence[tuple[Track, ObjectRule]], outdoors: float | None
) -> tuple[Track, ObjectRule] | None:
    """What tells that the scene is outdoors; one that a hand made, or so many as agree."""
    sure = [
        (track, rule)
        for track, rule in seen
        if rule.outdoors and (track.provenance == "hand" or track.confidence >= _SURE_OF_TRACK)
    ]
    animals = [
        (track, rule) for track, rule in sure if rule.waits and track.confidence >= _SURE_OF_ANIMAL
    ]
    vehicles = [one for one in sure if not one[1].waits]
    by_hand = any(track.provenance == "hand" for track, _ in sure)
    indoors = outdoors is not None and outdoors <= 1.0 - _INDOORS
    if indoors and not by_hand and len(sure) < _AGREE:
        return animals[0] if animals else None
    return next(iter([*vehicles, *sure]), None)


def _draft(bed: _Bed, end_s: float, level_db: float) -> Draft:
    lower = f"; {-level_db:.0f} dB lower, under what moves" if level_db else ""
    return Draft(
        layer=AMBIENCE_TRACK,
        generator="ambience",
        prompt=bed.place.prompt,
        start_s=0.0,
        end_s=end_s,
        parameters={"place": bed.place.place},
        category=bed.place.category,
        why=bed.why + lower,
        level_db=level_db,
    )
