"""Rule files are data: the shipped ones are sound, damaged ones are told by file and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine import resources
from engine.errors import ScriptError
from engine.foley.ambience import PLACES
from engine.foley.footsteps import SURFACES
from engine.foley.friction import GROUNDS
from engine.foley.generate import GENERATORS
from engine.foley.tyres import ROADS
from engine.script.rules import load_rules, mentions, shipped_rules


def test_shipped_rules_speak_of_things_that_exist() -> None:
    rules = shipped_rules()
    for rule in rules.objects:
        assert all(layer.generator in GENERATORS for layer in rule.layer), rule.name
    scene = rules.scene
    assert {p.place for p in (*scene.place, *scene.weather)} <= set(PLACES)
    surfaces = {scene.default_surface, *(ground.surface for ground in scene.ground)}
    assert surfaces <= set(SURFACES) & set(GROUNDS)
    assert {scene.default_road, *(ground.road for ground in scene.ground)} <= set(ROADS)


def test_no_label_belongs_to_two_objects() -> None:
    labels = [label for rule in shipped_rules().objects for label in rule.labels]
    assert len(labels) == len(set(labels))


def test_whole_words_plural_and_longest() -> None:
    assert mentions("two dogs", ("dog", "do")) == "dog"
    assert mentions("A Race Car", ("car", "race car")) == "race car"
    assert mentions("carpet", ("car",)) is None
    assert mentions("", ("car",)) is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(resources.path("script"), tmp_path / "script")
    return tmp_path / "script"


DAMAGES = [
    ("objects.toml", 'when = "contacts"', 'when = "sometimes"', r"object\[0\]\.layer\[0\]\.when"),
    ("objects.toml", "fallback_hz = 1.85", "fallback_hz = 'quick'", r"fallback_hz"),
    ("objects.toml", 'generator = "footsteps"', 'generater = "x"', "generater"),
    ("objects.toml", '"step", "impact", "bounce"]', '"jump"]', "jump"),
    ("objects.toml", "on {surface}, {count:step}", "on {floor}", "unknown field {floor}"),
    ("objects.toml", "on {surface}, {count:step}", "on {surface", "prompt"),
    ("objects.toml", 'category = "FOOTSTEPS"', 'category = "FEET"', "'FEET' is no UCS"),
    ("objects.toml", 'guess = "anything"', "", "guess = 'anything'"),
    ("objects.toml", 'name = "horse"', 'name = "walker"', "'walker' occurs twice"),
    ("objects.toml", "[[object]]\nname", "[[object\nname", "not valid TOML"),
    ("objects.toml", "speed_m_per_s = 1.6", "speed_m_per_s = 0.0", "must be above 0"),
    ("scene.toml", 'default_place = "neutral"', 'default_place = "moon"', "'moon'"),
    ("scene.toml", 'indoors = "interior"', 'indoors = "cellar"', "indoors 'cellar'"),
    ("scene.toml", 'default_road = "asphalt"', "", "default_road"),
    ("ucs.toml", "categories = [", "kinds = [", "categories|kinds"),
]


@pytest.mark.parametrize(("file", "old", "new", "words"), DAMAGES)
def test_damaged_rules(folder: Path, file: str, old: str, new: str, words: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScriptError, match=words) as caught:
        load_rules(folder)
    assert file in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file(folder: Path) -> None:
    (folder / "ucs.toml").unlink()
    with pytest.raises(ScriptError, match=r"ucs\.toml: cannot be read"):
        load_rules(folder)
