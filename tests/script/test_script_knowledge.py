"""The table of sounds is whole, answers by object, action and surface, and knows other names."""

from __future__ import annotations

import pytest

from engine.errors import ScriptError
from engine.foley.generate import GENERATORS
from engine.script.knowledge import load_knowledge, shipped_knowledge
from engine.script.rules import shipped_rules
from engine.script.table_rules import rule_from_table
from engine.script.writer import rule_for, write_script

KNOWN = shipped_knowledge()


def test_every_layer_can_be_made() -> None:
    assert len(KNOWN.sounds) > 150
    assert {layer.generator for sound in KNOWN.sounds for layer in sound.layer} <= set(GENERATORS)


def test_presets_are_the_families_own() -> None:
    for sound in KNOWN.sounds:
        for layer in sound.layer:
            family = GENERATORS[layer.generator]
            preset = layer.parameters.get(family.option)
            assert preset is None or preset in family.options, (sound.objects, sound.action)


def test_the_surface_chooses_the_line() -> None:
    gravel = KNOWN.find("person", "walks", "gravel")
    water = KNOWN.find("person", "walks", "puddle")
    assert gravel is not None
    assert water is not None
    assert gravel.layer[0].parameters["surface"] == "gravel"
    assert water.layer[0].generator == "water"
    assert KNOWN.find("person", "evaporates") is None


def test_texts_are_read_as_whole_words_with_other_names() -> None:
    text = "A phone rings. Carpets and scarves lie there."
    assert [things for things, _ in KNOWN.objects_in(text)] == [("phone", "telephone")]
    assert ("rings",) in [actions for actions, _ in KNOWN.actions_in(text)]
    assert KNOWN.sounds_in("Distant thunder.") == [("lightning", "strikes", 8)]


@pytest.mark.parametrize(
    ("label", "generator", "when"),
    [
        ("washing machine", "machine", "always"),
        ("campfire", "fire", "always"),
        ("plate", "impacts", "contacts"),
    ],
)
def test_what_no_rule_names_has_one_from_the_table(make_track, label, generator, when) -> None:
    rule = rule_for(make_track(label), shipped_rules())
    assert (rule.layer[0].generator, rule.layer[0].when) == (generator, when)


def test_what_the_picture_alone_does_not_tell_makes_no_rule() -> None:
    assert rule_from_table("telephone") is None
    assert rule_from_table("umbrella") is None


def test_a_machine_that_stands_in_the_picture_is_heard(make_track, make_project) -> None:
    still = make_track("fan", (3, 1, 0), (3, 1, 0))
    script = write_script(make_project(still), 1)
    fan = next(event for event in script.events if event.track_id == "fan")
    assert (fan.generator, fan.category, fan.muted) == ("machine", "MACHINES", False)
    assert (fan.start_s, fan.duration_s) == (pytest.approx(0.0), pytest.approx(8.0, abs=0.1))


def test_a_damaged_table_is_told_with_its_line(tmp_path) -> None:
    table, words = tmp_path / "sounds.toml", tmp_path / "words.toml"
    table.write_text(
        'sound = [{ objects = ["gnu"], action = "grunts", surfaces = [], layer = '
        '[{ generator = "animals", category = "GNUS", prompt = "a gnu" }] }]'
    )
    words.write_text("objects = {}\nactions = {}\nsounds = {}\nwhen = {}\n")
    with pytest.raises(ScriptError, match=r"gnu grunts.*GNUS"):
        load_knowledge(table, words)
    table.write_text(table.read_text().replace("GNUS", "ANIMALS"))
    assert load_knowledge(table, words).find("gnu", "grunts") is not None
    words.write_text("objects = {}\nactions = {sings = ['hums']}\nsounds = {}\nwhen = {}\n")
    with pytest.raises(ScriptError, match="no action 'sings'"):
        load_knowledge(table, words)
