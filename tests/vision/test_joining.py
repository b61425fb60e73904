"""Pieces joined two by two: the likeliest pair first, what was joined compared again."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from engine.vision.joining import join_cheapest

Span = tuple[float, float]


def gap(early: Span, late: Span) -> float | None:
    """Time between two spans, where one follows the other soon."""
    between = late[0] - early[1]
    return between if 0.0 < between <= 1.0 else None


def whole(early: Span, late: Span) -> Span:
    return early[0], late[1]


def one_by_one(spans: list[Span]) -> list[Span]:
    """The same from its definition: look at all pairs, join the best, begin again."""
    while True:
        pairs = [
            (cost, i, j)
            for i, j in itertools.permutations(range(len(spans)), 2)
            if (cost := gap(spans[i], spans[j])) is not None
        ]
        if not pairs:
            return spans
        _, i, j = min(pairs)
        joined = whole(spans[i], spans[j])
        spans = [span for k, span in enumerate(spans) if k not in (i, j)] + [joined]


@pytest.mark.parametrize("seed", range(8))
def test_it_is_what_its_definition_gives(seed: int) -> None:
    random = np.random.default_rng(seed)
    starts = np.sort(random.uniform(0.0, 20.0, 40)).round(1)  # (with ties)
    ends = starts + random.uniform(0.1, 2.0, 40)
    spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
    assert join_cheapest(spans, gap, whole) == one_by_one(spans)


def test_each_pair_is_asked_about_once() -> None:
    asked: list[tuple[Span, Span]] = []

    def cost(early: Span, late: Span) -> float | None:
        asked.append((early, late))
        return gap(early, late)

    spans = [(float(n), n + 0.5) for n in range(30)]
    assert join_cheapest(spans, cost, whole) == [(0.0, 29.5)]
    assert len(asked) == len(set(asked))
