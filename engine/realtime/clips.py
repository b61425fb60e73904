"""Dry sound: clips laid on the timeline, with gains and fades, at any sample, in any order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.realtime.clip_table import ClipTable, fill_rings, read_bed
from engine.realtime.line_aligned import line_zeros
from engine.realtime.snapshot import HOP_SAMPLES, ClipPlan, Samples


class ClipReader:
    """The clips of a source, in order, and how many pieces of them were left out.

    Parameters
    ----------
    clips : sequence of ClipPlan

    Attributes
    ----------
    clips : list of ClipPlan
    faults : int
    """

    def __init__(self, clips: Sequence[ClipPlan]) -> None:
        self.clips = sorted(clips, key=lambda clip: clip.start_sample)
        self.faults = 0


class BedReader:
    """Reads the sum of an ambience's clips. Random access: the result depends on the place only.

    Parameters
    ----------
    clips : sequence of ClipPlan
    rows : int
        Channels of the ambience's field.
    most_samples : int
        Read at a time.
    """

    def __init__(
        self, clips: Sequence[ClipPlan], rows: int, most_samples: int = HOP_SAMPLES
    ) -> None:
        self._table = ClipTable([clips], rows)
        self._envelope = np.zeros(most_samples, dtype=np.float32)

    @property
    def faults(self) -> int:
        """Pieces of clips left out because they held what is no number."""
        return int(self._table.faults[0])

    def read(self, start: int, out: Samples) -> bool:
        """Write scene samples [start, start + n) to `out` (rows, n). True if a clip is there."""
        table = self._table
        return bool(
            read_bed(
                start, table.clips, table.weights, table.longest, table.faults, self._envelope, out
            )
        )


class DryRings:
    """The recent past (as long as sound may travel) and near future of every source.

    Memory is one ring a source, a power of two long, in one flat array. It is filled in chunks on
    a fixed grid, so that what is read does not depend on where reading began.

    Parameters
    ----------
    readers : sequence of ClipReader
        The clips of every source, mixed to one row. Pieces left out count in a reader's `faults`.
    max_delays_samples : sequence of int
        How far back every source is read, while two hops ahead are filled; below 0, never: it has
        no ring.

    Attributes
    ----------
    members : (n,) int64
        Sources that have a ring.
    table : ClipTable
        The same clips, for compiled code.
    """

    CHUNK_SAMPLES = HOP_SAMPLES

    def __init__(self, readers: Sequence[ClipReader], max_delays_samples: Sequence[int]) -> None:
        self._readers = readers
        self.table = ClipTable([reader.clips for reader in readers])
        needs = [delay + 3 * self.CHUNK_SAMPLES for delay in max_delays_samples]
        sizes = np.array([1 << int(need - 1).bit_length() for need in needs], dtype=np.int64)
        self._max_delay = np.array(max_delays_samples, dtype=np.int64)
        self.members = np.flatnonzero(self._max_delay >= 0)
        sizes[self._max_delay < 0] = 0
        self.masks = sizes - 1
        self.offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)[: len(sizes)]
        self.samples = line_zeros(int(sizes.sum()))
        self._filled_until = np.zeros(len(sizes), dtype=np.int64)
        self._envelope = np.zeros(self.CHUNK_SAMPLES, dtype=np.float32)

    def seek(self, sample: int, margin: int) -> None:
        """Forget everything and be ready to read from `sample` minus the longest delay."""
        self.samples[:] = 0.0
        begin = sample - self._max_delay - margin
        self._filled_until[:] = begin // self.CHUNK_SAMPLES * self.CHUNK_SAMPLES

    def fill_until(self, sample: int) -> None:
        """Have everything before `sample`."""
        table = self.table
        fill_rings(
            sample, self.CHUNK_SAMPLES, self.members, table.clips, table.bounds, table.weights,
            table.longest, table.faults, self._filled_until, self.offsets, self.masks,
            self._envelope, self.samples,
        )  # fmt: skip
        self.count_faults()

    def count_faults(self) -> None:
        """Tell the readers of pieces of the table that were left out."""
        table = self.table
        if table.faults.any():
            for reader, faults in zip(self._readers, table.faults, strict=True):
                reader.faults += int(faults)
            table.faults[:] = 0
