"""What can be automated on a track: its range, how it reads, and how its points are edited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from engine.coordinates import to_spherical
from engine.project.edits import Edit, SetGainCurve, SetOcclusion, SetPathCurve, SetWidth
from engine.project.edits.path_keeping import COORDINATES, Coordinate
from engine.project.model import Curve, Track, Trajectory

_COURSE_POINTS = 600
_ROOM = 1.25
_REACHES = {
    "azimuth": (45.0, 90.0, 180.0),
    "elevation": (30.0, 90.0),
    "distance": (5.0, 10.0, 20.0, 50.0, 100.0, 500.0),
}
LEAST_STEP_S = 1e-3
"""Points of a curve never come closer than this."""


@dataclass(frozen=True)
class Envelope:
    """One parameter that a track can automate.

    `lowest` and `highest` are the ends of its lane, `rest` the value of an empty curve;
    `shown` is how many units of what is read one of the project's makes (per cent: 100).
    `drawn` gives the line where it
    is not straight from point to point, `before` the one that a hand has edited.
    """

    name: str
    title: str
    lowest: float
    highest: float
    rest: float
    unit: str
    decimals: int
    curve: Callable[[Track], Curve]
    edit: Callable[[str, Curve], Edit]
    shown: float = 1.0
    objects_only: bool = True
    drawn: Callable[[Track, float, float], Curve] | None = None
    before: Callable[[Track, float, float], Curve] | None = None

    @property
    def is_path(self) -> bool:
        """Whether it draws where the source is, which a track always has."""
        return self.drawn is not None

    def share(self, value: float) -> float:
        """Height 0..1 of a value in the lane."""
        share = min(max((value - self.lowest) / (self.highest - self.lowest), 0.0), 1.0)
        return share

    def value(self, share: float) -> float:
        """Value at a height 0..1, to the digits that are shown."""
        wide = self.highest - self.lowest
        value = self.lowest + min(max(share, 0.0), 1.0) * wide
        return round(value * self.shown, self.decimals) / self.shown

    def text(self, value: float) -> str:
        """A value with its unit."""
        number = f"{value * self.shown:.{self.decimals}f}".replace("-", "−")
        return f"{number} {self.unit}" if self.unit != "°" else f"{number}°"

    def at(self, track: Track, time_s: float) -> float:
        """The value at a time."""
        if self.drawn is not None:
            return self.drawn(track, time_s, time_s)[0][1]
        curve = self.curve(track)
        if not curve:
            return self.rest
        times_s, values = zip(*curve, strict=True)
        return float(np.interp(time_s, times_s, values))


def path_envelope(
    name: Coordinate,
    title: str,
    reach: tuple[float, float],
    unit: str,
    decimals: int,
) -> Envelope:
    """A coordinate of the track's path; its points are the keyframes."""
    column = COORDINATES.index(name)

    def curve(track: Track) -> Curve:
        path = track.trajectory
        return tuple(zip(path.times_s.tolist(), path.polar[:, column].tolist(), strict=True))

    def course(path: Trajectory, from_s: float, to_s: float) -> Curve:
        times_s = np.linspace(from_s, to_s, _COURSE_POINTS if to_s > from_s else 1)
        values = to_spherical(path.at(times_s))[:, column]
        return tuple(zip(times_s.tolist(), values.tolist(), strict=True))

    def before(track: Track, from_s: float, to_s: float) -> Curve:
        return course(track.detected, from_s, to_s) if track.detected is not None else ()

    return Envelope(
        name, title, *reach, 0.0, unit, decimals, curve,
        lambda track_id, drawn: SetPathCurve(track_id=track_id, coordinate=name, curve=drawn),
        drawn=lambda track, a, b: course(track.trajectory, a, b), before=before,
    )  # fmt: skip


ENVELOPES: tuple[Envelope, ...] = (
    Envelope(
        "gain", "Volume", -60.0, 12.0, 0.0, "dB", 1, lambda track: track.gain_curve_db,
        lambda track_id, curve: SetGainCurve(track_id=track_id, curve=curve), objects_only=False,
    ),
    Envelope(
        "occlusion", "Occlusion", 0.0, 1.0, 0.0, "%", 0, lambda track: track.occlusion,
        lambda track_id, curve: SetOcclusion(track_id=track_id, curve=curve), shown=100.0,
    ),
    Envelope(
        "width", "Width", 0.0, 360.0, 0.0, "°", 0, lambda track: track.width_deg,
        lambda track_id, curve: SetWidth(track_id=track_id, curve=curve),
    ),
    path_envelope("azimuth", "Azimuth", (-180.0, 180.0), "°", 1),
    path_envelope("elevation", "Elevation", (-90.0, 90.0), "°", 1),
    path_envelope("distance", "Distance", (0.0, 2_000.0), "m", 2),
)  # fmt: skip


def envelope_of(name: str) -> Envelope:
    """The envelope of a name."""
    return next(envelope for envelope in ENVELOPES if envelope.name == name)


def fitted(envelope: Envelope, track: Track) -> Envelope:
    """The envelope with a range that the track's path fits in, with some room; others as it is."""
    if not envelope.is_path:
        return envelope
    column = COORDINATES.index(cast(Coordinate, envelope.name))
    paths = (track.trajectory, track.detected or track.trajectory)
    furthest = _ROOM * max(float(np.abs(path.polar[:, column]).max()) for path in paths)
    reach = next((r for r in _REACHES[envelope.name] if r >= furthest), envelope.highest)
    return replace(envelope, lowest=-reach if envelope.lowest < 0.0 else 0.0, highest=reach)


def envelopes_of(track: Track) -> tuple[Envelope, ...]:
    """What a track can automate."""
    return tuple(e for e in ENVELOPES if track.kind == "object" or not e.objects_only)


def is_automated(track: Track) -> bool:
    """Whether anything on a track moves over time."""
    return any(len(e.curve(track)) > 1 for e in envelopes_of(track) if not e.is_path)


def with_point(curve: Curve, time_s: float, value: float) -> tuple[Curve, int]:
    """A curve with one point more (or the one that is there already moved), and its index."""
    for index, (there_s, _) in enumerate(curve):
        if abs(there_s - time_s) < LEAST_STEP_S:
            return moved(curve, index, there_s, value), index
    index = sum(there_s < time_s for there_s, _ in curve)
    return (*curve[:index], (time_s, value), *curve[index:]), index


def moved(curve: Curve, index: int, time_s: float, value: float) -> Curve:
    """A curve with a point elsewhere; it stays between its neighbours."""
    after_s = curve[index - 1][0] + LEAST_STEP_S if index > 0 else 0.0
    before_s = curve[index + 1][0] - LEAST_STEP_S if index + 1 < len(curve) else np.inf
    place_s = max(min(time_s, before_s), after_s)
    return (*curve[:index], (float(place_s), value), *curve[index + 1 :])


def without(curve: Curve, index: int) -> Curve:
    """A curve without one of its points."""
    return (*curve[:index], *curve[index + 1 :])
