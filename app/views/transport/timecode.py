"""The large timecode: digits in cells of equal width, editable by a double-click."""

from __future__ import annotations

from fractions import Fraction

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from app import theme
from app.views.timeline.ticks import DEFAULT_RATE
from app.words import tr
from engine.errors import FoleystageError
from engine.media.timecode import format_timecode, parse_timecode

_DIGIT_PX = 17
_COLON_PX = 10


class TimecodeDisplay(QWidget):
    """Shows the playhead; double-click and type a timecode to go there."""

    locate_requested = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._rate = DEFAULT_RATE
        self._position_s = 0.0
        self._text = format_timecode(0.0, self._rate)
        self._box = QLineEdit(self)
        self._box.setAccessibleName(tr("Go to a timecode"))
        self._box.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._box.hide()
        self._box.returnPressed.connect(self._go)
        self._box.editingFinished.connect(self._box.hide)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(self.sizeHint())
        self.setAccessibleName(tr("Timecode"))
        self.setToolTip(tr("Double-click to type a timecode"))

    def sizeHint(self) -> QSize:
        return QSize(8 * _DIGIT_PX + 3 * _COLON_PX + 24, 40)

    @property
    def text(self) -> str:
        """The timecode shown."""
        return self._text

    def set_rate(self, rate: Fraction) -> None:
        """Count in another rate."""
        self._rate = rate
        self.set_position(self._position_s)

    def set_position(self, position_s: float) -> None:
        """Show another time."""
        self._position_s = max(0.0, position_s)
        text = format_timecode(self._position_s, self._rate)
        if text != self._text:
            self._text = text
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._box.setGeometry(self.rect().adjusted(4, 6, -4, -6))
        self._box.setText(self._text)
        self._box.show()
        self._box.setFocus()
        self._box.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._box.hide()
        else:
            super().keyPressEvent(event)

    def _go(self) -> None:
        try:
            time_s = parse_timecode(self._box.text().strip(), self._rate)
        except FoleystageError as error:
            self._box.setToolTip(str(error))
            return
        self._box.hide()
        self.locate_requested.emit(time_s)

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(table.field)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.setFont(theme.font(25, 500))
        x = 12.0
        leading = True
        for character in self._text:
            wide = _DIGIT_PX if character.isdigit() else _COLON_PX
            leading = leading and character in "0:;"
            painter.setPen(table.text_faint if leading else table.text)
            painter.drawText(
                QRectF(x, 0, wide, self.height()), Qt.AlignmentFlag.AlignCenter, character
            )
            x += wide
