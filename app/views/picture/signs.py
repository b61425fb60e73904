"""What stands on the picture in words: its timecode, and why there is none."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from app import icons, theme
from app.words import tr

_PLAIN = "00:00:00:00"


def paint_timecode(painter: QPainter, area: QRectF, timecode: str, note: str = "") -> None:
    """A chip at the picture's foot with the time, and a note on what is shown."""
    table = theme.colours()
    painter.setFont(theme.font(13, 600))
    metrics = painter.fontMetrics()
    width = metrics.horizontalAdvance(_PLAIN) + 20
    aside = metrics.horizontalAdvance(note) + 12 if note else 0
    chip = QRectF(area.center().x() - (width + aside) / 2, area.bottom() - 32, width + aside, 24)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.with_alpha(table.ground, 0.72))
    painter.drawRoundedRect(chip, 4, 4)
    painter.setPen(table.text)
    time = chip.adjusted(0, 0, -aside, 0)
    painter.drawText(time, Qt.AlignmentFlag.AlignCenter, timecode)
    if note:
        painter.setPen(table.text_soft)
        beside = QRectF(time.right() - 6, chip.top(), aside, chip.height())
        painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, note)


def paint_placeholder(painter: QPainter, room: QRectF, problem: str) -> None:
    """No picture: what is wrong with it, or how to get one."""
    table = theme.colours()
    middle = room.center()
    place = QRectF(middle.x() - 24, middle.y() - 64, 48, 48)
    icons.draw(painter, "film", place, table.line_strong)
    painter.setFont(theme.font(13, 600))
    painter.setPen(table.text_soft)
    title = tr("The picture is missing") if problem else tr("No picture")
    area = QRectF(24, middle.y() - 8, room.width() - 48, 20)
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, title)
    painter.setFont(theme.font(11))
    painter.setPen(table.text_faint)
    detail = problem or tr("Drop a video on the window to start")
    wide = int(room.width() - 48)
    text = painter.fontMetrics().elidedText(detail, Qt.TextElideMode.ElideMiddle, wide)
    painter.drawText(area.translated(0, 22), Qt.AlignmentFlag.AlignCenter, text)
