"""What every source sounds like where the listener is: its clips, late by the way they travel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.realtime.air import AirFilters
from engine.realtime.clips import ClipReader, DryRings
from engine.realtime.delay_line import (
    MARGIN_SAMPLES,
    in_lanes,
    read_delayed,
    reading_room,
    sinc_table,
)
from engine.realtime.direct import DirectSources, is_direct
from engine.realtime.line_aligned import line_zeros
from engine.realtime.motion import Edges
from engine.realtime.snapshot import HOP_SAMPLES, Samples, Snapshot
from engine.realtime.strip_filters import StripFilters


class SourceStage:
    """Reads one hop of every source: equaliser and occlusion, travel, air.

    Two ears hear swells of two hops: for them it reads a hop ahead.

    Attributes
    ----------
    blocks : (sources, HOP_SAMPLES) float32
        The hop, before any gain.
    sounding : (sources,) bool
        Whether a source's hop is anything but zeros.
    coming : (sources, HOP_SAMPLES) float32
        The hop after it, where the snapshot has two ears,
    coming_sounding : (sources,) bool
        and whether that is anything but zeros.
    rings : DryRings
        The sources' recent past, undelayed, after equaliser and occlusion.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        plans = snapshot.sources
        self._readers = [ClipReader(plan.clips) for plan in plans]
        reaches = [max(plan.max_delay_samples, plan.reach_samples) for plan in plans]
        direct = np.array([is_direct(plan) for plan in plans], dtype=np.bool_)
        delays = [
            -1 if straight else reach + MARGIN_SAMPLES
            for straight, reach in zip(direct, reaches, strict=True)
        ]
        self.rings = DryRings(self._readers, delays)
        self._direct = DirectSources(np.flatnonzero(direct), self.rings.table)
        self._ahead = snapshot.binaural is not None
        shape = (2 if self._ahead else 1, len(plans), HOP_SAMPLES)
        self._hops = list(line_zeros(shape))
        self._sounding = list(np.zeros(shape[:2], dtype=np.bool_))
        self._fresh = True
        self._strips = StripFilters(
            plans, self.rings, snapshot.samples_per_metre, snapshot.sample_rate_hz
        )
        self._air = None if snapshot.air is None else AirFilters(snapshot.air, plans)
        self._table = in_lanes(sinc_table())
        self._reading = reading_room()

    @property
    def faults(self) -> int:
        """Pieces of sound left out because they could not be read or held no numbers."""
        filtered = self._strips.faults + self._direct.faults
        return sum(reader.faults for reader in self._readers) + filtered

    @property
    def blocks(self) -> Samples:
        return self._hops[0]

    @property
    def sounding(self) -> NDArray[np.bool_]:
        return self._sounding[0]

    @property
    def coming(self) -> Samples:
        return self._hops[-1]

    @property
    def coming_sounding(self) -> NDArray[np.bool_]:
        return self._sounding[-1]

    @property
    def history_hops(self) -> int:
        """How many hops that were read are still heard in the next one."""
        return 0 if self._air is None else self._air.history_hops

    def seek(self, first: int) -> None:
        """Be ready to read the hop that begins at scene sample `first`."""
        self._strips.seek(first, MARGIN_SAMPLES)
        self._fresh = True
        if self._air is not None:
            self._air.reset()

    def read(self, first: int, edges: Edges) -> None:
        """Be at the hop that begins at scene sample `first`, the next in order."""
        if not self._ahead:
            self._read(first, edges, 0)
            return
        if self._fresh:
            self._read(first, edges, 0)
            self._fresh = False
        self._hops.reverse()
        self._sounding.reverse()
        self._read(first + HOP_SAMPLES, edges, 1)

    def _read(self, first: int, edges: Edges, ahead: int) -> None:
        """Read the hop that begins at `first`, so many hops `ahead` of the edges."""
        rings, out, sounding = self.rings, self._hops[-1], self._sounding[-1]
        self._strips.advance(first + HOP_SAMPLES + MARGIN_SAMPLES)
        read_delayed(
            rings.samples, rings.offsets, rings.masks, first, rings.members,
            edges.delays_samples[ahead : ahead + 4], self._table, self._reading, out, sounding,
        )  # fmt: skip
        self._direct.read(first, out, sounding)
        rings.count_faults()
        if self._air is not None:
            old_m, new_m = edges.distances_m[1 + ahead : 3 + ahead]
            self._air.process(out, sounding, old_m, new_m)
