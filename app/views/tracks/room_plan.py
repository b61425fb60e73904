"""The room from above: its walls, and the listener's head, which can be dragged in it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen

from app import theme
from app.intents import EditingWidget
from app.words import tr

HEIGHT_PX = 112
_MARGIN_PX = 10.0
_REACH_PX = 14.0
_HEAD_PX = 6.0


class RoomPlan(EditingWidget):
    """Front is up, left is left, as on the stage. A double click puts the head back.

    `edit_requested` carries the head's (x, y) in metres from the back, right corner, or None.
    """

    def __init__(self) -> None:
        super().__init__()
        self._size_m = (4.0, 4.0)
        self._head_m = (2.0, 2.0)
        self._walls: frozenset[str] = frozenset()
        self._held = False
        self._moving = False
        self.setFixedHeight(HEIGHT_PX)
        self.setAccessibleName(tr("Place of the listener in the room"))
        self.setToolTip(
            tr("Drag the head to where you listen from; double-click for the room's place")
        )

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT_PX)

    def show_room(
        self, size_m: tuple[float, float], head_m: tuple[float, float], walls: frozenset[str]
    ) -> None:
        """Show a room (length, width), the head in it (x, y), and which of its walls there are."""
        self._size_m, self._head_m, self._walls = size_m, head_m, walls
        self.update()

    def area(self) -> QRectF:
        """Where the room is drawn, in its own shape."""
        length_m, width_m = self._size_m
        room = QRectF(self.rect()).adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
        scale = min(room.width() / width_m, room.height() / length_m)
        wide, high = width_m * scale, length_m * scale
        return QRectF(room.center().x() - wide / 2, room.center().y() - high / 2, wide, high)

    def place_of(self, x_m: float, y_m: float) -> QPointF:
        """Pixel of a place in metres."""
        area = self.area()
        scale = area.width() / self._size_m[1]
        return QPointF(area.right() - y_m * scale, area.bottom() - x_m * scale)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        away = event.position() - self.place_of(*self._head_m)
        self._held = away.manhattanLength() <= _REACH_PX

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held and not event.buttons():
            self.mouseReleaseEvent(event)
        if not self._held:
            return
        if not self._moving:
            self._moving = True
            self.gesture_began.emit()
        area, (length_m, width_m) = self.area(), self._size_m
        scale = area.width() / width_m
        x_m = min(max((area.bottom() - event.position().y()) / scale, 0.0), length_m)
        y_m = min(max((area.right() - event.position().x()) / scale, 0.0), width_m)
        self.edit_requested.emit((round(x_m, 2), round(y_m, 2)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        moved, self._held, self._moving = self._moving, False, False
        if moved:
            self.gesture_ended.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._held = False
        self.edit_requested.emit(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.4)
        area = self.area()
        painter.fillRect(area, table.field)
        corners = {
            "front": (area.topLeft(), area.topRight()),
            "back": (area.bottomLeft(), area.bottomRight()),
            "left": (area.topLeft(), area.bottomLeft()),
            "right": (area.topRight(), area.bottomRight()),
        }
        for wall, (one, other) in corners.items():
            there = wall in self._walls
            style = Qt.PenStyle.SolidLine if there else Qt.PenStyle.DotLine
            painter.setPen(QPen(table.text_soft if there else table.line_strong, 2.0, style))
            painter.drawLine(one, other)
        head = self.place_of(*self._head_m)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(table.accent if self.isEnabled() else table.text_faint)
        painter.drawEllipse(head, _HEAD_PX, _HEAD_PX)
        painter.drawEllipse(head + QPointF(0, -_HEAD_PX), 2.0, 3.0)
