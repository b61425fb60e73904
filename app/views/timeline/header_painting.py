"""How a track's header looks, and where its controls are."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app import icons, theme
from app.views.meters.scale import share_of_level
from app.views.timeline.envelope_lanes import EnvelopeLane
from app.views.timeline.envelopes import is_automated
from app.views.timeline.rows import ENVELOPE_PX
from app.words import tr
from engine.project.model import Track

WIDTH_PX = 248
LOWEST_DB = -60.0
HIGHEST_DB = 12.0


@dataclass(frozen=True)
class FaderScale:
    """Which gain a place on a fader means: 0 dB at `unity_share` of it, `highest_db` at its top."""

    highest_db: float = HIGHEST_DB
    unity_share: float = 0.75

    def share(self, gain_db: float) -> float:
        """Place 0..1 of a gain."""
        if gain_db >= 0.0:
            above = 1 - self.unity_share
            return self.unity_share + above * min(gain_db / self.highest_db, 1.0)
        return self.unity_share * (1.0 - (min(gain_db / LOWEST_DB, 1.0)) ** 0.5)

    def gain_db(self, share: float) -> float:
        """Gain in dB of a place, to a tenth."""
        share = min(max(share, 0.0), 1.0)
        if share >= self.unity_share:
            above = (share - self.unity_share) / (1 - self.unity_share)
            return round(self.highest_db * above, 1)
        return round(LOWEST_DB * (1.0 - share / self.unity_share) ** 2, 1)


TRACK_SCALE = FaderScale()


def share_of_gain(gain_db: float) -> float:
    """Place 0..1 on a track's fader; unity gain sits at three quarters, the top is +12 dB."""
    return TRACK_SCALE.share(gain_db)


def gain_of_share(share: float) -> float:
    """Gain in dB of a place on a track's fader, to a tenth."""
    return TRACK_SCALE.gain_db(share)


@dataclass(frozen=True)
class HeaderLayout:
    """Areas inside a header whose top is `top` and whose height is `height`."""

    top: float
    height: float
    width: float = WIDTH_PX

    @property
    def name(self) -> QRectF:
        return QRectF(34, self.top + 7, self.width - 34 - 90, 18)

    @property
    def automation(self) -> QRectF:
        return QRectF(self.width - 84, self.top + 7, 22, 18)

    @property
    def mute(self) -> QRectF:
        return QRectF(self.width - 58, self.top + 7, 22, 18)

    @property
    def solo(self) -> QRectF:
        return QRectF(self.width - 32, self.top + 7, 22, 18)

    @property
    def facts(self) -> QRectF | None:
        """The second line; left out in low rows."""
        return QRectF(34, self.top + 25, self.width - 44, 14) if self.height >= 60 else None

    @property
    def fader(self) -> QRectF:
        return QRectF(34, self.top + self.height - 20, self.width - 34 - 68, 14)

    @property
    def meter(self) -> QRectF:
        return QRectF(self.width - 6, self.top + 4, 3, self.height - 9)

    @property
    def gain(self) -> QRectF:
        return QRectF(self.width - 66, self.top + self.height - 20, 56, 14)


def paint_header(
    painter: QPainter, layout: HeaderLayout, track: Track, facts: str, *, height: int, chosen: bool
) -> None:
    """Paint one header in a row of the given height."""
    table = theme.colours()
    colour = theme.legible(track.colour)
    ground = theme.mix(table.raised, table.hover, 0.6) if chosen else table.panel
    row = QRectF(0, layout.top, layout.width, height - 1)
    painter.fillRect(row, ground)
    painter.fillRect(QRectF(0, layout.top, 4, height - 1), colour)
    kind = "ambience" if track.kind == "ambience" else "object"
    icons.draw(painter, kind, QRectF(12, layout.top + 8, 16, 16), colour)
    painter.setFont(theme.font(12, 600))
    painter.setPen(table.text if not track.strip.muted else table.text_faint)
    _text(painter, layout.name, track.name)
    if layout.facts is not None:
        painter.setFont(theme.font(10))
        painter.setPen(table.text_soft)
        _text(painter, layout.facts, facts)
    if track.path_locked:
        place = QRectF(layout.automation.left() - 18, layout.automation.top() + 3, 12, 12)
        icons.draw(painter, "lock", place, table.warning)
    automated = table.good if is_automated(track) else None
    paint_switch(painter, layout.automation, "A", automated)
    paint_switch(painter, layout.mute, "M", table.warning if track.strip.muted else None)
    paint_switch(painter, layout.solo, "S", table.accent if track.strip.soloed else None)
    _paint_fader(painter, layout, track)


def paint_envelope_header(painter: QPainter, lane: EnvelopeLane, time_s: float) -> None:
    """The name of an automation lane, its range, and its value at a time."""
    table = theme.colours()
    area = QRectF(0, lane.top, WIDTH_PX, ENVELOPE_PX - 1)
    painter.fillRect(area, theme.mix(table.panel, table.ground, 0.35))
    painter.fillRect(QRectF(0, lane.top, 4, ENVELOPE_PX - 1), theme.legible(lane.track.colour))
    envelope = lane.envelope
    painter.setFont(theme.font(11, 500))
    painter.setPen(table.text_soft)
    painter.drawText(
        area.adjusted(34, 0, -90, 0), Qt.AlignmentFlag.AlignVCenter, tr(envelope.title)
    )
    painter.setPen(table.text)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    text = envelope.text(envelope.at(lane.track, time_s))
    painter.drawText(area.adjusted(100, 0, -48, 0), right, text)
    painter.setFont(theme.font(9))
    painter.setPen(table.text_faint)
    for value, y in ((envelope.highest, lane.top + 2), (envelope.lowest, lane.top + 40)):
        digits = f"{value * envelope.shown:g}".replace("-", "−")
        painter.drawText(QRectF(WIDTH_PX - 46, y, 36, 12), right, digits)


def paint_meter(painter: QPainter, area: QRectF, lit_px: int) -> None:
    """A track's peak level, `lit_px` high; see `meter_px`."""
    table = theme.colours()
    painter.fillRect(area, table.field)
    if lit_px > 0:
        hot = lit_px >= round(share_of_level(-3.0) * area.height())
        lit = QRectF(area.left(), area.bottom() - lit_px, area.width(), lit_px)
        painter.fillRect(lit, table.warning if hot else table.good)


def meter_px(layout: HeaderLayout, level_dbfs: float) -> int:
    """How much of a track's meter a level lights."""
    return round(share_of_level(level_dbfs) * layout.meter.height())


def paint_switch(painter: QPainter, area: QRectF, letter: str, lit: QColor | None) -> None:
    """A small button with a letter, filled while it is on."""
    table = theme.colours()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(lit or table.line_strong, 1))
    painter.setBrush(lit or table.field)
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setFont(theme.font(10, 600))
    painter.setPen(table.accent_ink if lit else table.text_soft)
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, letter)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _paint_fader(painter: QPainter, layout: HeaderLayout, track: Track) -> None:
    table = theme.colours()
    area = layout.fader
    middle = area.center().y()
    groove = QRectF(area.left(), middle - 2, area.width(), 4)
    x = area.left() + share_of_gain(track.strip.gain_db) * area.width()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(table.ground)
    painter.drawRoundedRect(groove, 2, 2)
    painter.setBrush(table.line_strong)
    painter.drawRoundedRect(QRectF(groove.left(), groove.top(), x - groove.left(), 4), 2, 2)
    unity = area.left() + share_of_gain(0.0) * area.width()
    painter.setBrush(table.text_faint)
    painter.drawRect(QRectF(unity - 0.5, middle - 5, 1, 10))
    painter.setBrush(table.text)
    painter.drawRoundedRect(QRectF(x - 3, middle - 6, 6, 12), 2, 2)
    painter.setFont(theme.font(10, 500))
    painter.setPen(table.text_soft)
    painter.drawText(
        layout.gain,
        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
        format_gain(track.strip.gain_db),
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def format_gain(gain_db: float) -> str:
    """'+1.5 dB' with a true minus sign; '0.0 dB' has none."""
    return f"{gain_db:+.1f} dB".replace("-", "−") if abs(gain_db) >= 0.05 else "0.0 dB"


def _text(painter: QPainter, area: QRectF, text: str) -> None:
    room = int(area.width())
    elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, elided)


def inside(area: QRectF | None, point: QPointF, margin: float = 2.0) -> bool:
    """Whether a point is in an area, give or take a little."""
    return area is not None and area.adjusted(-margin, -margin, margin, margin).contains(point)
