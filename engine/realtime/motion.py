"""Where every source is at every hop edge: distances, gains, delays and channel gains.

Computed a stretch of hops ahead, all sources at once, and only as far as playback goes: a long
scene costs no more memory than a short one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.snapshot import HOP_SAMPLES, Floats, Snapshot

_EDGES_BEFORE = 1
_EDGES_AFTER = 2
_RETARDATION_ROUNDS = 4


@dataclass(frozen=True)
class Edges:
    """What the renderer needs of one hop: values at its start (0) and its end (1).

    `delays_samples` (4, sources) and `positions_m` (4, sources, 3) also have the edges before and
    after. `channel_gains` are (channels of all encoders, sources). `directions` are unit vectors
    (sources, 3).
    """

    gains_0: Floats
    gains_1: Floats
    delays_samples: Floats
    directions_0: Floats
    directions_1: Floats
    channel_gains_0: Floats
    channel_gains_1: Floats
    positions_m: Floats


class MotionSampler:
    """Samples the trajectories of a snapshot at hop edges.

    A source whose position is no number is silent while it lasts. The grid of stretches is fixed
    in scene time, so that equal places give equal values.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        sources = len(snapshot.sources)
        self._stretch_hops = int(np.clip(4096 // max(sources, 1), 4, 64))
        self._stretch: int | None = None
        edges = self._stretch_hops + _EDGES_BEFORE + _EDGES_AFTER
        channels = sum(encoder.channels for encoder in snapshot.encoders.values())
        self._gains = np.zeros((edges, sources))
        self._delays = np.zeros((edges, sources))
        self._directions = np.zeros((edges, sources, 3))
        self._positions = np.zeros((edges, sources, 3))
        self._channel_gains = np.zeros((edges, channels, sources))
        self._origin, self._origin_delays = np.zeros((edges, 3)), np.zeros(edges)

    def at(self, hop: int) -> Edges:
        """The edges of hop `hop` (which starts at sample ``hop * HOP_SAMPLES``)."""
        stretch = hop // self._stretch_hops
        if stretch != self._stretch:
            self._compute(stretch * self._stretch_hops)
            self._stretch = stretch
        i = hop - stretch * self._stretch_hops + _EDGES_BEFORE
        return Edges(
            self._gains[i],
            self._gains[i + 1],
            self._delays[i - 1 : i + 3],
            self._directions[i],
            self._directions[i + 1],
            self._channel_gains[i],
            self._channel_gains[i + 1],
            self._positions[i - 1 : i + 3],
        )

    def _compute(self, first_hop: int) -> None:
        edges = len(self._gains)
        hops = first_hop - _EDGES_BEFORE + np.arange(edges)
        times = np.maximum(hops * float(HOP_SAMPLES), 0.0)
        for index in range(len(self._snapshot.sources)):
            self._travel(index, times)
        lost = ~np.isfinite(self._directions).all(axis=-1) | ~np.isfinite(self._delays)
        self._directions[lost], self._delays[lost] = (1.0, 0.0, 0.0), 0.0
        self._positions[:] = self._directions
        distance = np.linalg.norm(self._directions, axis=-1)
        law = self._snapshot.distance
        fixed = np.array([source.gain for source in self._snapshot.sources])
        np.multiply(law.gain(distance), fixed, out=self._gains)
        self._gains[lost] = 0.0
        nowhere = distance < 1e-6
        self._directions[nowhere] = (1.0, 0.0, 0.0)
        self._directions /= np.where(nowhere, 1.0, distance)[..., None]
        self._encode(law.focus(distance))

    def _travel(self, index: int, times: Floats) -> None:
        source = self._snapshot.sources[index]
        speed = self._snapshot.samples_per_metre if source.delayed else 0.0
        rounds = _RETARDATION_ROUNDS if source.delay_origin is None else 0
        delays = self._delays[:, index]
        travel(
            times, source.motion.times_samples, source.motion.positions_m, speed, rounds,
            self._directions[:, index], delays,
        )  # fmt: skip
        if source.delayed and source.delay_origin is not None:
            origin = source.delay_origin
            travel(
                times, origin.times_samples, origin.positions_m, speed, 0,
                self._origin, self._origin_delays,
            )  # fmt: skip
            delays -= self._origin_delays
        np.clip(delays, 0.0, source.max_delay_samples, out=delays)

    def _encode(self, focus: Floats) -> None:
        edges, sources = focus.shape
        directions = self._directions.reshape(-1, 3)
        row = 0
        for encoder in self._snapshot.encoders.values():
            gains = encoder.gains(directions, focus.reshape(-1))
            rows = slice(row, row + encoder.channels)
            per_edge: NDArray[np.float64] = gains.reshape(edges, sources, encoder.channels)
            self._channel_gains[:, rows] = per_edge.transpose(0, 2, 1)
            row += encoder.channels


@numba.njit(cache=True, nogil=True)
def _place(time, key_times, key_positions, out):
    """Position on a path at `time`: straight lines between keyframes, held outside them."""
    before, after = 0, len(key_times) - 1
    share = 0.0
    if time >= key_times[after]:
        before = after
    elif time > key_times[0]:
        while after - before > 1:
            middle = (before + after) // 2
            if key_times[middle] <= time:
                before = middle
            else:
                after = middle
        share = (time - key_times[before]) / (key_times[after] - key_times[before])
    for axis in range(3):
        start = key_positions[before, axis]
        out[axis] = start + share * (key_positions[after, axis] - start)


@numba.njit(cache=True, nogil=True)
def travel(times, key_times, key_positions, speed, rounds, positions, delays):
    """Positions (n, 3) of a source at `times` (n,), and how late it is heard (n,).

    What is heard now left the source when it was elsewhere: d = |p(t - d)| * speed, solved by
    `rounds` of iteration (each gains a factor of the speed of sound over the source's). `positions`
    are those of now: direction and level follow the picture. Times and delays are in samples,
    `speed` in samples per metre (0: heard at once).
    """
    then = np.empty(3)
    for n in range(len(times)):
        here = positions[n]
        _place(times[n], key_times, key_positions, here)
        delay = speed * np.sqrt(here[0] ** 2 + here[1] ** 2 + here[2] ** 2)
        for _ in range(rounds if speed > 0.0 else 0):
            _place(times[n] - delay, key_times, key_positions, then)
            delay = speed * np.sqrt(then[0] ** 2 + then[1] ** 2 + then[2] ** 2)
        delays[n] = delay
