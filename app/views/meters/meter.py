"""The master meter: one bar a channel in dBFS, with peak hold and clip lamps."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from app.views.meters.scale import MARKS_DBFS, share_of_level
from app.words import tr

HOLD_S = 1.5
_SCALE_PX = 13
_NUMBER_PX = 46
_LAMP_PX = 6


class LevelMeter(QWidget):
    """Bars from left to right; a click clears the clip lamps and the highest peak."""

    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._levels_dbfs: tuple[float, ...] = (-120.0, -120.0)
        self._held: list[tuple[float, float]] = []
        self._clipped: tuple[bool, ...] = ()
        self._highest_dbfs = -120.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(130)
        self.setAccessibleName(tr("Master meter"))
        self.setToolTip(tr("Peak level in dBFS; click to reset the highest peak"))

    def sizeHint(self) -> QSize:
        return QSize(280, 40)

    def set_levels(self, levels_dbfs: Sequence[float], clipped: Sequence[bool]) -> None:
        """Show new levels; peaks stay a moment."""
        levels = tuple(float(level) for level in levels_dbfs) or (-120.0, -120.0)
        now_s = time.monotonic()
        if len(self._held) != len(levels):
            self._held = [(-120.0, now_s)] * len(levels)
        held = [
            (level, now_s) if level >= old or now_s - since > HOLD_S else (old, since)
            for level, (old, since) in zip(levels, self._held, strict=True)
        ]
        highest = max(self._highest_dbfs, *levels)
        lamps = tuple(bool(lamp) for lamp in clipped)
        state = (levels, held, lamps, highest)
        if state != (self._levels_dbfs, self._held, self._clipped, self._highest_dbfs):
            self._levels_dbfs, self._held, self._clipped, self._highest_dbfs = state
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._highest_dbfs = max(self._levels_dbfs)
        self.cleared.emit()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(0, 0, self.width() - _NUMBER_PX, self.height())
        bars = area.adjusted(0, 3, -_LAMP_PX - 2, -_SCALE_PX)
        self._paint_bars(painter, bars)
        self._paint_scale(painter, bars)
        self._paint_number(painter)

    def _paint_bars(self, painter: QPainter, area: QRectF) -> None:
        table = theme.colours()
        count = len(self._levels_dbfs)
        gap = 2.0 if count <= 2 else 1.0
        height = (area.height() - gap * (count - 1)) / count
        for number, level in enumerate(self._levels_dbfs):
            bar = QRectF(area.left(), area.top() + number * (height + gap), area.width(), height)
            painter.fillRect(bar, table.field)
            self._paint_level(painter, bar, share_of_level(level))
            if number < len(self._held):
                x = bar.left() + share_of_level(self._held[number][0]) * bar.width()
                if x > bar.left() + 1:
                    painter.fillRect(QRectF(x - 2, bar.top(), 2, height), table.text)
            lit = number < len(self._clipped) and self._clipped[number]
            lamp = QRectF(bar.right() + 2, bar.top(), _LAMP_PX, height)
            painter.fillRect(lamp, table.danger if lit else table.field)

    def _paint_level(self, painter: QPainter, bar: QRectF, share: float) -> None:
        """Green up to -12, yellow up to -3, red above."""
        start = 0.0
        for limit, colour in self._zones():
            end = min(share, limit)
            if end > start:
                painter.fillRect(
                    QRectF(
                        bar.left() + start * bar.width(), bar.top(),
                        (end - start) * bar.width(), bar.height(),
                    ),
                    colour,
                )  # fmt: skip
            start = limit

    @staticmethod
    def _zones() -> tuple[tuple[float, QColor], ...]:
        table = theme.colours()
        return (
            (share_of_level(-12.0), table.good),
            (share_of_level(-3.0), table.warning),
            (1.0, table.danger),
        )

    def _paint_scale(self, painter: QPainter, bars: QRectF) -> None:
        table = theme.colours()
        painter.setFont(theme.font(9))
        painter.setPen(table.text_faint)
        free_from = -1.0
        for mark in MARKS_DBFS:
            x = bars.left() + share_of_level(mark) * bars.width()
            area = QRectF(x - 14, bars.bottom() + 1, 28, _SCALE_PX)
            align = Qt.AlignmentFlag.AlignHCenter
            if mark == MARKS_DBFS[0]:
                area.moveLeft(bars.left())
                align = Qt.AlignmentFlag.AlignLeft
            text = str(mark).replace("-", "−")
            wide = painter.fontMetrics().horizontalAdvance(text)
            left = area.left() if mark == MARKS_DBFS[0] else x - wide / 2
            if left < free_from:
                continue
            free_from = left + wide + 4
            painter.drawText(area, align | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_number(self, painter: QPainter) -> None:
        table = theme.colours()
        painter.setFont(theme.font(12, 600))
        loud = self._highest_dbfs
        text = "−∞" if loud <= -99.0 else f"{loud:.1f}".replace("-", "−")
        painter.setPen(table.danger if loud >= 0.0 else table.text)
        area = QRectF(self.width() - _NUMBER_PX, 1, _NUMBER_PX, self.height() - _SCALE_PX)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setFont(theme.font(9))
        painter.setPen(table.text_faint)
        area = QRectF(self.width() - _NUMBER_PX, self.height() - _SCALE_PX, _NUMBER_PX, _SCALE_PX)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "dBFS")
