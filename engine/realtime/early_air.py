"""Air absorption of reflections: shells around the listener, and what passes from each inwards.

An image's sound goes into the field of the shell it is in. A shell's field passes a short filter,
what one step of air does, and goes on in the next one inwards: a filter a shell, however many
images there are.

References
----------
ISO 9613-1:1993 (see `engine.spatial.air_steps`).
"""

from __future__ import annotations

import numba

from engine.realtime.lanes import LANES, every, fma, load, magnitude, spread, store
from engine.realtime.room_plan import AIR_TAPS
from engine.realtime.snapshot import HOP_SAMPLES

LEAD = AIR_TAPS * LANES
"""Numbers before a hop of a field: the samples before it, all sixteen channels."""
_ROWS = 8
_SIZE = HOP_SAMPLES * LANES


@numba.njit(inline="always")
def pass_shell(field, taps, memory, at, sizes):
    """Filter a hop of a field in place. Whether anything will be heard of it in the next one.

    Parameters
    ----------
    field : (LEAD + HOP_SAMPLES * LANES,) float32
        From `LEAD` on, all channels of a sample side by side.
    taps : (AIR_TAPS,) float32
    memory : float32
        The last hop's end, from index `at` on.
    sizes : (LANES,) float32
        Room to work in.
    """
    total = spread(0.0)
    for n in range(0, LEAD, LANES):
        store(field, n, load(memory, at + n))
        kept = load(field, _SIZE + n)
        store(memory, at + n, kept)
        total = total + magnitude(kept)
    store(sizes, 0, total)
    for place in range(LEAD + _SIZE - _ROWS * LANES, LEAD - 1, -_ROWS * LANES):
        _filter_rows(field, taps, place)  # later ones first: they need what is before them
    rings = False
    for k in range(LANES):
        rings |= sizes[k] != 0.0
    return rings


@numba.njit(inline="always")
def _filter_rows(field, taps, place):
    """Eight samples of all channels, from `place` on."""
    a, b, c, d = spread(0.0), spread(0.0), spread(0.0), spread(0.0)
    e, f, g, h = spread(0.0), spread(0.0), spread(0.0), spread(0.0)
    for k in range(AIR_TAPS):
        tap, n = every(taps, k), place - k * LANES
        a, b = fma(tap, load(field, n), a), fma(tap, load(field, n + 16), b)
        c, d = fma(tap, load(field, n + 32), c), fma(tap, load(field, n + 48), d)
        e, f = fma(tap, load(field, n + 64), e), fma(tap, load(field, n + 80), f)
        g, h = fma(tap, load(field, n + 96), g), fma(tap, load(field, n + 112), h)
    store(field, place, a)
    store(field, place + 16, b)
    store(field, place + 32, c)
    store(field, place + 48, d)
    store(field, place + 64, e)
    store(field, place + 80, f)
    store(field, place + 96, g)
    store(field, place + 112, h)
