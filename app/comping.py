"""Another take in a part of a clip: the edit that makes it a comp."""

from __future__ import annotations

from engine.project.edits import CompClip, Edit, Part, SetClipTake
from engine.project.edits.takes import alternatives
from engine.project.model import Clip, Project

JOIN_S = 0.03
"""Parts of a comp cross-fade so long."""

Span = tuple[float, float]


def comp_edit(clip: Clip, take_id: str, span_s: Span) -> Edit | None:
    """Let a clip sound a take in some time of the timeline; None where it has none of it.

    An end of the time that is nearer to the clip's end than a cross-fade goes there.
    """
    from_s, to_s = _within(clip, span_s)
    end_s = clip.start_s + clip.duration_s
    if to_s - from_s < JOIN_S:
        return None
    if (from_s, to_s) == (clip.start_s, end_s):
        return SetClipTake(clip_id=clip.id, take_id=take_id)
    parts = [Part(take_id=take_id, start_s=from_s)]
    if from_s > clip.start_s:
        parts.insert(0, Part(take_id=clip.take_id, start_s=clip.start_s))
    if to_s < end_s:
        parts.append(Part(take_id=clip.take_id, start_s=to_s))
    return CompClip(clip_id=clip.id, parts=tuple(parts), cross_fade_s=JOIN_S)


def next_in_time(project: Project, clip: Clip, span_s: Span, by: int = 1) -> Edit | None:
    """Let a clip sound the next take that was made for its event in some time."""
    takes = [take.id for take in alternatives(project, project.take(clip.take_id))]
    if len(takes) < 2:
        return None
    following = takes[(takes.index(clip.take_id) + by) % len(takes)]
    return comp_edit(clip, following, span_s)


def pieces_in(project: Project, before: Project, span_s: Span) -> frozenset[str]:
    """Clips that are new or have changed since `before`, and lie in some time but for joins."""
    known = {clip.id: clip for clip in before.clips}
    return frozenset(
        clip.id
        for clip in project.clips
        if clip != known.get(clip.id)
        and clip.start_s > span_s[0] - JOIN_S
        and clip.start_s + clip.duration_s < span_s[1] + JOIN_S
    )


def _within(clip: Clip, span_s: Span) -> Span:
    end_s = clip.start_s + clip.duration_s
    from_s, to_s = max(span_s[0], clip.start_s), min(span_s[1], end_s)
    near_start, near_end = from_s - clip.start_s < JOIN_S, end_s - to_s < JOIN_S
    return (clip.start_s if near_start else from_s), (end_s if near_end else to_s)
