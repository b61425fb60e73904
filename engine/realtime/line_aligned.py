"""Arrays that begin where a line of the processor's memory does.

Sixteen float32 are one line. Where an array begins anywhere, each sixteen of them lie in two lines,
and the processor fetches both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LINE_BYTES = 64


def line_zeros(shape: int | tuple[int, ...]) -> NDArray[np.float32]:
    """An array of zeros."""
    count = int(np.prod(shape))
    room = np.zeros(4 * count + LINE_BYTES, dtype=np.uint8)
    begin = -room.ctypes.data % LINE_BYTES
    return room[begin : begin + 4 * count].view(np.float32).reshape(shape)


def on_lines(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """A copy of an array."""
    copy = line_zeros(values.shape)
    copy[...] = values
    return copy
