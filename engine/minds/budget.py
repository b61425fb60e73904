"""What asking costs, told before it is spent, and a limit that is never passed."""

from __future__ import annotations

import math

from msgspec import Struct

from engine.errors import MindError

_CHARACTERS_PER_TOKEN = 3.0
"""English has 4; careful, as names and JSON have fewer."""
TOKENS_PER_PICTURE = 1100
"""Of 768 pixels, with today's usual models, at the most."""


class Price(Struct, frozen=True, kw_only=True):
    """Money per million tokens, read and written; 0 for a model of one's own."""

    read: float = 0.0
    written: float = 0.0


class Estimate(Struct, frozen=True, kw_only=True):
    """At the most: tokens read and written, and what they cost."""

    read: int
    written: int
    cost: float

    @property
    def tokens(self) -> int:
        """All tokens."""
        return self.read + self.written

    def __str__(self) -> str:
        cost = f", {self.cost:.4f} of money" if self.cost else ""
        return f"at most {self.read} tokens read and {self.written} written{cost}"


_OBJECTIONS = 2000
"""Tokens of the longest list of objections."""


def tokens_of(text: str) -> int:
    """Tokens of a text, estimated high."""
    return math.ceil(len(text.encode("utf-8")) / _CHARACTERS_PER_TOKEN)


def estimate(texts: list[str], pictures: int, answer: int, calls: int, price: Price) -> Estimate:
    """What `calls` calls cost at the most, each answered by up to `answer` tokens.

    Every call may read the answer before it, and what was said of that, too.
    """
    once = sum(tokens_of(text) for text in texts) + TOKENS_PER_PICTURE * pictures
    read = calls * (once + answer + _OBJECTIONS)
    written = calls * answer
    cost = (read * price.read + written * price.written) / 1e6
    return Estimate(read=read, written=written, cost=cost)


def check_limits(told: Estimate, most_tokens: int, most_cost: float | None) -> None:
    """Refuse to spend more than is allowed.

    Raises
    ------
    MindError
        Before anything was sent.
    """
    if told.tokens > most_tokens:
        raise MindError(
            f"it might take {told.tokens} tokens, {most_tokens} are allowed",
            remedy="allow more, or send fewer pictures",
        )
    if most_cost is not None and told.cost > most_cost:
        raise MindError(
            f"it might cost {told.cost:.4f}, {most_cost:g} is allowed",
            remedy="allow more, or ask a cheaper model",
        )
