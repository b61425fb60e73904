"""The bundle on disk: saves, generations, damage, full disks, locks."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from benchmarks.random_edits import sample_project
from engine.errors import ProjectError
from engine.project import durable
from engine.project.edits import SetTitle
from engine.project.history import Document
from engine.project.migrations import migrate
from engine.project.model import Project
from engine.project.project_file import encode_project_file, read_project_file
from engine.project.store import Bundle


def title(project: Project, text: str) -> Project:
    return structs.replace(project, title=text)


def files(folder: Path) -> dict[str, bytes]:
    """Every file under a folder that a session's user could lose."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != "lock"
    }


def test_create_save_open(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "deep" / "scene.foley"
    with Bundle.create(path, project) as bundle:
        bundle.save(title(project, "Saved"))
    for name in (path, path / "project.json"):
        bundle, found, recovery = Bundle.open(name)
        bundle.close()
        assert (found, recovery) == (title(project, "Saved"), None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    assert stat.S_IMODE((path / "project.json").stat().st_mode) == 0o644


def test_project_file_is_readable_and_reproducible(project: Project) -> None:
    data = encode_project_file(project, 7)
    assert data == encode_project_file(sample_project(), 7)
    table = json.loads(data)
    assert (table["format"], table["schema_version"], table["number"]) == ("foleystage", 1, 7)
    assert data.count(b"\n") > 50


def test_create_refuses_what_is_there_and_leaves_nothing(tmp_path: Path, project: Project) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "film.txt").write_text("mine")
    with pytest.raises(ProjectError, match="something of that name already"):
        Bundle.create(tmp_path / "taken", project)
    with pytest.raises(ProjectError, match="a file is in the way of this folder"):
        Bundle.create(tmp_path / "taken" / "film.txt" / "scene.foley", project)
    (tmp_path / "empty").mkdir()
    Bundle.create(tmp_path / "empty", project).close()
    assert sorted(item.name for item in tmp_path.iterdir()) == ["empty", "taken"]


def test_ten_generations_are_kept(bundle: Bundle, project: Project) -> None:
    document = Document(project, journal=bundle.journal)
    for index in range(14):
        document.do(SetTitle(title=f"{index}"))
        bundle.save(document.project)
    saved = sorted((bundle.path / "generations").iterdir())
    titles = [read_project_file(file)[0].title for file in saved]
    assert titles == [f"{index}" for index in range(4, 14)]


def test_damaged_project_falls_back_and_never_loops(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "scene.foley"
    with Bundle.create(path, project) as bundle:
        document = Document(project, journal=bundle.journal)
        document.do(SetTitle(title="saved"))
        bundle.save(document.project)
        document.do(SetTitle(title="unsaved"))
    damaged = (path / "project.json").read_bytes()[:-20]
    (path / "project.json").write_bytes(damaged)
    for _ in range(3):
        bundle, found, recovery = Bundle.open(path)
        bundle.close()
        assert found.title == "unsaved"
        assert recovery is not None
        assert "generation 000000003.json was opened" in recovery.message
    assert [file.read_bytes() for file in (path / "damaged").iterdir()] == [damaged]
    (path / "generations" / "000000003.json").write_text("{}")
    bundle, found, recovery = Bundle.open(path)
    assert found.title == "unsaved", "the journal reaches back to the older generation"
    bundle.save(found)
    bundle.close()
    bundle, found, recovery = Bundle.open(path)
    bundle.close()
    assert (found.title, recovery) == ("unsaved", None)


def test_discard_goes_back_to_the_save_for_good(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "scene.foley"
    with Bundle.create(path, project) as bundle:
        Document(project, journal=bundle.journal).do(SetTitle(title="unwanted"))
    bundle, _, recovery = Bundle.open(path)
    assert recovery is not None
    back = bundle.discard_recovery()
    assert back == project == recovery.saved
    document = Document(back, journal=bundle.journal)
    bundle.close()
    bundle, found, recovery = Bundle.open(path)
    assert (found, recovery) == (project, None)
    document = Document(found, journal=bundle.journal)
    document.do(SetTitle(title="new"))
    document.undo()
    document.redo()
    bundle.close()
    bundle, found, recovery = Bundle.open(path)
    bundle.close()
    assert found.title == "new"


def test_a_long_journal_is_emptied_by_a_save(
    bundle: Bundle, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.project.store.LONGEST_JOURNAL_BYTES", 1000)
    document = Document(project, journal=bundle.journal)
    for index in range(20):
        document.do(SetTitle(title=f"{index}"))
    bundle.journal.flush()
    bundle.save(document.project)
    assert bundle.journal.size_bytes < 200
    document.undo()
    document.do(SetTitle(title="last"))
    path = bundle.path
    bundle.close()
    reopened, found, _ = Bundle.open(path)
    reopened.close()
    assert found.title == "last"


def test_a_save_of_an_earlier_value_keeps_later_edits(tmp_path: Path, project: Project) -> None:
    """A save in the background, while the user goes on."""
    path = tmp_path / "scene.foley"
    with Bundle.create(path, project) as bundle:
        document = Document(project, journal=bundle.journal)
        document.do(SetTitle(title="a"))
        earlier = document.project
        document.do(SetTitle(title="b"))
        bundle.save(earlier)
        document.mark_saved(earlier)
        assert document.is_dirty
    reopened, found, recovery = Bundle.open(path)
    reopened.close()
    assert found.title == "b"
    assert recovery is not None
    assert recovery.saved.title == "a"


def test_a_project_made_without_a_document_is_saved(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "scene.foley"
    with Bundle.create(path, Project()) as bundle:
        bundle.save(project)
        bundle.save(title(project, "again"))
    reopened, found, recovery = Bundle.open(path)
    reopened.close()
    assert (found.title, recovery) == ("again", None)


STEPS = ("mkstemp", "fdopen", "fsync", "replace", "sync_folder")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("nth", [1, 2])
def test_a_failing_save_leaves_the_last_one(
    bundle: Bundle,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    nth: int,
    code: int,
) -> None:
    document = Document(project, journal=bundle.journal)
    document.do(SetTitle(title="unsaved"))
    bundle.journal.flush()
    before = files(bundle.path)
    with monkeypatch.context() as failing:
        _fail(failing, step, nth, code)
        with pytest.raises(ProjectError, match=r"cannot write, .*; (free|choose)"):
            bundle.save(document.project)
    after = files(bundle.path)
    if step != "sync_folder":
        assert after == before
    assert [name for name in after if Path(name).name.startswith(".")] == []
    assert read_project_file(bundle.path / "project.json")[0].title in (project.title, "unsaved")
    bundle.save(document.project)
    assert read_project_file(bundle.path / "project.json")[0].title == "unsaved"


def _fail(monkeypatch: pytest.MonkeyPatch, step: str, nth: int, code: int) -> None:
    owner: Any = {"mkstemp": durable.tempfile, "sync_folder": durable}.get(step, durable.os)
    real: Callable[..., Any] = getattr(owner, step)
    calls = [0]

    def call(*arguments: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] == nth:
            raise OSError(code, os.strerror(code))
        return real(*arguments, **named)

    monkeypatch.setattr(owner, step, call)


def test_everything_saved_is_fsynced_before_its_name(
    bundle: Bundle, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    fsync, replace, folder = os.fsync, os.replace, durable.sync_folder
    monkeypatch.setattr(durable.os, "fsync", lambda f: (order.append("fsync"), fsync(f))[1])
    monkeypatch.setattr(
        durable.os, "replace", lambda a, b: (order.append("rename"), replace(a, b))[1]
    )
    monkeypatch.setattr(durable, "sync_folder", lambda p: (order.append("folder"), folder(p))[1])
    durable.write_atomically(bundle.path / "project.json", encode_project_file(project, 1))
    assert order == ["fsync", "rename", "folder", "fsync"]


def test_leftovers_of_a_crash_are_cleared(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "scene.foley"
    Bundle.create(path, project).close()
    (path / ".project.json.x1y2").write_text("half")
    (path / "generations" / ".000000009.json.zz").write_text("half")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    mine, dead, no_number = f".new-{os.getpid()}-a", f".new-{ended.pid}-b", ".new-c"
    for name, age_s in ((mine, 0), (dead, 0), (no_number, 0), (".new-d", 90_000)):
        (path / "media" / name).write_text("half")
        os.utime(path / "media" / name, (time.time() - age_s,) * 2)
    Bundle.open(path)[0].close()
    left = {item.name for item in (path / "media").iterdir()}
    assert left == ({mine, no_number} if os.name == "posix" else {mine, dead, no_number})
    for name in left:
        (path / "media" / name).unlink()
    assert not any(name.rsplit("/", 1)[-1].startswith(".") for name in files(path))


def test_one_editor_at_a_time(bundle: Bundle) -> None:
    with pytest.raises(ProjectError, match="being edited by this window"):
        Bundle.open(bundle.path)
    reader, _, _ = Bundle.open(bundle.path, read_only=True)
    with pytest.raises(ProjectError, match="reading only"):
        _ = reader.journal
    path = bundle.path
    bundle.close()
    Bundle.open(path)[0].close()


def _hold(path: str, connection: Any) -> None:
    bundle, _, _ = Bundle.open(path)
    connection.send(bundle.path.name)
    connection.recv()


def test_a_killed_editors_lock_is_taken_over(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "scene.foley"
    Bundle.create(path, project).close()
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_hold, args=(str(path), there), daemon=True)
    process.start()
    assert here.recv() == "scene.foley"
    with pytest.raises(ProjectError, match=rf"another window \(process {process.pid}\)"):
        Bundle.open(path)
    process.kill()
    process.join()
    Bundle.open(path)[0].close()


def test_migrations_run_in_order_and_newer_ones_are_refused() -> None:
    steps = {
        1: lambda table: {**table, "path": [*table.get("path", []), 1]},
        2: lambda table: {**table, "path": [*table["path"], 2]},
    }
    here = Path("project.json")
    assert migrate({}, 1, here, migrations=steps, target=3) == {"path": [1, 2]}
    assert migrate({"path": []}, 2, here, migrations=steps, target=3) == {"path": [2]}
    with pytest.raises(ProjectError, match="schema version 4, this Foleystage reads up to 3"):
        migrate({}, 4, here, migrations=steps, target=3)
    with pytest.raises(ProjectError, match="no way from schema version 3"):
        migrate({}, 1, here, migrations=steps, target=4)


def test_an_older_session_with_unsaved_edits_is_brought_up_to_date(
    tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "scene.foley"
    with Bundle.create(path, project) as bundle:
        Document(project, journal=bundle.journal).do(SetTitle(title="unsaved"))
    for module in ("migrations", "journal_lines", "project_file", "recovery"):
        monkeypatch.setattr(f"engine.project.{module}.SCHEMA_VERSION", 2)
    monkeypatch.setattr(migrate, "__kwdefaults__", {**(migrate.__kwdefaults__ or {}), "target": 2})
    monkeypatch.setitem(
        migrate.__kwdefaults__["migrations"], 1, lambda t: {**t, "sample_rate_hz": 96_000}
    )
    for expected in (1, 0):
        bundle, found, recovery = Bundle.open(path)
        bundle.close()
        assert (found.title, found.sample_rate_hz) == ("unsaved", 96_000)
        assert recovery is not None
        assert recovery.edits == expected


def test_project_round_trip(project: Project, tmp_path: Path) -> None:
    (tmp_path / "project.json").write_bytes(encode_project_file(project, 3))
    assert read_project_file(tmp_path / "project.json") == (project, 3)
    assert msgspec.json.decode(msgspec.json.encode(project), type=Project) == project
