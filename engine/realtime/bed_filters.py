"""The equaliser of an ambience track: the same filters on every channel of its field."""

from __future__ import annotations

from engine.realtime.equaliser import remembers_samples
from engine.realtime.filters import Biquads
from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples

_LONGEST_HOPS = 96
"""How far back is taken in when playback begins elsewhere than at the start."""


class BedFilters:
    """Filters hops of (channels, HOP_SAMPLES) in place.

    Parameters
    ----------
    sections : (n, 6) float64
    channels : int
    """

    latency_samples = 0

    def __init__(self, sections: Floats, channels: int) -> None:
        self._filters = [Biquads(sections) for _ in range(channels)] if len(sections) else []
        memory = -(-remembers_samples(sections) // HOP_SAMPLES)
        self.history_hops = min(memory, _LONGEST_HOPS)
        self._quiet_hops = memory
        self._memory_hops = memory

    def reset(self) -> None:
        """Forget all past sound."""
        for biquads in self._filters:
            biquads.reset()
        self._quiet_hops = self._memory_hops

    def process(self, samples: Samples, sounding: bool) -> bool:
        """Filter a hop that holds sound or does not; whether it does now."""
        self._quiet_hops = 0 if sounding else self._quiet_hops + 1
        if not self._filters or self._quiet_hops > self._memory_hops:
            return sounding
        for channel, biquads in zip(samples, self._filters, strict=True):
            biquads.process(channel)
        return True
