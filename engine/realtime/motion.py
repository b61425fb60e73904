"""Where every source is at every hop edge: distances, gains, delays and channel gains.

Computed a stretch of hops ahead, all sources at once, and only as far as playback goes: a long
scene costs no more memory than a short one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numba
import numpy as np

from engine.realtime.addresses import doubles_at, triples_at
from engine.realtime.encoding import Encoding
from engine.realtime.rests import Rests
from engine.realtime.snapshot import HOP_SAMPLES, Floats, Snapshot
from engine.realtime.width_law import Widths

_EDGES_BEFORE = 1
_EDGES_AFTER = 3
_RETARDATION_ROUNDS = 64
"""Enough at 250 m/s from 300 m; slower sources take far fewer."""
_EXACT_SAMPLES = 1e-5
_HEAD_CENTRE_M = 1e-6


@dataclass(frozen=True)
class Edges:
    """What the renderer needs of one hop: values at its start (0) and its end (1).

    `delays_samples` and `distances_m` (5, sources) and `positions_m` (5, sources, 3) also have the
    edge before and two after. `channel_gains` are (channels of all encoders, sources), `directions`
    unit vectors (sources, 3). `rests` are shares (sources,) of what rests at its start and end, if
    that is to be heard (`engine.realtime.rests`).
    """

    gains_0: Floats
    gains_1: Floats
    delays_samples: Floats
    directions_0: Floats
    directions_1: Floats
    channel_gains_0: Floats
    channel_gains_1: Floats
    positions_m: Floats
    distances_m: Floats
    rests: tuple[Floats, Floats] | None = None


class MotionSampler:
    """Samples the trajectories of a snapshot at hop edges.

    A source whose position is no number is silent while it lasts. The grid of stretches is fixed
    in scene time, so that equal places give equal values.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        sources = len(snapshot.sources)
        self._paths = _Paths(snapshot)
        self._widths = Widths(snapshot)
        self._fixed_gains = np.array([source.gain for source in snapshot.sources])
        self._stretch_hops = int(np.clip(4096 // max(sources, 1), 4, 64))
        self._stretch: int | None = None
        edges = self._stretch_hops + _EDGES_BEFORE + _EDGES_AFTER
        self._gains = np.zeros((edges, sources))
        self._delays = np.zeros((edges, sources))
        self._distances = np.zeros((edges, sources))
        self._positions = np.zeros((edges, sources, 3))
        self._directions = np.zeros((edges, sources, 3))
        self._lost = np.zeros((edges, sources), dtype=np.bool_)
        self._sampled = (
            self._gains, self._delays, self._distances, self._positions, self._directions,
        )  # fmt: skip
        self._focus, self._room = np.zeros((2, edges, sources))
        self._encoding = Encoding(snapshot, edges * sources)
        self._channel_gains = np.zeros((edges, self._encoding.channels, sources))
        self._routes = _routes(snapshot)
        uneven = (
            snapshot.binaural is not None and snapshot.binaural.still_delays_samples is not None
        )
        self._rests = Rests(snapshot.sources, snapshot.sample_rate_hz) if uneven else None
        self._resting = np.zeros((edges if uneven else 0, sources))
        self._ticks = np.arange(edges) * float(HOP_SAMPLES)
        self._times = np.zeros(edges)

    def at(self, hop: int) -> Edges:
        """The edges of hop `hop` (which starts at sample ``hop * HOP_SAMPLES``)."""
        stretch = hop // self._stretch_hops
        if stretch != self._stretch:
            self._compute(stretch)
        i = hop - stretch * self._stretch_hops + _EDGES_BEFORE
        return Edges(
            self._gains[i],
            self._gains[i + 1],
            self._delays[i - 1 : i + 4],
            self._directions[i],
            self._directions[i + 1],
            self._channel_gains[i],
            self._channel_gains[i + 1],
            self._positions[i - 1 : i + 4],
            self._distances[i - 1 : i + 4],
            None if self._rests is None else (self._resting[i], self._resting[i + 1]),
        )

    def gains_of(self, hop: int, hops: int) -> tuple[Floats, Floats]:
        """Gains (n + 1, sources) and channel gains (n + 1, channels, sources) at edges.

        They begin with the start of hop `hop` and end with that of hop ``hop + n``; n is `hops`, or
        less where a stretch ends.
        """
        stretch = hop // self._stretch_hops
        if stretch != self._stretch:
            self._compute(stretch)
        first = hop - stretch * self._stretch_hops + _EDGES_BEFORE
        last = min(first + hops, self._stretch_hops + _EDGES_BEFORE)
        return self._gains[first : last + 1], self._channel_gains[first : last + 1]

    def _compute(self, stretch: int) -> None:
        known = 0
        if self._stretch is not None and stretch == self._stretch + 1:
            known = _EDGES_BEFORE + _EDGES_AFTER
            for values in self._sampled:
                values[:known] = values[-known:]
        self._stretch = stretch
        times, first = self._times, stretch * self._stretch_hops - _EDGES_BEFORE
        np.add(self._ticks, float(first * HOP_SAMPLES), out=times)
        np.maximum(times, 0.0, out=times)
        follow_paths(
            times[known:], *self._paths.table, self._positions[known:], self._directions[known:],
            self._distances[known:], self._delays[known:], self._lost[known:],
        )  # fmt: skip
        if self._rests is not None:
            self._rests.find(times, self._delays, self._resting)
        law, distances, gains = (
            self._snapshot.distance,
            self._distances[known:],
            self._gains[known:],
        )
        law.gain(distances, out=gains)
        np.multiply(gains, self._fixed_gains, out=gains)
        gains[self._lost[known:]] = 0.0
        if self._snapshot.encoders:
            law.focus(distances, out=self._focus[known:])
            self._widths.narrow(times[known:], self._focus[known:], self._room[known:])
            self._encode(known)

    def _encode(self, known: int) -> None:
        """Gains of all edges but the first `known`, which are the last ones of before."""
        if known:
            self._channel_gains[:known] = self._channel_gains[-known:]
        edges, sources = self._focus[known:].shape
        gains = self._encoding.gains(
            self._directions[known:].reshape(-1, 3), self._focus[known:].reshape(-1)
        )
        self._channel_gains[known:] = gains.reshape(len(gains), edges, sources).transpose(1, 0, 2)
        for routed, rows, gains in self._routes:
            self._channel_gains[known:, rows, routed] = gains


def _routes(snapshot: Snapshot) -> list[tuple[int, slice, Floats]]:
    """Sources that do not go by direction: which, the rows of a format, their gains there."""
    found, row = [], 0
    for name, encoder in snapshot.encoders.items():
        rows = slice(row, row + encoder.channels)
        row = rows.stop
        for index, source in enumerate(snapshot.sources):
            if name in source.routes:
                found.append((index, rows, np.asarray(source.routes[name], dtype=np.float64)))
    return found


class _Paths:
    """The sources' trajectories as a table for `follow_paths`."""

    def __init__(self, snapshot: Snapshot) -> None:
        sources = snapshot.sources
        self._alive = [
            (
                np.ascontiguousarray(source.motion.times_samples, dtype=np.float64),
                np.ascontiguousarray(source.motion.positions_m, dtype=np.float64),
            )
            for source in sources
        ]
        keys = [(t.ctypes.data, p.ctypes.data, len(t)) for t, p in self._alive]
        speeds = [snapshot.samples_per_metre if s.delayed else 0.0 for s in sources]
        self.table = (
            np.array(keys, dtype=np.int64).reshape(-1, 3),
            np.array(speeds, dtype=np.float64),
            np.array([s.max_delay_samples for s in sources], dtype=np.float64),
        )


def places_heard(snapshot: Snapshot, source: int, times_samples: Floats) -> Floats:
    """Where what is heard of a source at `times_samples` (n,), in order, left it: (n, 3) metres.

    As the kernel has it at its hops' edges; for those who describe a scene, not for a hop.
    """
    paths = _Paths(replace(snapshot, sources=(snapshot.sources[source],)))
    shape = (len(times_samples), 1)
    positions, directions = np.zeros((2, *shape, 3))
    distances, delays = np.zeros((2, *shape))
    lost = np.zeros(shape, dtype=np.bool_)
    follow_paths(times_samples, *paths.table, positions, directions, distances, delays, lost)
    return np.asarray(positions[:, 0])


@numba.njit(inline="always")
def _between(time, key_times, key_positions, key):
    """Key before (or at) `time`, searched from `key` on, and the position there.

    Straight lines between keys, held outside them.
    """
    last = len(key_times) - 1
    while key < last and key_times[key + 1] <= time:
        key += 1
    while key > 0 and key_times[key] > time:
        key -= 1
    share = 0.0
    after = min(key + 1, last)
    if key < last and time > key_times[key]:
        share = (time - key_times[key]) / (key_times[after] - key_times[key])
    here, there = key_positions[key], key_positions[after]
    x = here[0] + share * (there[0] - here[0])
    y = here[1] + share * (there[1] - here[1])
    z = here[2] + share * (there[2] - here[2])
    return key, x, y, z


@numba.njit(inline="always")
def _first_key(time, key_times):
    """Index of the last key at or before `time`, by halving; 0 if there is none."""
    before, after = 0, len(key_times)
    while after - before > 1:
        middle = (before + after) // 2
        if key_times[middle] <= time:
            before = middle
        else:
            after = middle
    return before


@numba.njit(cache=True, nogil=True)
def follow_paths(times, keys, speeds, longest, positions, directions, distances, delays, lost):
    """Where all sources are heard from at `times`, and how late.

    What is heard now left a travelling source when it was elsewhere: d = |p(t - d)| * speed. Its
    level, air and direction are those of there, as its pitch is: at the sound's arrival.

    Parameters
    ----------
    times : (edges,) float64
        Scene samples, in order.
    keys : (sources, 3) int64
        Addresses of key times and of key positions, and their number.
    speeds : (sources,) float64
        Samples a metre; 0 where sound is heard at once.
    longest : (sources,) float64
        Delays end there.
    positions, directions : (edges, sources, 3) float64
        Receive metres, and unit vectors: of now, or of when the sound left.
    distances, delays : (edges, sources) float64
        Receive metres, and samples.
    lost : (edges, sources) bool
        Receives whether a position is no number; it counts as a metre ahead.
    """
    for s in range(len(keys)):
        key_times = doubles_at(keys[s, 0], keys[s, 2])
        key_positions = triples_at(keys[s, 1], keys[s, 2])
        key = _first_key(times[0], key_times)
        speed = speeds[s]
        for n in range(len(times)):
            key, x, y, z = _between(times[n], key_times, key_positions, key)
            distance = np.sqrt(x * x + y * y + z * z)
            delay = speed * distance
            known = np.isfinite(distance)
            if speed > 0.0:
                then = key
                for _ in range(_RETARDATION_ROUNDS):
                    then, u, v, w = _between(times[n] - delay, key_times, key_positions, then)
                    previous, delay = delay, speed * np.sqrt(u * u + v * v + w * w)
                    if abs(delay - previous) <= _EXACT_SAMPLES:
                        break
                if delay > longest[s]:
                    then, u, v, w = _between(times[n] - longest[s], key_times, key_positions, then)
                x, y, z = u, v, w
                distance = np.sqrt(x * x + y * y + z * z)
            delays[n, s] = min(max(delay, 0.0), longest[s])
            lost[n, s] = not known or not np.isfinite(distance)
            if lost[n, s]:
                x, y, z, distance, delays[n, s] = 1.0, 0.0, 0.0, 1.0, 0.0
            distances[n, s] = distance
            positions[n, s, 0], positions[n, s, 1], positions[n, s, 2] = x, y, z
            if distance < _HEAD_CENTRE_M:
                x, y, z, distance = 1.0, 0.0, 0.0, 1.0
            directions[n, s, 0] = x / distance
            directions[n, s, 1] = y / distance
            directions[n, s, 2] = z / distance
