"""How lanes look: grounds, grid, clips with waveforms and fades, contacts."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from app import theme
from app.doubts import UNSURE, stretches
from app.selection import Selected
from app.views.picture.overlay import BoxSource
from app.views.timeline.axis import TimeAxis
from app.views.timeline.clip_index import MOST_LANES, ClipRow, row_of
from app.views.timeline.clip_painting import ClipPainting, Piece, shades
from app.views.timeline.envelope_lanes import lanes_of, paint_envelope
from app.views.timeline.rows import Rows
from app.views.timeline.take_lanes import TakeLanePainting
from app.views.timeline.ticks import DEFAULT_RATE, choose_ticks
from app.views.timeline.waveforms import WaveformTiles
from engine.project.model import Clip, Project, Track

CLIPS_TOP_PX = 4
CONTACTS_PX = 9
STRIP_PX = 3
_KEY = 1 << 12
"""More than any small clip is wide: place and width in one number."""
_DETAIL_PX = 20.0
"""Clips narrower than this are drawn as plain bars, many in one call."""


@dataclass(frozen=True)
class LanePainting:
    """Everything one repaint of the lanes needs."""

    project: Project
    axis: TimeAxis
    rows: Rows
    selected: Selected
    waves: WaveformTiles
    boxes: BoxSource

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the lanes (without the playhead) inside `area`, which the painter is clipped to."""
        painter.fillRect(area, theme.colours().ground)
        self._paint_grounds(painter, area)
        self._paint_grid(painter, area)
        solo = any(track.strip.soloed for track in self.project.tracks)
        for index in self._rows_in(area):
            track = self.project.tracks[index]
            heard = not track.strip.muted and (track.strip.soloed or not solo)
            self._paint_track(painter, area, track, index, heard)

    def _rows_in(self, area: QRectF) -> list[int]:
        """Rows in sight that touch an area."""
        return [
            index
            for index in self.rows.visible()
            if self.rows.y_of(index) <= area.bottom()
            and self.rows.y_of(index) + self.rows.height_of(index) >= area.top()
        ]

    def _paint_grounds(self, painter: QPainter, area: QRectF) -> None:
        table = theme.colours()
        for index in self._rows_in(area):
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
        name, rate_hz = self.axis.time_format, self.project.sample_rate_hz
        times = choose_ticks(
            self.axis.px_per_s, Fraction(rate), name, rate_hz, self.project.bars
        ).between(self.axis.time_of(area.left()), self.axis.time_of(area.right()))
        bottom = min(round(area.bottom()), self.rows.content_px - self.rows.top_px)
        weak, strong = theme.mix(table.field, table.line, 0.4), table.line
        for time_s, labelled in times:
            x = round(self.axis.x_of(time_s))
            painter.fillRect(x, 0, 1, bottom, strong if labelled else weak)
        end = self.axis.x_of(self.axis.duration_s)
        if end < area.right():
            shade = theme.with_alpha(table.ground, 0.55)
            painter.fillRect(QRectF(end, area.top(), area.right() - end, area.height()), shade)

    def _paint_track(
        self, painter: QPainter, area: QRectF, track: Track, index: int, heard: bool
    ) -> None:
        top = self.rows.y_of(index)
        row = row_of(self.project, track.id)
        found = row.within(self.axis.time_of(area.left()), self.axis.time_of(area.right()))
        self._paint_confidence(painter, area, track, top)
        painter.setOpacity(1.0 if heard else 0.42)
        self._paint_small_clips(painter, row, found, track, index)
        widths = (row.ends_s[found] - row.starts_s[found]) * self.axis.px_per_s
        clips = ClipPainting(painter, area, self.axis.px_per_s, self.waves)
        colours = shades(track.colour)
        numbers = found.start + np.flatnonzero(widths >= _DETAIL_PX)
        takes, marked = self.project.take, self.selected.clip_ids
        found_clips = [row.clips[number] for number in numbers]
        places = self._places(row, numbers, index)
        pieces = [
            Piece(clip, takes(clip.take_id), place, clip.id in marked)
            for clip, place in zip(found_clips, places, strict=True)
        ]
        if pieces:
            clips.paint(pieces, colours)
        self._paint_contacts(painter, area, track, top + self.rows.body_of(index))
        painter.setOpacity(1.0)
        TakeLanePainting(
            painter, area, self.axis, self.rows, self.waves, self.selected.clip_ids
        ).paint(self.project, index)
        for lane in lanes_of(self.project, self.rows, index):
            paint_envelope(painter, lane, self.axis, area, self.selected)

    def _paint_confidence(self, painter: QPainter, area: QRectF, track: Track, top: float) -> None:
        """A strip where the object was seen: the fainter, the less surely; unsure in red."""
        boxes = self.boxes.boxes(track) if track.boxes is not None else None
        if boxes is None or not len(boxes):
            return
        sure, unsure = theme.legible(track.colour), theme.colours().danger
        for part in stretches(boxes):
            left = max(round(self.axis.x_of(part.start_s)), round(area.left()))
            right = min(round(self.axis.x_of(part.end_s)), round(area.right()))
            if right >= left:
                doubted = part.confidence < UNSURE
                alpha = 0.9 if doubted else 0.15 + 0.75 * part.confidence**2
                colour = theme.with_alpha(unsure if doubted else sure, alpha)
                painter.fillRect(left, round(top), max(right - left, 1), STRIP_PX, colour)

    def _paint_small_clips(
        self, painter: QPainter, row: ClipRow, found: slice, track: Track, index: int
    ) -> None:
        starts, ends, lanes = row.starts_s[found], row.ends_s[found], row.lanes[found]
        small = (ends - starts) * self.axis.px_per_s < _DETAIL_PX
        if not small.any():
            return
        left = np.round((starts[small] - self.axis.left_s) * self.axis.px_per_s)
        right = np.round((ends[small] - self.axis.left_s) * self.axis.px_per_s)
        width = np.maximum(right - left - 1, 1)
        height = lane_height(self.rows, index)
        top = self.rows.y_of(index) + CLIPS_TOP_PX
        keys = np.unique(((left * _KEY + width) * MOST_LANES + lanes[small]).astype(np.int64))
        numbers, lane = np.divmod(keys, MOST_LANES)
        columns = (*np.divmod(numbers, _KEY), lane)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        bars = [QRectF(x, top + lane * height, wide, height - 2) for x, wide, lane in rows]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shades(track.colour).bar)
        painter.drawRects(bars)
        if not self.selected.clip_ids:
            return
        chosen = [i for i, clip in enumerate(row.clips[found]) if clip.id in self.selected.clip_ids]
        marks = [
            QRectF(clip_place(self.axis, self.rows, row.clips[found][i], index, int(lanes[i])))
            for i in chosen
        ]
        painter.setBrush(theme.colours().text)
        painter.drawRects([mark for mark, i in zip(marks, chosen, strict=True) if small[i]])

    def _places(self, row: ClipRow, numbers: NDArray[np.int64], index: int) -> list[QRect]:
        """Where clips of a row are drawn, in whole pixels."""
        scale, height = self.axis.px_per_s, lane_height(self.rows, index)
        left = np.rint((row.starts_s[numbers] - self.axis.left_s) * scale)
        right = np.rint((row.ends_s[numbers] - self.axis.left_s) * scale)
        top = np.rint(self.rows.y_of(index) + CLIPS_TOP_PX + row.lanes[numbers] * height)
        width, high = np.maximum(right - left, 2), round(height) - 1
        columns = (part.astype(np.int64).tolist() for part in (left, top, width))
        return [QRect(x, y, wide, high) for x, y, wide in zip(*columns, strict=True)]

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
    return (rows.body_of(index) - CLIPS_TOP_PX - CONTACTS_PX - 3) / rows.lanes_of(index)


def clip_place(axis: TimeAxis, rows: Rows, clip: Clip, index: int, lane: int) -> QRect:
    """Where a clip is drawn in a lane of a row, in whole pixels."""
    left = round(axis.x_of(clip.start_s))
    right = round(axis.x_of(clip.start_s + clip.duration_s))
    height = lane_height(rows, index)
    top = rows.y_of(index) + CLIPS_TOP_PX + lane * height
    return QRect(left, round(top), max(right - left, 2), round(height) - 1)
