"""How good a candidate script is: agreement with the picture, separation, tone.

FoleyDesigner (section 3.1, Score) lets a model judge visual-audio correspondence, separation of
foreground and background, and consistency with the film's tone, each less where something is
misaligned, ambiguous or in conflict. Here each is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Project, Track
from engine.script.presence import levels_db
from engine.script.scribe.description import FilmDescription, Told
from engine.script.scribe.lines import lines_of_drafts
from engine.script.scribe.repair import Drafts
from engine.script.scribe.validate import covered, validate
from engine.script.tree.moves import is_as_told, told_details
from engine.script.tree.tones import NEUTRAL

WEIGHTS = {"picture": 0.4, "separation": 0.35, "tone": 0.25}
_SURE = 0.35
_MUTED = 0.8
"""What a mover counts whose sounds are there, but wait for their turn."""
_STEP_S = 0.1
_CLEAR_DB, _COVERS_DB = 20.0, 6.0
"""So much softer than the loudest, a lasting sound does not disturb, or disturbs fully."""
_CROWD = 0.7
_CLEAR = 0.85
"""From this separation on, nothing needs to be softer."""
_OTHER_TONE = {True: 0.6, False: 0.2}
"""What a neutral, or a wrong tone counts where the film has one."""
_UNASKED_TONE = 0.4
_PICTURE_PARTS = (0.2, 0.15, 0.1, 0.45, 0.1)
"""Movers heard, touches hit, told ground heard, layers there, nothing without evidence."""


@dataclass(frozen=True)
class Judgement:
    """Scores (0 to 1) by criterion, and what lowered them; `fainter` could be softer (indices)."""

    scores: dict[str, float]
    reasons: tuple[str, ...]
    fainter: tuple[int, ...]
    tone_conflict: bool

    @property
    def score(self) -> float:
        """All criteria together, 0 to 1."""
        return round(sum(WEIGHTS[name] * value for name, value in self.scores.items()), 4)


class Judge:
    """Scores candidates of one project; what does not depend on the candidate is kept.

    `free` are tracks that need no evidence in the picture, `soft` those whose lasting sounds
    (clothes) cover nothing; `usual` is the script whose layers the picture asks for.
    """

    def __init__(
        self,
        project: Project,
        description: FilmDescription,
        tone: Told,
        free: Sequence[str],
        soft: Sequence[str] = (),
        usual: Drafts = (),
    ) -> None:
        self._description = description
        self._tone = tone
        self._free, self._soft = set(free), set(soft)
        self._times = np.arange(0.0, max(description.duration_s, _STEP_S), _STEP_S)
        self._levels: dict[str, NDArray[np.float64]] = {
            track.id: _level(track, self._times) for track in project.tracks
        }
        self._sure = {t.id for t in project.tracks if t.confidence >= _SURE}
        self._details = told_details(description)
        self._layers = {(track_id, draft.layer) for track_id, draft in usual}

    def judge(self, drafts: Drafts, tone: str) -> Judgement:
        """The judgement of a candidate that takes a tone."""
        reasons: list[str] = []
        picture = self._picture(drafts, reasons)
        separation, fainter = self._separation(drafts, reasons)
        conflict = self._tone.value not in (NEUTRAL, tone)
        scores = {"picture": picture, "separation": separation, "tone": self._toned(tone, reasons)}
        scores = {name: round(value, 4) for name, value in scores.items()}
        return Judgement(scores, tuple(reasons), fainter, conflict)

    def _picture(self, drafts: Drafts, reasons: list[str]) -> float:
        """Movers with a sound, touches with a hit, told details kept, nothing without evidence."""
        lines = lines_of_drafts(drafts)
        heard = {line.track_id for line in lines if not line.muted}
        written = {line.track_id for line in lines}
        movers = [
            track_id
            for track_id, things in self._description.things().items()
            if track_id in self._sure and any(thing.moves_s for thing in things)
        ]
        worth = [1.0 if m in heard else _MUTED if m in written else 0.0 for m in movers]
        silent = sum(m not in heard for m in movers)
        if silent:
            reasons.append(f"{silent} of {len(movers)} movers are not heard")
        touches = [touch for touch in self._description.touches() if touch.sounds]
        missed = sum(
            not covered(t, [x for x in lines if x.track_id == t.track_id]) for t in touches
        )
        if missed:
            reasons.append(f"{missed} of {len(touches)} touches have no hit")
        bad = sum(f.line is not None for f in validate(self._description, lines, self._free))
        if bad:
            reasons.append(f"{bad} lines have no evidence")
        parts = (
            float(np.mean(worth)) if worth else 1.0,
            1.0 - missed / max(len(touches), 1),
            self._as_told(drafts, reasons),
            self._layered(drafts, reasons),
            1.0 - bad / max(len(lines), 1),
        )
        return float(np.dot(parts, _PICTURE_PARTS))

    def _as_told(self, drafts: Drafts, reasons: list[str]) -> float:
        """What words tell of the ground is heard."""
        missed = [
            f"{thing.name} {action} on {surface}"
            for thing, action, surface in self._details
            if not any(is_as_told(thing, action, surface, pair) for pair in drafts)
        ]
        if missed:
            reasons.append(f"not as is told: {missed[0]}")
        return 1.0 - len(missed) / max(len(self._details), 1)

    def _layered(self, drafts: Drafts, reasons: list[str]) -> float:
        """What is seen to sound in several ways (steps and clothes) does so."""
        now = {(track_id, draft.layer) for track_id, draft in drafts}
        gone = len(self._layers - now)
        if gone:
            reasons.append(
                f"{gone} of {len(self._layers)} layers that the picture asks for are out"
            )
        return 1.0 - gone / max(len(self._layers), 1)

    def _separation(self, drafts: Drafts, reasons: list[str]) -> tuple[float, tuple[int, ...]]:
        """How clear what is in front stands; and lasting sounds that could be softer."""
        lasting = [
            (index, track_id, draft)
            for index, (track_id, draft) in enumerate(drafts)
            if not (draft.muted or draft.onsets_s or track_id in self._soft)
            and track_id in self._description.heard_s
        ]
        if not lasting:
            return 1.0, ()
        tracks = list(dict.fromkeys(track_id for _, track_id, _ in lasting))
        levels = np.full((len(tracks), self._times.size), -np.inf)
        for _, track_id, draft in lasting:
            inside = (self._times >= draft.start_s) & (self._times < draft.end_s)
            own = np.where(inside, self._levels[track_id] + draft.level_db, -np.inf)
            row = tracks.index(track_id)
            levels[row] = np.maximum(levels[row], own)
        front = levels.max(axis=0)
        there = np.isfinite(front)
        if not there.any():
            return 1.0, ()
        below = front[there] - levels[:, there]
        disturbs = np.clip((_CLEAR_DB - below) / (_CLEAR_DB - _COVERS_DB), 0.0, 1.0)
        crowd = disturbs.sum(axis=0) - 1.0
        score = float(np.mean(1.0 / (1.0 + _CROWD * crowd)))
        if score >= _CLEAR:
            return score, ()
        reasons.append(f"{1.0 + crowd.mean():.1f} lasting sounds at once, on average")
        behind = {tracks[row] for row in range(len(tracks)) if _is_behind(below[row])}
        return score, tuple(index for index, track_id, _ in lasting if track_id in behind)

    def _toned(self, tone: str, reasons: list[str]) -> float:
        film = self._tone.value
        if tone == film:
            return 1.0
        if film == NEUTRAL:
            reasons.append(f"a {tone} tone, which nothing asks for")
            return _UNASKED_TONE
        reasons.append(f"the film is {film} ({self._tone.evidence}), this is {tone}")
        return _OTHER_TONE[tone == NEUTRAL]


def _is_behind(below_db: NDArray[np.float64]) -> bool:
    """Whether a source is mostly not the loudest while it sounds, and yet disturbs."""
    own = below_db[np.isfinite(below_db)]
    return bool(own.size and np.median(own) > 0.5 and np.median(own) < _CLEAR_DB)


def _level(track: Track, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Level by distance at times (n,), its own place kept before and after its sight.

    Where its path goes on beyond the picture its sound fades, and disturbs nothing.
    """
    levels = levels_db(track, times)
    known = levels[np.isfinite(levels)]
    levels = np.where(np.isfinite(levels), levels, known.min() if known.size else 0.0)
    low_s, high_s = track.heard_s
    fades = ((times >= low_s) & (times < track.start_s)) | (
        (times > track.end_s) & (times <= high_s)
    )
    return np.where(fades, -np.inf, levels)
