"""What a track's motion tells: speed, when it moves, when it is on the ground, what it may be."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Contact, Track

Array = NDArray[np.float64]
STEP_S = 0.02
FLYER = "flyer"
"""Label by which the analysis of the picture marks what stays in the air."""
MOVING_M_PER_S = 0.12
"""Slower than this is standing: trackers jitter by about as much."""
MOVING_PART = 0.08
"""Part of a track's own top speed below which it is standing, whatever the scale."""
BRIDGE_S = 0.45
"""Shorter rests do not interrupt a movement."""
SHORTEST_S = 0.25
RISE_M = 0.05
"""Smaller heights are within what a tracker wobbles."""
FEWEST_BOUNCES = 2
"""A ball bounces again; what turns upwards once may be a stick or a hand."""
SAME_CONTACT_S = 0.06
"""Contacts nearer than this are one, seen twice."""
FLIES_DEG, FLIES_LOWEST_DEG = 12.0, 4.0
"""Elevation above which it usually is, and hardly ever leaves, what flies: the head of somebody who
stands 3 m away is below that."""
FLIGHT_GAP_S = 1.6
"""Longer apart, two bounces are not the ends of one flight."""
G_M_PER_S2 = 9.81
HIGH, RISE_S = 0.8, 0.1
"""Share of the height below which a fall is timed, and how much longer its rise may take."""
SLOWEST_FALL = 3.0
"""How many times longer than a fall lasts one may seem to last, its height being misjudged: what
goes up and down more slowly rolls, as on a slope that is seen from above."""


@dataclass(frozen=True)
class Motion:
    """A track's motion, sampled every 20 ms over the time it is heard.

    Attributes
    ----------
    times_s, speed_m_per_s, on_ground : (n,) arrays
    """

    times_s: Array
    speed_m_per_s: Array
    on_ground: NDArray[np.bool_]

    @property
    def moving(self) -> NDArray[np.bool_]:
        """(n,) where it moves."""
        top = float(np.percentile(self.speed_m_per_s, 95)) if len(self.speed_m_per_s) else 0.0
        return self.speed_m_per_s > max(MOVING_M_PER_S, MOVING_PART * top)

    def usual_speed_m_per_s(self) -> float:
        """Median speed while moving, 0 if it never does."""
        moving = self.speed_m_per_s[self.moving]
        return float(np.median(moving)) if len(moving) else 0.0

    def spans_s(self, when: str) -> list[tuple[float, float]]:
        """Times of 'moving', 'grounded', 'airborne' or 'always', rests bridged, blips dropped."""
        where = {
            "moving": self.moving,
            "grounded": self.moving & self.on_ground,
            "airborne": self.moving & ~self.on_ground,
            "always": np.ones(len(self.times_s), dtype=bool),
        }[when]
        bridge_s = BRIDGE_S if when == "moving" else 0.1
        return _spans(self.times_s, where, bridge_s)


def read_motion(track: Track, end_s: float) -> Motion:
    """Motion of a track while it can be heard (its sight, and beyond), never past `end_s`."""
    first, last = (min(max(time_s, 0.0), end_s) for time_s in track.heard_s)
    if last - first < STEP_S:  # hand-made tracks need not state when they are seen
        first, last = 0.0, end_s
    count = max(int(np.floor((last - first) / STEP_S)) + 1, 2)
    times = np.asarray(first + np.arange(count) * STEP_S, dtype=np.float64)
    positions = track.trajectory.at(times)
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=1) / STEP_S
    speed = _smooth(np.append(steps, steps[-1]), 9)
    return Motion(times, speed, _on_ground(track, times, positions))


def guess_of(track: Track) -> tuple[str, ...]:
    """What an unlabelled track may be, most telling first: see `guess` in `objects.toml`."""
    if _is_flyer(track):  # what never comes down to the ground neither steps nor bounces on it
        return ("airborne", "anything")
    kinds = [contact.kind for contact in track.contacts]
    found = []
    if kinds.count("bounce") >= FEWEST_BOUNCES and kinds.count("bounce") >= max(
        kinds.count("step"), kinds.count("impact")
    ):  # what is struck again and again from all sides is no ball, nor what came down once
        found.append("bounces")
    if kinds.count("step") >= 2:
        found.append("steps")
    return (*found, "anything")


def contact_times(track: Track, kinds: tuple[str, ...], end_s: float) -> list[Contact]:
    """Contacts of the given kinds inside the scene, in time order, doubles within 60 ms merged."""
    wanted = sorted(
        (c for c in track.contacts if c.kind in kinds and 0.0 <= c.time_s < end_s),
        key=lambda contact: contact.time_s,
    )
    merged: list[Contact] = []
    for contact in wanted:
        if merged and contact.time_s - merged[-1].time_s < SAME_CONTACT_S:
            if contact.strength > merged[-1].strength:
                merged[-1] = contact
        else:
            merged.append(contact)
    return merged


def _smooth(values: Array, width: int) -> Array:
    kernel = np.hanning(width + 2)[1:-1]
    padded = np.pad(values, width // 2, mode="edge")
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")[: len(values)]


def _is_flyer(track: Track) -> bool:
    """Whether it is a thing that flies: what was seen in a picture is what the picture says.

    Mappings differ in elevation, so it only counts for tracks that come from nowhere else.
    """
    if track.label.strip().lower() == FLYER or track.boxes is not None:
        return track.label.strip().lower() == FLYER
    return _flies(track)


def _flies(track: Track) -> bool:
    """Whether it stays clearly above the listener's horizon, so never near the ground."""
    positions = track.trajectory.at(np.linspace(track.start_s, max(track.end_s, track.start_s), 64))
    horizontal = np.hypot(positions[:, 0], positions[:, 1])
    elevation_deg = np.degrees(np.arctan2(positions[:, 2], np.maximum(horizontal, 1e-6)))
    lowest_deg = np.percentile(elevation_deg, 10)
    return bool(np.median(elevation_deg) > FLIES_DEG and lowest_deg > FLIES_LOWEST_DEG)


def _on_ground(track: Track, times: Array, positions: Array) -> NDArray[np.bool_]:
    """Where it touches the ground: not above the horizon, and not in flight between bounces."""
    if _is_flyer(track) or _flies(track):
        return np.zeros(len(times), dtype=bool)
    on_ground = np.ones(len(times), dtype=bool)
    bounces = [c.time_s for c in track.contacts if c.kind in ("bounce", "impact")]
    bounces.sort()
    for first, last in itertools.pairwise(bounces):
        if last - first < FLIGHT_GAP_S and _rises(times, positions[:, 2], first, last):
            on_ground[(times > first) & (times < last)] = False
    if bounces:
        on_ground &= ~_falling(times, positions[:, 2], bounces[0])
    return on_ground


def _falling(times: Array, height_m: Array, landing_s: float) -> NDArray[np.bool_]:
    """The unbroken stretch before a landing during which it is clearly above where it lands.

    It rose for as long as it fell, at the most; none where it came down more slowly than things
    fall.
    """
    ground_m = float(np.interp(landing_s, times, height_m))
    low = (times < landing_s - 0.1) & (height_m <= ground_m + RISE_M)
    since_s = times[low][-1] if low.any() else -np.inf
    stretch = (times > since_s) & (times < landing_s)
    rise_m = float(np.max(height_m[stretch], initial=ground_m)) - ground_m
    if rise_m <= RISE_M:
        return np.zeros(len(times), dtype=bool)
    high_s = times[stretch][height_m[stretch] >= ground_m + HIGH * rise_m][-1]
    fall_s = (landing_s - float(high_s)) / (1.0 - np.sqrt(1.0 - HIGH))
    if fall_s > _longest_fall_s(rise_m):
        return np.zeros(len(times), dtype=bool)
    return stretch & (times > landing_s - 2.0 * fall_s - RISE_S)


def _longest_fall_s(height_m: float) -> float:
    """How long a fall from a height may seem to last."""
    return SLOWEST_FALL * float(np.sqrt(2.0 * height_m / G_M_PER_S2))


def _rises(times: Array, height_m: Array, first_s: float, last_s: float) -> bool:
    """Whether the height between two moments bulges clearly above the straight line, as in flight.

    It rises for half of the time and falls for the other.
    """
    inside = (times >= first_s) & (times <= last_s)
    if np.count_nonzero(inside) < 3:
        return False
    chord = np.interp(
        times[inside], [first_s, last_s], np.interp([first_s, last_s], times, height_m)
    )
    rise_m = float(np.max(height_m[inside] - chord))
    return rise_m > RISE_M and last_s - first_s <= 2.0 * _longest_fall_s(rise_m)


def _spans(times: Array, where: NDArray[np.bool_], bridge_s: float) -> list[tuple[float, float]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], where.astype(np.int8), [0]])))
    spans: list[tuple[float, float]] = []
    for first, after in zip(edges[::2], edges[1::2], strict=True):
        start_s, end_s = float(times[first]), float(times[after - 1]) + STEP_S
        if spans and start_s - spans[-1][1] <= bridge_s:
            spans[-1] = (spans[-1][0], end_s)
        else:
            spans.append((start_s, end_s))
    return [span for span in spans if span[1] - span[0] >= SHORTEST_S]
