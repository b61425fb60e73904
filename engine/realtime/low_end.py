"""A format's LFE, and all its other channels in phase with it."""

from __future__ import annotations

import numpy as np

from engine.realtime.filters import Biquads
from engine.realtime.lfe_plan import LfePlan
from engine.realtime.mixing import Glide, mix_sources, mixing_room
from engine.realtime.past_mains import PastMains
from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples
from engine.realtime.sources import SourceStage


class LowEnd:
    """Fills the LFE of a format, and turns the phase of all that is there already alike.

    Channels are turned as a whole: objects, fields, rooms and beds keep their phase among
    themselves, and so do the mains of a bed and its own LFE.

    Parameters
    ----------
    plan : LfePlan
    rows : slice
        Which of all channels are the format's.
    sends : (sources,) float64
        Gain of every source in the LFE, under its own; 0 where it is not sent.
    """

    def __init__(self, plan: LfePlan, rows: slice, sends: Floats) -> None:
        self._rows = rows
        self._lfe = plan.channel
        self._sends = sends[None]
        self._mixing = mixing_room()
        self._bus = np.zeros((1, HOP_SAMPLES), dtype=np.float32)
        self._lowpass = Biquads(plan.lowpass)
        channels = range(rows.stop - rows.start)
        self._mains = [(channel, Biquads(plan.in_phase)) for channel in channels]
        self.history_hops = -(-plan.memory_samples // HOP_SAMPLES)

    def reset(self) -> None:
        """Forget all past sound."""
        self._lowpass.reset()
        for _, biquads in self._mains:
            biquads.reset()

    def warm_up(self, past: PastMains) -> None:
        """Go on in the mains as if they had sounded as in `past`."""
        for channel, biquads in self._mains:
            biquads.reset()
            for hop in past.hops():
                piece = hop[channel].copy()
                biquads.process(piece)

    def add_to(
        self, sources: SourceStage, gains: tuple[Floats, Floats], fade_in: Samples, bus: Samples
    ) -> None:
        """Turn the format's channels in `bus`, the hop of all channels, and add the sends.

        `gains` (sources,) are those of the sources at the hop's start and at its end.
        """
        self._bus[:] = 0.0
        glide = Glide(self._sends, self._sends, *gains)
        mix_sources(sources.blocks, sources.sounding, glide, fade_in, self._mixing, self._bus)
        self._lowpass.process(self._bus[0])
        mine = bus[self._rows]
        for channel, biquads in self._mains:
            biquads.process(mine[channel])
        mine[self._lfe] += self._bus[0]
