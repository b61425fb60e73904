"""What a known thing is called over its life: the name that holds, or a plainer one.

A network names what it sees look by look, and what it has no class for it calls now this, now that:
a running antelope is a bird, a dog and a giraffe in turn, each surely. A wrong name is worse than
none. So an animal keeps a name that most of the evidence speaks for; where names divide it, it is
an animal; and where it is seldom or faintly recognised, it is a thing like any other.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.vision.known_things import ANIMALS
from engine.vision.looks import Look
from engine.vision.traces import Trace

ANIMAL = "animal"
"""Label of what lives and goes on legs, whatever it is."""
_MOST = 0.5
"""Share of the evidence that must speak for one name."""
_LEAST_SURE = 0.5
"""Mean score over all looks at which it is there, those that missed it among them, from which an
animal is believed."""
_MOMENT_S = 1e-6


def settled(trace: Trace, looks: Sequence[Look]) -> dict[str, float]:
    """Votes for the names of a thing: its own, those of an animal without one name, or none.

    Parameters
    ----------
    looks : all looks of its shot

    Returns
    -------
    dict of str to float
        Sums of scores by label; empty where nothing is believed of an animal.
    """
    votes = trace.votes()
    if trace.label not in ANIMALS:
        return votes
    total = sum(votes.values())
    start_s, end_s = trace.times_s[0] - _MOMENT_S, trace.times_s[-1] + _MOMENT_S
    there = sum(start_s <= look.time_s <= end_s for look in looks)
    if total < _LEAST_SURE * max(there, 1):
        return {}
    return votes if votes[trace.label] >= _MOST * total else {ANIMAL: total}
