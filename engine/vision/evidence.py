"""What is believed of what the picture seems to show: a name, and a hit, need evidence.

A wrong name is worse than none: it puts an engine into a kitchen. So what is hardly seen is no
person; what seems to drive where the picture surely looks like indoors, or all alone and unlike a
vehicle (it changes its shape, or stands on no ground), is no vehicle; nothing flies indoors, nor
where the camera moves and all that is high up goes by; hits are believed where the thing was seen
and is one thing, and bounces of what may be round. What the user's words name needs no other
evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from msgspec import structs

from engine.project.model import Contact
from engine.vision.ground import vouched
from engine.vision.labels import FLYER, Kind, Naming
from engine.vision.paths import Path
from engine.vision.scene_light import SceneLook, is_dark, looks_indoors

_LEAST_SEEN, _LEAST_SEEN_MOVING = 0.4, 0.55
"""Share of its moments in which a thing must be seen to be called a person by its gait alone, and
(under a moving camera, where parallax makes specks) to be called a vehicle or that."""
_LIKELY_PERSON, _EVER = 0.2, 0.05
"""Score of the people detector from which it sees one, and share of looks that is not chance."""
_OFTEN, _OFTEN_IN_THE_DARK = 0.6, 0.3
"""Share of such looks from which it is one, though a network, which errs less, sees nobody; and in
the dark, where what is seen shines, as fireworks do that rise like somebody."""
_DOUBTFUL = 0.5
"""Part of its sureness that is left to a thing whose name is refused, or that is a mere speck."""
_OBJECT_STILL = 0.875
"""The same for what is clearly seen, and only is no vehicle."""
_SURE_FLIGHT_S = 2.0
"""A flight that lasts so long needs no network to agree."""
_AGREE = 3
"""So many vehicles in one film outweigh the look of the place."""
_NEAR_S = 0.25
"""A contact farther than this from every sighting was not seen."""
_SAME_MOMENT_S = 1e-6
_ROUND = 1.5
"""Ratio of width and height up to which a thing may be round."""
_TURNS_BACK, _WAY, _GROWS = 3, 0.5, 2.5
"""Turns to the other side, each after so many of its own widths, and the ratio of its largest and
its smallest size, from which a path that is not round is several things that pass."""


@dataclass(frozen=True)
class Evidence:
    """What speaks for and against names and hits, beside the things themselves.

    `looks` are those of every shot, where they are known; `camera_moves` tells whether the camera
    travels or pans; `moving_shots` of every shot, where that is known.
    """

    looks: tuple[SceneLook, ...] = ()
    camera_moves: bool = False
    moving_shots: tuple[bool, ...] = ()

    def in_shot(self, path: Path, shots_s: Sequence[float]) -> Evidence:
        """The same with what the camera does in the shot that a path is in."""
        number = _shot_number(path, shots_s)
        known = 0 <= number < len(self.moving_shots)
        return replace(self, camera_moves=self.moving_shots[number]) if known else self

    def believed(
        self,
        paths: Sequence[Path],
        kinds: Sequence[tuple[Kind, float]],
        shots_s: Sequence[float],
        size: tuple[int, int],
    ) -> list[tuple[Kind, float]]:
        """Kinds of paths with their sureness (0..1); those without evidence are objects.

        `shots_s` are the starts of the shots, `size` is the picture's width and height. What a
        learned detector named keeps its kind.
        """
        vehicles = sum(kind == "vehicle" for kind, _ in kinds)
        found = []
        for path, (kind, sure) in zip(paths, kinds, strict=True):
            shot, fellows = self.in_shot(path, shots_s), vehicles - 1
            doubtful = vehicles < _AGREE and self._indoors(path, shots_s)
            doubtful = doubtful or path.doubted
            doubtful = doubtful or not vouched(path, size, fellows, camera_moves=shot.camera_moves)
            nobody = kind == "person" and shot._no_person(path, shots_s)
            found.append(shot._believed(path, kind, sure, doubtful, nobody))
        return found

    def named(
        self, paths: Sequence[Path], names: Sequence[Naming], shots_s: Sequence[float]
    ) -> list[Naming]:
        """Names of paths, those that seem to fly without evidence being objects like any other.

        Under a moving camera they are as likely what it passes by, so that half the sureness goes.
        """
        return [
            shot._no_flyer(name) if name.label == FLYER and shot._grounded(path, shots_s)
            else name
            for path, name in zip(paths, names, strict=True)
            for shot in (self.in_shot(path, shots_s),)
        ]  # fmt: skip

    def contacts(self, path: Path, found: Sequence[Contact]) -> tuple[Contact, ...]:
        """Those of the contacts found in a path's motion that are believed.

        Where the camera moves, a sudden turn in the picture is the camera's as likely as the
        thing's, so that only bounces are hits there. Several things that pass, taken for one, hit
        nothing where they change places.
        """
        kept = while_seen(path, found)
        if self.camera_moves:
            kept = tuple(one for one in kept if one.kind not in ("impact", "turn"))
        if _may_be_round(path):
            return kept
        if _is_several(path):
            return tuple(one for one in kept if one.kind not in ("bounce", "impact", "turn"))
        return tuple(
            structs.replace(one, kind="impact") if one.kind == "bounce" else one for one in kept
        )

    def _grounded(self, path: Path, shots_s: Sequence[float]) -> bool:
        brief = path.doubted and path.duration_s < _SURE_FLIGHT_S
        return not path.named and (brief or self.camera_moves or self._indoors(path, shots_s))

    def _no_flyer(self, name: Naming) -> Naming:
        left = _DOUBTFUL if self.camera_moves else 1.0
        return replace(name, label=name.kind, confidence=left * name.confidence)

    def _believed(
        self, path: Path, kind: Kind, sure: float, doubtful: bool, nobody: bool
    ) -> tuple[Kind, float]:
        """The kind that is left where a vehicle is `doubtful`, a person `nobody`."""
        if path.named:
            return kind, sure
        hardly_seen = self.camera_moves and float(path.seen.mean()) < _LEAST_SEEN_MOVING
        refused = (kind == "vehicle" and hardly_seen) or nobody
        if kind == "vehicle" and doubtful and not hardly_seen:
            return "object", _OBJECT_STILL * sure
        if refused or (kind == "object" and hardly_seen):
            return "object", _DOUBTFUL * sure
        return kind, sure

    def _no_person(self, path: Path, shots_s: Sequence[float]) -> bool:
        """Whether no look saw a person in it, and it is hardly seen at all, or seen otherwise."""
        scores = path.person_scores
        share = float(np.mean(scores > _LIKELY_PERSON)) if len(scores) else 0.0
        shines = self._is(is_dark, path, shots_s) and share < _OFTEN_IN_THE_DARK
        if shines or (path.bodiless and share < _OFTEN):
            return True
        ever = share > _EVER
        least = _LEAST_SEEN_MOVING if self.camera_moves else _LEAST_SEEN
        return not ever and float(path.seen.mean()) < least

    def _indoors(self, path: Path, shots_s: Sequence[float]) -> bool:
        """Whether the shot a path is in surely looks like indoors."""
        return self._is(looks_indoors, path, shots_s)

    def _is(self, what: Callable[[SceneLook], bool], path: Path, shots_s: Sequence[float]) -> bool:
        """Whether something is true of the look of the shot that a path is in."""
        number = _shot_number(path, shots_s)
        return 0 <= number < len(self.looks) and what(self.looks[number])


def _shot_number(path: Path, shots_s: Sequence[float]) -> int:
    """Which shot a path is in; -1 where no shot has begun by then."""
    first_s = float(path.times_s[0]) + _SAME_MOMENT_S
    return int(np.searchsorted(shots_s, first_s, side="right")) - 1


def _may_be_round(path: Path) -> bool:
    """Whether it is about as wide as high, as balls are."""
    wide = float(np.median(path.sizes[:, 0] / np.maximum(path.sizes[:, 1], 1.0)))
    return 1.0 / _ROUND <= wide <= _ROUND


def _is_several(path: Path) -> bool:
    """Whether it goes to and fro and changes its size as no single thing does."""
    size = np.sqrt(np.prod(path.sizes, axis=1))
    small, large = np.percentile(size, [5.0, 95.0])
    return bool(large >= _GROWS * small) and _turns_back(path) >= _TURNS_BACK


def _turns_back(path: Path) -> int:
    """How often it turns to the other side, after more than half of its own width."""
    least = _WAY * float(np.median(path.sizes[:, 0]))
    low = high = float(path.centres[0, 0])
    way, turns = 0, 0
    for x in path.centres[1:, 0].tolist():
        low, high = min(low, x), max(high, x)
        if way >= 0 and high - x > least:
            turns, way, low = turns + (way > 0), -1, x
        elif way <= 0 and x - low > least:
            turns, way, high = turns + (way < 0), 1, x
    return turns


def while_seen(path: Path, contacts: Sequence[Contact]) -> tuple[Contact, ...]:
    """The contacts at moments at which the thing was seen."""
    seen_s = path.times_s[path.seen]
    return tuple(
        contact
        for contact in contacts
        if np.min(np.abs(seen_s - contact.time_s), initial=np.inf) <= _NEAR_S
    )
