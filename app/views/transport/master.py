"""The master gain: a small fader with its value."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy

from app import theme
from app.intents import EditingWidget
from app.views.fader_drag import FaderDrag
from app.views.timeline.header_painting import LOWEST_DB, FaderScale, format_gain
from engine.project.checks import LOUDEST_MASTER_DB
from engine.project.edits import ReturnMasterGain, SetMasterGain
from engine.project.model import Project

_WHEEL_RESTS_MS = 500
"""Turns of the wheel that follow each other this closely are one step of the history."""
_SCALE = FaderScale(highest_db=LOUDEST_MASTER_DB, unity_share=0.5)
"""The gain that a composed session needs to be as loud as its delivery has room above 0 dB."""


class MasterGain(EditingWidget):
    """Drag or turn the wheel; a double-click gives the composed value back."""

    def __init__(self) -> None:
        super().__init__()
        self._gain_db = 0.0
        self._drag: FaderDrag | None = None
        self._wheel = QTimer(self)
        self._wheel.setSingleShot(True)
        self._wheel.setInterval(_WHEEL_RESTS_MS)
        self._wheel.timeout.connect(self.gesture_ended)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(self.sizeHint())
        self.setAccessibleName("Master gain")
        self.setToolTip(
            "Master gain: drag, with Shift finely. Composing sets it so that the mix is heard as "
            "loud as it is delivered; what you set stays, a double-click gives that value back."
        )

    def sizeHint(self) -> QSize:
        return QSize(112, 40)

    def set_project(self, project: Project) -> None:
        """Show another project's master gain."""
        self._gain_db = project.master.gain_db
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = FaderDrag(event.position().x(), self._gain_db, self.width() - 8, _SCALE)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            return
        if self._drag.starts(event.position().x()):
            self._drag.running = True
            self.gesture_began.emit()
        if self._drag.running:
            gain_db = self._drag.gain_db(event.position().x(), event.modifiers())
            self.edit_requested.emit(SetMasterGain(gain_db=gain_db))

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
        self.edit_requested.emit(ReturnMasterGain())

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self._wheel.isActive() and self._drag is None:
            self.gesture_began.emit()
        self._wheel.start()
        step_db = 0.5 * event.angleDelta().y() / 120.0
        gain_db = min(max(round(self._gain_db + step_db, 1), LOWEST_DB), LOUDEST_MASTER_DB)
        self.edit_requested.emit(SetMasterGain(gain_db=gain_db))
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(11, 500))
        painter.setPen(table.text_soft)
        text = QRectF(4, 2, self.width() - 8, 18)
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "Master")
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
        x = groove.left() + _SCALE.share(self._gain_db) * groove.width()
        painter.setBrush(table.line_strong)
        painter.drawRoundedRect(QRectF(groove.left(), groove.top(), x - groove.left(), 4), 2, 2)
        unity = groove.left() + _SCALE.share(0.0) * groove.width()
        painter.setBrush(table.text_faint)
        painter.drawRect(QRectF(unity - 0.5, 24, 1, 10))
        painter.setBrush(table.text)
        painter.drawRoundedRect(QRectF(x - 3, 22, 6, 14), 2, 2)
