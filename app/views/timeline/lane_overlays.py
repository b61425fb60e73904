"""What lies over the lanes while a hand is at work: snapping, ghosts, readouts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen

from app import theme
from app.views.timeline.axis import TimeAxis
from app.views.timeline.rows import Rows
from engine.project.model import Clip


def paint_band(painter: QPainter, band: QRectF) -> None:
    """The rubber band."""
    table = theme.colours()
    painter.setPen(QPen(table.accent, 1))
    painter.setBrush(theme.with_alpha(table.accent, 0.12))
    painter.drawRect(band)


def paint_ghosts(painter: QPainter, clips: Sequence[Clip], axis: TimeAxis, rows: Rows) -> None:
    """Outlines of clips that are being copied."""
    table = theme.colours()
    painter.setPen(QPen(table.accent, 1, Qt.PenStyle.DashLine))
    painter.setBrush(theme.with_alpha(table.accent, 0.15))
    for clip in clips:
        row = rows.track_ids.index(clip.track_id)
        x, width = axis.x_of(clip.start_s), clip.duration_s * axis.px_per_s
        painter.drawRect(QRectF(x, rows.y_of(row) + 4, width, rows.body_of(row) - 17))


def paint_readout(painter: QPainter, readout: tuple[QPointF, str], size: QSize) -> None:
    """What a drag sets, beside the pointer."""
    point, text = readout
    table = theme.colours()
    painter.setFont(theme.font(11, 600))
    width = painter.fontMetrics().horizontalAdvance(text) + 12
    left = min(point.x() + 12, size.width() - width - 2)
    chip = QRectF(left, max(2.0, point.y() - 26), width, 18)
    painter.fillRect(chip, table.raised)
    painter.setPen(table.text)
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
