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

from engine.plugins import Detection
from engine.vision.assignment import assign
from engine.vision.detect import MotionDetection
from engine.vision.kalman import Box, BoxFilter, Corners

LOST_S = 1.0
"""How long a track survives without being seen."""
_SURE = 0.5
_CONFIRM_HITS = 3
_GATE = 1.0
_LONGEST_GROUP = 50
"""Pictures after which things that go on as one blob count as one."""


@dataclass(frozen=True)
class Sighting:
    """A track in one picture. `seen` is False where it was only predicted or inside a group.

    `point` is the centre of mass of what was seen, finer than a pixel, and `speed` how fast it
    flows, px/s, where that is known.
    """

    time_s: float
    box: Corners
    confidence: float
    seen: bool
    label: str = "object"
    person: float | None = None
    point: tuple[float, float] | None = None
    speed: float = 0.0


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
    hits: int = 0
    """In how many pictures it was seen."""

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
        cost = self._costs(tracks, detections)
        rows, columns = assign(cost)
        good = [(r, c) for r, c in zip(rows, columns, strict=True) if cost[r, c] < _GATE]
        used_tracks, used = {r for r, _ in good}, {c for _, c in good}
        return (
            [(tracks[r], detections[c]) for r, c in good],
            [t for i, t in enumerate(tracks) if i not in used_tracks],
            [d for i, d in enumerate(detections) if i not in used],
        )

    def _costs(
        self, tracks: Sequence[TrackState], detections: Sequence[Detection]
    ) -> NDArray[np.float64]:
        """(tracks, detections): 0 for a perfect match, `_GATE` and more for none.

        Place, overlap, size and colour count.
        """
        boxes = np.array([t.filter.corners for t in tracks])
        others = np.array([d.box for d in detections], dtype=np.float64)
        areas, other_areas = (np.maximum(_areas(one), 1.0) for one in (boxes, others))
        size = np.sqrt(np.maximum(areas[:, None], other_areas))
        sigma = np.array([t.filter.sigma_px for t in tracks])
        reach = 0.7 * size + 0.02 * self._width + 2.0 * sigma[:, None]
        apart = _centres(boxes)[:, None] - _centres(others)
        far = np.hypot(apart[..., 0], apart[..., 1]) / reach
        ratio = np.abs(np.log(other_areas / areas[:, None])) / np.log(5.0)
        possible = (far <= 1.2) & (ratio <= 1.6)
        cost = np.full(far.shape, 10.0 * _GATE)
        for i, j in zip(*np.nonzero(possible), strict=True):
            track, detection = tracks[i], detections[j]
            colour, overlap = 0.5, iou(track.filter.corners, detection.box)
            if (
                track.colour is not None
                and isinstance(detection, MotionDetection)
                and detection.blob
            ):
                common = np.minimum(track.colour, detection.blob.colour).sum()
                colour = 1.0 - float(common)
            cost[i, j] = 0.45 * far[i, j] + 0.25 * (1.0 - overlap) + 0.2 * ratio[i, j]
            cost[i, j] += 0.3 * colour
        return cost

    def _heal(self, detections: list[Detection]) -> list[Detection]:
        """Join pieces that fill the place of one track and of no other."""
        places = _array(detections)
        for track in self._active:
            if not track.confirmed or track.hits < 6:
                continue
            inside = _shares_inside(places, _grown(track.filter.corners, 0.12)) > 0.75
            pieces = [detections[index] for index in np.flatnonzero(inside)]
            if len(pieces) < 2 or any(
                o is not track
                and o.confirmed
                and any(iou(o.filter.corners, p.box) > 0.3 for p in pieces)
                for o in self._active
            ):
                continue
            whole = _joined(pieces)
            best = max(iou(track.filter.corners, p.box) for p in pieces)
            if iou(track.filter.corners, whole.box) > best:
                chosen = {id(p) for p in pieces}
                detections = [d for d in detections if id(d) not in chosen] + [whole]
                places = _array(detections)
        return detections

    def _groups(
        self, pairs: Sequence[tuple[TrackState, Detection]], alone: Sequence[TrackState]
    ) -> dict[int, tuple[Detection, list[TrackState]]]:
        """Detections that hold several tracks: by identity, with the tracks inside."""
        groups: dict[int, tuple[Detection, list[TrackState]]] = {}
        taken: set[int] = set()
        may_join = [t for t in alone if t.confirmed and t.grouped < _LONGEST_GROUP]
        if not may_join:
            return groups
        places = np.array([t.filter.corners for t in may_join])
        areas = _areas(places)
        for track, detection in pairs:
            inside = _shares_inside(places, _grown(detection.box, 0.08)) > 0.6
            inside &= areas > 0.06 * _area(detection.box)
            members = [
                may_join[index]
                for index in np.flatnonzero(inside)
                if may_join[index].id not in taken
            ]
            if not members:
                continue
            boxes = np.array([t.filter.corners for t in (track, *members)])
            union = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])
            # together they must explain the blob better than the one track does alone
            if iou(union, detection.box) > iou(track.filter.corners, detection.box) + 0.05:
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
        track.hits += 1
        track.sightings.append(
            Sighting(
                time_s,
                detection.box,
                detection.confidence,
                True,
                detection.label,
                motion.person if motion else None,
                blob.centroid if blob else None,
                float(np.linalg.norm(blob.flow)) if blob else 0.0,
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
        track.sightings.append(Sighting(time_s, track.filter.corners, confidence, False))

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
            gone = _inside(track.filter.corners, (0.0, 0.0, self._width, self._height)) < 0.1
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


def _array(detections: Sequence[Detection]) -> NDArray[np.float64]:
    """Boxes (n, 4)."""
    return np.array([d.box for d in detections], dtype=np.float64).reshape(-1, 4)


def _areas(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) of boxes (n, 4)."""
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0)
    return np.asarray(sides[:, 0] * sides[:, 1])


def _centres(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) of boxes (n, 4)."""
    return np.asarray(0.5 * (boxes[:, :2] + boxes[:, 2:]))


def _shares_inside(boxes: NDArray[np.float64], host: Corners) -> NDArray[np.float64]:
    """Share (n,) of each box (n, 4) that lies in another."""
    across = np.minimum(boxes[:, 2], host[2]) - np.maximum(boxes[:, 0], host[0])
    down = np.minimum(boxes[:, 3], host[3]) - np.maximum(boxes[:, 1], host[1])
    common = np.maximum(across, 0.0) * np.maximum(down, 0.0)
    return np.asarray(common / np.maximum(_areas(boxes), 1e-9))


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


def _grown(box: Corners, share: float) -> Corners:
    x0, y0, x1, y1 = box
    across, down = share * (x1 - x0), share * (y1 - y0)
    return x0 - across, y0 - down, x1 + across, y1 + down


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
