"""Sums of channels in registers, thirty-two samples of each: what mixing loops are made of."""

from __future__ import annotations

import numba

from engine.realtime.lanes import LANES, every, fma, load, store


@numba.njit(forceinline=True)
def pair(samples, at):
    """Thirty-two samples."""
    return load(samples, at), load(samples, at + LANES)


@numba.njit(forceinline=True)
def keep(bus, at, sums):
    """Write thirty-two sums back."""
    store(bus, at, sums[0])
    store(bus, at + LANES, sums[1])


@numba.njit(forceinline=True)
def add_gliding(heard, gains, g, sums):
    """Sums of a channel and of what is heard (as it is, and rising) with a level and a rise."""
    level, rise = every(gains, g), every(gains, g + 1)
    a = fma(heard[0], level, fma(heard[2], rise, sums[0]))
    return a, fma(heard[1], level, fma(heard[3], rise, sums[1]))
