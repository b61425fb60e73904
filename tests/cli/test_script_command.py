"""`foleystage script`: the tree of a session, another branch, a table out and in, cues."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.cli.main import main
from engine.pipeline.compose import compose
from engine.pipeline.settings import RunSettings
from engine.project.model import Contact, Project, Scene, Track, Trajectory, Video
from engine.project.store import Bundle


@pytest.fixture
def session(tmp_path):
    path = Trajectory.from_arrays([0.0, 2.0], np.array([[4.0, 2.0, -1.6], [4.0, -2.0, -1.6]]))
    walker = Track(
        id="w",
        name="Anna",
        label="person",
        trajectory=path,
        contacts=tuple(Contact(time_s=t, kind="step") for t in (0.3, 0.9, 1.5)),
        end_s=2.0,
    )
    video = Video(
        path=str(tmp_path / "a.mp4"),
        fingerprint="",
        width=640,
        height=360,
        duration_s=2.0,
        rate_numerator=25,
        rate_denominator=1,
    )
    project = Project(video=video, tracks=(walker,), scene=Scene(prompt=("mud",)))
    bundle = Bundle.create(tmp_path / "scene.foley", project)
    with bundle:
        for edit in compose(project, bundle.media, RunSettings()):
            project = edit.apply(project)
        bundle.save(project)
    return tmp_path / "scene.foley"


def opened(session) -> Project:
    bundle, project, _ = Bundle.open(session, read_only=True)
    bundle.close()
    return project


def test_the_tree_is_shown_and_another_branch_taken(session, capsys) -> None:
    assert main(["script", str(session), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["mind"] == "rules"
    assert len(report["shots"]) == 1
    assert report["objections"] == []
    before = opened(session)
    other = next(
        node["id"]
        for node in report["branches"]
        if "detail: told" not in node.get("moves", ()) and node["id"] != report["chosen"]
    )
    assert main(["script", str(session), "--choose", other]) == 0
    after = opened(session)
    assert after.script_tree.chosen == other
    assert after.events != before.events
    assert {clip.take_id for clip in after.clips} <= {take.id for take in after.takes}
    assert all(after.takes_of(event.id) for event in after.events)


def test_an_unknown_branch_changes_nothing(session, capsys) -> None:
    before = opened(session)
    assert main(["script", str(session), "--choose", "n99"]) == 1
    assert "no branch 'n99'" in capsys.readouterr().err
    assert opened(session) == before


def test_a_table_goes_out_and_its_changes_come_in(session, tmp_path) -> None:
    table, cues = tmp_path / "script.csv", tmp_path / "cues.txt"
    assert main(["script", str(session), "--csv", str(table), "--cues", str(cues)]) == 0
    assert "CUE SHEET" in cues.read_text()
    event = opened(session).events[0]
    text = table.read_text()
    assert event.prompt in text
    table.write_text(text.replace(event.prompt, "new words"))
    assert main(["script", str(session), "--import", str(table)]) == 0
    assert opened(session).event(event.id).prompt == "new words"


def test_a_bad_table_is_one_line_and_changes_nothing(session, tmp_path, capsys) -> None:
    before = opened(session)
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"\xff\xfe\x00")
    assert main(["script", str(session), "--import", str(bad)]) == 1
    assert main(["script", str(session), "--import", str(tmp_path / "none.csv")]) == 1
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 2
    assert opened(session) == before
