"""Detections to tracks: Kalman prediction and Hungarian assignment in two stages.

After ByteTrack (Zhang et al., ECCV 2022): sure detections are assigned first, to all tracks;
the doubtful ones then to those tracks that are still without. A lost track waits a second. Two
things that cross make one blob for a while; their tracks then go on together inside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from engine.plugins import Detection
from engine.vision.blobs import Blob
from engine.vision.detect import MotionDetection
from engine.vision.kalman import Box, BoxFilter

LOST_S = 1.0
"""How long a track survives without being seen."""
_SURE = 0.5
_CONFIRM_HITS = 3
_GATE = 1.0
_LONGEST_GROUP = 50
"""Pictures after which things that go on as one blob count as one."""


@dataclass(frozen=True)
class Sighting:
    """A track in one picture. `seen` is False where it was only predicted or inside a group."""

    time_s: float
    box: tuple[float, float, float, float]
    confidence: float
    seen: bool
    label: str = "object"
    person: float | None = None
    blob: Blob | None = None


@dataclass
class TrackState:
    """A track being followed."""

    id: int
    filter: BoxFilter
    colour: NDArray[np.float32] | None
    sightings: list[Sighting] = field(default_factory=list)
    last_seen_s: float = 0.0
    grouped: int = 0
    """For how many pictures it has been inside a group."""

    @property
    def hits(self) -> int:
        return sum(1 for s in self.sightings if s.seen)

    @property
    def confirmed(self) -> bool:
        return len(self.sightings) > 12 or self.hits >= _CONFIRM_HITS


class Tracker:
    """Follows the objects of one shot.

    Parameters
    ----------
    width, height : int
        Picture size in pixels of the detections' boxes.
    """

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._active: list[TrackState] = []
        self._ended: list[TrackState] = []
        self._count = 0

    def step(self, detections: Sequence[Detection], time_s: float) -> None:
        """Take in the detections of the next picture."""
        for track in self._active:
            track.filter.predict(time_s)
        found = self._heal(list(detections))
        sure = [d for d in found if d.confidence >= _SURE]
        doubtful = [d for d in found if d.confidence < _SURE]
        pairs, tracks, unused = self._assign(self._active, sure)
        recent = [t for t in tracks if time_s - t.last_seen_s < 0.3 * LOST_S]
        more, still, _ = self._assign(recent, doubtful)
        alone = still + [t for t in tracks if t not in recent]
        groups = self._groups(pairs, alone)
        for track, detection in pairs + more:
            if id(detection) not in groups:
                self._see(track, detection, time_s)
        for detection, members in groups.values():
            self._see_group(detection, members, time_s)
        grouped = {t.id for _, members in groups.values() for t in members}
        for track in alone:
            if track.id not in grouped:
                self._miss(track, time_s)
        for detection in unused:
            self._begin(detection, time_s)
        self._retire(time_s)

    def finish(self) -> list[TrackState]:
        """All tracks of the shot, each cut after its last sighting; unconfirmed ones left out."""
        tracks = [t for t in self._ended + self._active if t.hits >= _CONFIRM_HITS]
        for track in tracks:
            last = max(i for i, s in enumerate(track.sightings) if s.seen)
            track.sightings = track.sightings[: last + 1]
        self._active, self._ended = [], []
        return sorted(tracks, key=lambda t: t.id)

    def _assign(
        self, tracks: Sequence[TrackState], detections: Sequence[Detection]
    ) -> tuple[list[tuple[TrackState, Detection]], list[TrackState], list[Detection]]:
        """Cheapest pairs, and the tracks and detections left over."""
        if not tracks or not detections:
            return [], list(tracks), list(detections)
        cost = np.array([[self._cost(t, d) for d in detections] for t in tracks])
        rows, columns = linear_sum_assignment(cost)
        good = [(r, c) for r, c in zip(rows, columns, strict=True) if cost[r, c] < _GATE]
        used_tracks, used = {r for r, _ in good}, {c for _, c in good}
        return (
            [(tracks[r], detections[c]) for r, c in good],
            [t for i, t in enumerate(tracks) if i not in used_tracks],
            [d for i, d in enumerate(detections) if i not in used],
        )

    def _cost(self, track: TrackState, detection: Detection) -> float:
        """0 for a perfect match, `_GATE` and more for none: place, overlap, size and colour."""
        box, other = track.filter.box, np.asarray(detection.box)
        size = np.sqrt(max(1.0, _area(box), _area(other)))
        reach = 0.7 * size + 0.02 * self._width + 2.0 * track.filter.sigma_px
        far = float(np.hypot(*(_centre(box) - _centre(other)))) / reach
        ratio = abs(np.log(max(1.0, _area(other)) / max(1.0, _area(box)))) / np.log(5.0)
        if far > 1.2 or ratio > 1.6:
            return 10.0 * _GATE
        colour = 0.5
        if track.colour is not None and isinstance(detection, MotionDetection) and detection.blob:
            common = np.minimum(track.colour, detection.blob.colour).sum()
            colour = 1.0 - float(common)
        return 0.45 * far + 0.25 * (1.0 - iou(box, other)) + 0.2 * ratio + 0.3 * colour

    def _heal(self, detections: list[Detection]) -> list[Detection]:
        """Join pieces that fill the place of one track and of no other."""
        for track in self._active:
            if not track.confirmed or track.hits < 6:
                continue
            box = _grown(track.filter.box, 0.12)
            pieces = [d for d in detections if _inside(d.box, box) > 0.75]
            if len(pieces) < 2 or any(
                o is not track
                and o.confirmed
                and any(iou(o.filter.box, p.box) > 0.3 for p in pieces)
                for o in self._active
            ):
                continue
            whole = _joined(pieces)
            best = max(iou(track.filter.box, p.box) for p in pieces)
            if iou(track.filter.box, whole.box) > best:
                chosen = {id(p) for p in pieces}
                detections = [d for d in detections if id(d) not in chosen] + [whole]
        return detections

    def _groups(
        self, pairs: Sequence[tuple[TrackState, Detection]], alone: Sequence[TrackState]
    ) -> dict[int, tuple[Detection, list[TrackState]]]:
        """Detections that hold several tracks: by identity, with the tracks inside."""
        groups: dict[int, tuple[Detection, list[TrackState]]] = {}
        taken: set[int] = set()
        for track, detection in pairs:
            members = [
                t
                for t in alone
                if t.confirmed
                and t.id not in taken
                and t.grouped < _LONGEST_GROUP
                and _area(t.filter.box) > 0.06 * _area(detection.box)
                and _inside(t.filter.box, _grown(detection.box, 0.08)) > 0.6
            ]
            if not members:
                continue
            boxes = np.array([t.filter.box for t in (track, *members)])
            union = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])
            # together they must explain the blob better than the one track does alone
            if iou(union, detection.box) > iou(track.filter.box, detection.box) + 0.05:
                groups[id(detection)] = (detection, [track, *members])
                taken |= {t.id for t in members}
        return groups

    def _see(self, track: TrackState, detection: Detection, time_s: float) -> None:
        cut = self._at_edge(np.asarray(detection.box))
        track.filter.correct(detection.box, 0.6 if cut else 0.35)
        track.grouped = 0
        motion = detection if isinstance(detection, MotionDetection) else None
        blob = motion.blob if motion else None
        if blob is not None:
            old = blob.colour if track.colour is None else track.colour
            track.colour = 0.9 * old + 0.1 * blob.colour
        track.last_seen_s = time_s
        track.sightings.append(
            Sighting(
                time_s,
                detection.box,
                detection.confidence,
                True,
                detection.label,
                motion.person if motion else None,
                blob,
            )
        )

    def _see_group(self, group: Detection, members: list[TrackState], time_s: float) -> None:
        """Tracks inside one blob keep their size; those at its rims are held to them."""
        x0, y0, x1, y1 = group.box
        boxes = {t.id: t.filter.box for t in members}
        leftmost = min(members, key=lambda t: boxes[t.id][0])
        rightmost = max(members, key=lambda t: boxes[t.id][2])
        top = min(members, key=lambda t: boxes[t.id][1])
        lowest = max(members, key=lambda t: boxes[t.id][3])
        for track in members:
            box = boxes[track.id].copy()
            across = [x0 - box[0]] if track is leftmost else []
            across += [x1 - box[2]] if track is rightmost else []
            down = [y0 - box[1]] if track is top else []
            down += [y1 - box[3]] if track is lowest else []
            limit = 0.25 * track.filter.size
            box[[0, 2]] += float(np.clip(np.mean(across), -limit[0], limit[0])) if across else 0.0
            box[[1, 3]] += float(np.clip(np.mean(down), -limit[1], limit[1])) if down else 0.0
            if across or down:
                track.filter.correct(box, 0.0)
            track.last_seen_s = time_s
            track.grouped += 1
            self._note(track, time_s, 0.5)

    def _miss(self, track: TrackState, time_s: float) -> None:
        self._note(track, time_s, 0.0)

    def _note(self, track: TrackState, time_s: float, confidence: float) -> None:
        x0, y0, x1, y1 = (float(v) for v in track.filter.box)
        track.sightings.append(Sighting(time_s, (x0, y0, x1, y1), confidence, False))

    def _begin(self, detection: Detection, time_s: float) -> None:
        motion = detection if isinstance(detection, MotionDetection) else None
        blob = motion.blob if motion else None
        velocity = np.zeros(2) if blob is None else blob.flow
        state = TrackState(
            id=self._count,
            filter=BoxFilter(detection.box, time_s, velocity, self._width),
            colour=None if blob is None else blob.colour,
        )
        self._count += 1
        self._active.append(state)
        self._see(state, detection, time_s)

    def _retire(self, time_s: float) -> None:
        staying: list[TrackState] = []
        for track in self._active:
            patience = LOST_S if track.confirmed else 0.12
            gone = _inside(track.filter.box, np.array([0, 0, self._width, self._height])) < 0.1
            unseen = time_s - track.last_seen_s
            over = unseen > patience or (gone and unseen > 0.1)
            (self._ended if over else staying).append(track)
        self._active = staying

    def _at_edge(self, box: Box) -> bool:
        return bool(
            box[0] <= 1 or box[1] <= 1 or box[2] >= self._width - 1 or box[3] >= self._height - 1
        )


def _area(box: Sequence[float] | Box) -> float:
    return float(max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1]))


def _centre(box: Sequence[float] | Box) -> NDArray[np.float64]:
    return np.array([0.5 * (box[0] + box[2]), 0.5 * (box[1] + box[3])])


def _common(a: Sequence[float] | Box, b: Sequence[float] | Box) -> float:
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    return float(max(0.0, across) * max(0.0, down))


def _inside(box: Sequence[float] | Box, other: Sequence[float] | Box) -> float:
    """Share of a box that lies in another."""
    return _common(box, other) / max(1e-9, _area(box))


def iou(a: Sequence[float] | Box, b: Sequence[float] | Box) -> float:
    """Intersection over union of two boxes, 0..1."""
    common = _common(a, b)
    return common / max(1e-9, _area(a) + _area(b) - common)


def _grown(box: Sequence[float] | Box, share: float) -> Box:
    x0, y0, x1, y1 = box
    across, down = share * (x1 - x0), share * (y1 - y0)
    return np.array([x0 - across, y0 - down, x1 + across, y1 + down])


def _joined(pieces: Sequence[Detection]) -> Detection:
    boxes = np.array([p.box for p in pieces])
    largest = max(pieces, key=lambda p: _area(p.box))
    x0, y0 = boxes[:, :2].min(axis=0)
    x1, y1 = boxes[:, 2:].max(axis=0)
    box = (float(x0), float(y0), float(x1), float(y1))
    if isinstance(largest, MotionDetection):
        return MotionDetection(
            box, largest.label, largest.confidence, blob=largest.blob, person=largest.person
        )
    return Detection(box, largest.label, largest.confidence)
