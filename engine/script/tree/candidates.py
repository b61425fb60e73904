"""Candidate scripts of one project: from choices to drafts, verified, and judged."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from engine.project.model import Project
from engine.script.rules import Rules
from engine.script.scribe.description import Told
from engine.script.scribe.loop import Scribed, film_scribe
from engine.script.scribe.repair import Drafts
from engine.script.separation import ASIDE_DB, TURNS, Separation
from engine.script.tree.moves import (
    DETAIL,
    PLAIN,
    REFINED,
    TONE,
    Choices,
    separation_in,
    told_details,
    with_detail,
    with_overlaps_clearer,
    with_tone,
)
from engine.script.tree.score import Judge, Judgement
from engine.script.tree.tones import NEUTRAL
from engine.script.writer import rule_for

_MOST_MOVER_MINUTES = 200.0
"""Who is in front is not thought over again for films with more: it takes seconds each time."""


class Candidates:
    """Everything that a search needs to know of a project.

    Parameters
    ----------
    project : Project
        With analysed tracks.
    rules : Rules
        What the rules' script is written from.
    tone : Told
        The film's.
    told : tuple of (track id, Draft)
        What words tell beside the picture; part of every candidate.
    told_tracks : sequence of str
        Ids of the tracks that only words tell of.
    """

    def __init__(
        self,
        project: Project,
        rules: Rules,
        tone: Told,
        told: Drafts = (),
        told_tracks: Sequence[str] = (),
    ) -> None:
        self.tone = tone
        self._project, self._rules, self._told = project, rules, told
        self._written: dict[Separation, Scribed] = {}
        self.scribed = self._scribed(TURNS)
        self._beds: set[str] = {track.id for track in self.scribed.drafted.tracks}
        free = [*self._beds, *told_tracks]
        movers = [track for track in project.tracks if track.kind == "object"]
        soft = [track.id for track in movers if rule_for(track, rules).waits]
        self._judge = Judge(
            project, self.scribed.description, tone, free, soft, self.scribed.drafted.drafts
        )
        self.tells_details = bool(told_details(self.scribed.description))
        minutes = len(movers) * self.scribed.description.duration_s / 60.0
        self.has_rivals = minutes <= _MOST_MOVER_MINUTES and any(
            draft.aside and not draft.onsets_s for _, draft in self.scribed.drafted.drafts
        )

    def drafts(self, choices: Choices) -> Drafts:
        """The candidate of some choices."""
        scribed = self._scribed(separation_in(choices))
        found = with_detail(scribed.drafted.drafts, scribed.description, choices.get(DETAIL, PLAIN))
        end_s = scribed.description.duration_s
        toned = with_tone((*found, *self._told), self._beds, choices.get(TONE, NEUTRAL), end_s)
        if REFINED not in choices:
            return toned
        judged = self._judge.judge(toned, choices.get(TONE, NEUTRAL))
        return with_overlaps_clearer(toned, judged.fainter)

    def judged(self, choices: Choices) -> Judgement:
        """How good the candidate of some choices is."""
        return self._judge.judge(self.drafts(choices), choices.get(TONE, NEUTRAL))

    def _scribed(self, separation: Separation) -> Scribed:
        """The verified script of the rules, movers kept apart in a way."""
        if separation not in self._written:
            rules = self._rules
            if separation != TURNS:
                scene = structs.replace(rules.scene, aside_db=ASIDE_DB[separation])
                rules = structs.replace(rules, scene=scene)
            first = self._written.get(TURNS)
            seen = None if first is None else first.description
            self._written[separation] = film_scribe(self._project, rules, description=seen)
        return self._written[separation]
