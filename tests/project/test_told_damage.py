"""What is ignored or lost in a session that opens all the same is told, with file and place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.project.model import Project
from engine.project.store import Bundle


def _notes(path: Path) -> str:
    _, _, recovery = Bundle.open(path, read_only=True)
    return recovery.message if recovery else ""


def _add(path: Path, **fields: object) -> None:
    table = json.loads((path / "project.json").read_text())
    table["project"]["tracks"][0].update(fields)
    (path / "project.json").write_text(json.dumps(table))


def test_an_unknown_field_is_told_by_file_and_place(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "scene.foley"
    Bundle.create(path, project).close()
    assert _notes(path) == ""
    _add(path, gain_db=-3.0)
    assert _notes(path) == "project.json: there is no field project.tracks[0].gain_db; ignored"
    _add(path, a=1, b=2, c=3)
    assert "and 1 more; ignored" in _notes(path)


@pytest.mark.parametrize("rest", [b"garbage", b"\x00" * 40, b"garbage\nmore\n", b'{"n": 3}'])
def test_garbage_behind_the_journal_is_told(tmp_path: Path, project: Project, rest: bytes) -> None:
    path = tmp_path / "scene.foley"
    Bundle.create(path, project).close()
    with (path / "journal.jsonl").open("ab") as journal:
        journal.write(rest)
    assert "the journal is damaged after line 1" in _notes(path)


def test_a_line_that_a_kill_left_half_written_is_not_damage(
    tmp_path: Path, project: Project
) -> None:
    path = tmp_path / "scene.foley"
    Bundle.create(path, project).close()
    with (path / "journal.jsonl").open("ab") as journal:
        journal.write(b'{"crc":"0123')
    assert _notes(path) == ""


def test_export_tells_what_it_ignored(
    tmp_path: Path, project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "scene.foley"
    Bundle.create(path, project).close()
    _add(path, gain_db=-3.0)
    with (path / "journal.jsonl").open("ab") as journal:
        journal.write(b"garbage\n")
    main(["export", str(path), "--format", "stereo", "-o", str(tmp_path / "out.wav")])
    told = caplog.text
    assert "project.tracks[0].gain_db" in told
    assert "the journal is damaged" in told
