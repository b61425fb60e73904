"""Who is whose: pairs of rows and columns that cost least in all.

SciPy finds them; its package takes a quarter of a second to import, and the picture is looked at
first of all. So it is imported where two or more meet two or more, and a run has it by then
(`engine.pipeline.fetching`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def assign(cost: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of a cost matrix (rows, columns), all finite: row and column indices, rows in order.

    As many pairs as the shorter side is long.
    """
    if min(cost.shape) == 1:
        row, column = np.unravel_index([int(cost.argmin())], cost.shape)
        return row, column
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(cost)
    return rows, columns
