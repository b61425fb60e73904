"""In a small window everything is whole: nothing cut, nothing beyond an edge."""

from __future__ import annotations

import pytest
from pointing import happens
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QScrollArea, QToolButton, QWidget

from app.window import MainWindow


@pytest.mark.parametrize(("wide_px", "high_px"), [(1280, 720), (1024, 700)])
def test_fields_and_buttons_are_whole(window: MainWindow, wide_px: int, high_px: int) -> None:
    window.session.selection.select_clips(("a",), "one")
    window.session.selection.select_keyframe("one", 1)
    window.session.selection.select_clips(("a",), "one")
    window.resize(wide_px, high_px)
    window.workspace.reset()
    area = window.inspector.findChild(QScrollArea)
    inside = area.widget()

    def cut() -> list[str]:
        room_px = area.viewport().width()
        fields = [field for field in inside.findChildren(QWidget) if field.isVisible()]
        ends = [(f, f.mapTo(inside, QPoint(f.width(), 0)).x()) for f in fields]
        return [f.accessibleName() or str(type(f)) for f, right in ends if right > room_px]

    happens(lambda: not cut())
    assert not cut()
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
        QApplication.processEvents()
        shown, metrics = readout._name.text(), readout._name.fontMetrics()
        assert shown in ("", "Square") or shown.endswith("…")
        assert metrics.horizontalAdvance(shown) <= readout._name.width()
