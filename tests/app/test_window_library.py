"""The library panel: searched while one types, heard, dragged, indexed, favourites, licences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from app.views.library.model import LICENCE, NAME, STAR, RecordingsModel
from app.window import MainWindow
from engine.library.database import VARIABLE, Database
from engine.library.indexing import index_folder
from engine.project.edits import AddTake, SetClipTake, SetEvent
from engine.project.model import Event, EventId, Project, Recipe, Take, TakeId, TrackId

WAIT_MS = 30_000
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def sounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three short recordings; the index is the test's own."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "index"))
    folder = tmp_path / "sounds"
    folder.mkdir()
    rng = np.random.default_rng(3)
    for name in ("door wood", "door metal", "rain on roof"):
        fade = np.exp(-np.arange(9600) / 900.0)
        soundfile.write(folder / f"{name}.wav", 0.2 * rng.uniform(-1, 1, 9600) * fade, 24_000)
    return folder


@pytest.fixture
def library(window: MainWindow, sounds: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    """The window, the library indexed, its panel in front."""
    with Database() as database:
        index_folder(database, sounds, licence="CC BY 4.0", source="my recorder")
    window.library.look()
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_F, CONTROL)
    qtbot.waitUntil(lambda: len(names(window)) == 3, timeout=WAIT_MS)
    yield window
    window.library.close()


def names(window: MainWindow) -> list[str]:
    model = window.library.panel.model
    return [model.index(row, NAME).data() for row in range(model.rowCount())]


def row_of(window: MainWindow, name: str) -> QModelIndex:
    return window.library.panel.model.index(names(window).index(name), NAME)


def choose(window: MainWindow, name: str) -> None:
    """Click a row."""
    table = window.library.panel.table
    place = table.visualRect(row_of(window, name)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def give_event(window: MainWindow) -> None:
    """Clip 'a' sounds the take of a line of the script."""
    session = window.session
    assert session.bundle is not None
    event = Event(
        id=EventId("e"), track_id=TrackId("one"), layer="hit", generator="impacts",
        prompt="wood hit", start_s=0.2, duration_s=1.0, onsets_s=(0.3,), strengths=(1.0,),
    )  # fmt: skip
    sound = np.full((1, 48_000), 0.1, np.float32)
    take = Take(
        id=TakeId("take-e-0"), event_id=EventId("e"), name="hit",
        audio=session.bundle.put_audio(sound, 48_000), sample_rate_hz=48_000, channels=1,
        samples=48_000, recipe=Recipe(generator="impacts", version="1"),
    )  # fmt: skip
    for edit in (
        SetEvent(event=event), AddTake(take=take), SetClipTake(clip_id="a", take_id=take.id),
    ):  # fmt: skip
        assert session.do(edit)


def drag_to(window: MainWindow, name: str, place: QPoint) -> None:
    """Drag a row to a place in the window."""
    data = window.library.panel.model.mimeData([row_of(window, name)])
    buttons = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    copy = Qt.DropAction.CopyAction
    for event in (
        QDragEnterEvent(place, copy, data, *buttons),
        QDragMoveEvent(place, copy, data, *buttons),
        QDropEvent(QPointF(place), copy, data, *buttons),
    ):
        QApplication.sendEvent(window, event)
        assert event.isAccepted()


def in_lanes(window: MainWindow, time_s: float, row: int) -> QPoint:
    timeline = window.timeline
    point = QPoint(round(timeline.axis.x_of(time_s)), timeline.rows.y_of(row) + 30)
    return timeline.lanes.mapTo(window, point)


def test_the_model_keeps_qts_rules(library: MainWindow, qtmodeltester: object) -> None:
    model = RecordingsModel()
    model.show_recordings(library.library.panel.model.recordings)
    qtmodeltester.check(model)  # type: ignore[attr-defined]


def test_recordings_are_found_while_one_types(library: MainWindow, qtbot: QtBot) -> None:
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    QTest.keyClicks(line, "doo")
    qtbot.waitUntil(lambda: sorted(names(library)) == ["door metal", "door wood"], timeout=WAIT_MS)
    QTest.keyClicks(line, "r wo")
    qtbot.waitUntil(lambda: names(library) == ["door wood"], timeout=WAIT_MS)
    QTest.keyClicks(line, " zebra")
    qtbot.waitUntil(lambda: names(library) == ["door wood"], timeout=WAIT_MS)
    library.library.panel.search.clear()
    qtbot.waitUntil(lambda: len(names(library)) == 3, timeout=WAIT_MS)


def test_without_a_library_it_offers_to_add_a_folder_and_indexes_it(
    window: MainWindow, sounds: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = window.library.panel
    window.library.look()
    window.library.show()
    qtbot.waitUntil(panel.add_button.isVisible, timeout=WAIT_MS)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(sounds))
    before = window.session.project
    QTest.mouseClick(panel.add_button, Qt.MouseButton.LeftButton)
    assert panel.progress.isVisible()
    qtbot.waitUntil(lambda: len(names(window)) == 3, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not panel.progress.isVisible(), timeout=WAIT_MS)
    assert "3 recordings" in window.notices.text
    assert window.session.project == before


def test_indexing_is_stopped_and_outlives_a_session(
    window: MainWindow, sounds: Path, qtbot: QtBot, bundle_path: Path
) -> None:
    window.library.show()
    window.library.index(sounds)
    (listed,) = window.session.jobs.running
    window.session.jobs.cancel_of_session()
    assert listed.outlives
    stop = window.library.panel.progress.stop
    qtbot.waitUntil(stop.isVisible, timeout=WAIT_MS)
    QTest.mouseClick(stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not listed.running, timeout=WAIT_MS)
    assert listed.state.state == "cancelled"
    assert not window.library.panel.progress.isVisible()


@pytest.mark.usefixtures("jobs_here")
def test_a_recording_is_dropped_on_a_lane_with_its_licence(
    library: MainWindow, qtbot: QtBot
) -> None:
    session = library.session
    before = session.project
    drag_to(library, "door wood", in_lanes(library, 1.7, 1))
    qtbot.waitUntil(lambda: len(session.project.clips) == 4, timeout=WAIT_MS)
    clip = session.project.clips[-1]
    assert clip.track_id == "two"
    assert clip.start_s == pytest.approx(1.7, abs=0.01)
    assert clip.duration_s == pytest.approx(0.4)
    recipe = session.project.take(clip.take_id).recipe
    assert recipe is not None
    assert recipe.parameters["licences"] == "CC BY 4.0"
    session.undo()
    assert session.project == before


@pytest.mark.usefixtures("jobs_here")
def test_a_recording_dropped_on_a_clip_becomes_another_take_of_its_event(
    library: MainWindow, qtbot: QtBot
) -> None:
    give_event(library)
    session = library.session
    before = session.project
    drag_to(library, "door metal", in_lanes(library, 0.4, 0))
    qtbot.waitUntil(lambda: len(session.project.takes_of("e")) == 2, timeout=WAIT_MS)
    assert session.project.clip("a").take_id == session.project.takes_of("e")[-1].id
    library.library.panel.where.setCurrentIndex(2)
    qtbot.waitUntil(lambda: names(library) == ["door metal"], timeout=WAIT_MS)
    choose(library, "door metal")
    words = library.library.panel._details.text()
    assert "CC BY 4.0" in words
    assert "my recorder" in words
    library.library.panel._details.linkActivated.emit("e")
    assert session.selection.value.event_id == "e"
    session.undo()
    assert session.project == before


@pytest.mark.usefixtures("jobs_here")
def test_the_keyboard_alone_makes_a_take_and_places_a_recording(
    library: MainWindow, qtbot: QtBot
) -> None:
    give_event(library)
    session, table = library.session, library.library.panel.table
    start = session.project
    choose(library, "rain on roof")
    QTest.keyClick(table, Qt.Key.Key_Return, CONTROL)
    assert "Select a clip" in library.notices.text
    session.selection.select_clips(("a",), "one")
    QTest.keyClick(table, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: len(session.project.takes_of("e")) == 2, timeout=WAIT_MS)
    QTest.keyClick(table, Qt.Key.Key_Return, SHIFT)
    qtbot.waitUntil(lambda: len(session.project.clips) == 4, timeout=WAIT_MS)
    assert session.project.clips[-1].track_id == "one"
    session.undo()
    session.undo()
    assert session.project == start


def test_a_recording_is_heard_on_the_monitor_and_the_session_comes_back(
    library: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, table = library.session, library.library.panel.table
    sent: list[Project] = []
    monkeypatch.setattr(session.playback, "set_project", lambda project, _: sent.append(project))
    before = session.project
    session.locate(1.5)
    choose(library, "door wood")
    QTest.keyClick(table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(sent), timeout=WAIT_MS)
    assert sent[-1].title == "door wood"
    assert sent[-1].duration_s == pytest.approx(0.4)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert session.audition.heard is None
    assert session.playback.position_s == pytest.approx(1.5)
    session._send_project()
    assert sent[-1] == before == session.project


def test_more_like_this_and_back_to_the_words(library: MainWindow, qtbot: QtBot) -> None:
    table = library.library.panel.table
    table.customContextMenuRequested.emit(table.visualRect(row_of(library, "door wood")).center())
    assert table.menu is not None
    words = [action.text() for action in table.menu.actions()]
    table.menu.actions()[words.index("More like this")].trigger()
    table.menu.close()
    qtbot.waitUntil(lambda: "door wood" not in names(library), timeout=WAIT_MS)
    assert len(names(library)) == 2
    assert library.library.panel._likeness.text() == "Like door wood"
    library.library.panel.asked.emit()
    qtbot.waitUntil(lambda: len(names(library)) == 3, timeout=WAIT_MS)


def test_a_click_on_the_star_makes_a_favourite_that_is_kept(
    library: MainWindow, qtbot: QtBot
) -> None:
    panel = library.library.panel
    star = panel.model.index(row_of(library, "rain on roof").row(), STAR)
    place = panel.table.visualRect(star).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    panel.where.setCurrentIndex(1)
    qtbot.waitUntil(lambda: names(library) == ["rain on roof"], timeout=WAIT_MS)
    assert panel.model.index(0, LICENCE).data() == "CC BY 4.0"
    place = panel.table.visualRect(panel.model.index(0, STAR)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: names(library) == [], timeout=WAIT_MS)


def test_a_damaged_index_is_told_in_the_panel(
    library: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    for file in (tmp_path / "index").iterdir():
        file.unlink()
    (tmp_path / "index" / "library.sqlite").write_bytes(b"no database" * 100)
    library.library.look()
    told = library.library.panel._told
    qtbot.waitUntil(lambda: told.isVisible() and "cannot be used" in told.text(), timeout=WAIT_MS)


def test_what_is_no_recording_is_not_taken_for_one(window: MainWindow) -> None:
    data = QMimeData()
    data.setText("words")
    place = QPoint(400, 400)
    event = QDragEnterEvent(
        place, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    event.ignore()
    QApplication.sendEvent(window, event)
    assert not event.isAccepted()
