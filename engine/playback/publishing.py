"""What the window polls: the clock, the meters and the counters, written to shared memory."""

from __future__ import annotations

from collections.abc import Mapping

from engine.playback.heard import Score
from engine.playback.meters import PeakMeters
from engine.playback.shared import ClockReading, SharedBlock


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
        self._meter(now_s, heard, score)
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
        self._block.put({"heartbeat_ns": int(now_s * 1e9), **counters})

    def _meter(self, now_s: float, heard: float, score: Score) -> None:
        self._meters.fall(now_s - self._last_s)
        self._last_s = now_s
        for peaks in score.advance(heard):
            self._meters.rise(peaks)
        cleared = int(self._block.get("clips_cleared"))
        if cleared != self._clips_cleared:
            self._clips_cleared = cleared
            self._meters.clear_clips()
