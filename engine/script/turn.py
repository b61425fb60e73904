"""When a track's sounds may be in front, and what becomes of them meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

Span = tuple[float, float]

SHORTEST_S = 0.8
"""Shorter turns are not taken."""
ASIDE = "softer here"
"""Words by which an event says that its track has stepped aside meanwhile."""
_LEAST_LEFT_S = 0.3


@dataclass(frozen=True)
class Turn:
    """When a track's sounds may be heard, and how loud they are.

    `spans_s` is None where nothing limits them; outside they are softer by `aside_db`, or muted
    where that is None.
    Single hits may be heard within `hits_s` as well.
    `level_db` is added to the rule's, `lasting_db` also to that of lasting sounds; `muted` mutes
    them all; `note` says why in words, for the events' `why`.
    """

    spans_s: tuple[Span, ...] | None = None
    level_db: float = 0.0
    muted: bool = False
    note: str = ""
    aside_db: float | None = None
    lasting_db: float = 0.0
    hits_s: tuple[Span, ...] = ()

    def within(self, start_s: float, stop_s: float) -> list[Span]:
        """The parts of a span in which it may be heard."""
        if self.spans_s is None:
            return [(start_s, stop_s)]
        cut = [(max(a, start_s), min(b, stop_s)) for a, b in self.spans_s]
        return [(a, b) for a, b in cut if b - a >= SHORTEST_S]

    def outside(self, start_s: float, stop_s: float) -> list[Span]:
        """The parts of a span that are left over."""
        edges = [start_s, *(t for span in self.within(start_s, stop_s) for t in span), stop_s]
        left = zip(edges[::2], edges[1::2], strict=True)
        return [(a, b) for a, b in left if b - a >= _LEAST_LEFT_S]

    def allows(self, time_s: float) -> bool:
        """Whether a single hit may be heard at a time."""
        if self.spans_s is None:
            return True
        return any(a <= time_s < b for a, b in (*self.spans_s, *self.hits_s))
