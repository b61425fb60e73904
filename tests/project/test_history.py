"""The document: undo, redo, gestures, listeners."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.random_edits import random_edit, sample_project
from engine.errors import ProjectError
from engine.project import history
from engine.project.edits import (
    EditGroup,
    MoveClip,
    RenameTrack,
    SetTitle,
    decode_edit,
    encode_edit,
)
from engine.project.history import Document
from engine.project.model import Project
from engine.project.project_file import encode_project_file

CLIP = sample_project().clips[0].id
OTHER = sample_project().clips[1].id


def move(start_s: float, clip_id: str = CLIP) -> MoveClip:
    return MoveClip(clip_id=clip_id, start_s=start_s)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 12))
def test_undo_restores_equality_for_any_edits(seed: int, count: int) -> None:
    random = Random(seed)
    document = Document(sample_project(seed=seed % 7))
    states = [document.project]
    frozen = [encode_project_file(document.project, 0)]
    for _ in range(count):
        document.do(random_edit(document.project, random))
        if document.project is not states[-1]:
            states.append(document.project)
            frozen.append(encode_project_file(document.project, 0))
    assert len(document.steps) == len(states)
    for state, data in zip(states[-2::-1], frozen[-2::-1], strict=True):
        assert document.undo()
        assert document.project == state
        assert encode_project_file(document.project, 0) == data
    assert not document.undo()
    for state in states[1:]:
        assert document.redo()
        assert document.project is state


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_edits_survive_encoding_for_any_edit(seed: int) -> None:
    project = sample_project(seed=seed % 7)
    edit = random_edit(project, Random(seed))
    back = decode_edit(encode_edit(edit))
    assert back == edit
    assert back.apply(project) == edit.apply(project)
    assert back.label


def test_labels_steps_and_jump(project: Project) -> None:
    document = Document(project)
    document.do(move(1.0))
    document.do(SetTitle(title="Street"))
    assert document.steps == ["Open", "Move clip", "Rename session"]
    assert (document.undo_label, document.redo_label) == ("Rename session", "")
    document.jump(0)
    assert document.project is project
    assert (document.undo_label, document.redo_label) == ("", "Move clip")
    assert (document.can_undo, document.can_redo, document.position) == (False, True, 0)
    document.jump(2)
    assert document.project.title == "Street"
    with pytest.raises(ProjectError, match="no step 3"):
        document.jump(3)


def test_a_new_edit_forgets_what_was_undone(project: Project) -> None:
    document = Document(project)
    document.do(move(1.0))
    document.undo()
    document.do(SetTitle(title="Street"))
    assert document.steps == ["Open", "Rename session"]
    assert not document.redo()


def test_a_refused_edit_and_an_edit_without_effect_leave_no_trace(project: Project) -> None:
    document = Document(project)
    document.do(move(1.0))
    with pytest.raises(ProjectError):
        document.do(move(-1.0))
    document.do(move(1.0))
    assert len(document.steps) == 2


def test_a_drag_is_one_step(project: Project) -> None:
    document = Document(project)
    document.begin_gesture()
    for start_s in (1.0, 2.0, 3.0):
        document.do(move(start_s))
    document.end_gesture()
    document.do(move(4.0))
    assert len(document.steps) == 3
    document.undo()
    assert document.project.clip(CLIP).start_s == 3.0
    document.undo()
    assert document.project == project


def test_two_drags_are_two_steps(project: Project) -> None:
    document = Document(project)
    for start_s in (1.0, 2.0):
        document.begin_gesture()
        document.do(move(start_s))
        document.do(move(start_s + 0.5))
        document.end_gesture()
    assert len(document.steps) == 3


def test_other_keys_in_a_drag_are_steps_of_their_own(project: Project) -> None:
    document = Document(project)
    document.begin_gesture()
    document.do(move(1.0))
    document.do(move(1.0, OTHER))
    document.do(move(2.0, OTHER))
    document.end_gesture()
    assert len(document.steps) == 3


def test_dragging_a_group_is_one_step(project: Project) -> None:
    document = Document(project)
    document.begin_gesture()
    for start_s in (1.0, 2.0):
        document.do(EditGroup(name="Move clips", edits=(move(start_s), move(start_s, OTHER))))
    document.end_gesture()
    assert document.steps == ["Open", "Move clips"]


def test_a_cancelled_drag_restores_everything_redo_included(project: Project) -> None:
    document = Document(project)
    document.do(move(1.0))
    document.do(SetTitle(title="Street"))
    document.undo()
    before = document.project
    seen: list[Project] = []
    document.subscribe(lambda old, new: seen.append(new))
    document.begin_gesture()
    document.do(move(5.0))
    assert not document.undo()
    with pytest.raises(ProjectError, match="gesture"):
        document.jump(0)
    document.cancel_gesture()
    assert document.project is before
    assert seen[-1] is before
    assert document.redo_label == "Rename session"
    document.cancel_gesture()
    document.end_gesture()


def test_nested_gestures_end_with_the_outermost(project: Project) -> None:
    document = Document(project)
    document.begin_gesture()
    document.do(move(1.0))
    document.begin_gesture()
    document.do(move(2.0))
    document.end_gesture()
    document.do(move(3.0))
    document.end_gesture()
    assert len(document.steps) == 2


def test_listeners_hear_old_and_new(project: Project) -> None:
    document = Document(project)
    heard: list[tuple[str, str]] = []
    unsubscribe = document.subscribe(lambda old, new: heard.append((old.title, new.title)))
    document.do(SetTitle(title="B"))
    document.undo()
    unsubscribe()
    unsubscribe()
    document.redo()
    assert heard == [(project.title, "B"), ("B", project.title)]


def test_dirty_until_saved_and_clean_again_after_undo(project: Project) -> None:
    document = Document(project)
    assert not document.is_dirty
    document.do(SetTitle(title="B"))
    assert document.is_dirty
    document.undo()
    assert not document.is_dirty
    document.redo()
    document.mark_saved()
    assert not document.is_dirty
    document.undo()
    assert document.is_dirty


def test_recovered_work_is_unsaved_work(project: Project) -> None:
    document = Document(project, saved=sample_project(tracks=1))
    assert document.is_dirty
    document.mark_saved()
    assert not document.is_dirty


def test_the_history_is_long_but_not_endless(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "HISTORY_STEPS", 5)
    document = Document(project)
    for index in range(9):
        document.do(RenameTrack(track_id=project.tracks[0].id, name=f"name {index}"))
    assert len(document.steps) == 6
    while document.undo():
        pass
    assert document.project.tracks[0].name == "name 3"
