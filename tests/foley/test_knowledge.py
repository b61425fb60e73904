"""The table of what sounds: object x action x surface -> layers that the families can make."""

from __future__ import annotations

import tomllib
from itertools import chain

import pytest

from engine import resources
from engine.foley.generate import GENERATORS, generate
from engine.project.model import Event

SOUNDS = tomllib.loads(resources.path("foley/sounds.toml").read_text(encoding="utf-8"))["sound"]
LAYERS = list(chain.from_iterable(sound["layer"] for sound in SOUNDS))


def test_rows_are_whole_and_told_apart() -> None:
    keys = [
        (thing, sound["action"], surface)
        for sound in SOUNDS
        for thing in sound["objects"]
        for surface in sound["surfaces"] or [""]
    ]
    assert len(keys) == len(set(keys))
    assert all(sound["objects"] and sound["action"] and sound["layer"] for sound in SOUNDS)


def test_categories_are_of_ucs() -> None:
    ucs = tomllib.loads(resources.path("script/ucs.toml").read_text(encoding="utf-8"))
    assert {layer["category"] for layer in LAYERS} <= set(ucs["categories"])


def test_every_layer_names_a_preset_there_is() -> None:
    for layer in LAYERS:
        family = GENERATORS[layer["generator"]]
        assert layer["parameters"][family.option] in family.options, layer


def test_nearly_every_family_is_of_use() -> None:
    """All but what belongs to no object: beds, plain air, designed sounds."""
    unused = set(GENERATORS) - {layer["generator"] for layer in LAYERS}
    assert unused <= {"ambience", "air", "designed"}


@pytest.mark.parametrize("name", sorted({layer["generator"] for layer in LAYERS}))
def test_parameters_are_accepted(name: str) -> None:
    """Every distinct set of parameters makes a sound without a word of complaint."""
    sets = {str(layer["parameters"]): layer for layer in LAYERS if layer["generator"] == name}
    for layer in sets.values():
        event = Event(
            id="e",
            track_id="t",
            layer="l",
            generator=name,
            prompt=layer["prompt"],
            start_s=0.0,
            duration_s=0.1,
            onsets_s=(0.01,),
            parameters=layer["parameters"],
        )
        assert generate(event, 16_000).shape[1] == 1_600
