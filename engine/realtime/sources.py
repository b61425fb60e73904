"""What every source sounds like where the listener is: its clips, late by the way they travel."""

from __future__ import annotations

import numpy as np

from engine.realtime.clips import ClipReader, DryRings
from engine.realtime.delay_line import MARGIN_SAMPLES, SCRATCH_SAMPLES, read_delayed, sinc_table
from engine.realtime.motion import Edges
from engine.realtime.snapshot import HOP_SAMPLES, SourcePlan


class SourceStage:
    """Reads one hop of every source.

    Attributes
    ----------
    blocks : (sources, HOP_SAMPLES) float32
        The hop, before any gain.
    sounding : (sources,) bool
        Whether a source's hop is anything but zeros.
    rings : DryRings
        The sources' recent past, undelayed.
    """

    def __init__(self, plans: tuple[SourcePlan, ...]) -> None:
        self._readers = [ClipReader(plan.clips, 1) for plan in plans]
        reaches = [max(plan.max_delay_samples, plan.reach_samples) for plan in plans]
        delays = [reach + MARGIN_SAMPLES for reach in reaches]
        self.rings = DryRings(self._readers, delays)
        self.blocks = np.zeros((len(plans), HOP_SAMPLES), dtype=np.float32)
        self.sounding = np.zeros(len(plans), dtype=np.bool_)
        self._table = sinc_table()
        self._scratch = np.zeros((3, SCRATCH_SAMPLES), dtype=np.float32)

    @property
    def faults(self) -> int:
        """Pieces of clips left out because they could not be read or held no numbers."""
        return sum(reader.faults for reader in self._readers)

    def seek(self, first: int) -> None:
        """Be ready to read the hop that begins at scene sample `first`."""
        self.rings.seek(first, MARGIN_SAMPLES)

    def read(self, first: int, edges: Edges) -> None:
        """Fill `blocks` and `sounding` for the hop that begins at scene sample `first`."""
        rings = self.rings
        rings.fill_until(first + HOP_SAMPLES + MARGIN_SAMPLES)
        read_delayed(
            rings.samples, rings.offsets, rings.masks, first, edges.delays_samples, self._table,
            self._scratch, self.blocks, self.sounding,
        )  # fmt: skip
