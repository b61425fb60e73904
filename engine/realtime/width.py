"""Width at two ears: what is not a point sounds from points around, each with a phase of its own.

The share of a source's highs that its width (or its nearness to the head) takes from the point it
comes from goes, at the same power, to twelve points around the listener, those within its angle.
Every point passes all-pass filters of its own, so that their sounds do not add up to a point again
and powers add up whatever the width. Lows would comb: those of wide sources stay with the point
(`engine.realtime.wide_sounds`), those of sources in the head come from everywhere alike, in phase.
Both are encoded to a sound field, which reaches the ears through its decoder, however many sources
are wide.

References
----------
Kendall, "The decorrelation of audio signals and its impact on spatial imagery", Computer Music
Journal 19(4), 1995; Schroeder and Logan, "Colorless artificial reverberation", JAES 9(3), 1961
(the all-pass).
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.crossover import STATES, crossover, part_lanes
from engine.realtime.lanes import LANES, fma, fnma, load, spread, store
from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples, Snapshot, WidthPlan
from engine.realtime.sources import SourceStage
from engine.realtime.space_bus import SpaceBus
from engine.realtime.wide_sounds import CROSSOVER_HZ, WideSounds
from engine.realtime.width_law import Widths, point_share

ALL_PASS_GAIN = 0.5
DELAYS_S = ((0.0011, 0.0027), (0.0029, 0.0053), (0.0059, 0.0097))
"""Ranges in which the points' all-pass delays lie, one range a stage."""

_MEMORY_S = 0.25
"""When the all-passes have faded by 120 dB."""
_EDGE_DEG, _EDGE_FROM_DEG, _REACH = 50.0, 40.0, 7.0 / 6.0


class WidthStage:
    """The wide shares of all sources, and their way to the ears.

    Attributes
    ----------
    sounds : WideSounds
        What the points have of the last pushed hop,
    points_0, points_1 : (sources,) float64
        and the gain that nearness leaves them at the hop's start and end.
    """

    latency_samples = 0

    def __init__(self, plan: WidthPlan, snapshot: Snapshot) -> None:
        self._plan = plan
        self._law = snapshot.distance
        self._widths, self._times = Widths(snapshot), np.zeros(2)
        sources, points = len(snapshot.sources), len(plan.directions)
        assert points < LANES
        self.sounds = WideSounds(snapshot)
        self._bus = SpaceBus(plan.space)
        self._gains_0 = np.zeros((sources, LANES), dtype=np.float32)
        self._gains_1 = np.zeros((sources, LANES), dtype=np.float32)
        self.points_0, self.points_1 = np.ones(sources), np.ones(sources)
        self._focus, self._degrees = np.zeros(sources), np.zeros((2, sources))
        self._mixed = np.zeros(HOP_SAMPLES * LANES, dtype=np.float32)
        self._crossover = crossover(CROSSOVER_HZ, snapshot.sample_rate_hz)
        self._states = np.zeros((points + 1, STATES))
        self._lows = np.zeros(HOP_SAMPLES, dtype=np.float32)
        self._delays = _delays(points, snapshot.sample_rate_hz)
        past = -(-int(self._delays.max()) // HOP_SAMPLES) * HOP_SAMPLES
        stages = len(DELAYS_S)
        self._windows = np.zeros((points, stages + 1, past + HOP_SAMPLES), dtype=np.float32)
        self._heard = np.zeros((points, HOP_SAMPLES), dtype=np.float32)
        self._ring_hops = int(_MEMORY_S * snapshot.sample_rate_hz) // HOP_SAMPLES
        self._quiet_hops = self._ring_hops + 1
        self._fade = ((np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES).astype(np.float32)

    @property
    def history_hops(self) -> int:
        """How many past hops are still heard."""
        return self._ring_hops + self._bus.history_hops

    def reset(self) -> None:
        """Forget all past sound."""
        self.sounds.reset()
        self._states[:] = 0.0
        self._windows[:] = 0.0
        self._quiet_hops = self._ring_hops + 1
        self._bus.reset()

    def push(
        self,
        first: int,
        sources: SourceStage,
        places: tuple[tuple[Floats, Floats], tuple[Floats, Floats]],
        gains: tuple[Floats, Floats],
        heads: tuple[Floats, Floats],
    ) -> None:
        """Take in one hop that begins at scene sample `first`.

        Parameters
        ----------
        sources : SourceStage
        places : two (positions, distances)
            (sources, 3) and (sources,) metres at the hop's start and end, as are `gains`
            (sources,) and `heads` (3, 3).
        """
        self.sounds.push(first, sources)
        self._times[0], self._times[1] = first, first + HOP_SAMPLES
        self._widths.fill(self._times, self._degrees)
        outs = ((self.points_0, self._gains_0), (self.points_1, self._gains_1))
        for place, level, width, (left, wide) in zip(
            places, gains, self._degrees, outs, strict=True
        ):
            self._law.focus(place[1], out=self._focus)
            share_out(place[0], self._focus, width, level, self._plan.directions, left, wide)
        self._bus.clear()
        sounds = mix_wide(
            sources.blocks, sources.sounding, self._gains_0, self._gains_1, self._fade, self._mixed
        )
        self._quiet_hops = 0 if sounds else self._quiet_hops + 1
        if self._quiet_hops == self._ring_hops + 1:
            self._windows[:] = 0.0
            self._states[:] = 0.0
        if self._quiet_hops <= self._ring_hops:
            points = len(self._delays)
            part_lanes(self._mixed, LANES, points, self._states, self._crossover)
            scatter(self._mixed, self._windows, self._delays)
            self._heard[:] = self._windows[:, -1, -HOP_SAMPLES:]
            np.matmul(self._plan.encoding, self._heard, out=self._bus.samples)
            np.multiply(self._mixed[points::LANES], self._plan.around, out=self._lows)
            self._bus.samples[0] += self._lows
            self._bus.sounds = True
        self._bus.push(*heads)

    def add_to_ears(self, out: Samples) -> None:
        """Add the last pushed hop, as both ears hear it, to `out` (2, HOP_SAMPLES)."""
        self._bus.add_to_ears(out)


def _delays(points: int, sample_rate_hz: int) -> NDArray[np.int64]:
    """(points, stages) delays in samples, spread evenly over their ranges in a mixed order."""
    delays = np.zeros((points, len(DELAYS_S)), dtype=np.int64)
    for stage, (shortest_s, longest_s) in enumerate(DELAYS_S):
        order = (np.arange(points) * (5 + 2 * stage) + 3 * stage) % points
        spacing_s = (longest_s - shortest_s) / points
        wobble = 0.5 + 0.4 * np.sin(7.0 * np.arange(points) + stage)
        delays[:, stage] = (shortest_s + (order + wobble) * spacing_s) * sample_rate_hz
    return np.maximum(delays, LANES)


@numba.njit(cache=True, nogil=True)
def share_out(positions, focus, widths, gains, directions, points, wide):
    """Gain that nearness leaves to the point (sources,), and that of lanes (sources, LANES).

    The first lanes are the directions' highs: squares of theirs and of what the point is left of
    them add up to that of the source's gain. The next one is for lows from all around, whose gain
    and the point's themselves add up. `focus` (sources,) is what the distance leaves of the point.
    """
    count = len(directions)
    for s in range(len(positions)):
        near = np.sin(0.5 * np.pi * focus[s]) ** 2
        point = point_share(widths[s])
        points[s] = np.sqrt(near)
        for k in range(LANES):
            wide[s, k] = 0.0
        if near * point == 1.0:
            continue
        x, y, z = positions[s, 0], positions[s, 1], positions[s, 2]
        distance = max(np.sqrt(x * x + y * y + z * z), 1e-9)
        if not distance < np.inf:
            points[s] = 1.0
            continue
        total = 0.0
        for k in range(count):
            cosine = (x * directions[k, 0] + y * directions[k, 1] + z * directions[k, 2]) / distance
            angle = np.degrees(np.arccos(min(max(cosine, -1.0), 1.0)))
            inside = (_REACH * 0.5 * widths[s] + _EDGE_FROM_DEG - angle) / _EDGE_DEG
            inside = min(max(inside, 0.0), 1.0)
            wide[s, k] = inside * inside
            total += inside * inside
        if total > 0.0:
            in_cap = near * (1.0 - point) / total
            around = (1.0 - near) / count
        else:  # in the head's very middle, where nothing lies in any direction
            in_cap = 0.0
            around = (1.0 - near * point) / count
        for k in range(count):
            wide[s, k] = np.float32(gains[s] * np.sqrt(wide[s, k] * in_cap + around))
        wide[s, count] = np.float32(gains[s] * (1.0 - points[s]))


@numba.njit(cache=True, nogil=True)
def mix_wide(blocks, sounding, old, new, fade, out):
    """out (HOP, LANES) = sum of blocks (sources, HOP) times gains gliding from `old` to `new`.

    Whether anything was added.
    """
    for n in range(len(out)):
        out[n] = 0.0
    sounds = False
    flat_old, flat_new = old.reshape(-1), new.reshape(-1)
    for s in range(len(blocks)):
        if not sounding[s]:
            continue
        wide = np.float32(0.0)
        for k in range(LANES):
            wide = max(wide, max(old[s, k], new[s, k]))
        if wide == 0.0:
            continue
        sounds = True
        block = blocks[s]
        start = load(flat_old, s * LANES)
        step = load(flat_new, s * LANES) - start
        for n in range(HOP_SAMPLES):
            gain = fma(step, spread(fade[n]), start)
            store(out, n * LANES, fma(spread(block[n]), gain, load(out, n * LANES)))
    return sounds


@numba.njit(cache=True, nogil=True)
def scatter(mixed, windows, delays):
    """Send every point through its all-passes.

    Parameters
    ----------
    mixed : (HOP * LANES,) float32
    windows : (points, stages + 1, past + HOP) float32
        Signals before the first, between and after all stages, newest last.
    delays : (points, stages) int64
        None shorter than `LANES`.
    """
    points, signals, length = windows.shape
    past = length - HOP_SAMPLES
    gain = spread(ALL_PASS_GAIN)
    for p in range(points):
        for i in range(signals):
            window = windows[p, i]
            for n in range(past):
                window[n] = window[n + HOP_SAMPLES]
        entry = windows[p, 0]
        for n in range(HOP_SAMPLES):
            entry[past + n] = mixed[n * LANES + p]
        for i in range(signals - 1):
            before, after, delay = windows[p, i], windows[p, i + 1], delays[p, i]
            for at in range(past, length, LANES):
                late = fma(gain, load(after, at - delay), load(before, at - delay))
                store(after, at, fnma(gain, load(before, at), late))
