"""A room's answer to all sources: early reflections, a late part, or a measured response."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.convolver import RoomConvolver
from engine.realtime.delay_line import SAFE_MATH
from engine.realtime.early import CHANNELS, EarlyReflections
from engine.realtime.fdn import FeedbackDelays
from engine.realtime.kept_tail import KeptTail
from engine.realtime.motion import Edges
from engine.realtime.room_plan import Floats, RoomPlan, Samples
from engine.realtime.snapshot import HOP_SAMPLES, Snapshot
from engine.realtime.sources import SourceStage

if TYPE_CHECKING:
    from engine.realtime.space_bus import SpaceBus


class RoomStage:
    """Adds what a room answers to its sound field (and, if measured at two ears, to those).

    Sources go in under their faders and their sends, whatever their distance: a diffuse field is
    as loud everywhere.

    Parameters
    ----------
    plan : RoomPlan
    snapshot : Snapshot
    """

    latency_samples = 0

    def __init__(self, plan: RoomPlan, snapshot: Snapshot) -> None:
        self.plan = plan
        self._strips = np.array([source.strip for source in snapshot.sources], dtype=np.int64)
        self._early = None
        if plan.early is not None:
            per_metre = snapshot.samples_per_metre
            self._early = EarlyReflections(plan.early, snapshot.distance, per_metre)
        self._late = None if plan.late is None else FeedbackDelays(plan.late)
        self._response = None if plan.response is None else RoomConvolver(plan.response)
        self._old, self._new = np.zeros((2, len(self._strips)))
        self._mono = np.zeros(HOP_SAMPLES, dtype=np.float32)
        self._unwanted = np.zeros((CHANNELS, HOP_SAMPLES), dtype=np.float32)
        self._kept = KeptTail(plan, len(snapshot.strips))

    @property
    def history_hops(self) -> int:
        """How many past hops the early part needs; the late part's are `RoomPlan.prefill_hops`."""
        return 0 if self._early is None else self._early.history_hops

    def reset(self) -> None:
        """Forget all past sound."""
        for part in (self._early, self._late, self._response):
            if part is not None:
                part.reset()

    def adopt(self, other: RoomStage) -> None:
        """Go on with the sound that rings in `other`, whose plan is the same (`same_as`)."""
        if self._early is not None and other._early is not None:
            self._early.adopt(other._early)
        if self._late is not None and other._late is not None:
            self._late.adopt(other._late)
        if self._response is not None and other._response is not None:
            self._response.adopt(other._response)

    def keep(self, hop: int, strip_gains: Floats) -> None:
        """Remember what the long parts hold as `hop` begins (see `engine.realtime.kept_tail`)."""
        self._kept.keep(hop, strip_gains, self._late, self._response)

    def take_up(self, hop: int, strip_gains: Floats) -> bool:
        """Let ring what is remembered of `hop`, if anything is; whether it is."""
        if not self._kept.is_of(hop, strip_gains):
            return False
        if self._late is not None and self._kept.late is not None:
            self._late.adopt(self._kept.late)
        if self._response is not None and self._kept.response is not None:
            self._response.adopt(self._kept.response)
        return True

    def take_in(self, sources: SourceStage, strip_gains: tuple[Floats, Floats]) -> None:
        """Let the late part hear a hop of the sources; what it answers is not wanted."""
        old, new = self._levels(strip_gains)
        sounds = bool(gather(sources.blocks, sources.sounding, old, new, self._mono))
        for part in (self._late, self._response):
            if part is not None:
                part.render(self._mono, sounds, self._unwanted)

    def _levels(self, strip_gains: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """(sources,) gains at which sources enter the room, at the hop's ends."""
        for gains, out in zip(strip_gains, (self._old, self._new), strict=True):
            np.take(gains, self._strips, out=out, mode="clip")
            np.multiply(out, self.plan.sends, out=out)
        return self._old, self._new

    def render(
        self,
        hop: int,
        sources: SourceStage,
        edges: Edges,
        strip_gains: tuple[Floats, Floats],
        space: SpaceBus,
    ) -> None:
        """Answer one hop of the sources; `strip_gains` are those of the strips at its ends."""
        old, new = self._levels(strip_gains)
        if self._early is not None:
            space.sounds |= self._early.render(hop, sources, edges, (old, new), space.samples)
        if self._late is None and self._response is None:
            return
        sounds = bool(gather(sources.blocks, sources.sounding, old, new, self._mono))
        if self._late is not None:
            space.sounds |= self._late.render(self._mono, sounds, space.samples)
        if self._response is not None:
            space.sounds |= self._response.render(self._mono, sounds, space.samples)

    def add_to_ears(self, out: Samples) -> None:
        """Add what was measured at two ears to `out` (2, HOP_SAMPLES)."""
        if self._response is not None:
            self._response.add_to_ears(out)


@numba.njit(cache=True, nogil=True, fastmath=SAFE_MATH)
def gather(
    blocks: Samples, sounding: NDArray[np.bool_], old: Floats, new: Floats, mono: Samples
) -> bool:
    """mono[n] = sum of the sources' blocks, gains gliding from `old` to `new`; True if any sounds.

    Parameters
    ----------
    blocks : (sources, n) float32
    sounding : (sources,) bool
    old, new : (sources,) float64
    mono : (n,) float32
    """
    mono[:] = np.float32(0.0)
    sounds = False
    for s in range(len(blocks)):
        if not sounding[s] or (old[s] == 0.0 and new[s] == 0.0):
            continue
        sounds = True
        samples = blocks[s]
        start = np.float32(old[s])
        step = np.float32((new[s] - old[s]) / len(mono))
        for n in range(len(mono)):
            mono[n] += samples[n] * (start + step * (np.float32(n) + np.float32(0.5)))
    return sounds
