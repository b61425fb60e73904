"""In a small window everything is whole: nothing cut, nothing beyond an edge."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea, QToolButton, QWidget

from app.window import MainWindow


@pytest.mark.parametrize(("wide_px", "high_px"), [(1280, 720), (1024, 700)])
def test_fields_and_buttons_are_whole(window: MainWindow, wide_px: int, high_px: int) -> None:
    window.session.selection.select_clips(("a",), "one")
    window.session.selection.select_keyframe("one", 1)
    window.session.selection.select_clips(("a",), "one")
    window.resize(wide_px, high_px)
    window.workspace.reset()
    QTest.qWait(50)
    area = window.inspector.findChild(QScrollArea)
    inside, room_px = area.widget(), area.viewport().width()
    for field in inside.findChildren(QWidget):
        if field.isVisible():
            right = field.mapTo(inside, QPoint(field.width(), 0)).x()
            assert right <= room_px, field.accessibleName() or type(field)
    for bar in (window.transport, window.workspace.panels["stage"].titleBarWidget()):
        for button in bar.findChildren(QToolButton):
            if button.isVisible():
                assert button.mapTo(bar, QPoint(button.width(), 0)).x() <= bar.width()
                assert button.width() >= button.minimumSizeHint().width()


def test_the_name_below_the_stage_is_whole_elided_or_away(window: MainWindow) -> None:
    readout = window.stage.readout
    window.session.selection.select_track("one")
    for wide_px in range(960, 1441, 60):
        window.resize(wide_px, 720)
        window.workspace.reset()
        QTest.qWait(10)
        shown, metrics = readout._name.text(), readout._name.fontMetrics()
        assert shown in ("", "Square") or shown.endswith("…")
        assert metrics.horizontalAdvance(shown) <= readout._name.width()
