"""Sixteen rows of sixteen numbers become columns, in registers."""

from __future__ import annotations

import numba

from engine.realtime.lanes import load, store, trade


@numba.njit(inline="always")
def _trade_four(work, at, step, large, small):
    a, b = load(work, at), load(work, at + step)
    c, d = load(work, at + 2 * step), load(work, at + 3 * step)
    a, c = trade(a, c, large)
    b, d = trade(b, d, large)
    a, b = trade(a, b, small)
    c, d = trade(c, d, small)
    store(work, at, a)
    store(work, at + step, b)
    store(work, at + 2 * step, c)
    store(work, at + 3 * step, d)


@numba.njit(inline="always")
def transpose(work, at, step):
    """Sixteen rows of sixteen lanes, `step` apart from index `at` on, become columns in place."""
    for row in range(4):
        _trade_four(work, at + row * step, 4 * step, 8, 4)
    for row in range(0, 16, 4):
        _trade_four(work, at + row * step, step, 2, 1)
