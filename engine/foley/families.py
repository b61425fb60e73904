"""The embedded generators: one synthesis family each, what it offers, how loud it is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import ScriptError
from engine.foley import (
    air,
    ambience,
    animals,
    bells,
    blasts,
    clicks,
    cloth,
    creak,
    crowd,
    debris,
    designed,
    doors,
    drone,
    electricity,
    fire,
    footsteps,
    friction,
    horns,
    impacts,
    interface,
    jingle,
    machine,
    motor,
    mud,
    paper,
    people,
    percussion,
    rails,
    tools,
    tyres,
    water,
    whoosh,
    wind,
    wings,
)
from engine.foley.envelope import fade_edges, length_samples, remove_rumble, soft_ceiling
from engine.foley.parameters import number
from engine.plugins import Abilities
from engine.project.model import Event
from engine.units import db_to_gain

CEILING_DBFS = -1.0
KNEE_DBFS = -4.0
EDGE_S = 0.005
"""Shortest fade at an edge that would otherwise be cut through a sounding take."""

_ALSO_AT_ONSETS = frozenset({"designed", "horns", "jingle", "paper", "water", "wings"})
"""Families that run throughout, or sound at the event's onsets where it has some."""

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
    option, options : str, tuple of str
        Name of the parameter that chooses a preset (material, surface, type, ...), and presets.
    """

    name: str
    version: str
    level_dbfs: float
    hits: bool
    synthesise: Synthesise
    option: str
    options: tuple[str, ...]

    @property
    def abilities(self) -> Abilities:
        """Its words choose a preset; strength follows the intensity."""
        return Abilities(
            curve=True,
            onsets=self.hits or self.name in _ALSO_AT_ONSETS,
            channels=(4,) if self.name == "ambience" else (1,),
        )

    def generate(self, event: Event, sample_rate_hz: int) -> NDArray[np.float32]:
        """(channels, samples) float32 take of the event; see `engine.foley.generate.generate`."""
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


def _family(
    module: object,
    name: str,
    version: str,
    hits: bool,
    option: str,
    options: Collection[str],
    level_dbfs: float | None = None,
) -> Family:
    """The family whose function `name` lives in a module with a nominal LEVEL_DBFS."""
    level = float(getattr(module, "LEVEL_DBFS")) if level_dbfs is None else level_dbfs  # noqa: B009
    return Family(name, version, level, hits, getattr(module, name), option, tuple(options))


FAMILIES: tuple[Family, ...] = (
    _family(footsteps, "footsteps", "2", True, "surface", footsteps.SURFACES),
    _family(impacts, "impacts", "2", True, "material", impacts.MATERIALS),
    _family(friction, "rolling", "1", False, "surface", friction.GROUNDS, friction.ROLLING_DBFS),
    _family(friction, "scraping", "1", False, "surface", friction.GROUNDS, friction.SCRAPING_DBFS),
    _family(motor, "motor", "2", False, "type", motor.MOTOR_WORDS),
    _family(tyres, "tyres", "1", False, "road", tyres.ROADS),
    _family(air, "air", "2", False, "character", air.CHARACTERS),
    _family(wings, "wings", "2", False, "wing", wings.WINGS),
    _family(cloth, "cloth", "1", False, "fabric", cloth.FABRICS),
    _family(water, "water", "3", False, "type", water.WATER_WORDS),
    _family(drone, "drone", "1", False, "type", drone.AIRCRAFT),
    _family(ambience, "ambience", "2", False, "place", ambience.PLACES),
    _family(fire, "fire", "2", False, "type", fire.FLAMES),
    _family(wind, "wind", "1", False, "type", wind.BLOWS),
    _family(whoosh, "whoosh", "1", True, "type", whoosh.SWINGS),
    _family(electricity, "electricity", "1", False, "type", electricity.CURRENTS),
    _family(mud, "mud", "1", True, "type", mud.OOZE),
    _family(paper, "paper", "1", False, "material", paper.SHEETS),
    _family(jingle, "jingle", "2", False, "type", jingle.RATTLES),
    _family(creak, "creak", "2", False, "type", creak.JOINTS),
    _family(doors, "doors", "3", True, "action", doors.ACTIONS),
    _family(clicks, "clicks", "2", True, "type", clicks.MECHANISMS),
    _family(tools, "tools", "1", True, "type", tools.TOOLS),
    _family(machine, "machine", "1", False, "type", machine.MACHINES),
    _family(rails, "rails", "3", False, "type", rails.STOCKS),
    _family(debris, "debris", "1", True, "material", debris.STUFF),
    _family(blasts, "blasts", "1", True, "type", blasts.CHARGE_WORDS),
    _family(animals, "animals", "1", True, "animal", animals.ANIMALS),
    _family(people, "people", "1", True, "sound", people.SOUNDS),
    _family(crowd, "crowd", "2", False, "type", crowd.GATHERINGS),
    _family(bells, "bells", "1", True, "type", bells.BELLS),
    _family(horns, "horns", "1", False, "type", horns.SIGNALS),
    _family(percussion, "percussion", "1", True, "type", percussion.DRUMS),
    _family(designed, "designed", "1", False, "type", designed.DESIGNS),
    _family(interface, "interface", "1", True, "type", interface.FIGURES),
)
