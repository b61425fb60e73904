"""Sources into channels: every gain glides over the hop."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.channel_sums import add_gliding, keep, pair
from engine.realtime.lanes import LANES
from engine.realtime.snapshot import Floats, Samples

_GROUP = 4
"""Channels whose sums are kept in registers at once."""
_BATCH = 32
"""Sources at a time: their blocks stay in the first cache for all channels of a hop."""


class Glide(NamedTuple):
    """Gains at a hop's start (0) and its end (1): of every source, and of it in every channel.

    Parameters
    ----------
    channels_0, channels_1 : (channels, sources) float64
    levels_0, levels_1 : (sources,) float64
        They multiply what reaches all channels.
    """

    channels_0: Floats
    channels_1: Floats
    levels_0: Floats
    levels_1: Floats


class Room(NamedTuple):
    """Room to work in, see `mixing_room`."""

    chosen: NDArray[np.int64]
    gains: Samples
    rows: NDArray[np.int64]


def mixing_room() -> Room:
    """Room for one `mix_sources` at a time."""
    gains = np.zeros(2 * _GROUP * _BATCH, dtype=np.float32)
    return Room(np.zeros(_BATCH, dtype=np.int64), gains, np.zeros(_GROUP, dtype=np.int64))


@numba.njit(inline="always")
def _add_four(blocks, chosen, count, gains, fade_in, n, bus, rows, width):
    """Add sources to 32 samples of up to four channels, whose sums stay in registers."""
    a, b = pair(bus, rows[0] + n), pair(bus, rows[1] + n)
    c, d = pair(bus, rows[2] + n), pair(bus, rows[3] + n)
    rise, later = pair(fade_in, n)
    for i in range(count):
        x, y = pair(blocks, chosen[i] + n)
        heard = (x, y, x * rise, y * later)
        g = 2 * _GROUP * i
        a, b = add_gliding(heard, gains, g, a), add_gliding(heard, gains, g + 2, b)
        c, d = add_gliding(heard, gains, g + 4, c), add_gliding(heard, gains, g + 6, d)
    keep(bus, rows[0] + n, a)
    if width > 1:
        keep(bus, rows[1] + n, b)
    if width > 2:
        keep(bus, rows[2] + n, c)
    if width > 3:
        keep(bus, rows[3] + n, d)


@numba.njit(cache=True, nogil=True)
def mix_sources(blocks, wanted, glide, fade_in, room, bus):
    """bus[c] += blocks[s] * (gain gliding as `fade_in` rises), for all c and s.

    Compiled rather than a matrix product: pairwise panning leaves most gains at zero, silent
    sources cost nothing, and no other library's threads wake up on the audio path.

    Parameters
    ----------
    blocks : (sources, n) float32
        n is a multiple of ``2 * LANES``.
    wanted : (sources,) bool
        Sources that are not are skipped.
    glide : Glide
    fade_in : (n,) float32
        Rises from 0 to 1.
    room : Room
    bus : (channels, n) float32
    """
    channels, length = bus.shape
    samples, mixed = blocks.reshape(-1), bus.reshape(-1)
    chosen, gains, rows = room.chosen, room.gains, room.rows
    for first in range(0, len(blocks), _BATCH):
        last = min(first + _BATCH, len(blocks))
        for c in range(0, channels, _GROUP):
            width, count = min(_GROUP, channels - c), 0
            for k in range(_GROUP):
                rows[k] = min(c + k, channels - 1) * length
            for s in range(first, last):
                if wanted[s]:
                    any_gain = False
                    old, new = glide.levels_0[s], glide.levels_1[s]
                    for k in range(width):
                        place = 2 * (_GROUP * count + k)
                        before = glide.channels_0[c + k, s] * old
                        gains[place] = before
                        gains[place + 1] = glide.channels_1[c + k, s] * new - before
                        any_gain |= gains[place] != 0.0 or gains[place + 1] != 0.0
                    if any_gain:
                        chosen[count] = s * length
                        count += 1
            if count:
                for n in range(0, length, 2 * LANES):
                    _add_four(samples, chosen, count, gains, fade_in, n, mixed, rows, width)
