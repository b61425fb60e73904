"""Nothing changes under a hand that did not ask: wheel, notices, loops; waiting is in sight."""

from __future__ import annotations

import pytest
from pointing import happens
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.notices import Notice
from app.window import MainWindow
from engine.playback.status import EngineStatus


def turn(window: MainWindow, widget: QWidget, notches: int) -> None:
    """The wheel as the window system sends it: it may give the keyboard, too."""
    place = widget.mapTo(window, widget.rect().center())
    QTest.wheelEvent(window.windowHandle(), QPointF(place), QPoint(0, 120 * notches))
    QApplication.processEvents()


def fields(window: MainWindow) -> list[QWidget]:
    found = [*window.findChildren(QAbstractSpinBox), *window.findChildren(QComboBox)]
    return [one for one in found if not one.visibleRegion().isEmpty()]


def test_the_wheel_scrolls_over_fields_nobody_works_in(window: MainWindow) -> None:
    window.session.selection.select_clips(("a",), "one")
    window.workspace.panels["inspector"].raise_()
    assert happens(lambda: not window.inspector.gain.visibleRegion().isEmpty())
    before, steps = window.session.project, len(window.session.document.steps)
    heard = window.listening.heard
    shown = fields(window)
    assert window.inspector.gain in shown
    assert window.transport.monitor in shown
    for field in shown:
        window.timeline.lanes.setFocus()
        turn(window, field, -2)
        assert not field.hasFocus()
    assert window.session.project == before
    assert len(window.session.document.steps) == steps
    assert window.listening.heard == heard
    area = window.inspector.gain.parentWidget()
    while not isinstance(area, QScrollArea):
        area = area.parentWidget()
    assert area.verticalScrollBar().value() > 0


def test_a_field_with_the_keyboard_takes_the_wheel(window: MainWindow) -> None:
    window.session.selection.select_track("one")
    window.workspace.panels["inspector"].raise_()
    assert happens(lambda: not window.inspector.gain.visibleRegion().isEmpty())
    gain = window.inspector.gain
    gain.setFocus()
    turn(window, gain, -2)
    assert window.session.project.track("one").strip.gain_db < 0.0


def test_a_notice_waits_until_the_hand_lets_go(window: MainWindow, qtbot: QtBot) -> None:
    lanes = window.timeline.lanes
    place = lanes.mapTo(window, QPoint(300, lanes.height() - 20))
    before = places_of(window)
    handle = window.windowHandle()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    window.session.tell(Notice("Exported", "info"))
    qtbot.wait(150)
    assert window.notices.text == ""
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    qtbot.waitUntil(lambda: window.notices.text == "Exported")
    QApplication.processEvents()
    assert places_of(window) == before


def places_of(window: MainWindow) -> dict[str, tuple[QPoint, QSize]]:
    """Where everything of the window's content is."""
    content = {**window.workspace.panels, "timeline": window.timeline, "bar": window.transport}
    return {
        name: (one.mapTo(window, QPoint(0, 0)), one.size())
        for name, one in content.items()
        if one.isVisible()
    }


def test_a_notice_moves_nothing_and_leaves_the_picture_free(window: MainWindow) -> None:
    long = "A sentence that has more to say than a narrow window has room for in one line. " * 3
    for width_px, words in ((1200, "Exported"), (1000, long)):
        window.resize(width_px, 760)
        QApplication.processEvents()
        before = places_of(window)
        window.session.tell(Notice(words, actions=(("Look", lambda: None),)))
        QApplication.processEvents()
        notice = window.notices
        assert places_of(window) == before
        assert notice.parentWidget().rect().contains(notice.geometry())
        assert notice._text.height() >= notice._text.heightForWidth(notice._text.width())
        picture = window.picture
        over = QRect(picture.mapTo(window, QPoint(0, 0)), picture.size())
        assert not over.intersects(QRect(notice.mapTo(window, QPoint(0, 0)), notice.size()))
    QTest.mouseClick(window.notices._close, Qt.MouseButton.LeftButton)
    assert places_of(window) == before


def test_a_notice_never_comes_up_under_the_pointer(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.session.tell(Notice("Exported"))
    usual = window.notices.geometry()
    window.notices.next()
    pointer = window.notices.parentWidget().mapToGlobal(usual.center())
    monkeypatch.setattr(QCursor, "pos", lambda: pointer)
    window.session.tell(Notice("Exported"))
    assert not window.notices.geometry().contains(usual.center())


def test_an_action_that_tells_something_new_does_not_close_it(window: MainWindow) -> None:
    session = window.session
    session.tell(Notice("Lost", actions=(("Look", lambda: session.tell(Notice("Still lost"))),)))
    QTest.mouseClick(window.notices._buttons.itemAt(0).widget(), Qt.MouseButton.LeftButton)
    assert window.notices.text == "Still lost"


def test_space_at_the_end_of_the_loop_begins_at_its_start(window: MainWindow) -> None:
    session, lanes = window.session, window.timeline.lanes
    session.locate(0.4)
    QTest.keyClick(lanes, Qt.Key.Key_I)
    session.locate(1.2)
    QTest.keyClick(lanes, Qt.Key.Key_O)
    assert session.loop_s == (0.4, 1.2)
    QTest.keyClick(lanes, Qt.Key.Key_Space)
    assert session.playback.position_s == pytest.approx(0.4)
    QTest.keyClick(lanes, Qt.Key.Key_Space)
    session.locate(1.5)
    QTest.keyClick(lanes, Qt.Key.Key_Space)
    assert session.playback.position_s == pytest.approx(1.5)  # behind the loop: from there


def test_playing_that_waits_for_the_audio_engine_says_so(window: MainWindow) -> None:
    bridge, play = window.session.bridge, window.actions_by_name["play"]
    bridge.status_changed.emit(EngineStatus(state="starting"))
    resting = image_of(play)
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_Space)
    waiting = image_of(play)
    assert waiting != resting
    assert "has started" in window.strip.engine_text
    bridge.status_changed.emit(EngineStatus(state="running"))
    playing = image_of(play)
    assert playing not in (waiting, resting)
    assert "load" in window.strip.engine_text
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_Space)
    assert image_of(play) == resting


def image_of(action) -> object:  # type: ignore[no-untyped-def]
    return action.icon().pixmap(16, 16).toImage()


def test_what_the_device_dropped_is_counted(window: MainWindow) -> None:
    status = EngineStatus(state="running", underruns=1, device_underflows=115)
    window.session.bridge.status_changed.emit(status)
    assert window.strip.engine_text.endswith("116 drop-outs")
    assert "115 that the device reports" in window.strip._engine.toolTip()
    assert "115" in window.transport.engine.story()
