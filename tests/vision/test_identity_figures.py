"""Recall and IDF1 as their definitions have them."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.identity import Counts, count

NONE = [np.nan] * 4


def boxes(*rows: list[float]) -> np.ndarray:
    return np.array(rows, dtype=float)


def at(x: float) -> list[float]:
    return [x, 0.0, x + 0.1, 0.1]


def test_one_identity_that_is_broken_in_two() -> None:
    true = [boxes(*(at(0.1 * n) for n in range(6)))]
    found = [boxes(*(at(0.1 * n) if n < 4 else NONE for n in range(6))),
             boxes(*(at(0.1 * n) if n >= 4 else NONE for n in range(6)))]  # fmt: skip
    counts = count(true, found)
    assert counts == Counts(true=6, found=6, hit=6, identified=4)
    assert counts.recall == 1.0
    assert counts.identity_f1 == pytest.approx(8 / 12)


def test_boxes_of_nothing_cost() -> None:
    true = [boxes(at(0.0), at(0.1))]
    found = [boxes(at(0.0), at(0.1)), boxes(at(0.5), at(0.6))]
    assert count(true, found).identity_f1 == pytest.approx(4 / 6)
    assert count(true, []) == Counts(2, 0, 0, 0)
    assert count([], found) == Counts(0, 4, 0, 0)
    assert (count(true, found) + count(true, [])).recall == 0.5


def test_half_an_overlap_is_the_limit() -> None:
    true = [boxes([0.0, 0.0, 0.3, 0.1])]
    assert count(true, [boxes([0.09, 0.0, 0.39, 0.1])]).hit == 1  # 0.21 / 0.39
    assert count(true, [boxes([0.11, 0.0, 0.41, 0.1])]).hit == 0  # 0.19 / 0.41
