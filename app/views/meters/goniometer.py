"""The goniometer: left against right, turned by 45 degrees, and how much they are alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app import theme
from app.words import tr
from engine.playback.readings import ProgrammeLevels

QUIETEST = 10 ** (-60.0 / 20.0)
_BAR_PX = 6.0
_FOOT_PX = 40.0


class Goniometer(QWidget):
    """Mono stands upright, what is opposite lies flat, left and right lean to their sides.

    The picture is scaled to the loudest sample that is shown, so that soft sounds have a shape.
    """

    def __init__(self) -> None:
        super().__init__()
        self._samples: NDArray[np.float32] = np.zeros((2, 0), dtype=np.float32)
        self._correlation = 0.0
        self.setMinimumSize(180, 180)
        self.setAccessibleName(tr("Goniometer"))
        self.setToolTip(
            tr(
                "Left against right: upright is mono, flat is opposite, leaning is to that side;\n"
                "below, their correlation from −1 (opposite) to +1 (alike)"
            )
        )

    def sizeHint(self) -> QSize:
        return QSize(260, 260)

    def set_samples(self, samples: NDArray[np.float32]) -> None:
        """Show (2, n) samples of left and right; nothing is done while out of sight."""
        if self.isVisible() and (samples.any() or self._samples.any()):
            self._samples = samples
            self.update()

    def set_levels(self, levels: ProgrammeLevels) -> None:
        """Show another correlation."""
        if self.isVisible() and round(levels.correlation, 2) != round(self._correlation, 2):
            self._correlation = levels.correlation
            self.update()

    def area(self) -> QRectF:
        """The square that the figure is drawn in."""
        room = QRectF(self.rect()).adjusted(12, 12, -12, -_FOOT_PX)
        side = max(1.0, min(room.width(), room.height()))
        middle = room.center()
        return QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side)

    def places(self) -> NDArray[np.float64]:
        """(n, 2) pixels of the samples: mid upwards, side to the left and the right."""
        left, right = self._samples.astype(np.float64)
        scale = max(float(np.abs(self._samples).max(initial=0.0)), QUIETEST)
        area = self.area()
        across, up = (right - left) / (2.0 * scale), (left + right) / (2.0 * scale)
        reach = area.width() / 2
        return np.stack([area.center().x() + across * reach, area.center().y() - up * reach], -1)

    def paintEvent(self, event: QPaintEvent) -> None:
        table, painter = theme.colours(), QPainter(self)
        painter.fillRect(self.rect(), table.panel)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        if self._samples.any():
            painter.setPen(QPen(theme.with_alpha(table.accent, 0.75), 1.6))
            painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in self.places().tolist()]))
        self._paint_correlation(painter)

    def _paint_ground(self, painter: QPainter) -> None:
        table, area = theme.colours(), self.area()
        middle, reach = area.center(), area.width() / 2
        corners = [QPointF(0, -reach), QPointF(reach, 0), QPointF(0, reach), QPointF(-reach, 0)]
        painter.setPen(QPen(table.line_strong, 1))
        painter.setBrush(table.field)
        painter.drawPolygon(QPolygonF([middle + corner for corner in corners]))
        painter.setPen(QPen(table.line, 1))
        half = reach / 2
        for start, end in (
            (QPointF(0, -reach), QPointF(0, reach)), (QPointF(-reach, 0), QPointF(reach, 0)),
            (QPointF(-half, -half), QPointF(half, half)),
            (QPointF(half, -half), QPointF(-half, half)),
        ):  # fmt: skip
            painter.drawLine(middle + start, middle + end)
        painter.setFont(theme.font(10, 500))
        painter.setPen(table.text_soft)
        for text, x in (("L", -half - 14), ("R", half + 4)):
            painter.drawText(middle + QPointF(x, -half - 4), tr(text))

    def _paint_correlation(self, painter: QPainter) -> None:
        table = theme.colours()
        bar = QRectF(24, self.height() - _FOOT_PX + 14, self.width() - 48, _BAR_PX)
        painter.fillRect(bar, table.field)
        x = bar.center().x() + 0.5 * self._correlation * bar.width()
        colour = table.good if self._correlation >= 0.0 else table.warning
        low, high = sorted((bar.center().x(), x))
        painter.fillRect(QRectF(low, bar.top(), high - low, _BAR_PX), colour)
        painter.fillRect(QRectF(bar.center().x() - 0.5, bar.top() - 2, 1, 10), table.text_soft)
        painter.setFont(theme.font(10))
        painter.setPen(table.text_soft)
        foot = QRectF(bar.left() - 10, bar.bottom() + 2, bar.width() + 20, 14)
        number = f"{self._correlation:+.2f}".replace("-", "−")
        for align, text in (
            (Qt.AlignmentFlag.AlignLeft, "−1"), (Qt.AlignmentFlag.AlignHCenter, number),
            (Qt.AlignmentFlag.AlignRight, "+1"),
        ):  # fmt: skip
            painter.drawText(foot, align | Qt.AlignmentFlag.AlignVCenter, text)
