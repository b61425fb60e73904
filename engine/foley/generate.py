"""From a script event to its samples, by the synthesis family the event names.

Every family answers at full scale 1 = its nominal level (see `engine.foley.loudness`); here it
gets that level, a soft ceiling at -1 dBFS, clean edges and float32. `Event.level_db` is not
applied: it is the gain of the clip that holds the take, so that it can be changed without making
the sound again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.errors import ScriptError
from engine.foley import (
    air,
    ambience,
    cloth,
    drone,
    footsteps,
    friction,
    impacts,
    motor,
    tyres,
    water,
    wings,
)
from engine.foley.envelope import fade_edges, length_samples, remove_rumble, soft_ceiling
from engine.foley.parameters import number
from engine.plugins import register
from engine.project.model import Event, Recipe
from engine.units import db_to_gain

CEILING_DBFS = -1.0
KNEE_DBFS = -4.0
EDGE_S = 0.005
"""Shortest fade at an edge that would otherwise be cut through a sounding take."""

Synthesise = Callable[[Event, int], NDArray[np.float64]]


@dataclass(frozen=True)
class Family:
    """An embedded generator: one synthesis family. Fits `engine.plugins.Generator`.

    Attributes
    ----------
    name, version : str
        Kept in every recipe; the version changes whenever the samples do.
    level_dbfs : float
        Nominal level at full effort and 1 m (K-weighted, 125 ms).
    hits : bool
        Whether the sound starts at onsets (and so from silence) rather than running throughout.
    synthesise : callable
        ``(event, sample_rate_hz) -> (samples,) or (4, samples)`` at nominal level 1.
    """

    name: str
    version: str
    level_dbfs: float
    hits: bool
    synthesise: Synthesise

    def generate(self, event: Event, sample_rate_hz: int) -> NDArray[np.float32]:
        """(channels, samples) float32 take of the event; see `generate`."""
        samples = length_samples(event, sample_rate_hz)
        if samples < 1 or not np.isfinite(event.duration_s):
            raise ScriptError(
                f"event '{event.id}' lasts {event.duration_s:g} s",
                remedy="give it a duration of at least one sample",
            )
        take = np.atleast_2d(self.synthesise(event, sample_rate_hz))
        take = remove_rumble(take * float(db_to_gain(self.level_dbfs)), sample_rate_hz)
        fade_in_s = number(event, "fade_in_s", 0.0 if self.hits else 4 * EDGE_S, 0.0, 60.0)
        fade_out_s = number(event, "fade_out_s", 4 * EDGE_S, 0.0, 60.0)
        take = soft_ceiling(take, float(db_to_gain(CEILING_DBFS)), float(db_to_gain(KNEE_DBFS)))
        take = fade_edges(take, sample_rate_hz, fade_in_s, max(fade_out_s, EDGE_S))
        assert take.shape[1] == samples, f"{take.shape=} {samples=}"
        return take.astype(np.float32)


_FAMILIES = (
    Family("footsteps", "2", footsteps.LEVEL_DBFS, True, footsteps.footsteps),
    Family("impacts", "2", impacts.LEVEL_DBFS, True, impacts.impacts),
    Family("rolling", "1", friction.ROLLING_DBFS, False, friction.rolling),
    Family("scraping", "1", friction.SCRAPING_DBFS, False, friction.scraping),
    Family("motor", "1", motor.LEVEL_DBFS, False, motor.motor),
    Family("tyres", "1", tyres.LEVEL_DBFS, False, tyres.tyres),
    Family("air", "2", air.LEVEL_DBFS, False, air.air),
    Family("wings", "2", wings.LEVEL_DBFS, False, wings.wings),
    Family("cloth", "1", cloth.LEVEL_DBFS, False, cloth.cloth),
    Family("water", "2", water.LEVEL_DBFS, False, water.water),
    Family("drone", "1", drone.LEVEL_DBFS, False, drone.drone),
    Family("ambience", "1", ambience.LEVEL_DBFS, False, ambience.ambience),
)
GENERATORS: dict[str, Family] = {family.name: family for family in _FAMILIES}
"""Embedded generators by name, in the order they are offered."""


def _register() -> None:
    for family in _FAMILIES:
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
    """How `generate` makes this event's take.

    The curve, onsets and times the take depends on are part of the recipe's parameters.
    """
    family = _family(event)
    return Recipe(
        generator=family.name,
        version=family.version,
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
