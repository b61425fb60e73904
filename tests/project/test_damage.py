"""Sessions damaged by hand or by a disk: told by file, line or field, with a remedy."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ProjectError
from engine.project.edits import SetTitle
from engine.project.history import Document
from engine.project.model import Project
from engine.project.project_file import read_project_file
from engine.project.store import Bundle


def files(folder: Path) -> dict[str, bytes]:
    """Every file under a folder."""
    return {str(f): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def damage(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    table = json.loads(path.read_text())
    change(table)
    path.write_text(json.dumps(table, indent=2))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t["project"]["tracks"][1].update(name=3), r"project\.tracks\[1\]\.name"),
        (lambda t: t["project"]["tracks"][0].pop("id"), "required field `id`"),
        (
            lambda t: t["project"]["tracks"][0]["trajectory"].update(keyframes=[]),
            r"tracks\[0\]\.trajectory has no keyframe",
        ),
        (
            lambda t: t["project"]["clips"][0].update(track_id="x"),
            r"clips\[0\]\.track_id names 'x'",
        ),
        (lambda t: t["project"]["clips"][0].update(gain_db=900), r"clips\[0\]\.gain_db is 900"),
        (lambda t: t["project"]["clips"].append(t["project"]["clips"][0]), "used twice"),
        (lambda t: t["project"].update(tracks=7), r"project\.tracks"),
        (lambda t: t.update(schema_version=99), "open it with a newer Foleystage"),
        (lambda t: t.update(schema_version="one"), "schema_version is 'one'"),
        (lambda t: t.update(number=-1), "number is -1"),
        (lambda t: t.update(format="other"), "not a Foleystage project"),
        (lambda t: t.update(project=None), "not a Foleystage project"),
    ],
)
def test_damage_by_hand_is_told_by_field(
    tmp_path: Path, project: Project, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    path = tmp_path / "scene.foley"
    Bundle.create(path, project).close()
    damage(path / "project.json", change)
    before = files(path)
    with pytest.raises(ProjectError, match=words) as caught:
        Bundle.open(path, read_only=True)
    assert str(path / "project.json") in str(caught.value)
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    assert files(path) == before


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b'{\n "format": "foleystage",\n "number": 1,,\n}', 3, "malformed"),
        (b'{\n "format": "foleystage",\n "project": {', 3, "ends too early"),
        (b'{\n "title": "\xff\xfe"\n}', 2, "."),
        (b"", 1, "ends too early"),
        (b"[" * 100_000, 1, "."),
    ],
)
def test_broken_json_is_told_by_line(tmp_path: Path, data: bytes, line: int, words: str) -> None:
    path = tmp_path / "project.json"
    path.write_bytes(data)
    with pytest.raises(ProjectError, match=words) as caught:
        read_project_file(path)
    assert f"project.json:{line}:" in str(caught.value)


def test_nothing_sound_left_is_said(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "scene.foley"
    Bundle.create(path, project).close()
    (path / "project.json").write_text("{")
    for file in (path / "generations").iterdir():
        file.write_text("{")
    with pytest.raises(ProjectError, match="ends too early"):
        Bundle.open(path)
    with pytest.raises(ProjectError, match="no such session"):
        Bundle.open(tmp_path / "nowhere.foley")
    with pytest.raises(ProjectError, match="not a Foleystage session"):
        Bundle.open(tmp_path)


def test_the_remedy_names_only_saves_that_are_there(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "scene.foley"
    Bundle.create(path, project).close()
    (path / "project.json").write_text("{")
    with pytest.raises(ProjectError, match="take the newest file of the generations folder"):
        read_project_file(path / "project.json")
    shutil.rmtree(path / "generations")
    with pytest.raises(ProjectError, match="no earlier save is left beside it") as caught:
        Bundle.open(path)
    assert "generations" not in str(caught.value)


def test_a_number_of_a_hand_edited_file_does_not_matter(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "scene.foley"
    Bundle.create(path, project).close()
    damage(path / "project.json", lambda table: table.update(number=500))
    with Bundle.open(path)[0] as bundle:
        document = Document(project, journal=bundle.journal)
        document.do(SetTitle(title="on"))
    bundle, found, _ = Bundle.open(path)
    bundle.close()
    assert found.title == "on"
