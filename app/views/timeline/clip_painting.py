"""How one clip looks: ground, waveform, fades, title. Kept cheap, there may be thousands.

Everything lies on whole pixels and is drawn without antialiasing, except fades.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPolygonF

from app import theme
from app.views.timeline.waveforms import WaveformTiles
from engine.project.fades import FadeCurve, risen
from engine.project.model import Clip, Take
from engine.units import db_to_gain

TITLE_PX = 15
_TITLE_ROOM_PX = 24
_TITLE_MOST_PX = 260
TITLE_REACH_PX = _TITLE_MOST_PX + 12
"""How far from the left edge titles of clips that begin before it reach."""
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


class Piece(NamedTuple):
    """A clip, its take, where it is drawn (whole pixels), and whether it is selected."""

    clip: Clip
    take: Take
    place: QRect
    chosen: bool


@dataclass(frozen=True)
class ClipPainting:
    """What all clips of one repaint share."""

    painter: QPainter
    area: QRectF
    px_per_s: float
    waves: WaveformTiles

    def paint(self, pieces: Sequence[Piece], colours: Shades) -> None:
        """Paint the clips of a row; those that look alike in few calls."""
        for muted in (False, True):
            for chosen in (False, True):
                alike = [p for p in pieces if (p.clip.muted, p.chosen) == (muted, chosen)]
                if alike:
                    self._paint_alike(alike, colours, muted=muted, chosen=chosen)

    def _paint_alike(
        self, pieces: Sequence[Piece], colours: Shades, *, muted: bool, chosen: bool
    ) -> None:
        painter, table = self.painter, theme.colours()
        places = [piece.place for piece in pieces]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.chosen if chosen else colours.ground)
        painter.drawRects(places)
        opacity = painter.opacity()
        if muted:
            painter.setOpacity(opacity * 0.35)
        for piece in pieces:
            self._paint_wave(piece.clip, piece.take, piece.place, colours)
        self._paint_fades(pieces, colours)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.title)
        painter.drawRects([QRect(r.x(), r.y(), r.width(), TITLE_PX) for r in places])
        painter.setFont(theme.font(10, 500))
        painter.setPen(table.text)
        for piece in pieces:
            self._paint_title(piece.clip, piece.place)
        painter.setOpacity(opacity)
        self._paint_borders(places, table.text if chosen else colours.border)

    def _paint_borders(self, places: Sequence[QRect], colour: QColor) -> None:
        painter = self.painter
        painter.setPen(colour)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects([place.adjusted(0, 0, -1, -1) for place in places])
        corners = [
            corner
            for place in places
            if place.width() >= _ROUNDED_PX
            for corner in (
                place.topLeft(), place.topRight(), place.bottomLeft(), place.bottomRight()
            )
        ]  # fmt: skip
        if corners:
            painter.setPen(theme.colours().field)
            painter.drawPoints(corners)

    def _paint_wave(self, clip: Clip, take: Take, place: QRect, colours: Shades) -> None:
        wave = QRectF(place.adjusted(0, TITLE_PX, 0, -1))
        gain = float(db_to_gain(clip.gain_db)) if clip.gain_db else 1.0
        visible = (self.area.left(), self.area.right())
        known = self.waves.paint(
            self.painter, take, wave, visible, clip.offset_s, self.px_per_s, colours.wave, gain
        )
        if not known and self.waves.is_lost(take):
            lost = theme.with_alpha(theme.colours().danger, 0.45)
            self.painter.fillRect(wave, QBrush(lost, Qt.BrushStyle.BDiagPattern))
        elif not known:
            self.painter.fillRect(
                QRectF(wave.left(), round(wave.center().y()), wave.width(), 1), colours.quiet
            )

    def _paint_title(self, clip: Clip, place: QRect) -> None:
        left = max(place.left(), 0) + 5
        room = min(place.right() - 4 - left, _TITLE_MOST_PX)
        if room < _TITLE_ROOM_PX:
            return
        text = _title(clip.name, clip.gain_db, room)
        self.painter.drawText(left, place.y() + 11, text)

    def _paint_fades(self, pieces: Sequence[Piece], colours: Shades) -> None:
        """The part of a clip that its fades take away, and a line for each."""
        lines: list[QPolygonF] = []
        shades_of: list[QPolygonF] = []
        for piece in pieces:
            clip, place = piece.clip, piece.place
            top, bottom = place.top() + TITLE_PX, place.bottom()
            for corner, wide, curve in (
                (place.left(), clip.fade_in_s * self.px_per_s, clip.fade_in_curve),
                (place.right(), -clip.fade_out_s * self.px_per_s, clip.fade_out_curve),
            ):
                if abs(wide) >= 2:
                    line = [
                        QPointF(corner + wide * share, bottom + (top - bottom) * gain)
                        for share, gain in _fade_line(curve, abs(wide))
                    ]
                    shades_of.append(QPolygonF([*line, QPointF(corner, top)]))
                    lines.append(QPolygonF(line))
        if not lines:
            return
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(colours.fade)
        for polygon in shades_of:
            self.painter.drawPolygon(polygon)
        self.painter.setPen(colours.fade_line)
        for polyline in lines:
            self.painter.drawPolyline(polyline)
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _fade_line(curve: FadeCurve, wide_px: float) -> tuple[tuple[float, float], ...]:
    """Points (share of the fade, gain) of a curve: as many as can be told apart."""
    return _curve_points(curve, min(max(round(wide_px / 5), 1), 24))


@cache
def _curve_points(curve: FadeCurve, steps: int) -> tuple[tuple[float, float], ...]:
    shares = np.linspace(0.0, 1.0, steps + 1)
    return tuple(zip(shares.tolist(), risen(shares, curve).tolist(), strict=True))


@lru_cache(maxsize=8192)
def _title(name: str, gain_db: float, room_px: int) -> str:
    """The title as far as it fits."""
    text = f"{name}  {gain_db:+.1f} dB".replace("-", "−") if gain_db else name
    metrics = QFontMetrics(theme.font(10, 500))
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room_px)
