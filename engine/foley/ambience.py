"""Ambience beds as first-order ambisonics (AmbiX: W Y Z X, SN3D), all around the listener.

Diffuse layers are four independent noises, with W at 1 and the directional channels at 1/sqrt(3)
each (the expectation of an isotropic SN3D field), Z lower because outdoor sound lies near the
horizon. Single sounds (birds, passing cars, drops) are plane waves from places of their own.

Level: W is -54 dBFS (K-weighted) at intensity 1; rain -48, sea -50, room tone -62, still air -60: a
bed stays some 20 dB below what happens in front of it, so that directions and hits remain clear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.ambience_layers import (
    birds,
    crickets,
    hum,
    passing_cars,
    rainfall,
    running_water,
    still_air,
    traffic,
    waves,
    wind,
)
from engine.foley.envelope import intensity_curve, length_samples
from engine.foley.loudness import to_unit_texture
from engine.foley.parameters import choice
from engine.foley.streams import random_stream
from engine.project.model import Event
from engine.units import db_to_gain

Array = NDArray[np.float64]
LEVEL_DBFS = -54.0
LAYER_S = 8.0
"""Layers are balanced over at least this long, so that one bird does not fill a short bed."""
Layer = Callable[[int, np.random.Generator, int], Array]


@dataclass(frozen=True)
class Place:
    """An ambience: its level against the family's, and layers of (level in dB, sound)."""

    level_db: float
    layers: tuple[tuple[float, Layer], ...]


PLACES: dict[str, Place] = {
    "exterior": Place(0.0, ((0.0, wind), (-7.0, traffic), (-5.0, birds))),
    "open": Place(-1.0, ((0.0, wind), (-6.0, birds))),
    "forest": Place(0.0, ((-2.0, wind), (0.0, birds))),
    "city": Place(4.0, ((0.0, traffic), (-4.0, passing_cars), (-12.0, wind))),
    "interior": Place(-8.0, ((0.0, hum),)),
    "neutral": Place(-6.0, ((0.0, still_air),)),
    "wind": Place(2.0, ((0.0, wind),)),
    "night": Place(-2.0, ((-5.0, wind), (0.0, crickets))),
    "rain": Place(6.0, ((0.0, rainfall), (-14.0, wind))),
    "sea": Place(4.0, ((0.0, waves), (-22.0, wind))),
    "stream": Place(2.0, ((0.0, running_water), (-12.0, wind), (-12.0, birds))),
}
PLACE_WORDS: dict[str, tuple[str, ...]] = {
    "rain": ("raining", "rainy", "storm"),
    "sea": ("ocean", "beach", "surf", "waves"),
    "stream": ("river", "brook", "creek", "water"),
    "night": ("crickets",),
    "forest": ("woods", "birdsong", "park", "garden"),
    "wind": ("windy", "gale"),
    "city": ("traffic", "urban", "street"),
    "interior": ("room", "indoor", "indoors"),
    "neutral": ("still",),
    "exterior": ("outside", "outdoors"),
    "open": ("countryside", "meadow"),
}


def ambience(event: Event, sample_rate_hz: int) -> Array:
    """(4, samples) bed of the `place` given as parameter or named in the prompt."""
    place = PLACES[choice(event, "place", PLACE_WORDS, "exterior")]
    samples = length_samples(event, sample_rate_hz)
    long_enough = max(samples, int(LAYER_S * sample_rate_hz))
    bed = np.zeros((4, samples))
    total_power = 0.0
    for index, (level_db, layer) in enumerate(place.layers):
        rng = random_stream(event, f"layer {index} {layer.__name__}")
        sound = layer(long_enough, rng, sample_rate_hz)
        unit = to_unit_texture(sound, sample_rate_hz)[:, :samples]
        bed += unit * float(db_to_gain(level_db))
        total_power += float(db_to_gain(2.0 * level_db))
    level = float(db_to_gain(place.level_db))
    effort = intensity_curve(event, samples, sample_rate_hz, 0.3)
    return bed / np.sqrt(total_power) * level * effort
