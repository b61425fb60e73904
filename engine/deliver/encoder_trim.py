"""What a lossy encoder raises above the ceiling is lowered where it does so, and nowhere else.

An encoder changes waves, and here and there a peak leaves it higher than it came. To lower the
ceiling of the whole film for that costs loudness, the more the longer the film is. So its sound is
decoded and measured, each tenth of a second that passes the ceiling is trimmed by what it passes
it by, with ramps beside it, and encoded again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from engine.deliver.loudness import hop_samples
from engine.realtime.oversampling import HALF_TAPS, peaks_between
from engine.units import db_to_gain, gain_to_db

MARGIN_DB = 0.3
"""Taken off beyond the excess: the next encoding adds a little more or less."""


class ExcessMeter:
    """By how much each tenth of a second of sound passes a ceiling.

    Parameters
    ----------
    channels, sample_rate_hz : int
    ceiling_dbtp : float
    """

    def __init__(self, channels: int, sample_rate_hz: int, ceiling_dbtp: float) -> None:
        self._hop = hop_samples(sample_rate_hz)
        self._ceiling_db, self._ceiling = ceiling_dbtp, float(db_to_gain(ceiling_dbtp))
        self._tail = np.zeros((channels, 2 * HALF_TAPS - 1))
        self._first = -HALF_TAPS
        self._peaks = np.zeros(0)

    def add(self, block: NDArray[np.floating]) -> None:
        """Measure a (channels, n) block."""
        joined = np.concatenate([self._tail, block], axis=1)
        count = joined.shape[1] - 2 * HALF_TAPS + 1
        if count <= 0:
            self._tail = joined
            return
        between = peaks_between(joined, self._ceiling)
        own = np.abs(joined[:, HALF_TAPS - 1 : HALF_TAPS - 1 + count]).max(axis=0)
        places = np.maximum(self._first + np.arange(count), 0) // self._hop
        self._peaks = np.pad(self._peaks, (0, max(int(places[-1]) + 1 - len(self._peaks), 0)))
        np.maximum.at(self._peaks, places, np.maximum(own, between))
        self._tail = joined[:, count:]
        self._first += count

    def excess_db(self) -> NDArray[np.float64]:
        """(hops,) decibels above the ceiling, 0 where it is kept."""
        self.add(np.zeros((len(self._tail), HALF_TAPS)))
        peaks_db = gain_to_db(np.maximum(self._peaks, 1e-9))
        return np.maximum(np.asarray(peaks_db) - self._ceiling_db, 0.0)


class EncoderTrim:
    """Decibels (<= 0) at every tenth of a second, made lower as encodings are measured."""

    def __init__(self) -> None:
        self._trim_db = np.zeros(0)

    @property
    def most_db(self) -> float:
        """The most that is taken off anywhere (>= 0)."""
        return -float(self._trim_db.min(initial=0.0))

    def lower(self, excess_db: NDArray[np.float64]) -> None:
        """Take off what an encoding passed the ceiling by, tenth by tenth, and its neighbours.

        Parameters
        ----------
        excess_db : (hops,) array
            See `ExcessMeter.excess_db`.
        """
        more = np.where(excess_db > 0.0, excess_db + MARGIN_DB, 0.0)
        spread = np.max([np.pad(more, pad) for pad in ((0, 2), (1, 1), (2, 0))], axis=0)[1:]
        grown = np.pad(self._trim_db, (0, max(len(spread) - len(self._trim_db), 0)))
        grown[: len(spread)] -= spread
        self._trim_db = grown

    def applied(
        self, blocks: Iterable[NDArray[np.float32]], sample_rate_hz: int
    ) -> Iterator[NDArray[np.float32]]:
        """The blocks (channels, n), lowered; those where nothing is are passed as they are."""
        hop, first = hop_samples(sample_rate_hz), 0
        middles = (np.arange(len(self._trim_db)) + 0.5) * hop
        for block in blocks:
            count = block.shape[1]
            near = slice(max(first // hop - 1, 0), (first + count) // hop + 2)
            if self._trim_db[near].any():
                at = first + np.arange(count)
                gain = db_to_gain(np.interp(at, middles, self._trim_db))
                block = np.asarray(block * gain, dtype=np.float32)
            first += count
            yield block
