"""Icons: drawings from `resources/icons`, coloured for their state and sharp at any scale."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app import theme
from engine import resources

_SCALES = (1, 2, 3)


@cache
def icon(name: str, size_px: int = 16) -> QIcon:
    """Icon with normal, disabled and switched-on colours."""
    table = theme.colours()
    made = QIcon()
    for scale in _SCALES:
        states = (
            (table.text_soft, QIcon.Mode.Normal, QIcon.State.Off),
            (table.text, QIcon.Mode.Active, QIcon.State.Off),
            (table.accent, QIcon.Mode.Normal, QIcon.State.On),
            (table.accent, QIcon.Mode.Active, QIcon.State.On),
            (table.line_strong, QIcon.Mode.Disabled, QIcon.State.Off),
            (table.line_strong, QIcon.Mode.Disabled, QIcon.State.On),
        )
        for colour, mode, state in states:
            made.addPixmap(pixmap(name, size_px, colour.name(), scale), mode, state)
    return made


@cache
def pixmap(name: str, size_px: int, colour_name: str, scale: float = 1.0) -> QPixmap:
    """One drawing in one colour; `scale` is the device pixel ratio."""
    side = round(size_px * scale)
    image = QPixmap(QSize(side, side))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    _renderer(name, QColor(colour_name).name()).render(painter, QRectF(0, 0, side, side))
    painter.end()
    image.setDevicePixelRatio(scale)
    return image


@cache
def _renderer(name: str, colour_name: str) -> QSvgRenderer:
    text = resources.path(f"icons/{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(text.replace("currentColor", colour_name).encode()))


def draw(painter: QPainter, name: str, area: QRectF, colour: QColor) -> None:
    """Draw an icon straight into a painting."""
    _renderer(name, colour.name()).render(painter, area)


@cache
def application_icon() -> QIcon:
    """The program's own icon."""
    return QIcon(str(resources.path("icons/application.svg")))
