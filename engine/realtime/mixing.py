"""Sources into channels: every gain glides linearly over the hop."""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.lanes import LANES, fma, load, spread, store

_GROUP = 4
"""Channels whose sums are kept in registers at once."""
_BATCH = 32
"""Sources at a time: their blocks stay in the first cache for all channels of a hop."""


@numba.njit(inline="always")
def _add_four(blocks, chosen, count, gains, fade_in, n, bus, rows, width):
    """Add sources to sixteen samples of up to four channels, whose sums stay in registers."""
    a, b = load(bus, rows[0] + n), load(bus, rows[1] + n)
    c, d = load(bus, rows[2] + n), load(bus, rows[3] + n)
    fade = load(fade_in, n)
    for i in range(count):
        x = load(blocks, chosen[i] + n)
        y = x * fade
        g = 2 * _GROUP * i
        a = fma(x, spread(gains[g]), fma(y, spread(gains[g + 1]), a))
        b = fma(x, spread(gains[g + 2]), fma(y, spread(gains[g + 3]), b))
        c = fma(x, spread(gains[g + 4]), fma(y, spread(gains[g + 5]), c))
        d = fma(x, spread(gains[g + 6]), fma(y, spread(gains[g + 7]), d))
    store(bus, rows[0] + n, a)
    if width > 1:
        store(bus, rows[1] + n, b)
    if width > 2:
        store(bus, rows[2] + n, c)
    if width > 3:
        store(bus, rows[3] + n, d)


@numba.njit(cache=True, nogil=True)
def mix_sources(blocks, sounding, old, new, fade_in, bus):
    """bus[c] += blocks[s] * (gain gliding from old[c, s] to new[c, s]), for all c and s.

    Compiled rather than a matrix product: pairwise panning leaves most gains at zero, silent
    sources cost nothing, and no other library's threads wake up on the audio path.

    Parameters
    ----------
    blocks : (sources, n) float32
        n is a multiple of `LANES`.
    sounding : (sources,) bool
        Sources that are not are skipped.
    old, new : (channels, sources) float64
    fade_in : (n,) float32
        Rises from 0 to 1.
    bus : (channels, n) float32
    """
    channels, length = bus.shape
    samples, mixed = blocks.reshape(-1), bus.reshape(-1)
    chosen = np.empty(_BATCH, dtype=np.int64)
    gains = np.zeros(2 * _GROUP * _BATCH, dtype=np.float32)
    rows = np.empty(_GROUP, dtype=np.int64)
    for c in range(0, channels, _GROUP):
        width = min(_GROUP, channels - c)
        for k in range(_GROUP):
            rows[k] = min(c + k, channels - 1) * length
        gains[:] = 0.0
        count = 0
        for s in range(len(blocks)):
            if sounding[s]:
                any_gain = False
                for k in range(width):
                    place = 2 * (_GROUP * count + k)
                    gains[place] = old[c + k, s]
                    gains[place + 1] = new[c + k, s] - old[c + k, s]
                    any_gain |= gains[place] != 0.0 or gains[place + 1] != 0.0
                if any_gain:
                    chosen[count] = s * length
                    count += 1
            if count == _BATCH or (count and s == len(blocks) - 1):
                for n in range(0, length, LANES):
                    _add_four(samples, chosen, count, gains, fade_in, n, mixed, rows, width)
                count = 0
