"""Many arrays of different lengths as one table that compiled code can walk through.

A table holds where arrays are, not what is in them: its maker keeps the arrays alive.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic


@intrinsic
def _untyped(typing, address):
    def generate(context, builder, signature, values):
        kind = context.get_value_type(types.voidptr)
        return builder.inttoptr(values[0], kind)

    return types.voidptr(address), generate


_pointer: Any = _untyped


@numba.njit(forceinline=True)
def doubles_at(address, length):
    """The (length,) float64 array that begins at an address."""
    return numba.carray(_pointer(address), (length,), np.float64)


@numba.njit(forceinline=True)
def triples_at(address, length):
    """The (length, 3) float64 array that begins at an address."""
    return numba.carray(_pointer(address), (length, 3), np.float64)


@numba.njit(forceinline=True)
def floats_at(address, length):
    """The (length,) float32 array that begins at an address."""
    return numba.carray(_pointer(address), (length,), np.float32)


@numba.njit(forceinline=True)
def bits_at(address, length):
    """The (length,) float32 array that begins at an address, as unsigned integers."""
    return numba.carray(_pointer(address), (length,), np.uint32)
