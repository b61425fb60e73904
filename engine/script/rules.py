"""The knowledge the script is written from: rule files in `resources/script/`, read and checked."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from engine import resources
from engine.errors import ScriptError

When = Literal["contacts", "moving", "grounded", "airborne", "always"]
ContactKind = Literal["step", "bounce", "impact", "turn", "start", "stop"]
Guess = Literal["steps", "bounces", "airborne", "anything"]
FIELDS = frozenset({"name", "label", "surface", "road", "count", "speed"})
"""Names that prompts, whys and text parameters may use in braces."""

_T = TypeVar("_T")


class Count(int):
    """A number that a text names with its noun: "{count:step}" is "1 step" or "6 steps".

    "{count:time}" is "once" where it is 1; without a noun it is the bare number.
    """

    def __format__(self, noun: str) -> str:
        if noun == "time" and self == 1:
            return "once"
        return f"{int(self)} {noun}{'s' * (self != 1)}" if noun else str(int(self))


class LayerRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One layer of sound on one kind of object; fields are explained in `objects.toml`."""

    layer: str
    generator: str
    when: When
    prompt: str
    category: str
    why: str
    contacts: tuple[ContactKind, ...] = ()
    fallback_hz: float = 0.0
    fewest: int = 1
    intensity: Literal["speed", "effort", "constant"] = "constant"
    speed_m_per_s: float = 5.0
    level_db: float = 0.0
    parameters: dict[str, float | str] = {}


class ObjectRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of object: its labels, how it is guessed without one, and its layers.

    Of objects that yield, one at a time makes its lasting sounds; those that wait are silent
    while a louder one of these passes, or share the time with them if they cross the picture (see
    `engine.script.foreground`). What is `power_db` louder than a car, and far louder than another
    where the listener stands, leaves it no share of that time. What motion shows to fly
    takes the rule named `in_flight`, where there is one. Where one that lives `outdoors` is seen,
    the scene is there.
    """

    name: str
    layer: tuple[LayerRule, ...]
    labels: tuple[str, ...] = ()
    guess: Guess | None = None
    colour: str | None = None
    yields: bool = False
    waits: bool = False
    power_db: float = 0.0
    outdoors: bool = False
    in_flight: str = ""


class GroundRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of the user that say what the ground is."""

    words: tuple[str, ...]
    surface: str
    road: str


class PlaceRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of the user that call for a bed of ambience."""

    words: tuple[str, ...]
    place: str
    prompt: str
    category: str


class SceneRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`scene.toml`: grounds, places and weather."""

    generic_labels: tuple[str, ...]
    default_surface: str
    default_road: str
    default_place: str
    outdoors: str
    open_air: str
    indoors: str
    bed_under_movers_db: float = 0.0
    aside_db: float | None = None
    ground: tuple[GroundRule, ...] = ()
    place: tuple[PlaceRule, ...] = ()
    weather: tuple[PlaceRule, ...] = ()


class Rules(Struct, frozen=True, kw_only=True):
    """Everything the writer knows."""

    objects: tuple[ObjectRule, ...]
    scene: SceneRules
    categories: frozenset[str]


class _Objects(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    object: tuple[ObjectRule, ...]


class _Categories(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    categories: tuple[str, ...]


@lru_cache(maxsize=1)
def shipped_rules() -> Rules:
    """The rules that come with the program."""
    return load_rules(resources.path("script/objects.toml").parent)


def load_rules(folder: Path) -> Rules:
    """Read and check `objects.toml`, `scene.toml` and `ucs.toml` in a folder.

    Raises
    ------
    ScriptError
        Naming file, key and what is wrong with it.
    """
    rules = Rules(
        objects=read_toml(folder / "objects.toml", _Objects).object,
        scene=read_toml(folder / "scene.toml", SceneRules),
        categories=frozenset(read_toml(folder / "ucs.toml", _Categories).categories),
    )
    _check_objects(rules, folder / "objects.toml")
    _check_scene(rules, folder / "scene.toml")
    return rules


def read_toml(path: Path, kind: type[_T]) -> _T:
    """A TOML file as a value of the given type; ScriptError with file and key (or line)."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError(f"cannot be read: {error}", place=path) from error
    except tomllib.TOMLDecodeError as error:
        raise ScriptError(f"is not valid TOML: {error}", place=path) from error
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise ScriptError(in_words(error), place=path, remedy="correct that key") from error


def in_words(error: msgspec.ValidationError) -> str:
    """A validation error as 'key: problem' without the library's notation."""
    text = str(error)
    match = re.fullmatch(r"(.*?)(?: - at `\$?\.?(.*)`)?", text, re.DOTALL)
    problem, key = (match.group(1), match.group(2)) if match else (text, None)
    problem = problem[:1].lower() + problem[1:]
    return f"{key}: {problem}" if key else problem


def mentions(text: str, phrases: Sequence[str]) -> str | None:
    """The longest of the phrases that occurs in a text as whole words, plural or not."""
    found = [p for p in phrases if re.search(rf"\b{re.escape(p)}(?:s|es)?\b", text, re.IGNORECASE)]
    return max(found, key=len) if found else None


def _check_objects(rules: Rules, path: Path) -> None:
    names = [rule.name for rule in rules.objects]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ScriptError(f"object '{twice}' occurs twice", place=path, remedy="rename one")
    if not any(rule.guess == "anything" for rule in rules.objects):
        raise ScriptError(
            "no object has guess = 'anything'", place=path, remedy="add a rule for the unknown"
        )
    for rule in rules.objects:
        for index, layer in enumerate(rule.layer):
            _check_layer(
                layer, f"object '{rule.name}', layer {index + 1} ('{layer.layer}')", rules, path
            )


def _check_layer(layer: LayerRule, where: str, rules: Rules, path: Path) -> None:
    if layer.when == "contacts" and not layer.contacts:
        raise ScriptError(
            f"{where}: when = 'contacts' names no contacts",
            place=path,
            remedy="add contacts = ['step'] or another kind",
        )
    if layer.speed_m_per_s <= 0.0 or layer.fallback_hz < 0.0:
        raise ScriptError(
            f"{where}: speed_m_per_s must be above 0 and fallback_hz not below", place=path
        )
    check_category(layer.category, where, rules.categories, path)
    texts = {"prompt": layer.prompt, "why": layer.why, **layer.parameters}
    for key, text in texts.items():
        if isinstance(text, str):
            _check_fields(text, f"{where}, {key}", path)


def check_category(category: str, where: str, categories: frozenset[str], path: str | Path) -> None:
    """ScriptError unless the category is one of UCS's."""
    if category not in categories:
        raise ScriptError(
            f"{where}: category '{category}' is no UCS category",
            place=path,
            remedy="use one from ucs.toml, in capitals",
        )


def _check_fields(text: str, where: str, path: Path) -> None:
    try:
        used = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise ScriptError(f"{where}: {error}", place=path, remedy="check the braces") from error
    if used - FIELDS:
        raise ScriptError(
            f"{where}: unknown field {{{min(used - FIELDS)}}}",
            place=path,
            remedy=f"use one of {', '.join(sorted(FIELDS))}",
        )


def _check_scene(rules: Rules, path: Path) -> None:
    for rule in (*rules.scene.place, *rules.scene.weather):
        check_category(rule.category, f"place '{rule.place}'", rules.categories, path)
    for key in ("default_place", "outdoors", "open_air", "indoors"):
        place = getattr(rules.scene, key)
        if place not in {rule.place for rule in rules.scene.place}:
            raise ScriptError(f"{key} '{place}' has no [[place]]", place=path)
