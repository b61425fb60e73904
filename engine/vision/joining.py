"""Pieces joined two by two, the likeliest pair first, until no pair is likely.

What was joined is compared with all others again. Each pair is asked about once, so that a long
shot's many pieces take the square of their number at the most, and mostly a look at their times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import TypeVar

Piece = TypeVar("Piece")


def join_cheapest(
    pieces: Sequence[Piece],
    cost: Callable[[Piece, Piece], float | None],
    join: Callable[[Piece, Piece], Piece],
) -> list[Piece]:
    """The pieces, those joined that belong together; what is joined comes last.

    Parameters
    ----------
    cost : callable
        Of one piece and another that may follow it, less where they rather are one; None where
        they are not. Of equal costs the pair that comes first is taken.
    join : callable
    """
    known = dict(enumerate(pieces))
    costs: list[tuple[float, int, int]] = []

    def compare(i: int, j: int) -> None:
        found = cost(known[i], known[j])
        if found is not None:
            heappush(costs, (found, i, j))

    for i in known:
        for j in known:
            if i != j:
                compare(i, j)
    count = len(known)
    while costs:
        _, i, j = heappop(costs)
        if i in known and j in known:
            others = [one for one in known if one not in (i, j)]
            known[count] = join(known.pop(i), known.pop(j))
            for other in others:
                compare(other, count)
                compare(count, other)
            count += 1
    return list(known.values())
