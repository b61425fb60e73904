"""Loudness, true peak and correlation of what is heard, in numbers."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from app.words import tr
from engine.playback.readings import ProgrammeLevels

LOUD_TRUE_PEAK_DBTP = -1.0
"""EBU R 128's limit; above it the number is red."""
_COLUMN_PX = 42
_BAR_PX = 3
_NAMES = ("TP", "M", "S", "I")
_ALL, _FEW = (0, 1, 2, 3), (1, 3)


class LoudnessReadout(QWidget):
    """Four numbers, and a needle for the correlation below them; a click begins anew."""

    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._texts: tuple[str, ...] = ("−∞",) * 4
        self._hot = False
        self._correlation = 0.0
        self._columns: tuple[int, ...] = _ALL
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Loudness"))
        self.setToolTip(
            tr(
                "Highest true peak (dBTP), loudness over 0.4 s, 3 s and all of it (LUFS);\n"
                "below, how alike left and right are: right one, middle nothing, left opposite.\n"
                "Click to begin anew."
            )
        )

    def sizeHint(self) -> QSize:
        return QSize(len(self._columns) * _COLUMN_PX, 40)

    def set_compact(self, compact: bool) -> None:
        """Only the loudness over 0.4 s and of all of it."""
        columns = _FEW if compact else _ALL
        if columns != self._columns:
            self._columns = columns
            self.updateGeometry()
            self.update()

    def set_levels(self, levels: ProgrammeLevels) -> None:
        """Show new readings."""
        texts = tuple(
            _number(value)
            for value in (
                levels.true_peak_dbtp, levels.momentary_lufs, levels.short_term_lufs,
                levels.integrated_lufs,
            )
        )  # fmt: skip
        state = (texts, levels.true_peak_dbtp > LOUD_TRUE_PEAK_DBTP, round(levels.correlation, 1))
        if state != (self._texts, self._hot, self._correlation):
            self._texts, self._hot, self._correlation = state
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.cleared.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for place, column in enumerate(self._columns):
            name, text, left = _NAMES[column], self._texts[column], place * _COLUMN_PX
            painter.setFont(theme.font(9))
            painter.setPen(table.text_faint)
            painter.drawText(QRectF(left, 1, _COLUMN_PX - 4, 12), align, name)
            painter.setFont(theme.font(11, 600))
            painter.setPen(table.danger if self._hot and column == 0 else table.text)
            painter.drawText(QRectF(left, 13, _COLUMN_PX - 4, 16), align, text)
        bar = QRectF(6, self.height() - 7, self.width() - 10, _BAR_PX)
        painter.fillRect(bar, table.field)
        middle = bar.center().x()
        end = middle + 0.5 * self._correlation * bar.width()
        colour = table.good if self._correlation >= 0.0 else table.warning
        painter.fillRect(QRectF(min(middle, end), bar.top(), abs(end - middle), _BAR_PX), colour)
        painter.fillRect(QRectF(middle - 0.5, bar.top() - 2, 1, _BAR_PX + 4), table.text_faint)


def _number(value: float) -> str:
    return f"{value:.1f}".replace("-", "−") if value > -99.0 else "−∞"
