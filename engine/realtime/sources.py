"""What every source sounds like where the listener is: its clips, late by the way they travel."""

from __future__ import annotations

import numpy as np

from engine.realtime.air import AirFilters
from engine.realtime.clips import ClipReader, DryRings
from engine.realtime.delay_line import (
    MARGIN_SAMPLES,
    SCRATCH_SAMPLES,
    in_lanes,
    read_delayed,
    sinc_table,
)
from engine.realtime.motion import Edges
from engine.realtime.snapshot import HOP_SAMPLES, Snapshot
from engine.realtime.strip_filters import StripFilters


class SourceStage:
    """Reads one hop of every source: equaliser and occlusion, travel, air.

    Attributes
    ----------
    blocks : (sources, HOP_SAMPLES) float32
        The hop, before any gain.
    sounding : (sources,) bool
        Whether a source's hop is anything but zeros.
    rings : DryRings
        The sources' recent past, undelayed, after equaliser and occlusion.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        plans = snapshot.sources
        self._readers = [ClipReader(plan.clips, 1) for plan in plans]
        reaches = [max(plan.max_delay_samples, plan.reach_samples) for plan in plans]
        delays = [reach + MARGIN_SAMPLES for reach in reaches]
        self.rings = DryRings(self._readers, delays)
        self.blocks = np.zeros((len(plans), HOP_SAMPLES), dtype=np.float32)
        self.sounding = np.zeros(len(plans), dtype=np.bool_)
        self._strips = StripFilters(
            plans, self.rings, snapshot.samples_per_metre, snapshot.sample_rate_hz
        )
        self._air = None if snapshot.air is None else AirFilters(snapshot.air, plans)
        self._table = in_lanes(sinc_table())
        self._scratch = np.zeros((3, SCRATCH_SAMPLES), dtype=np.float32)

    @property
    def faults(self) -> int:
        """Pieces of sound left out because they could not be read or held no numbers."""
        return sum(reader.faults for reader in self._readers) + self._strips.faults

    @property
    def history_hops(self) -> int:
        """How many hops that were read are still heard in the next one."""
        return 0 if self._air is None else self._air.history_hops

    def seek(self, first: int) -> None:
        """Be ready to read the hop that begins at scene sample `first`."""
        self._strips.seek(first, MARGIN_SAMPLES)
        if self._air is not None:
            self._air.reset()

    def read(self, first: int, edges: Edges) -> None:
        """Fill `blocks` and `sounding` for the hop that begins at scene sample `first`."""
        rings = self.rings
        self._strips.advance(first + HOP_SAMPLES + MARGIN_SAMPLES)
        read_delayed(
            rings.samples, rings.offsets, rings.masks, first, edges.delays_samples, self._table,
            self._scratch, self.blocks, self.sounding,
        )  # fmt: skip
        if self._air is not None:
            _, old_m, new_m, _ = edges.distances_m
            self._air.process(self.blocks, self.sounding, old_m, new_m)
