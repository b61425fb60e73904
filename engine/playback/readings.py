"""The meters as the window reads them from shared memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.playback.shared import SharedBlock
from engine.units import gain_to_db

METER_FLOOR_DBFS = -120.0


@dataclass(frozen=True)
class ProgrammeLevels:
    """Loudness in LUFS (-inf: silence, or none is defined), true peak and correlation (-1 to 1).

    True peak and integrated loudness are those since the clip flags were cleared.
    """

    true_peak_dbtp: float = METER_FLOOR_DBFS
    momentary_lufs: float = -np.inf
    short_term_lufs: float = -np.inf
    integrated_lufs: float = -np.inf
    correlation: float = 0.0


class Readings:
    """Reads what is heard now; nothing in here waits."""

    def __init__(self, block: SharedBlock) -> None:
        self._block = block

    def peaks(self) -> NDArray[np.float32]:
        """(channels,) peak levels in dBFS, one per channel of the monitor format, after master."""
        return self._channels("meter_peak")

    def rms(self) -> NDArray[np.float32]:
        """(channels,) RMS in dBFS over 0.3 s."""
        return self._channels("meter_rms")

    def clipped(self) -> NDArray[np.bool_]:
        """(channels,) flags of the channels that reached full scale since they were cleared."""
        channels = int(self._block.get("meter_channels"))
        return np.asarray(self._block.array("meter_clips")[:channels] > 0)

    def programme(self) -> ProgrammeLevels:
        """What the meters of all channels together read."""
        get = self._block.get
        return ProgrammeLevels(
            true_peak_dbtp=float(gain_to_db(get("true_peak"), METER_FLOOR_DBFS)),
            momentary_lufs=get("momentary_lufs"),
            short_term_lufs=get("short_term_lufs"),
            integrated_lufs=get("integrated_lufs"),
            correlation=get("correlation"),
        )

    def tracks(self, slots: Mapping[str, int]) -> dict[str, float]:
        """Peak of every track in dBFS, after its fader and the master's."""
        levels = gain_to_db(self._block.array("track_peak"), METER_FLOOR_DBFS)
        return {track_id: float(levels[slot]) for track_id, slot in slots.items()}

    def scope(self) -> NDArray[np.float32]:
        """(2, n) samples of left and right that were heard last, thinned; 0 in silence."""
        return np.array(self._block.array("scope"))

    def directions(self) -> NDArray[np.float32]:
        """Energy on `gauges.direction_grid()`; empty but for ambisonic monitor formats."""
        count = int(self._block.get("direction_count"))
        return np.array(self._block.array("direction_energy")[:count])

    def _channels(self, field: str) -> NDArray[np.float32]:
        channels = int(self._block.get("meter_channels"))
        levels = self._block.array(field)[:channels]
        return gain_to_db(levels, METER_FLOOR_DBFS).astype(np.float32)
