"""One clip made of parts of several takes."""

from __future__ import annotations

import itertools
from typing import ClassVar

from msgspec import Struct, structs

from engine.errors import ProjectError
from engine.project.checks import check_clip
from engine.project.edits.base import EditBase, by_hand, refuse_taken
from engine.project.edits.clips import SHORTEST_S, fit_fades
from engine.project.edits.takes import alternatives
from engine.project.limits import check_text, check_time
from engine.project.model import Clip, ClipId, Project, TakeId


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a comp sounds from `start_s` (seconds of the timeline) until its next part: a take."""

    take_id: str
    start_s: float


class CompClip(EditBase, frozen=True, kw_only=True, tag="comp_clip"):
    """Let a clip sound several takes of its event, one after the other.

    The clip becomes one clip a part, in a group. What is at a moment of a take stays at that
    moment. Where parts meet they overlap by `cross_fade_s` and cross-fade at equal power. The
    first part begins where the clip does, whatever its `start_s` says.
    """

    text: ClassVar[str] = "Comp from takes"
    clip_id: str
    parts: tuple[Part, ...]
    cross_fade_s: float = 0.03

    def apply(self, project: Project) -> Project:
        clip = project.clip(self.clip_id)
        self._check(project, clip)
        parts = _merged(self.parts)
        starts_s = [clip.start_s, *(part.start_s for part in parts[1:])]
        ends_s = [*starts_s[1:], clip.start_s + clip.duration_s]
        made: list[Clip] = []
        for number, part in enumerate(parts):
            piece = self._piece(clip, part, number, (starts_s[number], ends_s[number]), len(parts))
            made.append(_within_take(project, piece))
        for piece in made[1:]:
            refuse_taken(project, "clip", piece.id)
        at = project.clips.index(clip)
        clips = (*project.clips[:at], *map(by_hand, made), *project.clips[at + 1 :])
        return structs.replace(project, clips=clips)

    def _check(self, project: Project, clip: Clip) -> None:
        check_time(self.cross_fade_s, "cross-fade length")
        now = project.take(clip.take_id)
        allowed = {take.id for take in alternatives(project, now)}
        if not self.parts:
            raise ProjectError("a comp needs at least one part", place=clip.name)
        for part in self.parts:
            check_text(part.take_id, "take_id")
            if part.take_id not in allowed:
                project.take(part.take_id)
                raise ProjectError(
                    f"'{part.take_id}' is a take of something else", place=clip.name,
                    remedy="comp from takes of the clip's own event",
                )  # fmt: skip
        if now.locked and any(part.take_id != now.id for part in self.parts):
            raise ProjectError(f"the take of '{clip.name}' is locked", remedy="unlock it first")
        edges_s = [
            clip.start_s,
            *(part.start_s for part in self.parts[1:]),
            clip.start_s + clip.duration_s,
        ]
        for before_s, after_s in itertools.pairwise(edges_s):
            check_time(after_s, "start of a part")
            if after_s - before_s < max(SHORTEST_S, self.cross_fade_s):
                raise ProjectError(
                    f"the part at {before_s:g} s is shorter than its cross-fade", place=clip.name,
                    remedy="move the joins apart",
                )  # fmt: skip

    def _piece(
        self, clip: Clip, part: Part, number: int, span_s: tuple[float, float], count: int
    ) -> Clip:
        """The clip of one part, with half a cross-fade more at either join."""
        first, last = number == 0, number == count - 1
        half_s = self.cross_fade_s / 2
        start_s = span_s[0] - (0.0 if first else half_s)
        end_s = span_s[1] + (0.0 if last else half_s)
        return structs.replace(
            clip,
            id=clip.id if first else ClipId(f"{clip.id}~{number + 1}"),
            take_id=TakeId(part.take_id),
            start_s=start_s,
            offset_s=clip.offset_s + start_s - clip.start_s,
            duration_s=end_s - start_s,
            fade_in_s=clip.fade_in_s if first else self.cross_fade_s,
            fade_out_s=clip.fade_out_s if last else self.cross_fade_s,
            fade_in_curve=clip.fade_in_curve if first else "equal_power",
            fade_out_curve=clip.fade_out_curve if last else "equal_power",
            group=clip.group or (clip.id if count > 1 else ""),
        )


def _merged(parts: tuple[Part, ...]) -> list[Part]:
    """Parts without joins between a take and itself."""
    kept: list[Part] = []
    for part in parts:
        if not kept or kept[-1].take_id != part.take_id:
            kept.append(part)
    return kept


def _within_take(project: Project, piece: Clip) -> Clip:
    """The clip, no longer than its take reaches."""
    take = project.take(piece.take_id)
    piece = structs.replace(
        piece, name=take.name, duration_s=min(piece.duration_s, take.duration_s - piece.offset_s)
    )
    if piece.duration_s < SHORTEST_S:
        raise ProjectError(
            f"the take '{take.name}' ends before {piece.start_s:g} s", place=piece.name,
            remedy="choose another take for that part",
        )  # fmt: skip
    fitted = fit_fades(piece)
    check_clip(fitted, take)
    return fitted
