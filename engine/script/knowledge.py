"""What is known of sounds: object x action x surface -> layers, read from the shipped table.

The table is `resources/foley/sounds.toml`; other names of its objects and forms of its actions,
for reading labels and screenplays, are in `resources/script/words.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path

from msgspec import Struct

from engine import resources
from engine.errors import ScriptError
from engine.script.rules import When, check_category, read_toml, shipped_rules

ANYTHING = "anything"
"""The table's object that stands for every other."""


class SoundLayer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One layer of a sound: what makes it, its UCS category, and it in words."""

    generator: str
    category: str
    prompt: str
    parameters: dict[str, float | str] = {}


class Sound(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the table; no surfaces: whatever it happens on."""

    objects: tuple[str, ...]
    action: str
    surfaces: tuple[str, ...]
    layer: tuple[SoundLayer, ...]


class Words(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`words.toml`; its parts are explained there."""

    objects: dict[str, tuple[str, ...]]
    actions: dict[str, tuple[str, ...]]
    sounds: dict[str, tuple[str, str]]
    when: dict[str, When]


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sound: tuple[Sound, ...]


class Knowledge(Struct, frozen=True, kw_only=True, dict=True):
    """The table and the words for it."""

    sounds: tuple[Sound, ...]
    words: Words

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        """Every name of objects, to the table's: its own first."""
        own = dict.fromkeys(name for sound in self.sounds for name in sound.objects)
        names = {name: [name] for name in own if name != ANYTHING}
        for thing, others in self.words.objects.items():
            for name in others:
                names.setdefault(name, []).append(thing)
        return {name: tuple(things) for name, things in names.items()}

    @cached_property
    def _forms(self) -> dict[str, tuple[str, ...]]:
        """Every form of an action, to the table's actions."""
        forms: dict[str, list[str]] = {sound.action: [sound.action] for sound in self.sounds}
        for action, others in self.words.actions.items():
            for form in others:
                forms.setdefault(form, []).append(action)
        return {form: tuple(actions) for form, actions in forms.items()}

    @cached_property
    def _name_pattern(self) -> re.Pattern[str]:
        return _any_of(self._names, plural=True)

    @cached_property
    def _form_pattern(self) -> re.Pattern[str]:
        return _any_of(self._forms)

    @cached_property
    def _sound_pattern(self) -> re.Pattern[str]:
        return _any_of(self.words.sounds)

    def objects_in(self, text: str) -> list[tuple[tuple[str, ...], int]]:
        """What a text names (the table's objects it may mean), and where."""
        found = ((m.group(1).lower(), m.start()) for m in self._name_pattern.finditer(text))
        return [(self._names[name], start) for name, start in found]

    def actions_in(self, text: str) -> list[tuple[tuple[str, ...], int]]:
        """What a text says happens (the table's actions it may mean), and where."""
        found = ((m.group(1).lower(), m.start()) for m in self._form_pattern.finditer(text))
        return [(self._forms[form], start) for form, start in found]

    def sounds_in(self, text: str) -> list[tuple[str, str, int]]:
        """Words of a text that are sounds by themselves: object, action, and where."""
        found = ((m.group(1).lower(), m.start()) for m in self._sound_pattern.finditer(text))
        return [(*self.words.sounds[word], start) for word, start in found]

    def object_of(self, text: str) -> str | None:
        """The table's object in a label, by the longest name; None where there is none."""
        found = [m.group(1).lower() for m in self._name_pattern.finditer(text)]
        return self._names[max(found, key=len)][0] if found else None

    def sounds_of(self, thing: str) -> Iterator[Sound]:
        """The lines of an object of the table."""
        return (sound for sound in self.sounds if thing in sound.objects)

    def find(self, thing: str, action: str, surface: str = "") -> Sound | None:
        """What sounds when an object does something on a surface; None where nothing is known.

        A line for just that surface comes first, then one for any, then the first.
        """
        for known in (thing, ANYTHING):
            lines = [s for s in self.sounds_of(known) if s.action == action]
            exact = [s for s in lines if surface and surface in s.surfaces]
            free = [s for s in lines if not s.surfaces]
            fitting = exact or free or (lines if known == thing else [])
            if fitting:
                return fitting[0]
        return None


@lru_cache(maxsize=1)
def shipped_knowledge() -> Knowledge:
    """The table and the words that come with the program."""
    return load_knowledge(resources.path("foley/sounds.toml"), resources.path("script/words.toml"))


def load_knowledge(table: Path, words: Path) -> Knowledge:
    """Read and check a table of sounds and the words for it.

    Raises
    ------
    ScriptError
        With the file, the line's object and action, and what is wrong.
    """
    known = Knowledge(sounds=read_toml(table, _Table).sound, words=read_toml(words, Words))
    categories = shipped_rules().categories
    for sound in known.sounds:
        where = f"{'/'.join(sound.objects)} {sound.action}"
        if not sound.objects or not sound.layer:
            raise ScriptError(f"{where}: names no object or no layer", place=table)
        for layer in sound.layer:
            check_category(layer.category, where, categories, table)
    actions = {sound.action for sound in known.sounds}
    for thing, action in known.words.sounds.values():
        if known.find(thing, action) is None:
            raise ScriptError(f"sounds: the table has no '{thing} {action}'", place=words)
    _check_actions(known.words.actions, actions, words)
    return known


def _check_actions(forms: Iterable[str], actions: set[str], place: Path) -> None:
    strange = sorted(set(forms) - actions)
    if strange:
        raise ScriptError(
            f"actions: the table has no action '{strange[0]}'", place=place, remedy="mend the word"
        )


def _any_of(phrases: Iterable[str], *, plural: bool = False) -> re.Pattern[str]:
    """Matches any of the phrases as whole words, the longest first."""
    longest_first = sorted(phrases, key=len, reverse=True)
    ending = "(?:s|es)?" if plural else ""
    return re.compile(rf"\b({'|'.join(map(re.escape, longest_first))}){ending}\b", re.IGNORECASE)
