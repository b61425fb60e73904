"""Writes a first Foley script: per track its layered events, for the scene its beds, by rules.

The rules are data (`resources/script/`); this file only decides which rule fits a track and asks
`engine.script.layers` for its events. The same project and seed give the same script.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec import structs

from engine.project.model import Event, Project, Track
from engine.script.event_ids import Named, stable_ids
from engine.script.foreground import turns
from engine.script.layers import Draft, Setting, object_drafts
from engine.script.motion import guess_of
from engine.script.rules import ObjectRule, PlaceRule, Rules, mentions, shipped_rules
from engine.script.script import AMBIENCE_TRACK, Script, ambience_track, event_seed
from engine.script.script_file import load_script

__all__ = ["Script", "load_script", "write_script"]


def write_script(project: Project, seed: int, rules: Rules | None = None) -> Script:
    """The Foley script of a project with analysed tracks.

    Parameters
    ----------
    project : Project
        Its object tracks (trajectory, contacts, label, times seen), its duration and
        ``scene.prompt`` are read.
    seed : int
        Every event gets a seed of its own, derived from this and its id.
    rules : Rules, optional
        Default: those shipped with the program.

    Returns
    -------
    Script
        Events in order of tracks and time, all inside the scene; those the project has keep their
        ids (see `engine.script.event_ids`). And the ambience track that carries the beds.
    """
    rules = shipped_rules() if rules is None else rules
    end_s = scene_end_s(project)
    setting = _setting(project, rules)
    drafts: list[tuple[str, Draft]] = []
    if end_s > 0.0:
        movers = [track for track in project.tracks if track.kind == "object"]
        fitting = [rule_for(track, rules) for track in movers]
        turn = turns(movers, fitting, end_s, rules.scene.aside_db)
        for track, rule in zip(movers, fitting, strict=True):
            found = object_drafts(track, rule, setting, end_s, turn[track.id])
            drafts += [(track.id, draft) for draft in found]
    bed_track = _bed_track(project, end_s)
    if end_s > 0.0:
        lower_db = rules.scene.bed_under_movers_db if drafts else 0.0
        drafts += [(bed_track.id, draft) for draft in _beds(project, rules, end_s, lower_db)]
    return Script(tracks=(bed_track,), events=tuple(_named(drafts, project, seed)))


def scene_end_s(project: Project) -> float:
    """Length of the scene in seconds: the picture's, or without one the last thing seen."""
    if project.video is not None:
        return project.video.duration_s
    return max([project.duration_s, *(track.end_s for track in project.tracks)])


def rule_for(track: Track, rules: Rules) -> ObjectRule:
    """The rule that fits a track: by the longest label in its label or name, else by motion."""
    generic = rules.scene.generic_labels
    for text in (track.label, track.name):
        if text.strip().lower() in generic:
            continue
        fits = [(mentions(text, rule.labels), rule) for rule in rules.objects]
        named = [(len(label), rule) for label, rule in fits if label is not None]
        if named:
            return max(named, key=lambda pair: pair[0])[1]
    found = guess_of(track)
    return next(rule for guess in found for rule in rules.objects if rule.guess == guess)


def _setting(project: Project, rules: Rules) -> Setting:
    text = " , ".join(project.scene.prompt)
    for ground in rules.scene.ground:
        if mentions(text, ground.words):
            return Setting(surface=ground.surface, road=ground.road)
    return Setting(surface=rules.scene.default_surface, road=rules.scene.default_road)


def _bed_track(project: Project, end_s: float) -> Track:
    """The track for the beds: the one that is there, or a new one."""
    for track in project.tracks:
        if track.kind == "ambience":
            return track
    taken = {track.id for track in project.tracks}
    track = ambience_track(end_s)
    while track.id in taken:
        track = structs.replace(track, id=f"{track.id}-bed")
    return track


def _beds(project: Project, rules: Rules, end_s: float, level_db: float) -> list[Draft]:
    text = " , ".join(project.scene.prompt)
    scene = rules.scene
    named = next((place for place in scene.place if mentions(text, place.words)), None)
    place = named or next(p for p in scene.place if p.place == scene.default_place)
    said = f"the prompt says '{mentions(text, place.words)}'" if named else "nothing else was said"
    beds = [_Bed(place, f"the whole scene: {place.prompt}, as {said}")]
    for weather in scene.weather:
        word = mentions(text, weather.words)
        if word and weather.place != place.place:
            beds.append(_Bed(weather, f"the prompt says '{word}'"))
    return [_bed_draft(bed, end_s, level_db) for bed in beds]


@dataclass(frozen=True)
class _Bed:
    place: PlaceRule
    why: str


def _bed_draft(bed: _Bed, end_s: float, level_db: float) -> Draft:
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


def _named(drafts: Sequence[tuple[str, Draft]], project: Project, seed: int) -> Iterable[Event]:
    known = [
        Named(track_id, draft.layer, draft.start_s, draft.end_s, draft.prompt)
        for track_id, draft in drafts
    ]
    ids = stable_ids(project, known)
    for (track_id, draft), event_id in zip(drafts, ids, strict=True):
        yield draft.event(event_id, track_id, event_seed(seed, event_id))
