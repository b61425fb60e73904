"""Takes compared without knowing which is which.

Every trial shows the takes under letters, in an order that is drawn anew; only the answers tell at
the end which was preferred, and whether more than chance speaks for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import comb

import numpy as np
from msgspec import Struct, structs

from engine.errors import ProjectError

LETTERS = "ABCDEFGH"


class BlindTest(Struct, frozen=True, kw_only=True):
    """A comparison under way: which takes, and which was preferred in each trial so far.

    The same seed shows the same orders.
    """

    take_ids: tuple[str, ...]
    seed: int = 0
    preferred: tuple[str, ...] = ()

    @classmethod
    def of(cls, take_ids: Sequence[str], seed: int = 0) -> BlindTest:
        """A new comparison of two to eight takes.

        Raises
        ------
        ProjectError
            If they are fewer or more, or one comes twice.
        """
        if not 2 <= len(take_ids) <= len(LETTERS) or len(set(take_ids)) < len(take_ids):
            raise ProjectError(
                f"{len(take_ids)} takes cannot be compared blind",
                remedy=f"choose 2 to {len(LETTERS)} different ones",
            )
        return cls(take_ids=tuple(take_ids), seed=seed)

    @property
    def shown(self) -> dict[str, str]:
        """Letter to take of the present trial, A first. Not to be shown before `preferring`."""
        rng = np.random.default_rng([abs(self.seed), len(self.preferred)])
        drawn = rng.permutation(len(self.take_ids))
        return {LETTERS[i]: self.take_ids[take] for i, take in enumerate(drawn)}

    def preferring(self, letter: str) -> BlindTest:
        """The comparison after a letter was preferred; the next trial has another order.

        Raises
        ------
        ProjectError
            If no take is shown under that letter.
        """
        shown = self.shown
        if letter not in shown:
            raise ProjectError(f"there is no '{letter}'", remedy=f"choose of {', '.join(shown)}")
        return structs.replace(self, preferred=(*self.preferred, shown[letter]))

    @property
    def favourite(self) -> str | None:
        """The take preferred most often; None before any trial, and in a draw."""
        counted = Counter(self.preferred).most_common(2)
        if not counted or (len(counted) > 1 and counted[0][1] == counted[1][1]):
            return None
        return counted[0][0]

    @property
    def chance(self) -> float:
        """How probable it is that a named take is preferred as often by chance (binomial), 0..1."""
        trials = len(self.preferred)
        if not trials:
            return 1.0
        most = max(Counter(self.preferred).values())
        p = 1.0 / len(self.take_ids)
        tail = (comb(trials, k) * p**k * (1.0 - p) ** (trials - k) for k in range(most, trials + 1))
        return min(1.0, sum(tail))
