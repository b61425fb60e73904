"""A sound field shared by everything that is not a point: ambience, and what a room answers.

The field is ambisonic. It turns with the head, reaches two ears through one decoder whatever adds
to it, and reaches loudspeakers and ambisonic formats through a matrix.
"""

from __future__ import annotations

import numpy as np

from engine.realtime.field_decoder import FieldDecoder
from engine.realtime.field_turning import FieldTurner
from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples
from engine.realtime.space_plan import SpacePlan


class SpaceBus:
    """One hop of a sound field, and its way to two ears.

    Parameters
    ----------
    plan : SpacePlan
    """

    latency_samples = 0

    def __init__(self, plan: SpacePlan) -> None:
        self.plan = plan
        self.samples = np.zeros((plan.channels, HOP_SAMPLES), dtype=np.float32)
        self.sounds = False
        self._turner = FieldTurner(plan.channels, plan.rotation)
        self._ears = None if plan.decoder is None else FieldDecoder(plan.decoder)

    @property
    def history_hops(self) -> int:
        """How many past hops are still heard."""
        return 0 if self._ears is None else self._ears.history_hops

    def reset(self) -> None:
        """Forget all past sound."""
        self.clear()
        if self._ears is not None:
            self._ears.reset()

    def adopt(self, other: SpaceBus) -> None:
        """Go on from the past of `other`, in which a room rings that this field takes over."""
        if self._ears is not None and other._ears is not None:
            self._ears.adopt(other._ears)

    def clear(self) -> None:
        """Begin a hop with silence."""
        self.samples[:] = 0.0
        self.sounds = False

    def push(self, head_0: Floats, head_1: Floats) -> None:
        """End a hop: take it in as a head meets it that turns from `head_0` to `head_1`."""
        if self._ears is None:
            return
        samples = self.samples
        if self.sounds:
            samples = self._turner.turned(samples, head_0, head_1)
        self._ears.push(samples, self.sounds)

    def add_to_ears(self, out: Samples) -> None:
        """Add the last pushed hop, as both ears hear it, to `out` (2, HOP_SAMPLES)."""
        if self._ears is not None:
            self._ears.add_to(out)
