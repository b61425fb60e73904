"""Detection recall and identity F1 of tracks against annotated boxes.

Ristani et al., "Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking",
ECCV workshops 2016: one true identity is given to one found track so that the boxes that agree
(IDTP) are most; IDF1 = 2 IDTP / (true boxes + found boxes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Array = NDArray[np.float64]
LEAST_IOU = 0.5


@dataclass(frozen=True)
class Counts:
    """Boxes counted over pictures: true, found, true ones hit by any, and by their identity."""

    true: int = 0
    found: int = 0
    hit: int = 0
    identified: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.true + other.true,
            self.found + other.found,
            self.hit + other.hit,
            self.identified + other.identified,
        )

    @property
    def recall(self) -> float:
        """Share of true boxes that some found box covers."""
        return self.hit / max(1, self.true)

    @property
    def identity_f1(self) -> float:
        """IDF1."""
        return 2 * self.identified / max(1, self.true + self.found)


def count(true: Sequence[Array], found: Sequence[Array]) -> Counts:
    """Compare identities.

    Parameters
    ----------
    true, found : sequences of (pictures, 4) arrays
        An identity each: its box in every picture, NaN where it is not there.
    """
    if not true or not found:
        return Counts(_boxes(true), _boxes(found))
    agree = np.array([[overlaps(a, b) >= LEAST_IOU for b in found] for a in true])
    same = agree.sum(axis=2)  # (true, found)
    rows, columns = linear_sum_assignment(-same)
    return Counts(
        _boxes(true), _boxes(found), int(agree.any(axis=1).sum()), int(same[rows, columns].sum())
    )


def _boxes(identities: Sequence[Array]) -> int:
    return int(sum(np.isfinite(one[:, 0]).sum() for one in identities))


def overlaps(a: Array, b: Array) -> Array:
    """Intersection over union (n,) of boxes (n, 4), row by row; 0 where either is NaN."""
    low, high = np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])
    common = np.prod(np.maximum(high - low, 0.0), axis=1)
    areas = np.prod(a[:, 2:] - a[:, :2], axis=1) + np.prod(b[:, 2:] - b[:, :2], axis=1)
    return np.nan_to_num(common / np.maximum(areas - common, 1e-12))
