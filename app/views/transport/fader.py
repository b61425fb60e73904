"""A small fader with its name and value: the base of the transport bar's."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy

from app import theme
from app.intents import EditingWidget
from app.views.fader_drag import FaderDrag
from app.views.timeline.header_painting import FaderScale, format_gain
from app.words import tr
from engine.project.edits import Edit

_WHEEL_RESTS_MS = 500
"""Turns of the wheel that follow each other this closely are one step of the history."""


class SmallFader(EditingWidget):
    """Drag or turn the wheel; a double-click goes back. What it edits, subclasses say.

    Parameters
    ----------
    name : str
        Shown above it.
    scale : FaderScale
    lowest_db, highest_db : float
        What the wheel reaches.
    width_px : int
    """

    def __init__(
        self, name: str, scale: FaderScale, lowest_db: float, highest_db: float, width_px: int = 112
    ) -> None:
        super().__init__()
        self._name, self._scale, self._width_px = tr(name), scale, width_px
        self._lowest_db, self._highest_db = lowest_db, highest_db
        self._gain_db = 0.0
        self._drag: FaderDrag | None = None
        self._wheel = QTimer(self)
        self._wheel.setSingleShot(True)
        self._wheel.setInterval(_WHEEL_RESTS_MS)
        self._wheel.timeout.connect(self.gesture_ended)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(self.sizeHint())

    def edit(self, gain_db: float) -> Edit:
        """What sets it."""
        raise NotImplementedError

    def edit_back(self) -> Edit:
        """What a double-click does."""
        raise NotImplementedError

    @property
    def gain_db(self) -> float:
        """What it shows."""
        return self._gain_db

    def set_gain(self, gain_db: float) -> None:
        """Show another value."""
        self._gain_db = gain_db
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._width_px, 40)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = FaderDrag(
                event.position().x(), self._gain_db, self.width() - 8, self._scale
            )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            return
        if self._drag.starts(event.position().x()):
            self._drag.running = True
            self.gesture_began.emit()
        if self._drag.running:
            gain_db = self._drag.gain_db(event.position().x(), event.modifiers())
            self.edit_requested.emit(self.edit(gain_db))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag = self._drag, None
        if drag is not None and drag.running:
            self.gesture_ended.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        drag = self._drag
        if event.key() == Qt.Key.Key_Escape and drag is not None:
            self._drag = None
            if drag.running:
                self.gesture_cancelled.emit()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.edit_requested.emit(self.edit_back())

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self._wheel.isActive() and self._drag is None:
            self.gesture_began.emit()
        self._wheel.start()
        step_db = 0.5 * event.angleDelta().y() / 120.0
        gain_db = min(max(round(self._gain_db + step_db, 1), self._lowest_db), self._highest_db)
        self.edit_requested.emit(self.edit(gain_db))
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(11, 500))
        painter.setPen(table.text_soft)
        text = QRectF(4, 2, self.width() - 8, 18)
        painter.drawText(
            text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._name
        )
        painter.setPen(table.text)
        painter.drawText(
            text,
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            format_gain(self._gain_db),
        )
        groove = QRectF(4, 27, self.width() - 8, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(table.field)
        painter.drawRoundedRect(groove, 2, 2)
        x = groove.left() + self._scale.share(self._gain_db) * groove.width()
        painter.setBrush(table.line_strong)
        painter.drawRoundedRect(QRectF(groove.left(), groove.top(), x - groove.left(), 4), 2, 2)
        unity = groove.left() + self._scale.share(0.0) * groove.width()
        painter.setBrush(table.text_faint)
        painter.drawRect(QRectF(unity - 0.5, 24, 1, 10))
        painter.setBrush(table.text)
        painter.drawRoundedRect(QRectF(x - 3, 22, 6, 14), 2, 2)
