"""Where every source is at every hop edge: distances, gains, delays and channel gains.

Computed a stretch of hops ahead, all sources at once, and only as far as playback goes: a long
scene costs no more memory than a short one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.realtime.snapshot import HOP_SAMPLES, Floats, Snapshot

_EDGES_BEFORE = 1
_EDGES_AFTER = 2
_RETARDATION_ROUNDS = 4


@dataclass(frozen=True)
class Edges:
    """What the renderer needs of one hop: values at its start (0) and its end (1).

    `delays_samples` (4, sources) also has the edges before and after. `channel_gains` are
    (channels of all encoders, sources). `directions` are unit vectors (sources, 3).
    """

    gains_0: Floats
    gains_1: Floats
    delays_samples: Floats
    directions_0: Floats
    directions_1: Floats
    channel_gains_0: Floats
    channel_gains_1: Floats


class MotionSampler:
    """Samples the trajectories of a snapshot at hop edges.

    The grid of stretches is fixed in scene time, so that equal places give equal values.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        sources = len(snapshot.sources)
        self._stretch_hops = int(np.clip(512 // max(sources, 1), 1, 64))
        self._stretch: int | None = None
        edges = self._stretch_hops + _EDGES_BEFORE + _EDGES_AFTER
        channels = sum(encoder.channels for encoder in snapshot.encoders.values())
        self._gains = np.zeros((edges, sources))
        self._delays = np.zeros((edges, sources))
        self._directions = np.zeros((edges, sources, 3))
        self._channel_gains = np.zeros((edges, channels, sources))

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
        )

    def _compute(self, first_hop: int) -> None:
        edges = len(self._gains)
        hops = first_hop - _EDGES_BEFORE + np.arange(edges)
        times = np.maximum(hops * float(HOP_SAMPLES), 0.0)
        for index, source in enumerate(self._snapshot.sources):
            self._directions[:, index] = source.motion.at(times)
            self._delays[:, index] = self._delay(index, times, self._directions[:, index])
        distance = np.linalg.norm(self._directions, axis=-1)
        law = self._snapshot.distance
        fixed = np.array([source.gain for source in self._snapshot.sources])
        np.multiply(law.gain(distance), fixed, out=self._gains)
        nowhere = distance < 1e-6
        self._directions[nowhere] = (1.0, 0.0, 0.0)
        self._directions /= np.where(nowhere, 1.0, distance)[..., None]
        self._encode(law.focus(distance))

    def _delay(self, index: int, times: Floats, positions_m: Floats) -> Floats | float:
        """What is heard now left the source when it was elsewhere: d = |p(t - d)| / c, solved by
        iteration (each round gains a factor of c / v). Direction and level follow the picture."""
        source = self._snapshot.sources[index]
        if not source.delayed:
            return 0.0
        speed = self._snapshot.samples_per_metre
        delay = np.linalg.norm(positions_m, axis=-1) * speed
        if source.delay_origin is not None:
            delay -= np.linalg.norm(source.delay_origin.at(times), axis=-1) * speed
        elif len(source.motion.times_samples) > 1:
            for _ in range(_RETARDATION_ROUNDS):
                delay = np.linalg.norm(source.motion.at(times - delay), axis=-1) * speed
        return np.clip(delay, 0.0, source.max_delay_samples)

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
