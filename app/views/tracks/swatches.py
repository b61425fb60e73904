"""The track colours to choose from."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from app.words import tr
from engine.project.palette import TRACK_COLOURS

_SIDE_PX, _GAP_PX = 18, 6


class Swatches(QWidget):
    """Eight colours that colour-blind readers can tell apart."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._colour = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_SIDE_PX + 4)
        self.setAccessibleName(tr("Track colour"))

    def sizeHint(self) -> QSize:
        return QSize(len(TRACK_COLOURS) * (_SIDE_PX + _GAP_PX), _SIDE_PX + 4)

    def show_colour(self, colour: str) -> None:
        """Mark the track's colour."""
        self._colour = colour.lower()
        self.update()

    def _area(self, number: int) -> QRectF:
        return QRectF(2 + number * (_SIDE_PX + _GAP_PX), 2, _SIDE_PX, _SIDE_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for number, colour in enumerate(TRACK_COLOURS):
            if self._area(number).contains(event.position()) and colour != self._colour:
                self.chosen.emit(colour)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, colour in enumerate(TRACK_COLOURS):
            area = self._area(number)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.track_colour(colour))
            painter.drawRoundedRect(area, 4, 4)
            if colour == self._colour:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme.colours().text, 2))
                painter.drawRoundedRect(area.adjusted(-1, -1, 1, 1), 5, 5)
