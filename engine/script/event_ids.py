"""Ids of events that stay with what they name when the script is written again.

An event's id says what it is: track, layer, and the tenth of a second it began at when it was
first written (``t3-footsteps-124``). Written again, an event that overlaps one the session has on
the same track and layer is that one and keeps its id, wherever analysis has moved its ends since
and whatever came or went around it; what is new gets a new id. So clips and settings of a hand
stay with their event, and deleted events stay deleted.

Sessions of older versions number events through (``e1``, ``e2``...). Those keep their ids too;
what was deleted from them is known by the number it would have.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.project.model import Event, Project

_Pair = tuple[float, bool, int, int, str]
"""Cost and doubt of giving the new event of an index an id that is somewhere in order."""

SAME_START_S = 1.0
"""A deleted event is one that would start within this of where the deleted one began."""


@dataclass(frozen=True)
class Named:
    """What an event is known by; times in seconds."""

    track_id: str
    layer: str
    start_s: float
    end_s: float
    prompt: str = ""

    @property
    def prefix(self) -> str:
        """What all ids on its track and layer begin with."""
        return f"{self.track_id}-{self.layer}-"


def stable_ids(project: Project, fresh: Sequence[Named]) -> list[str]:
    """One unique id for each event of a script written for `project`.

    Parameters
    ----------
    project : Project
        Its events keep their ids, those in ``project.removed`` are recognised.
    fresh : sequence of Named
        The events of the new script, in its order.
    """
    found = _of_the_same(project.events, fresh)
    removed = [id_ for id_ in project.removed if id_ not in found.values()]
    found |= _of_removed(removed, fresh, found)
    found |= _of_removed_numbers(project, fresh, found)
    taken = {event.id for event in project.events} | set(project.removed) | set(found.values())
    for index, event in enumerate(fresh):
        if index not in found:
            found[index] = _new(event, taken)
            taken.add(found[index])
    return [found[index] for index in range(len(fresh))]


def _of_the_same(events: Sequence[Event], fresh: Sequence[Named]) -> dict[int, str]:
    """Ids of the events there are, each for the one that overlaps it most."""
    groups: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        groups.setdefault((event.track_id, event.layer), []).append(event)
    pairs: list[_Pair] = []
    for index, new in enumerate(fresh):
        for order, old in enumerate(groups.get((new.track_id, new.layer), ())):
            end_s = min(new.end_s, old.start_s + old.duration_s)
            overlap_s = end_s - max(new.start_s, old.start_s)
            if overlap_s > 0.0:
                pairs.append((-overlap_s, old.prompt != new.prompt, index, order, old.id))
    return _best(pairs)


def _of_removed(
    removed: Sequence[str], fresh: Sequence[Named], known: dict[int, str]
) -> dict[int, str]:
    """Ids of deleted events, each for the nearest that would be new."""
    pairs: list[_Pair] = []
    for index, new in enumerate(fresh):
        if index in known:
            continue
        for order, id_ in enumerate(removed):
            match = re.fullmatch(re.escape(new.prefix) + r"(\d+)(?:_\d+)?", id_)
            away_s = abs(int(match.group(1)) / 10.0 - new.start_s) if match else SAME_START_S + 1.0
            if away_s <= SAME_START_S:
                pairs.append((away_s, False, index, order, id_))
    return _best(pairs)


def _of_removed_numbers(
    project: Project, fresh: Sequence[Named], known: dict[int, str]
) -> dict[int, str]:
    """Numbers by which older versions would have named what has been deleted."""
    removed = {id_ for id_ in project.removed if re.fullmatch(r"e\d+", id_)}
    if not removed:
        return {}
    by_hand = {event.id for event in project.events if event.provenance == "hand"}
    numbers = (f"e{n}" for n in itertools.count(1))
    usual = (id_ for id_ in numbers if id_ not in by_hand)
    numbered = dict(enumerate(itertools.islice(usual, len(fresh))))
    return {i: id_ for i, id_ in numbered.items() if id_ in removed and i not in known}


def _best(pairs: list[_Pair]) -> dict[int, str]:
    """The cheapest first, each index and id once."""
    found: dict[int, str] = {}
    used: set[str] = set()
    for _, _, index, _, id_ in sorted(pairs):
        if index not in found and id_ not in used:
            found[index] = id_
            used.add(id_)
    return found


def _new(event: Named, taken: set[str]) -> str:
    name = f"{event.prefix}{round(event.start_s * 10.0)}"
    others = (f"{name}_{n}" for n in itertools.count(2))
    return next(id_ for id_ in itertools.chain([name], others) if id_ not in taken)
