"""Ambience: clips read, filtered and added to the sound fields under their strips' faders."""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np

from engine.realtime.bed_filters import BedFilters
from engine.realtime.clips import BedReader
from engine.realtime.leaps import SMOOTH_FALL, SMOOTH_RISE
from engine.realtime.snapshot import Floats, Samples, Snapshot
from engine.realtime.space_bus import SpaceBus


class Beds:
    """The ambience of a snapshot.

    Parameters
    ----------
    snapshot : Snapshot
    spaces : sequence of SpaceBus
        The snapshot's sound fields.

    Attributes
    ----------
    filters : list of BedFilters
        What of it remembers sound.
    """

    def __init__(self, snapshot: Snapshot, spaces: Sequence[SpaceBus]) -> None:
        self._beds = snapshot.beds
        channels = [snapshot.spaces[bed.space].channels for bed in snapshot.beds]
        pairs = list(zip(snapshot.beds, channels, strict=True))
        self._readers = [BedReader(bed.clips, count) for bed, count in pairs]
        self.filters = [BedFilters(bed.sections, count) for bed, count in pairs]
        self._pieces = [np.zeros_like(space.samples) for space in spaces]

    @property
    def faults(self) -> int:
        """Pieces of clips left out because they held what is no number."""
        return sum(reader.faults for reader in self._readers)

    def add_to(
        self,
        spaces: Sequence[SpaceBus],
        first: int,
        strip_gains: tuple[Floats, Floats],
        strip_peaks: Samples,
    ) -> None:
        """Add the hop that begins at scene sample `first` to the fields.

        `strip_gains` (strips,) are those at its start and end; `strip_peaks` (strips,) are raised
        to what was added.
        """
        for bed, reader, filters in zip(self._beds, self._readers, self.filters, strict=True):
            space, piece = spaces[bed.space], self._pieces[bed.space]
            if filters.process(piece, reader.read(first, piece)):
                old, new = strip_gains[0][bed.strip], strip_gains[1][bed.strip]
                highest = add_faded(piece, old, new, SMOOTH_FALL, SMOOTH_RISE, space.samples)
                strip_peaks[bed.strip] = max(strip_peaks[bed.strip], highest)
                space.sounds = True


@numba.njit(cache=True, nogil=True)
def add_faded(piece, old, new, fall, rise, out):
    """Add a hop of ambience to `out` (channels, n), from one gain to the other. Its peak.

    The peak is that of the first channel, which has the field's level; `piece` is used up.
    """
    start, end, peak = np.float32(old), np.float32(new), np.float32(0.0)
    for c in range(len(piece)):
        row, target = piece[c], out[c]
        for n in range(len(fall)):
            row[n] *= fall[n] * start + rise[n] * end
            target[n] += row[n]
    for n in range(len(fall)):
        peak = max(peak, abs(piece[0, n]))
    return peak
