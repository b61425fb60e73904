"""From a script event to its samples, by the synthesis family the event names.

Every family answers at full scale 1 = its nominal level (see `engine.foley.loudness`); here it
gets that level, a soft ceiling at -1 dBFS, clean edges and float32. `Event.level_db` is not
applied: it is the gain of the clip that holds the take, so that it can be changed without making
the sound again.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.errors import ScriptError
from engine.foley.families import CEILING_DBFS, EDGE_S, FAMILIES, KNEE_DBFS, Family
from engine.plugins import register
from engine.project.model import Event, Recipe

__all__ = [
    "CEILING_DBFS",
    "EDGE_S",
    "GENERATORS",
    "KNEE_DBFS",
    "Family",
    "generate",
    "recipe_for",
    "recipe_of",
]

GENERATORS: dict[str, Family] = {family.name: family for family in FAMILIES}
"""Embedded generators by name, in the order they are offered."""


def _register() -> None:
    for family in FAMILIES:
        register("generator", family.name, partial(GENERATORS.__getitem__, family.name))


_register()


def generate(event: Event, sample_rate_hz: int) -> NDArray[np.float32]:
    """The take of an event, by its embedded generator.

    Parameters
    ----------
    event : Event
    sample_rate_hz : int
        From 8000; spectra are given in Hz, so that a family sounds alike at every rate.

    Returns
    -------
    (channels, samples) float32 array
        1 channel, or 4 for ambience (first-order AmbiX: W Y Z X, SN3D). Exactly
        ``seconds_to_samples(event.duration_s)`` long; |x| < -1 dBFS; single hits start at
        `event.onsets_s`. Same event, same samples.

    Raises
    ------
    ScriptError
        If the generator or one of the event's parameters is unknown or out of range.
    """
    return _family(event).generate(event, sample_rate_hz)


def recipe_for(event: Event) -> Recipe:
    """How `generate` makes this event's take; see `recipe_of`."""
    family = _family(event)
    return recipe_of(event, family.name, family.version)


def recipe_of(event: Event, generator: str, version: str) -> Recipe:
    """The recipe of an event's take by a generator of that name and version.

    The curve, onsets and times the take depends on are part of the recipe's parameters.
    """
    return Recipe(
        generator=generator,
        version=version,
        prompt=event.prompt,
        seed=event.seed,
        parameters={
            **event.parameters,
            "event_id": event.id,
            "start_s": event.start_s,
            "duration_s": event.duration_s,
            "onsets_s": list(event.onsets_s),
            "strengths": list(event.strengths),
            "intensity": [list(point) for point in event.intensity],
        },
    )


def _family(event: Event) -> Family:
    if event.generator not in GENERATORS:
        raise ScriptError(
            f"there is no generator '{event.generator}'",
            place=f"event {event.id}",
            remedy=f"choose one of {', '.join(GENERATORS)}",
        )
    return GENERATORS[event.generator]
