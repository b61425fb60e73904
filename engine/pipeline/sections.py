"""Long events in sections: bounded memory for a half-hour film, and no audible joins.

A continuous sound is made in sections that overlap and cross-fade at equal power; a run of single
hits is cut between hits, and each section is given time for its last hit to ring out.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct, structs

from engine.project.model import Event, EventId

SECTION_S = 60.0
OVERLAP_S = 1.0


class Section(Struct, frozen=True, kw_only=True):
    """A part of an event that becomes one take and one clip with these fades."""

    event: Event
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0


def sections(event: Event) -> tuple[Section, ...]:
    """Cut an event longer than `SECTION_S` into sections; a shorter one stays whole.

    Together the sections cover the event's time exactly. Section ids are ``ID.1``, ``ID.2``...,
    seeds derive from the event's seed and the section's number.
    """
    count = int(np.ceil(event.duration_s / SECTION_S - 1e-9))
    if count <= 1:
        return (Section(event=event),)
    return tuple(_section(event, index, count) for index in range(count))


def _section(event: Event, index: int, count: int) -> Section:
    length_s = event.duration_s / count
    first, last = index == 0, index == count - 1
    start_s = event.start_s + index * length_s
    core_end_s = event.start_s + event.duration_s if last else start_s + length_s
    end_s = core_end_s if last else core_end_s + OVERLAP_S
    inside = [start_s <= onset_s < core_end_s for onset_s in event.onsets_s]
    part = structs.replace(
        event,
        id=EventId(f"{event.id}.{index + 1}"),
        start_s=start_s,
        duration_s=end_s - start_s,
        onsets_s=_where(event.onsets_s, inside),
        strengths=_where(event.strengths, inside),
        parameters=_own_fades(event.parameters, first, last),
        seed=int(np.random.SeedSequence([abs(event.seed), index]).generate_state(1)[0]),
    )
    if event.onsets_s:
        return Section(event=part)
    return Section(
        event=part,
        fade_in_s=0.0 if first else OVERLAP_S,
        fade_out_s=0.0 if last else OVERLAP_S,
    )


def _own_fades(
    parameters: dict[str, float | str], first: bool, last: bool
) -> dict[str, float | str]:
    """Parameters of a section: the event's fades belong to its first and its last one."""
    foreign = ({"fade_in_s"} if not first else set()) | ({"fade_out_s"} if not last else set())
    return {name: value for name, value in parameters.items() if name not in foreign}


def _where(values: tuple[float, ...], wanted: list[bool]) -> tuple[float, ...]:
    return tuple(value for value, keep in zip(values, wanted, strict=False) if keep)
