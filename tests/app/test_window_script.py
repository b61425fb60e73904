"""The script panel: a spreadsheet of the script, linked with the timeline, and other branches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester

from app.dialogs.analyse import AnalyseDialog
from app.views.script.columns import CATEGORY, LAYER, LEVEL, OUT, SOUND, STATUS, TIME, TRACK
from engine.project.edits import ApplyScript, ApplyTakes, SetScriptTree
from engine.project.model import (
    Clip,
    ClipId,
    Event,
    EventId,
    Project,
    Recipe,
    Scene,
    TakeId,
    TrackId,
)
from engine.script.sheet.csv_sheet import write_sheet
from engine.script.tree.writing import think_script


def event(name: str, track: str, start_s: float, **more) -> Event:
    return Event(
        id=EventId(name), track_id=TrackId(track), layer=more.pop("layer", "steps"),
        generator="footsteps", prompt=more.pop("prompt", name), start_s=start_s, duration_s=0.5,
        **more,
    )  # fmt: skip


@pytest.fixture
def scripted(window, qtbot):
    """The window's session with three events; the clip 'm' sounds the first."""
    session = window.session
    take = structs.replace(
        session.project.take("take-1"),
        id=TakeId("made"),
        event_id=EventId("e1"),
        recipe=Recipe(generator="footsteps", version="2", prompt="boots"),
    )
    clip = Clip(
        id=ClipId("m"), track_id=TrackId("one"), take_id=take.id, name="steps", start_s=0.2,
        duration_s=0.5,
    )  # fmt: skip
    events = (
        event("e1", "one", 0.2, prompt="boots", onsets_s=(0.25, 0.5)),
        event("e2", "one", 1.2, prompt="cloth", layer="cloth"),
        event("e3", "two", 0.6, prompt="a bell", why="it rings"),
    )
    session.do(ApplyScript(events=events))
    session.do(ApplyTakes(takes=(take,), clips=(clip,)))
    session.selection.clear()
    window.workspace.panels["script"].raise_()
    qtbot.waitUntil(lambda: not window.script.table.visibleRegion().isEmpty())
    return window


def cell(window, row: int, column: int) -> str:
    return window.script.table.shown.index(row, column).data()


def type_in(window, row: int, column: int, text: str) -> bool:
    return window.script.table.shown.setData(window.script.table.shown.index(row, column), text)


def choose(window, *rows: int) -> None:
    table = window.script.table
    table.clearSelection()
    chooser = table.selectionModel()
    flags = chooser.SelectionFlag.Select | chooser.SelectionFlag.Rows
    for row in rows:
        chooser.setCurrentIndex(table.shown.index(row, SOUND), flags)


def test_lines_are_in_order_of_time_with_what_each_is(scripted) -> None:
    QAbstractItemModelTester(
        scripted.script.model, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    assert [cell(scripted, row, SOUND) for row in range(3)] == ["boots", "a bell", "cloth"]
    assert cell(scripted, 0, TIME) == "00:00:00:05"
    assert [cell(scripted, row, STATUS) for row in range(3)] == ["ready", "no take", "no take"]
    assert cell(scripted, 1, TRACK) == "Other"


def test_several_lines_change_in_one_step(scripted) -> None:
    session = scripted.session
    before = session.project
    choose(scripted, 0, 2)
    assert type_in(scripted, 0, LEVEL, "-3")
    levels = {e.id: e.level_db for e in session.project.events}
    assert levels == {"e1": -3.0, "e2": -3.0, "e3": 0.0}
    assert session.project.clip("m").gain_db == pytest.approx(-3.0)
    session.undo()
    assert session.project == before
    choose(scripted, 1)
    assert type_in(scripted, 1, LAYER, "bells")
    assert [e.layer for e in session.project.events] == ["steps", "cloth", "bells"]


def test_a_line_moves_with_its_hits_and_clips(scripted) -> None:
    project = lambda: scripted.session.project  # noqa: E731
    assert type_in(scripted, 0, TIME, "0.7")
    assert project().event("e1").onsets_s == pytest.approx((0.75, 1.0))
    assert project().clip("m").start_s == pytest.approx(0.7)
    assert type_in(scripted, 1, TIME, "00:00:01:00")
    assert project().event("e1").start_s == pytest.approx(1.0)
    row = scripted.script.table.row_of("e1")
    assert type_in(scripted, row, OUT, "1.75")
    assert project().event("e1").duration_s == pytest.approx(0.75)
    assert type_in(scripted, row, TRACK, "Other")
    assert project().clip("m").track_id == "two"


def test_what_makes_no_sense_is_refused_in_words(scripted, qtbot) -> None:
    before = scripted.session.project
    for column, text in (
        (TIME, "soon"), (TIME, "-1"), (OUT, "0.1"), (TRACK, "none"), (CATEGORY, "X"), (LAYER, " "),
    ):  # fmt: skip
        with qtbot.waitSignal(scripted.script.refused) as told:
            assert not type_in(scripted, 0, column, text)
        assert told.args[0]
        assert scripted.session.project == before


def test_lines_and_clips_are_selected_together(scripted) -> None:
    selection = scripted.session.selection
    choose(scripted, 0)
    assert selection.value.clip_ids == {"m"}
    assert selection.value.event_id == "e1"
    assert selection.value.track_id == "one"
    selection.select_clips({"a"}, "one")
    assert scripted.script.events_chosen() == ()
    selection.select_clips({"m"}, "one")
    assert [e.id for e in scripted.script.events_chosen()] == ["e1"]
    selection.select_event("e3", "two")
    assert [e.id for e in scripted.script.events_chosen()] == ["e3"]


def test_the_filter_shows_lines_with_all_its_words(scripted) -> None:
    panel = scripted.script
    panel.filter.setText("other bell")
    assert [cell(scripted, row, SOUND) for row in range(panel.table.shown.rowCount())] == ["a bell"]
    panel.filter.setText("rings")
    assert panel.table.shown.rowCount() == 1
    panel.filter.setText("")
    assert panel.table.shown.rowCount() == 3


def press(qtbot, window, key, modifier=Qt.KeyboardModifier.ControlModifier) -> None:
    window.script.table.setFocus()
    qtbot.keyClick(window.script.table, key, modifier)


def test_lines_are_copied_pasted_and_deleted_by_keys(scripted, qtbot) -> None:
    session = scripted.session
    choose(scripted, 0, 1)
    press(qtbot, scripted, Qt.Key.Key_C)
    text = QGuiApplication.clipboard().text()
    assert text == write_sheet(
        session.project, [session.project.event("e1"), session.project.event("e3")], comma="\t"
    )
    press(qtbot, scripted, Qt.Key.Key_V)
    assert len(session.project.events) == 5
    assert {e.prompt for e in session.project.events[3:]} == {"boots", "a bell"}
    session.undo()
    choose(scripted, 1, 2)
    press(qtbot, scripted, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier)
    assert [e.id for e in session.project.events] == ["e1"]
    session.undo()
    QGuiApplication.clipboard().setText("gravel")
    choose(scripted, 1, 2)
    press(qtbot, scripted, Qt.Key.Key_V)
    assert {e.id for e in session.project.events if e.prompt == "gravel"} == {"e2", "e3"}


def test_muting_lines_mutes_their_clips(scripted) -> None:
    choose(scripted, 0)
    scripted.script.table.mute()
    assert scripted.session.project.event("e1").muted
    assert scripted.session.project.clip("m").muted
    assert cell(scripted, 0, STATUS).startswith("muted")


def test_tables_go_out_and_come_in(scripted, tmp_path) -> None:
    session, verbs = scripted.session, scripted.script_verbs
    path = tmp_path / "script.csv"
    verbs.write(path, write_sheet(session.project))
    path.write_text(path.read_text().replace("a bell", "two bells"))
    verbs.read_table(path)
    assert session.project.event("e3").prompt == "two bells"
    before = session.project
    path.write_text("no table")
    verbs.read_table(path)
    verbs.read_table(tmp_path / "none.csv")
    assert session.project == before


def test_branches_are_shown_and_one_is_taken_by_a_click(scripted, qtbot, monkeypatch) -> None:
    session, panel = scripted.session, scripted.script
    tree = think_script(session.project, 1).tree
    session.do(SetScriptTree(tree=tree))
    panel._tree_button.setChecked(True)
    assert panel.branches.isVisible()
    shown = panel.branches.list
    assert shown.topLevelItem(0).childCount() == sum(n.parent == "n0" for n in tree.nodes)
    assert not panel.branches._take.isEnabled()
    shown.setCurrentItem(shown.topLevelItem(0).child(0))
    asked: list[str] = []
    monkeypatch.setattr(session.jobs, "start", lambda *given, **_: asked.append(given[-1]))
    qtbot.mouseClick(panel.branches._take, Qt.MouseButton.LeftButton)
    assert asked == [tree.nodes[1].id]


@pytest.mark.usefixtures("jobs_here")
def test_taking_a_branch_is_one_step_and_one_undo(scripted, qtbot) -> None:
    session = scripted.session
    written = think_script(session.project, 1)
    session.do(SetScriptTree(tree=written.tree))
    before, steps = session.project, len(session.document.steps)
    other = written.tree.nodes[1].id
    scripted.script_verbs.take_branch(other)
    qtbot.waitUntil(
        lambda: session.project.script_tree.chosen == other or not session.jobs.running,
        timeout=120_000,
    )
    assert session.project.script_tree.chosen == other
    assert len(session.document.steps) == steps + 1
    assert np.all([session.project.takes_of(e.id) for e in session.project.events[:1]])
    session.undo()
    assert session.project == before


@pytest.mark.usefixtures("jobs_here")
def test_lines_without_a_sound_get_one_and_changed_ones_a_new_one(scripted, qtbot) -> None:
    session = scripted.session
    assert type_in(scripted, 0, SOUND, "boots on gravel")
    assert cell(scripted, 0, STATUS).startswith("changed")
    assert type_in(scripted, 0, LEVEL, "-3")  # its clip is a hand's from now on
    choose(scripted, 0, 1)
    before = session.project
    scripted.script.table.make_sounds()
    qtbot.waitUntil(lambda: session.project != before or not session.jobs.running, timeout=120_000)
    assert [cell(scripted, row, STATUS) for row in range(3)] == [
        "ready, by hand", "ready", "no take",
    ]  # fmt: skip
    clip = session.project.clip("m")
    assert clip.take_id != "made"
    assert session.project.take(clip.take_id).recipe.prompt == "boots on gravel"
    session.undo()
    assert session.project == before


def test_the_analysis_follows_the_screenplay_of_the_session(qtbot, monkeypatch) -> None:
    scene = Scene(screenplay="/films/storm.fountain")
    dialog = AnalyseDialog(Project(scene=scene))
    qtbot.addWidget(dialog)
    assert dialog.settings.screenplay == Path("/films/storm.fountain")
    dialog._screenplay.chosen.emit("")
    assert dialog.settings.screenplay is None
    dialog._screenplay.chosen.emit("/films/calm.txt")
    assert dialog.settings.screenplay == Path("/films/calm.txt")
