"""FilmScribe's generator, told what the validator found: it mends its script, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.project.model import Contact, Project, Track
from engine.script.layers import LEAD_S, TAIL_S, Draft, object_drafts
from engine.script.motion import read_motion
from engine.script.rules import Rules
from engine.script.scribe.description import FilmDescription
from engine.script.scribe.validate import SAME_MOMENT_S, Finding
from engine.script.writer import rule_for, setting_of

Drafts = tuple[tuple[str, Draft], ...]
ADDED_WHY = "added: the picture shows it and no line had it"
_QUIET_DB = -6.0


def repaired(
    drafts: Drafts,
    findings: Sequence[Finding],
    project: Project,
    description: FilmDescription,
    rules: Rules,
) -> Drafts:
    """The drafts with what was found mended.

    Lines without evidence go, those outside the clip are cut to it, movers without an event get
    the sounds of their kind (or at least their moved air), and touches without a hit one.
    """
    lines: dict[int, tuple[str, Draft] | None] = dict(enumerate(drafts))
    for finding in findings:
        if finding.line is None:
            continue
        track_id, draft = drafts[finding.line]
        lines[finding.line] = None
        if finding.kind == "outside the clip":
            cut = _cut(draft, description.duration_s)
            lines[finding.line] = None if cut is None else (track_id, cut)
        elif draft.onsets_s:
            kept = _founded(draft, finding.time_s)
            lines[finding.line] = None if kept is None else (track_id, kept)
    mended = [line for line in lines.values() if line is not None]
    silent = {f.track_id for f in findings if f.kind == "mover without event"}
    for finding in findings:
        if finding.kind == "mover without event":
            mended += _sounds_of(project.track(finding.track_id), project, rules, description)
        elif finding.kind == "touch not covered" and finding.track_id not in silent:
            mended = _with_hit(mended, finding, description)
    return tuple(mended)


def _cut(draft: Draft, end_s: float) -> Draft | None:
    """The part of a draft that lies in the clip and within itself."""
    start_s, stop_s = max(draft.start_s, 0.0), min(draft.end_s, end_s)
    if stop_s <= start_s:
        return None
    inside = [start_s <= onset_s < stop_s for onset_s in draft.onsets_s]
    if draft.onsets_s and not any(inside):
        return None
    return _hits_kept(replace(draft, start_s=start_s, end_s=stop_s), inside)


def _founded(draft: Draft, time_s: float) -> Draft | None:
    """The draft without its hit at a time; None where it was the only one."""
    kept = [abs(onset_s - time_s) > 1e-3 for onset_s in draft.onsets_s]
    return _hits_kept(draft, kept) if any(kept) and not all(kept) else None


def _hits_kept(draft: Draft, kept: Sequence[bool]) -> Draft:
    onsets = tuple(t for t, keep in zip(draft.onsets_s, kept, strict=True) if keep)
    strengths = tuple(s for s, keep in zip(draft.strengths, kept, strict=False) if keep)
    return replace(draft, onsets_s=onsets, strengths=strengths)


def _sounds_of(
    track: Track, project: Project, rules: Rules, description: FilmDescription
) -> list[tuple[str, Draft]]:
    """What a mover sounds like by its kind; its moved air where that is silent."""
    end_s = description.duration_s
    own = list(object_drafts(track, rule_for(track, rules), setting_of(project, rules), end_s))
    if own:
        return [(track.id, replace(draft, why=f"{draft.why}; {ADDED_WHY}")) for draft in own]
    spans = read_motion(track, end_s).spans_s("moving")
    return [
        (
            track.id,
            Draft(
                layer="air",
                generator="air",
                prompt="air moved softly",
                start_s=start_s,
                end_s=min(stop_s, end_s),
                category="AIR",
                why=f"{track.name or track.label} moves; {ADDED_WHY}",
                level_db=_QUIET_DB,
                parameters={"character": "soft"},
            ),
        )
        for start_s, stop_s in spans
        if start_s < end_s
    ]


def _with_hit(
    lines: list[tuple[str, Draft]], finding: Finding, description: FilmDescription
) -> list[tuple[str, Draft]]:
    """The lines with a hit at a touch: in the line of hits that is nearest to it."""
    near = [
        (max(draft.start_s - finding.time_s, finding.time_s - draft.end_s, 0.0), index)
        for index, (track_id, draft) in enumerate(lines)
        if track_id == finding.track_id and draft.onsets_s
    ]
    touch = next(
        touch
        for touch in description.touches()
        if touch.track_id == finding.track_id and abs(touch.time_s - finding.time_s) < SAME_MOMENT_S
    )
    hit = Contact(time_s=touch.time_s, kind="impact", strength=touch.strength)
    if near:
        index = min(near)[1]
        track_id, draft = lines[index]
        changed = _also(draft, hit, description.duration_s)
        return [*lines[:index], (track_id, changed), *lines[index + 1 :]]
    return [*lines, (finding.track_id, _single(hit, description.duration_s))]


def _also(draft: Draft, hit: Contact, end_s: float) -> Draft:
    strengths = draft.strengths or (1.0,) * len(draft.onsets_s)
    pairs = sorted([*zip(draft.onsets_s, strengths, strict=True), (hit.time_s, hit.strength)])
    tail_s = TAIL_S.get(draft.generator, 1.0)
    return replace(
        draft,
        onsets_s=tuple(round(t, 6) for t, _ in pairs),
        strengths=tuple(round(s, 4) for _, s in pairs),
        start_s=min(draft.start_s, max(hit.time_s - LEAD_S, 0.0)),
        end_s=max(draft.end_s, min(hit.time_s + tail_s, end_s)),
        why=draft.why if ADDED_WHY in draft.why else f"{draft.why}; {ADDED_WHY}",
    )


def _single(hit: Contact, end_s: float) -> Draft:
    return Draft(
        layer="hits",
        generator="impacts",
        prompt="a knock",
        start_s=max(hit.time_s - LEAD_S, 0.0),
        end_s=min(hit.time_s + TAIL_S["impacts"], end_s),
        category="OBJECTS",
        why=ADDED_WHY,
        onsets_s=(round(hit.time_s, 6),),
        strengths=(round(max(hit.strength, 0.05), 4),),
        level_db=_QUIET_DB,
        parameters={"material": "wood"},
    )
