"""Images into a sound field, a few at a time: all channels of a sample side by side.

Gains glide over the hop. Those of eight images stay in registers while the hop is gone through.
"""

from __future__ import annotations

import numba
import numpy as np

from engine.realtime.early_air import LEAD
from engine.realtime.image_reading import ROW_SAMPLES
from engine.realtime.lanes import every, fma, load, spread, store
from engine.realtime.room_plan import EARLY_ORDER
from engine.realtime.snapshot import HOP_SAMPLES

CHANNELS = (EARLY_ORDER + 1) ** 2
BATCH = 8
"""Images that are added to the field at once: their gains stay in registers."""
_FEW = 3
"""So many images are added one by one sooner than as a batch."""
_RAMP = ((np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES).astype(np.float32)


@numba.njit(inline="always")
def glide(old, new, i, gain_0, gain_1, gains, k):
    """Gains of all channels for image i, k of a batch: at the hop's start, and their change."""
    start = load(old, i * CHANNELS) * spread(gain_0)
    store(gains, k * CHANNELS, start)
    end = load(new, i * CHANNELS) * spread(gain_1)
    store(gains, (BATCH + k) * CHANNELS, end - start)


@numba.njit(inline="always")
def _silence(gains, count):
    """No gains for those of a batch that are missing: the first `count` are there."""
    for k in range(count, BATCH):
        store(gains, k * CHANNELS, spread(0.0))
        store(gains, (BATCH + k) * CHANNELS, spread(0.0))


@numba.njit(inline="always")
def _encode(heard, gains, field):
    """field[n] += the samples of a batch of images times their gains, gliding; all channels."""
    a, b, c, d = load(gains, 0), load(gains, 16), load(gains, 32), load(gains, 48)
    e, f, g, h = load(gains, 64), load(gains, 80), load(gains, 96), load(gains, 112)
    da, db, dc, dd = load(gains, 128), load(gains, 144), load(gains, 160), load(gains, 176)
    de, df, dg, dh = load(gains, 192), load(gains, 208), load(gains, 224), load(gains, 240)
    step, ramp = ROW_SAMPLES, _RAMP
    for n in range(HOP_SAMPLES):
        rise = every(ramp, n)
        total = load(field, LEAD + n * CHANNELS)
        total = fma(every(heard, n), fma(rise, da, a), total)
        total = fma(every(heard, n + step), fma(rise, db, b), total)
        total = fma(every(heard, n + 2 * step), fma(rise, dc, c), total)
        total = fma(every(heard, n + 3 * step), fma(rise, dd, d), total)
        total = fma(every(heard, n + 4 * step), fma(rise, de, e), total)
        total = fma(every(heard, n + 5 * step), fma(rise, df, f), total)
        total = fma(every(heard, n + 6 * step), fma(rise, dg, g), total)
        total = fma(every(heard, n + 7 * step), fma(rise, dh, h), total)
        store(field, LEAD + n * CHANNELS, total)


@numba.njit(inline="always")
def _encode_one(heard, gains, k, field):
    """The same with number k of a batch alone."""
    start, change = load(gains, k * CHANNELS), load(gains, (BATCH + k) * CHANNELS)
    row, ramp = k * ROW_SAMPLES, _RAMP
    for n in range(HOP_SAMPLES):
        gain = fma(every(ramp, n), change, start)
        place = LEAD + n * CHANNELS
        store(field, place, fma(every(heard, row + n), gain, load(field, place)))


@numba.njit(inline="always")
def add_batch(heard, gains, count, field):
    """Add the first `count` of a batch."""
    if count <= _FEW:
        for k in range(count):
            _encode_one(heard, gains, k, field)
    else:
        _silence(gains, count)
        _encode(heard, gains, field)
