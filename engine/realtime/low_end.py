"""A format's LFE: what sources send there, and those sources' other channels in phase with it."""

from __future__ import annotations

import numpy as np

from engine.realtime.filters import Biquads
from engine.realtime.mixing import mix_sources
from engine.realtime.quick_panning import QuickPanning
from engine.realtime.snapshot import HOP_SAMPLES, Floats, LfePlan, Samples
from engine.realtime.sources import SourceStage


class LowEnd:
    """Mixes the sources that are sent to an LFE, apart from all others.

    Parameters
    ----------
    plan : LfePlan
    rows : slice
        Which of all channels are the format's.
    sends : (sources,) float64
        Gain of every source in the LFE, under its own; 0 where it is not sent.

    Attributes
    ----------
    sent : (sources,) bool
    """

    def __init__(self, plan: LfePlan, rows: slice, sends: Floats) -> None:
        self._rows = rows
        self.sent = sends != 0.0
        self._lfe = plan.channel
        self._sent = np.flatnonzero(sends)
        self._sends = sends[self._sent]
        channels = rows.stop - rows.start
        self._matrix_0 = np.zeros((channels, len(sends)))
        self._matrix_1 = np.zeros((channels, len(sends)))
        self._bus = np.zeros((channels, HOP_SAMPLES), dtype=np.float32)
        self._filters = [
            Biquads(plan.lowpass if channel == plan.channel else plan.in_phase)
            for channel in range(channels)
        ]
        self.history_hops = -(-plan.memory_samples // HOP_SAMPLES)

    def reset(self) -> None:
        """Forget all past sound."""
        for biquads in self._filters:
            biquads.reset()

    def take_over(self, matrices: tuple[Floats, Floats], gains: tuple[Floats, Floats]) -> None:
        """Take the gains of what is sent out of all channels' `matrices` (channels, sources).

        `gains` (sources,) are those of the sources themselves; both are given at the hop's start
        and at its end.
        """
        mine = (self._matrix_0, self._matrix_1)
        for own, matrix, gain in zip(mine, matrices, gains, strict=True):
            own[:, self._sent] = matrix[self._rows, self._sent]
            own[self._lfe, self._sent] = self._sends * gain[self._sent]
            matrix[self._rows, self._sent] = 0.0

    def add_to(
        self, sources: SourceStage, quick: QuickPanning, fade_in: Samples, bus: Samples
    ) -> None:
        """Add what is sent to the format's rows of `bus`, the hop of all channels."""
        self._bus[:] = 0.0
        mix_sources(
            sources.blocks, sources.sounding, self._matrix_0, self._matrix_1, fade_in, self._bus
        )
        quick.add(sources.blocks, self._rows, self.sent, self._bus)
        for samples, biquads in zip(self._bus, self._filters, strict=True):
            biquads.process(samples)
        bus[self._rows] += self._bus
