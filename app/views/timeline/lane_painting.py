"""How lanes look: grounds, grid, clips with waveforms and fades, contacts."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from app import theme
from app.selection import Selected
from app.views.timeline.axis import TimeAxis
from app.views.timeline.clip_index import ClipRow, row_of
from app.views.timeline.rows import Rows
from app.views.timeline.ticks import DEFAULT_RATE, choose_ticks
from app.views.timeline.waveforms import WaveformTiles, middle_line
from engine.project.model import Clip, Project, Track
from engine.units import db_to_gain

TITLE_PX = 15
CLIPS_TOP_PX = 4
CONTACTS_PX = 9
_DETAIL_PX = 5.0
"""Clips narrower than this are drawn as plain bars, many in one call."""


@dataclass(frozen=True)
class LanePainting:
    """Everything one repaint of the lanes needs."""

    project: Project
    axis: TimeAxis
    rows: Rows
    selected: Selected
    waves: WaveformTiles

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the lanes (without the playhead) inside `area`."""
        painter.fillRect(area, theme.colours().ground)
        self._paint_grounds(painter, area)
        self._paint_grid(painter, area)
        solo = any(track.strip.soloed for track in self.project.tracks)
        for index in self.rows.visible():
            track = self.project.tracks[index]
            heard = not track.strip.muted and (track.strip.soloed or not solo)
            self._paint_track(painter, area, track, index, heard)

    def _paint_grounds(self, painter: QPainter, area: QRectF) -> None:
        table = theme.colours()
        for index in self.rows.visible():
            y = self.rows.y_of(index)
            chosen = self.rows.track_ids[index] == self.selected.track_id
            ground = table.field_alternate if index % 2 else table.field
            if chosen:
                ground = theme.mix(ground, table.raised, 0.6)
            height = self.rows.height_of(index) - 1
            painter.fillRect(QRectF(area.left(), y, area.width(), height), ground)

    def _paint_grid(self, painter: QPainter, area: QRectF) -> None:
        table = theme.colours()
        rate = self.project.video.rate if self.project.video else DEFAULT_RATE
        times = choose_ticks(self.axis.px_per_s, Fraction(rate)).between(
            self.axis.time_of(area.left()), self.axis.time_of(area.right())
        )
        strong: list[QLineF] = []
        weak: list[QLineF] = []
        bottom = min(area.bottom(), self.rows.content_px - self.rows.top_px)
        for time_s, labelled in times:
            x = round(self.axis.x_of(time_s)) + 0.5
            (strong if labelled else weak).append(QLineF(x, area.top(), x, bottom))
        painter.setPen(theme.with_alpha(table.line, 0.35))
        painter.drawLines(weak)
        painter.setPen(theme.with_alpha(table.line, 0.9))
        painter.drawLines(strong)
        end = self.axis.x_of(self.project.duration_s)
        if end < area.right():
            shade = theme.with_alpha(table.ground, 0.55)
            painter.fillRect(QRectF(end, area.top(), area.right() - end, area.height()), shade)

    def _paint_track(
        self, painter: QPainter, area: QRectF, track: Track, index: int, heard: bool
    ) -> None:
        top = self.rows.y_of(index)
        row = row_of(self.project, track.id)
        found = row.within(self.axis.time_of(area.left()), self.axis.time_of(area.right()))
        painter.setOpacity(1.0 if heard else 0.42)
        self._paint_small_clips(painter, row, found, track, index)
        widths = (row.ends_s[found] - row.starts_s[found]) * self.axis.px_per_s
        for offset in np.flatnonzero(widths >= _DETAIL_PX):
            number = found.start + int(offset)
            place = self.clip_area(row.clips[number], index, int(row.lanes[number]))
            self._paint_clip(painter, area, row.clips[number], track, place)
        self._paint_contacts(painter, area, track, top + self.rows.height_of(index))
        painter.setOpacity(1.0)

    def _paint_small_clips(
        self, painter: QPainter, row: ClipRow, found: slice, track: Track, index: int
    ) -> None:
        starts, ends = row.starts_s[found], row.ends_s[found]
        small = (ends - starts) * self.axis.px_per_s < _DETAIL_PX
        if not small.any():
            return
        left = np.round((starts[small] - self.axis.left_s) * self.axis.px_per_s)
        colour = theme.mix(theme.legible(track.colour), theme.colours().field, 0.35)
        top = self.rows.y_of(index) + CLIPS_TOP_PX
        height = lane_height(self.rows, index)
        pairs = np.unique(np.stack([left, row.lanes[found][small]], axis=-1), axis=0)
        bars = [QRectF(x, top + lane * height, 2.0, height - 2) for x, lane in pairs]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRects(bars)

    def clip_area(self, clip: Clip, index: int, lane: int) -> QRectF:
        """Where a clip is drawn in a lane of a row."""
        left = self.axis.x_of(clip.start_s)
        width = max(clip.duration_s * self.axis.px_per_s, 2.0)
        height = lane_height(self.rows, index)
        top = self.rows.y_of(index) + CLIPS_TOP_PX + lane * height
        return QRectF(left, top, width, height - 1)

    def _paint_clip(
        self, painter: QPainter, area: QRectF, clip: Clip, track: Track, place: QRectF
    ) -> None:
        table = theme.colours()
        chosen = clip.id in self.selected.clip_ids
        body = place.adjusted(0.5, 0.5, -0.5, -0.5)
        colour = theme.legible(track.colour)
        ground = theme.mix(colour, table.field, 0.66 if chosen else 0.78)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(body, 3, 3)
        if clip.muted:
            painter.save()
            painter.setOpacity(painter.opacity() * 0.35)
        self._paint_inside(painter, area, clip, body, colour)
        if clip.muted:
            painter.restore()
        pen = QPen(table.accent, 1.5) if chosen else QPen(theme.mix(colour, table.field, 0.45), 1)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(body, 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_inside(
        self, painter: QPainter, area: QRectF, clip: Clip, body: QRectF, colour: QColor
    ) -> None:
        table = theme.colours()
        wave = body.adjusted(0, TITLE_PX, 0, -1)
        take = self.project.take(clip.take_id)
        painter.save()
        painter.setClipRect(body.intersected(area))
        quiet = theme.mix(colour, table.field, 0.5)
        known = self.waves.paint(
            painter, take, wave, (area.left(), area.right()), clip.offset_s, self.axis.px_per_s,
            colour, float(db_to_gain(clip.gain_db)),
        )  # fmt: skip
        if not known:
            middle_line(painter, wave, quiet)
        self._paint_fades(painter, clip, wave, colour)
        strip = QRectF(body.left(), body.top(), body.width(), TITLE_PX)
        painter.fillRect(strip, theme.with_alpha(theme.mix(colour, table.field, 0.55), 0.92))
        self._paint_title(painter, area, clip, strip)
        painter.restore()

    def _paint_title(self, painter: QPainter, area: QRectF, clip: Clip, strip: QRectF) -> None:
        left = max(strip.left(), area.left()) + 5
        room = strip.right() - 5 - left
        if room < 24:
            return
        painter.setFont(theme.font(10, 500))
        metrics = painter.fontMetrics()
        gain = f"  {clip.gain_db:+.1f} dB" if clip.gain_db else ""
        text = metrics.elidedText(clip.name + gain, Qt.TextElideMode.ElideRight, int(room))
        painter.setPen(theme.colours().text)
        painter.drawText(
            QRectF(left, strip.top(), room, strip.height()), Qt.AlignmentFlag.AlignVCenter, text
        )

    def _paint_fades(self, painter: QPainter, clip: Clip, wave: QRectF, colour: QColor) -> None:
        shade = theme.with_alpha(theme.colours().ground, 0.55)
        fade_in, fade_out = (
            seconds * self.axis.px_per_s for seconds in (clip.fade_in_s, clip.fade_out_s)
        )
        pen = QPen(theme.mix(colour, theme.colours().text, 0.5), 1)
        for corner, inner in (
            (wave.left(), wave.left() + fade_in),
            (wave.right(), wave.right() - fade_out),
        ):
            if abs(inner - corner) < 2:
                continue
            triangle = QPainterPath()
            triangle.addPolygon(
                QPolygonF(
                    [QPointF(corner, wave.bottom()), QPointF(corner, wave.top()),
                     QPointF(inner, wave.top())]
                )
            )  # fmt: skip
            painter.fillPath(triangle, shade)
            painter.setPen(pen)
            painter.drawLine(QPointF(corner, wave.bottom()), QPointF(inner, wave.top()))

    def _paint_contacts(self, painter: QPainter, area: QRectF, track: Track, bottom: float) -> None:
        if not track.contacts:
            return
        base = bottom - 3
        colour = theme.legible(track.colour)
        ticks = []
        for contact in track.contacts:
            x = self.axis.x_of(contact.time_s)
            if area.left() - 2 <= x <= area.right() + 2:
                height = 3.0 + (CONTACTS_PX - 4) * min(max(contact.strength, 0.0), 1.0)
                ticks.append(QRectF(round(x) - 1, base - height, 2, height))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRects(ticks)


def lane_height(rows: Rows, index: int) -> float:
    """Height of one lane of a row: what the contacts leave, shared evenly."""
    return (rows.height_of(index) - CLIPS_TOP_PX - CONTACTS_PX - 3) / rows.lanes_of(index)
