"""How one clip looks: ground, waveform, fades, title. Kept cheap, there may be thousands.

Everything lies on whole pixels and is drawn without antialiasing, except fades.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPolygonF

from app import theme
from app.views.timeline.waveforms import WaveformTiles
from engine.project.model import Clip, Take
from engine.units import db_to_gain

TITLE_PX = 15
_TITLE_ROOM_PX = 24
_ROUNDED_PX = 48


@dataclass(frozen=True)
class Shades:
    """The colours of a track's clips."""

    wave: QColor
    quiet: QColor
    ground: QColor
    chosen: QColor
    border: QColor
    title: QColor
    fade: QColor
    fade_line: QColor
    bar: QColor


@cache
def shades(colour_name: str) -> Shades:
    """All shades of a track colour, made once."""
    table = theme.colours()
    colour = theme.legible(colour_name)
    return Shades(
        wave=colour,
        quiet=theme.mix(colour, table.field, 0.5),
        ground=theme.mix(colour, table.field, 0.78),
        chosen=theme.mix(colour, table.field, 0.6),
        border=theme.mix(colour, table.field, 0.45),
        title=theme.mix(colour, table.field, 0.58),
        fade=theme.with_alpha(table.ground, 0.55),
        fade_line=theme.mix(colour, table.text, 0.5),
        bar=theme.mix(colour, table.field, 0.35),
    )


@dataclass(frozen=True)
class ClipPainting:
    """What all clips of one repaint share."""

    painter: QPainter
    area: QRectF
    px_per_s: float
    waves: WaveformTiles

    def paint(self, clip: Clip, take: Take, place: QRect, colours: Shades, *, chosen: bool) -> None:
        """Paint a clip at its place (whole pixels)."""
        painter, table = self.painter, theme.colours()
        painter.fillRect(place, colours.chosen if chosen else colours.ground)
        opacity = painter.opacity()
        if clip.muted:
            painter.setOpacity(opacity * 0.35)
        self._paint_wave(clip, take, place, colours)
        self._paint_fades(clip, place, colours)
        painter.fillRect(place.x(), place.y(), place.width(), TITLE_PX, colours.title)
        self._paint_title(clip, place)
        painter.setOpacity(opacity)
        self._paint_border(place, table.text if chosen else colours.border)

    def _paint_border(self, place: QRect, colour: QColor) -> None:
        painter, ground = self.painter, theme.colours().field
        painter.setPen(colour)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        if place.width() < _ROUNDED_PX:
            return
        for corner in (place.topLeft(), place.topRight(), place.bottomLeft(), place.bottomRight()):
            painter.fillRect(corner.x(), corner.y(), 1, 1, ground)

    def _paint_wave(self, clip: Clip, take: Take, place: QRect, colours: Shades) -> None:
        wave = QRectF(place.adjusted(0, TITLE_PX, 0, -1))
        gain = float(db_to_gain(clip.gain_db)) if clip.gain_db else 1.0
        visible = (self.area.left(), self.area.right())
        known = self.waves.paint(
            self.painter, take, wave, visible, clip.offset_s, self.px_per_s, colours.wave, gain
        )
        if not known:
            self.painter.fillRect(
                QRectF(wave.left(), round(wave.center().y()), wave.width(), 1), colours.quiet
            )

    def _paint_title(self, clip: Clip, place: QRect) -> None:
        left = max(place.left(), round(self.area.left())) + 5
        room = place.right() - 4 - left
        if room < _TITLE_ROOM_PX:
            return
        text = _title(clip.name, clip.gain_db, room)
        self.painter.setFont(theme.font(10, 500))
        self.painter.setPen(theme.colours().text)
        self.painter.drawText(left, place.y() + 11, text)

    def _paint_fades(self, clip: Clip, place: QRect, colours: Shades) -> None:
        if not clip.fade_in_s and not clip.fade_out_s:
            return
        top, bottom = place.top() + TITLE_PX, place.bottom()
        left, right = place.left(), place.right()
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for corner, inner in (
            (left, left + clip.fade_in_s * self.px_per_s),
            (right, right - clip.fade_out_s * self.px_per_s),
        ):
            if abs(inner - corner) >= 2:
                points = [QPointF(corner, bottom), QPointF(corner, top), QPointF(inner, top)]
                self.painter.setPen(Qt.PenStyle.NoPen)
                self.painter.setBrush(colours.fade)
                self.painter.drawPolygon(QPolygonF(points))
                self.painter.setPen(colours.fade_line)
                self.painter.drawLine(points[0], points[2])
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


@lru_cache(maxsize=8192)
def _title(name: str, gain_db: float, room_px: int) -> str:
    """The title as far as it fits."""
    text = f"{name}  {gain_db:+.1f} dB".replace("-", "−") if gain_db else name
    metrics = QFontMetrics(theme.font(10, 500))
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room_px)
