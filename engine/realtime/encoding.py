"""Directions into the channels of all of a snapshot's encoders, in memory claimed beforehand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.realtime.snapshot import ENCODER_ROOM, Floats, Snapshot


class Encoding:
    """Works out channel gains for so many directions at a time.

    Parameters
    ----------
    snapshot : Snapshot
    most : int
        Directions at a time.

    Attributes
    ----------
    channels : int
        Of all encoders.
    """

    def __init__(self, snapshot: Snapshot, most: int) -> None:
        self._encoders = list(snapshot.encoders.values())
        self.channels = sum(encoder.channels for encoder in self._encoders)
        self._rotation = snapshot.rotation
        self._turned = np.zeros((most, 3))
        self._gains = np.zeros(self.channels * most)
        self._room = np.zeros(ENCODER_ROOM)

    def gains(
        self, directions: Floats, focus: Floats, of: NDArray[np.int64] | None = None
    ) -> Floats:
        """(channels, n) gains of unit vectors (n, 3) with focus (n,), good until the next call.

        `of` are the sources they belong to, over and over; without it they are all of the
        snapshot's.
        """
        count = len(directions)
        if self._rotation is not None:
            directions = np.matmul(directions, self._rotation.T, out=self._turned[:count])
        gains = self._gains[: self.channels * count].reshape(self.channels, count)
        row = 0
        for encoder in self._encoders:
            out = gains[row : row + encoder.channels]
            row += encoder.channels
            if encoder.own is None or of is None:
                encoder.fill(directions, focus, out, self._room)
                continue
            for place in range(count):
                out[:, place] = encoder.own[of[place % len(of)]]
        return gains
