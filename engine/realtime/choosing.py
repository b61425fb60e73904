"""Which sources a step of a hop is for, and in which order, without arrays of its own."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

_DIGIT = 256


class Order:
    """Room for an order of sources.

    Parameters
    ----------
    sources : int
    """

    def __init__(self, sources: int) -> None:
        self._order = np.zeros((2, sources), dtype=np.int64)
        self._counts = np.zeros(_DIGIT, dtype=np.int64)

    def plain(self, wanted: NDArray[np.bool_]) -> NDArray[np.int64]:
        """(n,) indices of the sources that are `wanted` (sources,); good until the next call."""
        return self._order[0, : choose(wanted, self._order[0])]

    def by(self, wanted: NDArray[np.bool_], keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same, sorted by the last sixteen bits of `keys` (sources,)."""
        count = choose(wanted, self._order[0])
        sort_indices(self._order[:, :count], keys, self._counts)
        return self._order[0, :count]


@numba.njit(cache=True, nogil=True)
def choose(wanted, order):
    """Write the indices of what is `wanted` to `order`; how many they are."""
    count = 0
    for s in range(len(wanted)):
        if wanted[s]:
            order[count] = s
            count += 1
    return count


@numba.njit(cache=True, nogil=True)
def choose_equal(values, value, wanted):
    """Set ``wanted`` to ``values == value``. Whether any is."""
    found = False
    for s in range(len(values)):
        wanted[s] = values[s] == value
        found |= wanted[s]
    return found


@numba.njit(cache=True, nogil=True)
def sort_indices(order, keys, counts):
    """Sort ``order[0]`` by keys, a digit after the other; what is equal stays in its order.

    Parameters
    ----------
    order : (2, n) int64
        Indices, and room for them.
    keys : (sources,) int64
        Not below 0; their last sixteen bits count.
    counts : (256,) int64
        Room to work in.
    """
    for digit in range(2):
        source, target, shift = order[digit], order[1 - digit], 8 * digit
        counts[:] = 0
        for k in range(len(source)):
            counts[(keys[source[k]] >> shift) & (_DIGIT - 1)] += 1
        begin = 0
        for value in range(_DIGIT):
            count = counts[value]
            counts[value] = begin
            begin += count
        for k in range(len(source)):
            value = (keys[source[k]] >> shift) & (_DIGIT - 1)
            target[counts[value]] = source[k]
            counts[value] += 1
