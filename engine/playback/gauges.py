"""What is measured of every block as it is rendered, to be shown when it is heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.layouts import AMBISONIC_FORMATS, format_channels
from engine.playback.monitor_formats import measured_format
from engine.playback.scene import SceneReader
from engine.playback.shared import MAX_TRACKS, SharedBlock
from engine.realtime.loudness_weighting import channel_weights
from engine.realtime.meters import DirectionMeter, MeterReading, ProgrammeMeter
from engine.realtime.snapshot import HOP_SAMPLES
from engine.spatial.ambisonics import max_re_weights
from engine.spatial.harmonics import n3d_weights, spherical_harmonics
from engine.spatial.sphere import fibonacci_sphere

SCOPE_EVERY = 4
"""Of the first two channels every so many samples are shown against each other."""
DIRECTIONS = 64
"""Directions of the coarse sphere on which a sound field's energy is shown."""


def direction_grid() -> NDArray[np.float64]:
    """(DIRECTIONS, 3) unit vectors, even over the sphere."""
    return fibonacci_sphere(DIRECTIONS)


def beams(order: int) -> NDArray[np.float64]:
    """(DIRECTIONS, (order + 1)**2) max-rE beams, 1 for a plane wave from where they look."""
    weights = n3d_weights(order) ** 2 * max_re_weights(order)
    gains = spherical_harmonics(order, direction_grid()) * weights
    own = np.sum(gains * spherical_harmonics(order, direction_grid()), axis=1)
    return np.asarray(gains / own[:, None])


@dataclass(frozen=True)
class Levels:
    """Levels of a block: of the monitor's channels, of every fader slot, by direction.

    `scope` holds (2, n) samples of left and right, n 0 where there are none.
    """

    reading: MeterReading
    tracks: NDArray[np.float32]
    directions: NDArray[np.float32]
    scope: NDArray[np.float32]


class Gauges:
    """The meters of one monitor format.

    What is allocated per block are its levels, that of every fader slot among them: 20 KB. They are
    kept until the block is heard.

    Parameters
    ----------
    block : SharedBlock
        Where the window asks for a new programme.
    """

    def __init__(self, block: SharedBlock) -> None:
        self._block = block
        self._cleared = int(block.get("clips_cleared"))
        self._programme: ProgrammeMeter | None = None
        self._directions: DirectionMeter | None = None
        self._slots = np.zeros(0, dtype=np.int64)
        self._gain = np.float32(1.0)
        self._scaled = np.zeros(0, dtype=np.float32)

    def set_format(self, name: str, sample_rate_hz: int) -> None:
        """Measure another format from now on; a new programme begins."""
        name = measured_format(name)
        channels = format_channels(name)
        self._programme = ProgrammeMeter(channels, sample_rate_hz, _weights(channels, name))
        self._scaled = np.zeros(channels * HOP_SAMPLES, dtype=np.float32)
        order = AMBISONIC_FORMATS.get(name)
        self._directions = None if order is None else DirectionMeter(beams(order), sample_rate_hz)

    def set_strips(
        self, reader: SceneReader, slots: Mapping[str, int], monitor_gain: float = 1.0
    ) -> None:
        """Which fader slot every strip of the scene has; channels are measured as they sound."""
        self._gain = np.float32(1.0 if self._directions else monitor_gain)
        found = [slots.get(track_id, -1) for track_id in reader.kernel.strip_ids]
        self._slots = np.array(found, dtype=np.int64)

    def reset(self) -> None:
        """Begin a new programme."""
        if self._programme is not None:
            self._programme.reset()
        if self._directions is not None:
            self._directions.reset()

    def measure(self, samples: NDArray[np.float32], reader: SceneReader | None) -> Levels | None:
        """Levels of a (channels, n) block, a hop at most, that was read from `reader`."""
        if self._programme is None or reader is None:
            return None
        cleared = int(self._block.get("clips_cleared"))
        if cleared != self._cleared:
            self._cleared = cleared
            self.reset()
        strip_peaks = reader.kernel.strip_peaks
        tracks = np.zeros(MAX_TRACKS, dtype=np.float32)
        if len(strip_peaks) == len(self._slots):
            known = self._slots >= 0
            tracks[self._slots[known]] = strip_peaks[known]
        energy = np.zeros(0, dtype=np.float32)
        if self._directions is not None:
            energy = self._directions.measure(samples).astype(np.float32)
        heard = np.multiply(
            samples, self._gain, out=self._scaled[: samples.size].reshape(samples.shape)
        )
        pair = heard[:2, ::SCOPE_EVERY] if self._directions is None else heard[:2, :0]
        return Levels(self._programme.measure(heard), tracks, energy, pair.copy())


def _weights(channels: int, name: str) -> NDArray[np.float64] | None:
    if name in AMBISONIC_FORMATS:
        return None
    try:
        return np.array(channel_weights(channels))
    except ShapeError:
        return None
