"""A script file of the user's own: what it may say, and how mistakes are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import ScriptError
from engine.foley.generate import GENERATORS, generate
from engine.script.script import event_seed
from engine.script.writer import load_script

GOOD = """\
title = "The courtyard"

[[event]]
track = "person 1"
generator = "footsteps"
prompt = "boots on gravel"
at_s = [1.25, 1.9, 2.55]
strengths = [1.0, 0.8, 0.9]
parameters = { surface = "gravel" }

[[event]]
id = "wind"
track = "ambience"
generator = "ambience"
prompt = "wind in trees"
category = "WIND"
level_db = -3.0

[[event]]
track = "Person"
generator = "cloth"
start_s = 1.0
duration_s = 2.0
intensity = [[1.0, 0.2], [2.0, 1.0], [3.0, 0.1]]
"""


@pytest.fixture
def project(make_track, make_project):
    return make_project(make_track("person", id="t1", name="person 1"))


def write(folder: Path, text: str, name: str = "script.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_script(tmp_path: Path, project) -> None:
    script = load_script(write(tmp_path, GOOD), project)
    steps, wind, cloth = script.events
    assert (steps.id, steps.track_id, steps.layer) == ("e1", "t1", "footsteps")
    assert steps.onsets_s == (1.25, 1.9, 2.55)
    assert steps.start_s < 1.25
    assert steps.start_s + steps.duration_s > 3.0
    assert (wind.id, wind.start_s, wind.duration_s, wind.level_db) == ("wind", 0.0, 8.0, -3.0)
    assert (cloth.track_id, cloth.start_s, cloth.duration_s) == ("t1", 1.0, 2.0)
    assert [track.id for track in script.tracks] == ["ambience"]
    assert all(event.provenance == "hand" for event in script.events)
    assert load_script(tmp_path / "script.toml", project) == script
    assert [e.seed for e in script.events] == [event_seed(0, id_) for id_ in ("e1", "wind", "e3")]
    for event in script.events:
        assert event.generator in GENERATORS
        generate(event, 16_000)


def test_the_same_in_json(tmp_path: Path, project) -> None:
    import tomllib

    as_json = json.dumps(tomllib.loads(GOOD), indent=1)
    from_json = load_script(write(tmp_path, as_json, "script.json"), project)
    assert from_json == load_script(write(tmp_path, GOOD), project)


BAD = [
    ('track = "person 1"', 'track = "horse"', "script.toml:3.*track: there is no 'horse'"),
    ('generator = "footsteps"', 'generator = "steps"', "script.toml:3.*no 'steps'.*footsteps"),
    ('generator = "footsteps"', "", "script.toml:3.*generator"),
    ("at_s = [1.25, 1.9, 2.55]", "at_s = [1.25, 99.0, 2.55]", "script.toml:3"),
    ("at_s = [1.25, 1.9, 2.55]", 'at_s = "now"', "script.toml:3.*at_s"),
    ("at_s = [1.25, 1.9, 2.55]", "at_s = [nan, 1.9, 2.55]", "script.toml:3.*finite"),
    ("strengths = [1.0, 0.8, 0.9]", "strengths = [1.0]", "1 for 3 hits"),
    ("strengths = [1.0, 0.8, 0.9]", "strengths = [1.0, 7.0, 1.0]", "strengths: 7 is out of"),
    ("level_db = -3.0", "level_db = inf", "script.toml:11.*level_db"),
    ("level_db = -3.0", "volume = -3.0", "script.toml:11.*volume"),
    ('category = "WIND"', 'category = "BREEZE"', "script.toml:11.*'BREEZE' is no UCS"),
    ("duration_s = 2.0", "duration_s = 20.0", "script.toml:19.*1 s to 21 s"),
    ("duration_s = 2.0", "duration_s = 2.0\nend_s = 3.0", "not both"),
    ("[2.0, 1.0]", "[0.5, 1.0]", "times must increase"),
    ('id = "wind"', 'id = "e1"', "id 'e1' occurs twice"),
    ("[[event]]\ntrack", "[[sound]]\ntrack", "unknown key 'sound'"),
    ('title = "The courtyard"', 'title = "The', "script.toml:1"),
]


@pytest.mark.parametrize(("old", "new", "words"), BAD)
def test_mistakes(tmp_path: Path, project, old: str, new: str, words: str) -> None:
    assert old in GOOD
    with pytest.raises(ScriptError, match=words) as caught:
        load_script(write(tmp_path, GOOD.replace(old, new, 1)), project)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", '{"event": [\n{"track": 3}\n]}', r"a\.json:2.*event 1"),
        ("a.json", '{"event": [\n', r"a\.json:2"),
        ("a.json", "[]", "unknown key"),
        ("a.json", '{"event": [{"track": "a", "generator": "b", "seed": -1}]}', "event 1.*seed"),
        ("a.toml", "", "holds no events"),
        ("a.toml", "event = []", "holds no events"),
    ],
)
def test_other_files(tmp_path: Path, project, name: str, text: str, words: str) -> None:
    with pytest.raises(ScriptError, match=words):
        load_script(write(tmp_path, text, name), project)


def test_no_file_and_no_text(tmp_path: Path, project) -> None:
    with pytest.raises(ScriptError, match="there is no such script; check the path"):
        load_script(tmp_path / "none.toml", project)
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScriptError, match="cannot be read: it is not text; give a TOML"):
        load_script(tmp_path / "b.toml", project)
