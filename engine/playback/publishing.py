"""What the window polls: the clock, the meters and the counters, written to shared memory."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.playback.gauges import Levels
from engine.playback.heard import Piece, Score
from engine.playback.meters import PeakMeters
from engine.playback.shared import ClockReading, SharedBlock

_NOTHING = {"momentary_lufs": -np.inf, "short_term_lufs": -np.inf, "correlation": 0.0}
"""What a pause reads; the programme's loudness stays."""


class Publisher:
    """Publishes what is heard now.

    Parameters
    ----------
    block : SharedBlock
    now_s : float
        Monotonic time.
    """

    def __init__(self, block: SharedBlock, now_s: float) -> None:
        self._block = block
        self._meters = PeakMeters(block.array("meter_peak"), block.array("meter_clips"))
        tracks = block.array("track_peak")
        self._tracks = PeakMeters(tracks, np.zeros(len(tracks), dtype=np.int64))
        self._true_peak = 0.0
        self._clips_cleared = int(block.get("clips_cleared"))
        self._last_s = now_s

    def publish(
        self, now_s: float, heard: float, score: Score, counters: Mapping[str, float]
    ) -> None:
        """Publish the place that is heard (a ring position) and the counters.

        Parameters
        ----------
        now_s : float
            Monotonic time.
        heard : float
        score : Score
            What the ring holds.
        counters : mapping
            Fields of the shared block.
        """
        self._block.put({"heartbeat_ns": int(now_s * 1e9), **counters})
        piece = score.at(heard)
        if piece is not None:
            turn_s, following = score.turn_after(heard)
            self._block.write_clock(
                ClockReading(
                    anchor_ns=int(now_s * 1e9),
                    position_s=score.time_at(heard),
                    speed=piece.speed,
                    turn_s=turn_s,
                    resume_s=following.time_s if following else 0.0,
                    resume_speed=following.speed if following else 0.0,
                    epoch=piece.epoch,
                    serial=piece.serial,
                    playing=piece.playing,
                )
            )
        self._meter(now_s, heard, score)

    def _meter(self, now_s: float, heard: float, score: Score) -> None:
        self._meters.fall(now_s - self._last_s)
        self._tracks.fall(now_s - self._last_s)
        self._last_s = now_s
        levels: Levels | None = None
        for levels in score.advance(heard):
            self._meters.rise(levels.reading.peaks)
            self._tracks.rise(levels.tracks)
            self._trace(levels)
            self._true_peak = max(self._true_peak, float(levels.reading.true_peaks.max()))
        if levels is not None:
            self._show(levels)
        elif self._is_silent(score.at(heard)):
            self._block.put(_NOTHING)
            self._block.array("meter_rms")[:] = 0.0
            self._block.array("scope")[:] = 0.0
        cleared = int(self._block.get("clips_cleared"))
        if cleared != self._clips_cleared:
            self._clips_cleared = cleared
            self._meters.clear_clips()
            self._true_peak = 0.0
            self._block.put({"integrated_lufs": -np.inf})
        self._block.put({"true_peak": self._true_peak})

    def _show(self, levels: Levels) -> None:
        reading = levels.reading
        self._block.put(
            {
                "momentary_lufs": reading.momentary_lufs,
                "short_term_lufs": reading.short_term_lufs,
                "integrated_lufs": reading.integrated_lufs,
                "correlation": reading.correlation,
                "direction_count": len(levels.directions),
            }
        )
        self._block.array("meter_rms")[: len(reading.rms)] = reading.rms
        self._block.array("direction_energy")[: len(levels.directions)] = levels.directions

    def _trace(self, levels: Levels) -> None:
        """The newest samples of left and right at the end, the oldest fall out."""
        scope, new = self._block.array("scope"), levels.scope
        count = min(new.shape[1], scope.shape[1])
        if len(new) == len(scope) and count:
            scope[:, :-count] = scope[:, count:]
            scope[:, -count:] = new[:, -count:]

    @staticmethod
    def _is_silent(piece: Piece | None) -> bool:
        return piece is None or piece.levels is None
