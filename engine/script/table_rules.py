"""A rule for what no rule names, but the table of sounds knows: a washing machine, a campfire."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from engine.script.knowledge import Knowledge, Sound, SoundLayer, shipped_knowledge
from engine.script.rules import ContactKind, LayerRule, ObjectRule, When

_TOUCHES: tuple[ContactKind, ...] = ("impact", "bounce")


@lru_cache(maxsize=256)
def rule_from_table(text: str, surface: str = "") -> ObjectRule | None:
    """The rule of a thing by its label or name, from the shipped table.

    Parameters
    ----------
    text : str
        Label or name of a track.
    surface : str
        What the ground is, where it is known.

    Returns
    -------
    ObjectRule or None
        None where the table does not name it, or knows no sound that the picture alone tells.
    """
    knowledge = shipped_knowledge()
    thing = knowledge.object_of(text)
    if thing is None:
        return None
    layers: dict[str, LayerRule] = {}
    for action in dict.fromkeys(sound.action for sound in knowledge.sounds_of(thing)):
        sound = knowledge.find(thing, action, surface)
        when = _when(knowledge, thing, action)
        if sound is not None and when is not None:
            for layer in _layers(thing, sound, when):
                layers.setdefault(layer.layer, layer)
    return ObjectRule(name=thing, layer=tuple(layers.values())) if layers else None


def _when(knowledge: Knowledge, thing: str, action: str) -> When | None:
    table = knowledge.words.when
    return table.get(f"{thing} {action}", table.get(action))


def _layers(thing: str, sound: Sound, when: When) -> Iterator[LayerRule]:
    for layer in sound.layer:
        yield LayerRule(
            layer=layer.generator,
            generator=layer.generator,
            when=when,
            contacts=_TOUCHES if when == "contacts" else (),
            intensity="speed" if when in ("moving", "grounded", "airborne") else "constant",
            prompt=_plain(layer.prompt),
            category=layer.category,
            why=_why(thing, sound, when, layer),
            parameters=layer.parameters,
        )


def _why(thing: str, sound: Sound, when: When, layer: SoundLayer) -> str:
    reason = {
        "contacts": "at {count:seen contact}",
        "always": "while it is seen",
    }.get(when, "while it moves, at about {speed} m/s")
    return f"{_plain(f'{thing} {sound.action}')}: {layer.generator} {reason}"


def _plain(text: str) -> str:
    """Text without the braces that fields are written in."""
    return text.replace("{", "").replace("}", "")
