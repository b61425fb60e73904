"""What is believed of what the picture seems to show: a name, and a hit, need evidence.

A wrong name is worse than none: it puts an engine into a kitchen. So what is hardly seen is no
person, what seems to drive where the picture surely looks like indoors is no vehicle unless
others say the same, and hits are believed where the thing was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.project.model import Contact
from engine.vision.labels import Kind
from engine.vision.paths import Path
from engine.vision.scene_light import SceneLook, looks_indoors

_LEAST_SEEN, _LEAST_SEEN_MOVING = 0.4, 0.55
"""Share of its moments in which a thing must be seen to be called a person by its gait alone, and
(under a moving camera, where parallax makes specks) to be called a vehicle or that."""
_LIKELY_PERSON, _EVER = 0.2, 0.05
"""Score of the people detector from which it sees one, and share of looks that is not chance."""
_DOUBTFUL = 0.5
"""Part of its sureness that is left to a thing whose name is refused, or that is a mere speck."""
_AGREE = 3
"""So many vehicles in one film outweigh the look of the place."""
_NEAR_S = 0.25
"""A contact farther than this from every sighting was not seen."""
_SAME_MOMENT_S = 1e-6


@dataclass(frozen=True)
class Evidence:
    """What speaks for and against names and hits, beside the things themselves.

    `looks` are those of every shot, where they are known; `camera_moves` tells whether the camera
    travels or pans.
    """

    looks: tuple[SceneLook, ...] = ()
    camera_moves: bool = False

    def believed(
        self, paths: Sequence[Path], kinds: Sequence[tuple[Kind, float]], shots_s: Sequence[float]
    ) -> list[tuple[Kind, float]]:
        """Kinds of paths with their sureness (0..1); those without evidence are objects.

        `shots_s` are the starts of the shots. What a learned detector named keeps its kind.
        """
        lone = sum(kind == "vehicle" for kind, _ in kinds) < _AGREE
        return [
            self._believed(path, kind, sure, inside=lone and self._indoors(path, shots_s))
            for path, (kind, sure) in zip(paths, kinds, strict=True)
        ]

    def contacts(self, path: Path, found: Sequence[Contact]) -> tuple[Contact, ...]:
        """Those of the contacts found in a path's motion that are believed.

        Where the camera moves, a sudden turn in the picture is the camera's as likely as the
        thing's, so that only bounces are hits there.
        """
        kept = while_seen(path, found)
        if not self.camera_moves:
            return kept
        return tuple(contact for contact in kept if contact.kind not in ("impact", "turn"))

    def _believed(self, path: Path, kind: Kind, sure: float, *, inside: bool) -> tuple[Kind, float]:
        if path.named:
            return kind, sure
        hardly_seen = self.camera_moves and float(path.seen.mean()) < _LEAST_SEEN_MOVING
        refused = (kind == "vehicle" and (hardly_seen or inside)) or (
            kind == "person" and self._no_person(path)
        )
        if refused or (kind == "object" and hardly_seen):
            return "object", _DOUBTFUL * sure
        return kind, sure

    def _no_person(self, path: Path) -> bool:
        """Whether no look saw a person in it, and it is hardly seen at all."""
        scores = path.person_scores
        ever = len(scores) > 0 and float(np.mean(scores > _LIKELY_PERSON)) > _EVER
        least = _LEAST_SEEN_MOVING if self.camera_moves else _LEAST_SEEN
        return not ever and float(path.seen.mean()) < least

    def _indoors(self, path: Path, shots_s: Sequence[float]) -> bool:
        """Whether the shot a path is in surely looks like indoors."""
        first_s = float(path.times_s[0]) + _SAME_MOMENT_S
        number = int(np.searchsorted(shots_s, first_s, side="right")) - 1
        return 0 <= number < len(self.looks) and looks_indoors(self.looks[number])


def while_seen(path: Path, contacts: Sequence[Contact]) -> tuple[Contact, ...]:
    """The contacts at moments at which the thing was seen."""
    seen_s = path.times_s[path.seen]
    return tuple(
        contact
        for contact in contacts
        if np.min(np.abs(seen_s - contact.time_s), initial=np.inf) <= _NEAR_S
    )
