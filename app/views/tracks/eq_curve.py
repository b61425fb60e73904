"""The equaliser's curve: what the engine's own filters do, with bands that are dragged on it.

A pass of second order is as high at its corner as its Q, so its handle lies on the curve and its
height is its Q; all other bands lie at their gain.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec import structs
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QToolTip

from app import theme
from app.intents import EditingWidget
from app.views.tracks.eq_bands import PLACES, is_pass, kept, placed
from app.words import tr
from engine.project.edits import SetTrackEq
from engine.project.limits import HIGHEST_BAND_HZ, HIGHEST_Q, LOWEST_BAND_HZ, LOWEST_Q
from engine.project.model import EqBand, Strip, Track
from engine.realtime.equaliser import band_section, response

HEIGHT_PX = 148
SHOWN_DB = 24.0
LOWEST_HZ, HIGHEST_HZ = 20.0, 20_000.0
_REACH_PX = 10.0
_DOT_PX = 6.0
_MARKS = ((100.0, "100"), (1000.0, "1k"), (10_000.0, "10k"))
_Q_STEP = 1.12


class EqCurve(EditingWidget):
    """Drag a band; the wheel sets its Q, a double click switches it.

    Parameters
    ----------
    track_id : callable
        Id of the track that is shown.
    """

    def __init__(self, track_id: Callable[[], str]) -> None:
        super().__init__()
        self._track_id = track_id
        self._rate_hz = 48_000
        self._bands, self._others = placed(())
        self._sums_db = np.zeros(0)
        self._held: int | None = None
        self._over: int | None = None
        self._moving = False
        self.setFixedHeight(HEIGHT_PX)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Equaliser curve"))
        self.setToolTip(
            tr("Drag a band; the wheel sets its Q, a double click switches it on or off")
        )

    def sizeHint(self) -> QSize:
        return QSize(220, HEIGHT_PX)

    def show_track(self, track: Track, sample_rate_hz: int) -> None:
        """Show a track's equaliser."""
        self._rate_hz = sample_rate_hz
        self._bands, self._others = placed(track.strip.eq)
        self._sums_db = np.zeros(0)
        self.update()

    # -- geometry -----------------------------------------------------------------------------

    def area(self) -> QRectF:
        """Where the curve is drawn."""
        return QRectF(self.rect()).adjusted(1, 1, -1, -14)

    def x_of(self, frequency_hz: float) -> float:
        """Pixel of a frequency."""
        share = np.log(frequency_hz / LOWEST_HZ) / np.log(HIGHEST_HZ / LOWEST_HZ)
        return self.area().left() + float(share) * self.area().width()

    def y_of(self, gain_db: float) -> float:
        """Pixel of a gain."""
        area = self.area()
        shown = min(max(gain_db, -SHOWN_DB), SHOWN_DB)
        return area.center().y() - shown / SHOWN_DB * (area.height() / 2 - _DOT_PX)

    def _frequency_at(self, x: float) -> float:
        share = (x - self.area().left()) / self.area().width()
        hz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** min(max(share, 0.0), 1.0)
        return float(min(max(float(f"{hz:.3g}"), LOWEST_BAND_HZ), HIGHEST_BAND_HZ))

    def _gain_at(self, y: float) -> float:
        area = self.area()
        gain = (area.center().y() - y) / (area.height() / 2 - _DOT_PX) * SHOWN_DB
        return round(min(max(gain, -SHOWN_DB), SHOWN_DB), 1)

    def handle(self, number: int) -> QPointF:
        """Where a band's handle is."""
        band = self._bands[number]
        height_db = 20.0 * float(np.log10(band.q)) if is_pass(band) else band.gain_db
        return QPointF(self.x_of(band.frequency_hz), self.y_of(height_db))

    def _band_at(self, point: QPointF) -> int | None:
        away = [
            ((self.handle(n) - point).manhattanLength() - (2.0 if band.on else 0.0), n)
            for n, band in enumerate(self._bands)
        ]
        nearest, number = min(away)
        return number if nearest <= 1.4 * _REACH_PX else None

    # -- hands --------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self._band_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None and not event.buttons():
            self.mouseReleaseEvent(event)
        if self._held is None:
            over = self._band_at(event.position())
            if over != self._over:
                self._over = over
                self.update()
            return
        if not self._moving:
            self._moving = True
            self.gesture_began.emit()
        band = self._bands[self._held]
        hz, gain_db = self._frequency_at(event.position().x()), self._gain_at(event.position().y())
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            hz = band.frequency_hz
        if is_pass(band):
            q = round(min(max(10.0 ** (gain_db / 20.0), LOWEST_Q), HIGHEST_Q), 2)
            changed = structs.replace(band, frequency_hz=hz, q=q, on=True)
        else:
            changed = structs.replace(band, frequency_hz=hz, gain_db=gain_db, on=True)
        self._put(self._held, changed)
        QToolTip.showText(event.globalPosition().toPoint(), words(self._held, changed), self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        moved, self._held, self._moving = self._moving, None, False
        if moved:
            self.gesture_ended.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        number = self._band_at(event.position())
        if number is not None:
            band = self._bands[number]
            self._put(number, structs.replace(band, on=not band.on))

    def wheelEvent(self, event: QWheelEvent) -> None:
        number = self._band_at(event.position())
        if number is None:
            event.ignore()
            return
        band = self._bands[number]
        q = band.q * _Q_STEP ** (event.angleDelta().y() / 120.0)
        self._put(number, structs.replace(band, q=round(min(max(q, LOWEST_Q), HIGHEST_Q), 2)))
        event.accept()

    def leaveEvent(self, event: object) -> None:
        self._over = None
        self.update()

    def _put(self, number: int, band: EqBand) -> None:
        bands = (*self._bands[:number], band, *self._bands[number + 1 :])
        stored = kept(bands, self._others)
        self.edit_requested.emit(SetTrackEq(track_id=self._track_id(), bands=stored))

    # -- painting -----------------------------------------------------------------------------

    def _curve_db(self) -> np.ndarray:
        """Gain in dB at every second pixel."""
        count = max(2, int(self.area().width()) // 2)
        if len(self._sums_db) != count:
            hz = np.geomspace(LOWEST_HZ, HIGHEST_HZ, count)
            bands = (*self._bands, *self._others)
            self._sums_db = gain_db(Strip(eq=bands), hz, self._rate_hz)
        return self._sums_db

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(table.line, 1))
        painter.setBrush(table.field)
        painter.drawRoundedRect(self.area(), 3, 3)
        self._paint_grid(painter)
        self._paint_curve(painter)
        for number in range(len(self._bands)):
            self._paint_handle(painter, number)

    def _paint_grid(self, painter: QPainter) -> None:
        table, area = theme.colours(), self.area()
        painter.setFont(theme.font(9))
        for hz, text in _MARKS:
            x = round(self.x_of(hz))
            painter.fillRect(QRectF(x, area.top(), 1, area.height()), table.line)
            painter.setPen(table.text_faint)
            label = QRectF(x - 20, area.bottom() + 1, 40, 13)
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)
        for level_db in (-12.0, 0.0, 12.0):
            y = round(self.y_of(level_db))
            colour = table.line_strong if level_db == 0.0 else table.line
            painter.fillRect(QRectF(area.left(), y, area.width(), 1), colour)
            painter.setPen(table.text_faint)
            words_db = f"{level_db:+.0f}".replace("-", "−") if level_db else "0"
            painter.drawText(QPointF(area.left() + 4, y - 2), words_db)

    def _paint_curve(self, painter: QPainter) -> None:
        table, area, sums = theme.colours(), self.area(), self._curve_db()
        across = np.linspace(area.left(), area.right(), len(sums))
        line = [QPointF(x, self.y_of(value)) for x, value in zip(across, sums, strict=True)]
        rest = self.y_of(0.0)
        corners = [QPointF(area.right(), rest), QPointF(area.left(), rest)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.with_alpha(table.accent, 0.14))
        painter.drawPolygon(QPolygonF([*line, *corners]))
        painter.setPen(QPen(table.accent, 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(line))

    def _paint_handle(self, painter: QPainter, number: int) -> None:
        table, band, place = theme.colours(), self._bands[number], self.handle(number)
        bright = number in (self._held, self._over)
        painter.setPen(QPen(table.text if bright else table.text_faint, 1.5))
        painter.setBrush(table.accent if band.on else table.field)
        painter.drawEllipse(place, _DOT_PX, _DOT_PX)
        painter.setFont(theme.font(9, 600))
        painter.setPen(table.accent_ink if band.on else table.text_soft)
        around = QRectF(place.x() - 8, place.y() - 8, 16, 16)
        painter.drawText(around, Qt.AlignmentFlag.AlignCenter, str(number + 1))


def gain_db(strip: Strip, frequencies_hz: np.ndarray, sample_rate_hz: int) -> np.ndarray:
    """(n,) gain in dB of a strip's bands, from the engine's own sections.

    Parameters
    ----------
    frequencies_hz : (n,) float64
    """
    sections = [
        band_section(band.kind, band.frequency_hz, band.gain_db, band.q, sample_rate_hz)
        for band in strip.eq
        if band.on and (band.gain_db or is_pass(band))
    ]
    turns = 2.0 * np.pi * np.minimum(frequencies_hz / sample_rate_hz, 0.499)
    magnitude = response(np.array(sections).reshape(-1, 6), turns)
    return np.asarray(20.0 * np.log10(np.maximum(magnitude, 1e-6)))


def words(number: int, band: EqBand) -> str:
    """A band in words: 'Bell 1: 500 Hz, +3.0 dB, Q 0.71'."""
    hz = f"{band.frequency_hz / 1000:.3g} kHz" if band.frequency_hz >= 1000 else (
        f"{band.frequency_hz:.3g} Hz")  # fmt: skip
    gain = "" if is_pass(band) else f", {band.gain_db:+.1f} dB".replace("-", "−")
    return f"{PLACES[number][0]}: {hz}{gain}, Q {band.q:.2f}"
