"""The meters' scale: -60 to 0 dBFS, finer near the top, as on IEC 60268-18 meters."""

from __future__ import annotations

import numpy as np

MARKS_DBFS = (-60, -40, -30, -20, -12, -6, 0)
_LEVELS = (-60.0, -50.0, -40.0, -30.0, -20.0, -12.0, -6.0, 0.0)
_SHARES = (0.0, 0.06, 0.15, 0.30, 0.50, 0.68, 0.83, 1.0)


def share_of_level(level_dbfs: float) -> float:
    """Length 0..1 of a meter bar at a level."""
    if not level_dbfs > _LEVELS[0]:
        return 0.0
    return float(np.interp(level_dbfs, _LEVELS, _SHARES))
