"""What can be automated on a track: its range, how it reads, and how its points are edited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.project.edits import Edit, SetGainCurve, SetOcclusion, SetWidth
from engine.project.model import Curve, Track

LEAST_STEP_S = 1e-3
"""Points of a curve never come closer than this."""


@dataclass(frozen=True)
class Envelope:
    """One parameter that a track can automate.

    `lowest` and `highest` are the ends of its lane, `rest` the value of an empty curve;
    `shown` is how many units of what is read one of the project's makes (per cent: 100).
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

    def share(self, value: float) -> float:
        """Height 0..1 of a value in the lane."""
        return min(max((value - self.lowest) / (self.highest - self.lowest), 0.0), 1.0)

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
        curve = self.curve(track)
        if not curve:
            return self.rest
        times_s, values = zip(*curve, strict=True)
        return float(np.interp(time_s, times_s, values))


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
)  # fmt: skip


def envelope_of(name: str) -> Envelope:
    """The envelope of a name."""
    return next(envelope for envelope in ENVELOPES if envelope.name == name)


def envelopes_of(track: Track) -> tuple[Envelope, ...]:
    """What a track can automate."""
    return tuple(e for e in ENVELOPES if track.kind == "object" or not e.objects_only)


def is_automated(track: Track) -> bool:
    """Whether anything on a track moves over time."""
    return any(len(envelope.curve(track)) > 1 for envelope in envelopes_of(track))


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
