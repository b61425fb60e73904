"""Dry sound: clips laid on the timeline, with gains and fades, at any sample, in any order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice

import numpy as np

from engine.realtime.clip_table import NEPERS_PER_DB, ClipTable, fill_rings
from engine.realtime.line_aligned import line_zeros
from engine.realtime.snapshot import HOP_SAMPLES, ClipPlan, Samples


class ClipReader:
    """Reads the sum of a track's clips. Random access: the result depends on the place only.

    Parameters
    ----------
    clips : sequence of ClipPlan
    rows : int
        Rows of the result (1 for a source, the bed's channels for ambience).
    """

    def __init__(self, clips: Sequence[ClipPlan], rows: int) -> None:
        self.clips = sorted(clips, key=lambda clip: clip.start_sample)
        self._starts = [clip.start_sample for clip in self.clips]
        self._longest = max((clip.length_samples for clip in clips), default=0)
        self.faults = 0
        assert all(clip.mix.shape == (rows, len(clip.samples)) for clip in clips)

    def read(self, start: int, out: Samples) -> bool:
        """Write scene samples [start, start + n) to `out` (rows, n). True if anything sounds.

        Clips whose samples are not finite, or can no longer be read, are left out and counted in
        `faults`.
        """
        out[:] = 0.0
        stop = start + out.shape[1]
        sounding = False
        first_near = bisect_left(self._starts, start - self._longest)
        for clip in islice(self.clips, first_near, bisect_left(self._starts, stop)):
            first = max(clip.start_sample, start)
            last = min(clip.start_sample + clip.length_samples, stop)
            last = min(last, clip.start_sample + clip.samples.shape[1] - clip.offset_samples)
            if first < last:
                sounding = True
                self._add(clip, first, last, out[:, first - start : last - start])
        return sounding

    def _add(self, clip: ClipPlan, first: int, last: int, out: Samples) -> None:
        begin = first - clip.start_sample
        end = last - clip.start_sample
        offset = clip.offset_samples
        try:
            piece = np.asarray(clip.samples[:, offset + begin : offset + end])
        except (OSError, ValueError):
            self.faults += 1
            return
        if not np.isfinite(piece).all():
            self.faults += 1
            return
        envelope = _envelope(clip, begin, end)
        if clip.mix.shape == (1, 1):
            out += piece * (envelope * clip.mix[0, 0])
        else:
            out += (clip.mix @ piece) * envelope


def _envelope(clip: ClipPlan, begin: int, end: int) -> Samples:
    """Gain, fades and automation of clip samples [begin, end)."""
    envelope = np.full(end - begin, clip.gain, dtype=np.float32)
    if begin < clip.fade_in_samples:
        place = np.arange(begin, min(end, clip.fade_in_samples)) + 0.5
        envelope[: len(place)] *= np.sin(0.5 * np.pi * place / clip.fade_in_samples)
    fade_start = clip.length_samples - clip.fade_out_samples
    if end > fade_start:
        place = clip.length_samples - np.arange(max(begin, fade_start), end) - 0.5
        envelope[-len(place) :] *= np.sin(0.5 * np.pi * place / clip.fade_out_samples)
    if clip.gain_curve_db is not None:
        times = clip.start_sample + np.arange(begin, end, dtype=np.float64)
        envelope *= np.exp(clip.gain_curve_db.at(times) * NEPERS_PER_DB).astype(np.float32)
    return envelope


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
