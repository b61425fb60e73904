"""The journal: damage anywhere in it still opens, with every edit before the damage."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.kill_test import Player
from benchmarks.random_edits import sample_project
from engine.errors import ProjectError
from engine.project import journal as journal_module
from engine.project.edits import MoveClip, SetTitle
from engine.project.history import Document
from engine.project.journal_lines import Opened, decode_line, encode_line, read_lines
from engine.project.model import Project
from engine.project.store import Bundle


def edited(path: Path, titles: str = "abcd") -> list[Project]:
    """A session with unsaved edits, and the project after each."""
    with Bundle.create(path, sample_project(tracks=1, clips=1)) as bundle:
        document = Document(sample_project(tracks=1, clips=1), journal=bundle.journal)
        states = [document.project]
        for title in titles:
            document.do(SetTitle(title=title))
            states.append(document.project)
        document.undo()
        states.append(document.project)
    return states


def test_a_line_survives_and_any_changed_byte_is_noticed() -> None:
    line = Opened(n=7, follows=3)
    data = encode_line(line).rstrip(b"\n")
    assert decode_line(data) == line
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert decode_line(changed) is None


def test_numbers_without_a_gap() -> None:
    data = encode_line(Opened(n=1, follows=1)) + encode_line(Opened(n=3, follows=1))
    assert len(read_lines(data)) == 1


def test_truncated_at_every_byte_it_opens_with_every_whole_edit(tmp_path: Path) -> None:
    path = tmp_path / "scene.foley"
    states = edited(path, "ab")
    journal = path / "journal.jsonl"
    data = journal.read_bytes()
    for length in range(len(data) + 1):
        journal.write_bytes(data[:length])
        bundle, project, recovery = Bundle.open(path)
        bundle.close()
        whole = data[:length].count(b"\n")
        assert project == states[max(whole - 2, 0)], length
        assert (recovery is None) == (whole <= 2 and not (length > 0 and whole == 0)), length
        again, same, _ = Bundle.open(path)
        again.close()
        assert same == project


def test_damage_in_the_middle_keeps_what_is_before_and_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "scene.foley"
    states = edited(path)
    journal = path / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[4] = lines[4].replace(b'"c"', b'"x"')
    damaged = b"".join(lines)
    journal.write_bytes(damaged)
    bundle, project, recovery = Bundle.open(path)
    assert project == states[2]
    assert recovery is not None
    assert recovery.edits == 2
    assert "journal is damaged after line 4" in recovery.message
    assert [file.read_bytes() for file in (path / "damaged").iterdir()] == [damaged]
    document = Document(project, journal=bundle.journal)
    document.do(SetTitle(title="on it goes"))
    bundle.close()
    with_more, project, recovery = Bundle.open(path)
    with_more.close()
    assert project.title == "on it goes"
    assert recovery is not None
    assert recovery.notes == ()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), actions=st.integers(1, 60))
def test_reopening_gives_what_was_there(
    tmp_path_factory: pytest.TempPathFactory, seed: int, actions: int
) -> None:
    path = tmp_path_factory.mktemp("any") / "scene.foley"
    project = sample_project(seed=seed % 5)
    with Bundle.create(path, project) as bundle:
        player = Player(Document(project, journal=bundle.journal), seed, bundle.save)
        for _ in range(actions):
            player.act()
        last = player.document.project
    reopened, found, recovery = Bundle.open(path)
    reopened.close()
    assert found == last
    assert recovery is None or recovery.notes == ()


def test_undo_beyond_a_save_and_redo_are_recovered(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "scene.foley"
    with Bundle.create(path, project) as bundle:
        document = Document(project, journal=bundle.journal)
        document.do(SetTitle(title="a"))
        document.do(SetTitle(title="b"))
        bundle.save(document.project)
        document.undo()
        document.undo()
        document.redo()
    reopened, found, recovery = Bundle.open(path)
    reopened.close()
    assert found.title == "a"
    assert recovery is not None
    assert recovery.edits == 1  # two undone, one of them done again
    assert recovery.saved.title == "b"
    assert recovery.message == "1 edit recovered, not saved yet"


def test_a_drag_is_recovered_as_one_edit(tmp_path: Path, project: Project) -> None:
    """One before the save, one through it, a title, and one that was let go."""
    path, clip_id = tmp_path / "scene.foley", project.clips[0].id
    with Bundle.create(path, project) as bundle:
        document = Document(project, journal=bundle.journal)

        def drag(first_s: float, save_after: int = -1, cancel: bool = False) -> None:
            document.begin_gesture()
            for index in range(5):
                document.do(MoveClip(clip_id=clip_id, start_s=first_s + index / 100))
                if index == save_after:
                    bundle.save(document.project)
            document.cancel_gesture() if cancel else document.end_gesture()

        drag(1.0)
        drag(2.0, save_after=2)
        document.do(SetTitle(title="a"))
        drag(3.0, cancel=True)
    reopened, found, recovery = Bundle.open(path)
    reopened.close()
    assert (found.title, found.clips[0].start_s) == ("a", 2.04)
    assert recovery is not None
    assert recovery.edits == 2


def test_a_long_drag_then_undo_is_recovered(
    tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "REACH", 20)
    monkeypatch.setattr("engine.project.recovery.REACH", 20)
    path = tmp_path / "scene.foley"
    with Bundle.create(path, project) as bundle:
        document = Document(project, journal=bundle.journal)
        document.begin_gesture()
        for index in range(50):
            document.do(MoveClip(clip_id=project.clips[0].id, start_s=index / 100))
        document.end_gesture()
        document.undo()
    reopened, found, recovery = Bundle.open(path)
    reopened.close()
    assert found == project
    assert recovery is None


def test_edits_reach_the_disk_unasked(bundle: Bundle, project: Project) -> None:
    """As soon as the machine lets the journal's thread write them: nothing waits for a time."""
    document = Document(project, journal=bundle.journal)
    document.do(SetTitle(title="quick"))
    deadline = time.monotonic() + 60.0
    while bundle.journal.durable_number < bundle.journal.number and time.monotonic() < deadline:
        time.sleep(0.005)
    assert b"quick" in (bundle.path / "journal.jsonl").read_bytes()
    assert bundle.journal.durable_number == bundle.journal.number


def refusing(code: int, after_bytes: int) -> Callable[[int, bytes], int]:
    """`os.write` on a disk with so much room left."""
    real, left = os.write, [after_bytes]

    def write(file: int, data: bytes) -> int:
        if left[0] <= 0:
            raise OSError(code, os.strerror(code))
        written = real(file, data[: left[0]])
        left[0] -= written
        return written

    return write


def test_a_full_disk_loses_nothing_and_says_so(
    bundle: Bundle, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "RETRY_S", 0.02)
    document = Document(project, journal=bundle.journal)
    bundle.journal.flush()
    good = (bundle.path / "journal.jsonl").read_bytes()
    with monkeypatch.context() as full:
        full.setattr(journal_module.os, "write", refusing(errno.ENOSPC, 30))
        document.do(SetTitle(title="waits"))
        with pytest.raises(ProjectError, match="the disk is full; free some space"):
            bundle.journal.flush()
        assert (bundle.path / "journal.jsonl").read_bytes() == good
        document.do(SetTitle(title="waits too"))
        assert bundle.journal.problem is not None
    deadline = time.monotonic() + 60.0
    while bundle.journal.problem is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    bundle.journal.flush()
    assert len(read_lines((bundle.path / "journal.jsonl").read_bytes())) == 4


def test_a_closed_session_refuses_edits(bundle: Bundle, project: Project) -> None:
    document = Document(project, journal=bundle.journal)
    bundle.close()
    bundle.close()
    with pytest.raises(ProjectError, match="closed"):
        document.do(SetTitle(title="late"))
    assert document.project == project


def test_lines_are_on_the_disk_in_the_order_of_the_edits(bundle: Bundle, project: Project) -> None:
    random = Random(1)
    document = Document(project, journal=bundle.journal)
    for index in range(300):
        document.do(SetTitle(title=f"{index} {random.random()}"))
    bundle.journal.flush()
    lines = read_lines((bundle.path / "journal.jsonl").read_bytes())
    assert [line.n for line, _ in lines] == list(range(1, 303))
