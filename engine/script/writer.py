"""Writes a first Foley script: per track its layered events, for the scene its beds, by rules.

The rules are data (`resources/script/`); this file only decides which rule fits a track and asks
`engine.script.layers` for its events. The same project and seed give the same script.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from engine.project.model import Event, Project, Track
from engine.script.beds import bed_drafts
from engine.script.event_ids import Named, stable_ids
from engine.script.foreground import turns
from engine.script.layers import Draft, Setting, object_drafts
from engine.script.motion import FLYER, guess_of
from engine.script.rules import ObjectRule, Rules, mentions, shipped_rules
from engine.script.script import Script, ambience_track, event_seed
from engine.script.script_file import load_script
from engine.script.table_rules import rule_from_table
from engine.script.turn import Turn

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
    return draft_script(project, rules).finished(project, seed)


@dataclass(frozen=True)
class Drafted:
    """A script before its events have names.

    `drafts` are pairs of a track's id and a draft, in order; `tracks` those that they need.
    """

    tracks: tuple[Track, ...]
    drafts: tuple[tuple[str, Draft], ...]

    def finished(self, project: Project, seed: int) -> Script:
        """The script, its events named and seeded (see `write_script`)."""
        return Script(tracks=self.tracks, events=tuple(_named(self.drafts, project, seed)))


def draft_script(project: Project, rules: Rules | None = None) -> Drafted:
    """What `write_script` writes, before events are named; arguments as there."""
    rules = shipped_rules() if rules is None else rules
    end_s = scene_end_s(project)
    setting = setting_of(project, rules)
    drafts: list[tuple[str, Draft]] = []
    movers = [track for track in project.tracks if track.kind == "object" and not track.off_screen]
    fitting = [rule_for(track, rules) for track in movers]
    if end_s > 0.0:
        turn = turns(
            movers,
            fitting,
            end_s,
            rules.scene.aside_db,
            camera_moves=project.analysis.camera_moves,
        )
        for track, rule in zip(movers, fitting, strict=True):
            found = object_drafts(track, rule, setting, end_s, turn[track.id])
            drafts += [(track.id, _in_company(draft, turn[track.id])) for draft in found]
    bed_track = _bed_track(project, end_s)
    if end_s > 0.0:
        seen = list(zip(movers, fitting, strict=True))
        heard = any(not draft.muted for _, draft in drafts)
        level_db = rules.scene.bed_under_movers_db if heard else 0.0
        beds = bed_drafts(project, rules, seen, end_s, level_db)
        drafts += [(bed_track.id, bed) for bed in beds]
    return Drafted((bed_track,), tuple(drafts))


def _in_company(draft: Draft, turn: Turn) -> Draft:
    """A draft, softer where it lasts and others cross."""
    if draft.onsets_s or not turn.lasting_db:
        return draft
    return replace(draft, level_db=round(draft.level_db + turn.lasting_db, 2))


def scene_end_s(project: Project) -> float:
    """Length of the scene in seconds: the picture's, or without one the last thing seen."""
    if project.video is not None:
        return project.video.duration_s
    return max([project.duration_s, *(track.end_s for track in project.tracks)])


def rule_for(track: Track, rules: Rules) -> ObjectRule:
    """The rule that fits a track: by its label or name, in the rules or else the table of sounds.

    Of several the longest label counts; where nothing names it, its motion tells.
    """
    generic = rules.scene.generic_labels
    for text in (track.label, track.name):
        if text.strip().lower() in generic:
            continue
        fits = [(mentions(text, rule.labels), rule) for rule in rules.objects]
        named = [(len(label), rule) for label, rule in fits if label is not None]
        if named:
            rule = max(named, key=lambda pair: pair[0])[1]
            flies = track.label == FLYER and rule.in_flight
            return next((r for r in rules.objects if flies and r.name == rule.in_flight), rule)
        known = rule_from_table(text)
        if known is not None:
            return known
    found = guess_of(track)
    return next(rule for guess in found for rule in rules.objects if rule.guess == guess)


def setting_of(project: Project, rules: Rules) -> Setting:
    """What the ground is, by the user's words or the picture; and whether the camera moves."""
    text, moves = " , ".join(project.scene.prompt), project.analysis.camera_moves
    seen = project.analysis.ground
    said = [one for one in rules.scene.ground if mentions(text, one.words)]
    said += [one for one in rules.scene.ground if seen and one.surface == seen]
    if said:
        return Setting(said[0].surface, said[0].road, camera_moves=moves)
    scene = rules.scene
    return Setting(scene.default_surface, scene.default_road, camera_moves=moves, assumed=True)


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


def _named(drafts: Sequence[tuple[str, Draft]], project: Project, seed: int) -> Iterable[Event]:
    known = [
        Named(track_id, draft.layer, draft.start_s, draft.end_s, draft.prompt)
        for track_id, draft in drafts
    ]
    ids = stable_ids(project, known)
    for (track_id, draft), event_id in zip(drafts, ids, strict=True):
        yield draft.event(event_id, track_id, event_seed(seed, event_id))
