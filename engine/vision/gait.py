"""Footfalls of walking people, from how their outline spreads and what moves around their feet.

Both legs reach farthest apart as a foot lands (double support; Perry, Gait Analysis), so the
outline of someone seen from the side or at a slant is widest then. Seen from the front or from
behind it hardly changes; but while both feet stand, nothing near the ground moves, and while one
swings, much does, so that the motion energy of the foot zone has one cycle a step and drops at
each footfall. The rhythm is found by autocorrelation and its phase is followed through time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Contact
from engine.vision.opencv import cv2
from engine.vision.paths import Path, local_fit, median_filter
from engine.vision.round_pictures import in_turn

Array = NDArray[np.float64]

STEP_S = (0.3, 0.85)
"""Durations of a step that people walk or run with."""
_USUAL_STEP_S = 0.54
_USUAL_SPREAD = 0.4
_TELLING = 0.3
"""Share of the swing's motion beyond which more motion does not matter."""
_BEFORE, _AFTER = 0.25, 0.2
"""Shares of a step before and after a footfall whose motion is compared."""
_SETTLES = 0.04
"""Share of a step that a foot goes on rolling or sliding after it has landed."""
_LEAST_RHYTHM = 0.32
_WIDEST_AFTER = 0.05
"""Share of a step after a footfall at which the outline is widest: the trailing heel rises."""
_AGREEMENT = 0.15
"""Share of a step by which outline and feet may differ and still tell of the same footfalls."""
_LEAST_STRIDE = 0.035
"""Swing of the outline's width over its height from which the view shows the stride."""
_FOOT_ZONE = 0.11
"""Share of the body's height, from the soles up, that is looked at."""


@dataclass(frozen=True)
class Gait:
    """Rhythm of steps: times (n,) in seconds, strengths (n,) 0..1, and how regular it is (0..1)."""

    times_s: Array
    strengths: Array
    step_s: float
    rhythm: float

    @property
    def walks(self) -> bool:
        """Whether the rhythm is clear enough to be that of steps."""
        return self.rhythm >= _LEAST_RHYTHM and len(self.times_s) >= 3

    def contacts(self) -> tuple[Contact, ...]:
        """The steps as contacts; none where the rhythm is unclear."""
        if not self.walks:
            return ()
        return tuple(
            Contact(time_s=float(t), kind="step", strength=float(s))
            for t, s in zip(self.times_s, self.strengths, strict=True)
        )


class FootMotion:
    """Gathers the motion energy of one path's foot zone, picture by picture.

    Parameters
    ----------
    path : Path
    scale : float
        Pixels of the pictures given to `add` for one pixel of the path's boxes.
    turn : int, optional
        Columns of a whole turn, where the pictures show everything all around.
    """

    def __init__(self, path: Path, scale: float, turn: int | None = None) -> None:
        self.path = path
        self._turn = turn
        self._boxes = path.smooth * scale
        self._before: tuple[float, NDArray[np.uint8]] | None = None
        self._times: list[float] = []
        self._energy: list[float] = []

    def add(self, time_s: float, gray: NDArray[np.uint8]) -> None:
        """Take in the next picture (height, width) uint8."""
        if not self.path.times_s[0] - 1e-6 <= time_s <= self.path.times_s[-1] + 1e-6:
            self._before = None
            return
        if self._before is not None:
            then_s, before = self._before
            box = self._box_at(0.5 * (then_s + time_s))
            energy = _zone_energy(before, gray, box)
            if energy is not None and time_s > then_s:
                self._times.append(0.5 * (then_s + time_s))
                self._energy.append(energy / (time_s - then_s))
        self._before = (time_s, gray)

    def gait(self) -> Gait:
        """The rhythm found in all pictures so far; by the outline where it shows the stride."""
        start_s, end_s = float(self.path.times_s[0]), float(self.path.times_s[-1])
        by_feet = find_gait(np.array(self._times), np.array(self._energy), start_s, end_s)
        by_outline = find_strides(self.path)
        return _agreed(by_outline, by_feet) if by_outline.walks else by_feet

    def _box_at(self, time_s: float) -> Array:
        columns = [np.interp(time_s, self.path.times_s, column) for column in self._boxes.T]
        box = np.array(columns)
        return box if self._turn is None else in_turn(box[None], self._turn)[0]


def _zone_energy(before: NDArray[np.uint8], after: NDArray[np.uint8], box: Array) -> float | None:
    """Mean change in the foot zone of two pictures, relative to the body's size; None outside."""
    height, width = after.shape
    x0, _, x1, y1 = box
    body = box[3] - box[1]
    middle, reach = 0.5 * (x0 + x1), max(0.35 * body, 0.6 * (x1 - x0))
    left, right = int(max(0, middle - reach)), int(min(width, middle + reach + 1))
    top, bottom = int(max(0, y1 - _FOOT_ZONE * body)), int(min(height, y1 + 0.04 * body + 1))
    if right - left < 4 or bottom - top < 3 or y1 > height + 0.1 * body:
        return None
    a = cv2.blur(before[top:bottom, left:right], (3, 3))
    b = cv2.blur(after[top:bottom, left:right], (3, 3))
    change = cv2.absdiff(a, b).astype(np.float32)
    change[change < 4.0] = 0.0
    return float(change.sum()) / (body * body)


def find_gait(times_s: Array, energy: Array, start_s: float, end_s: float) -> Gait:
    """Steps from the energy (n,) at times (n,): its rhythm, then the phase of its rests.

    Steps are given from `start_s` to `end_s`.
    """
    if not _is_enough(times_s):
        return _NO_GAIT
    grid = _grid(times_s)
    level = np.sqrt(np.interp(grid, times_s, energy))
    wave, _ = _wave(grid, level)
    period, rhythm = _period(wave, float(grid[1] - grid[0]))
    if period <= 0.0:
        return _NO_GAIT
    rests, amplitude = _rests(grid, wave, period)
    footfalls = _even(_drops(grid, level, rests, period)) - _SETTLES * period
    return _gait(footfalls, amplitude, (start_s, end_s), period, rhythm)


def find_strides(path: Path) -> Gait:
    """Steps from the width of a path's outline; none where the view does not show the stride."""
    sizes = path.boxes[:, 2:] - path.boxes[:, :2]
    seen = path.seen & (sizes[:, 1] > 1.0)
    times_s = path.times_s[seen]
    if seen.mean() < 0.6 or not _is_enough(times_s):
        return _NO_GAIT
    grid = _grid(times_s)
    height = np.maximum(median_filter(sizes[seen, 1], 4), 1.0)
    wave, spread = _wave(grid, -np.interp(grid, times_s, sizes[seen, 0] / height))
    period, rhythm = _period(wave, float(grid[1] - grid[0]), lame=True)
    if period <= 0.0 or float(np.median(spread)) < _LEAST_STRIDE:
        return _NO_GAIT
    rests, amplitude = _rests(grid, wave, period)
    ends = float(path.times_s[0]), float(path.times_s[-1])
    return _gait(rests - _WIDEST_AFTER * period, amplitude, ends, period, rhythm)


def _agreed(gait: Gait, other: Gait) -> Gait:
    """The gait with each step half way to the other's, where the two agree on the whole."""
    if not other.walks:
        return gait
    apart = other.times_s[None] - gait.times_s[:, None]
    nearest = apart[np.arange(len(apart)), np.argmin(np.abs(apart), axis=1)]
    if float(np.median(np.abs(nearest))) > _AGREEMENT * gait.step_s:
        return gait
    near = np.abs(nearest) < 1.5 * _AGREEMENT * gait.step_s
    return replace(gait, times_s=gait.times_s + np.where(near, 0.5 * nearest, 0.0))


_NO_GAIT = Gait(np.zeros(0), np.zeros(0), 0.0, 0.0)


def _is_enough(times_s: Array) -> bool:
    """Whether there are samples enough, and close enough, to tell steps."""
    if len(times_s) < 12 or times_s[-1] - times_s[0] < 3 * STEP_S[0]:
        return False
    return float(np.median(np.diff(times_s))) <= STEP_S[0] / 3.0


def _grid(times_s: Array) -> Array:
    return np.arange(times_s[0], times_s[-1], min(float(np.median(np.diff(times_s))), 0.04))


def _wave(grid: Array, level: Array) -> tuple[Array, Array]:
    """Level less its trend, over its local spread; and that spread."""
    ones = np.ones(len(grid))
    trend = local_fit(grid, level[:, None], ones, 0.6, order=1)[:, 0]
    power = local_fit(grid, ((level - trend) ** 2)[:, None], ones, 0.8, order=1)[:, 0]
    spread = np.sqrt(power.clip(1e-12))
    return np.clip((level - trend) / spread, -2.5, 2.5), spread


def _gait(
    footfalls: Array, amplitude: Array, ends_s: tuple[float, float], period: float, rhythm: float
) -> Gait:
    """The footfalls between the ends of a path, with strengths."""
    start_s, end_s = ends_s
    inside = (footfalls >= start_s - 0.25 * period) & (footfalls <= end_s + 0.01)
    footfalls, amplitude = np.maximum(footfalls[inside], start_s), amplitude[inside]
    loud = amplitude / amplitude.max() if len(amplitude) else amplitude
    return Gait(footfalls, np.clip(0.5 + 0.5 * loud, 0.0, 1.0), period, rhythm)


def _drops(grid: Array, level: Array, rests: Array, period: float) -> Array:
    """Moment near each rest where the motion before most exceeds the motion after."""
    fine = np.arange(grid[0], grid[-1], 0.004)
    level = _bounded(grid, level, period)
    # motion belongs to the whole time between two pictures, hence the integral and no curve
    step = float(grid[1] - grid[0])
    edges = np.append(grid - 0.5 * step, grid[-1] + 0.5 * step)
    total = np.concatenate([[0.0], np.cumsum(level) * step])

    def mean(start: Array, end: Array) -> Array:
        start, end = np.maximum(start, edges[0]), np.minimum(end, edges[-1])
        lasts = np.maximum(end - start, 1e-6)
        return (np.interp(end, edges, total) - np.interp(start, edges, total)) / lasts

    fall = mean(fine - _BEFORE * period, fine) - mean(fine, fine + _AFTER * period)
    found = rests - 0.12 * period
    for index, rest in enumerate(rests):
        near = np.flatnonzero((fine > rest - 0.4 * period) & (fine < rest + 0.2 * period))
        if len(near) * 0.004 > 0.5 * period:
            found[index] = fine[near[int(np.argmax(fall[near]))]]
    return found


def _bounded(grid: Array, level: Array, period: float) -> Array:
    """Level above the local rest, cut off at a part of the local swing.

    Feet slow down before they land: only the last of their motion tells when they do.
    """
    reach = max(1, round(0.6 * period / float(grid[1] - grid[0])))
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(level, reach, mode="edge"), 2 * reach + 1
    )
    low, high = np.percentile(windows, 15, axis=1), np.percentile(windows, 90, axis=1)
    return np.clip((level - low) / np.maximum(high - low, 1e-9), 0.0, _TELLING)


def _even(times: Array) -> Array:
    """Times with each pulled towards the straight line through its two neighbours either side."""
    if len(times) < 5:
        return times
    index = np.arange(len(times), dtype=np.float64)
    smooth = local_fit(index, times[:, None], np.ones(len(times)), 1.0, order=1)[:, 0]
    return smooth


def _period(wave: Array, step_s: float, *, lame: bool = False) -> tuple[float, float]:
    """Duration of a step, and the autocorrelation there (0..1).

    `lame` is for what differs between left and right: two steps later counts as much as one.
    """
    longest = min(len(wave) // 2, int(np.ceil(2.2 * STEP_S[1] / step_s)))
    energy = float(np.mean(wave**2)) + 1e-12
    lags = np.arange(longest + 1)
    correlation = np.array([np.mean(wave[: len(wave) - lag] * wave[lag:]) / energy for lag in lags])
    best, best_points, rhythm = 0.0, -1.0, 0.0
    rhythms = correlation
    if lame:
        rhythms = 0.5 * (correlation + np.interp(2.0 * lags, lags, correlation, right=0.0))
    for lag in range(1, longest):
        time_s = lag * step_s
        peak = correlation[lag] >= correlation[lag - 1] and correlation[lag] >= correlation[lag + 1]
        if not peak or not STEP_S[0] <= time_s <= STEP_S[1]:
            continue
        usual = float(np.exp(-0.5 * (np.log(time_s / _USUAL_STEP_S) / _USUAL_SPREAD) ** 2))
        points = float(rhythms[lag]) * (0.5 + 0.5 * usual)
        if points > best_points:
            best, best_points = _vertex(correlation, lag) * step_s, points
            rhythm = float(rhythms[lag])
    return best, max(0.0, rhythm)


def _vertex(values: Array, index: int) -> float:
    """Place of the parabola's top through a peak and its two neighbours."""
    low, mid, high = values[index - 1 : index + 2]
    bend = low - 2.0 * mid + high
    return index if abs(bend) < 1e-12 else index + 0.5 * (low - high) / bend


def _rests(grid: Array, wave: Array, period: float) -> tuple[Array, Array]:
    """Times at which the wave's fundamental is least, its phase followed through time."""
    turns = np.exp(-2j * np.pi * grid / period)
    mixed = wave * turns
    pair = np.stack([mixed.real, mixed.imag], axis=1)
    slow = local_fit(grid, pair, np.ones(len(grid)), 0.9 * period, order=1)
    phase = np.unwrap(np.angle(slow[:, 0] + 1j * slow[:, 1])) + 2 * np.pi * grid / period
    amplitude = np.hypot(slow[:, 0], slow[:, 1])
    # the fundamental is cos(phase): least at odd multiples of pi
    reach = int(np.ceil((grid[-1] - grid[0]) / period)) + 3
    first = int(np.floor((phase[0] - np.pi) / (2 * np.pi))) - 1
    wanted = np.pi + 2 * np.pi * (first + np.arange(reach + 2))
    increasing = np.maximum.accumulate(phase + 1e-9 * np.arange(len(phase)))
    slope = 2 * np.pi / period
    times = np.interp(wanted, increasing, grid)
    times = np.where(wanted < increasing[0], grid[0] - (increasing[0] - wanted) / slope, times)
    times = np.where(wanted > increasing[-1], grid[-1] + (wanted - increasing[-1]) / slope, times)
    return times, np.interp(times, grid, amplitude)
