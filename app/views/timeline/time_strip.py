"""A strip along the time axis: its playhead, and what a click and the wheel do on it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from app.views.timeline.axis import TimeAxis

_USUAL_WIDTH_PX = 600


class TimeStrip(QWidget):
    """A click puts the playhead there, the wheel is the timeline's."""

    locate_requested = Signal(float)
    wheel_turned = Signal(object)
    menu_requested = Signal(object)
    """A global position."""

    def __init__(self, axis: TimeAxis, height_px: int) -> None:
        super().__init__()
        self._axis = axis
        self._position_s = 0.0
        self.setFixedHeight(height_px)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        axis.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(_USUAL_WIDTH_PX, self.height())

    def set_position(self, position_s: float) -> None:
        """Move the playhead; repaints two thin strips."""
        for time_s in (self._position_s, position_s):
            self.update(round(self._axis.x_of(time_s)) - 2, 0, 5, self.height())
        self._position_s = position_s

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.locate_requested.emit(max(0.0, self._axis.time_of(event.position().x())))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The playhead goes there first: what the menu offers is done there."""
        self.locate_requested.emit(max(0.0, self._axis.time_of(event.pos().x())))
        self.menu_requested.emit(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.wheel_turned.emit(event)

    def paint_playhead(self, painter: QPainter) -> None:
        """A line of one pixel, on top of all."""
        x = round(self._axis.x_of(self._position_s))
        painter.fillRect(x, 0, 1, self.height(), theme.colours().accent)
