"""The tail of a room at one hop, kept: who comes back to it need not take in the past again.

A loop turns without a pause in which seconds of the past could be taken in. So what a seek has
taken in is kept, and is taken up again whenever playback turns back to the same hop.
"""

from __future__ import annotations

import numpy as np

from engine.realtime.convolver import RoomConvolver
from engine.realtime.fdn import FeedbackDelays
from engine.realtime.room_plan import Floats, RoomPlan


class KeptTail:
    """Copies of what a room's long parts hold.

    Parameters
    ----------
    plan : RoomPlan
    strips : int
    """

    def __init__(self, plan: RoomPlan, strips: int) -> None:
        self.late = None if plan.late is None else FeedbackDelays(plan.late)
        self.response = None if plan.response is None else RoomConvolver(plan.response)
        self._hop: int | None = None
        self._gains = np.zeros(strips)

    def keep(
        self,
        hop: int,
        strip_gains: Floats,
        late: FeedbackDelays | None,
        response: RoomConvolver | None,
    ) -> None:
        """Copy what rings as `hop` begins, all of whose past had these gains (strips,)."""
        self._hop = hop
        self._gains[:] = strip_gains
        if self.late is not None and late is not None:
            self.late.adopt(late)
        if self.response is not None and response is not None:
            self.response.adopt(response)

    def is_of(self, hop: int, strip_gains: Floats) -> bool:
        """Whether it is what would ring there, under these gains (strips,)."""
        return hop == self._hop and bool(np.array_equal(strip_gains, self._gains))
