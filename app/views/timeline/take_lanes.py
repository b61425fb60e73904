"""Take lanes under a track: every take that was made for a clip, a lane each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app import icons, theme
from app.views.timeline.axis import TimeAxis
from app.views.timeline.clip_index import row_of
from app.views.timeline.rows import TAKE_PX, Rows
from app.views.timeline.waveforms import WaveformTiles
from app.words import said, tr
from engine.project.edits.takes import alternatives
from engine.project.model import Clip, Project, Take
from engine.units import db_to_gain

MOST_LANES = 8
"""Further takes are reached by the next-take verbs."""
BUTTON_PX = 20.0
_ICON_PX = 12.0
_LEAST_ICONS_PX = 56.0
"""Narrower takes show no buttons: their menu has all verbs."""

Part = Literal["body", "listen", "lock"]


@dataclass(frozen=True)
class TakeCell:
    """A take of a clip in its lane, and the part of it under the pointer."""

    clip: Clip
    take: Take
    place: QRectF
    part: Part = "body"

    @property
    def is_chosen(self) -> bool:
        """Whether this is the take that the clip sounds."""
        return self.clip.take_id == self.take.id


def lane_count(project: Project, track_id: str) -> int:
    """How many take lanes a track can show: as many as its richest clip has takes."""
    counts = (
        len(alternatives(project, project.take(clip.take_id)))
        for clip in project.clips_of(track_id)
    )
    return min(max(counts, default=1), MOST_LANES)


def find_take(
    project: Project, axis: TimeAxis, rows: Rows, chosen: frozenset[str], point: QPointF
) -> TakeCell | None:
    """The take under a point; those of the `chosen` clips lie above the others."""
    index = rows.index_at(point.y())
    if index is None or index >= len(project.tracks) or not rows.takes_of(index):
        return None
    cells = list(_cells(project, axis, rows, index, chosen, (point.x(), point.x())))
    for cell in reversed(cells):
        if cell.place.contains(point):
            return TakeCell(cell.clip, cell.take, cell.place, _part(cell.place, point))
    return None


def _part(place: QRectF, point: QPointF) -> Part:
    if place.width() < _LEAST_ICONS_PX:
        return "body"
    if point.x() < place.left() + BUTTON_PX:
        return "listen"
    return "lock" if point.x() > place.right() - BUTTON_PX else "body"


def _cells(
    project: Project,
    axis: TimeAxis,
    rows: Rows,
    index: int,
    chosen: frozenset[str],
    span_px: tuple[float, float],
) -> Iterator[TakeCell]:
    """The takes of a row between two pixels, of clips that have several; the chosen ones last."""
    row = row_of(project, rows.track_ids[index])
    found = row.clips[row.within(axis.time_of(span_px[0]), axis.time_of(span_px[1]))]
    for clip in sorted(found, key=lambda clip: clip.id in chosen):
        takes = alternatives(project, project.take(clip.take_id))
        start, width = axis.x_of(clip.start_s), clip.duration_s * axis.px_per_s
        for number, take in enumerate(takes[: rows.takes_of(index)] if len(takes) > 1 else ()):
            top = rows.take_y(index, number) + 2
            yield TakeCell(clip, take, QRectF(round(start), top, max(width, 2.0), TAKE_PX - 5))


@dataclass(frozen=True)
class TakeLanePainting:
    """What the take lanes of one repaint share."""

    painter: QPainter
    area: QRectF
    axis: TimeAxis
    rows: Rows
    waves: WaveformTiles
    chosen: frozenset[str]

    def paint(self, project: Project, index: int) -> None:
        """Paint the take lanes of a row."""
        table, count = theme.colours(), self.rows.takes_of(index)
        if not count:
            return
        top = self.rows.take_y(index, 0)
        ground = QRectF(self.area.left(), top, self.area.width(), count * TAKE_PX - 1)
        self.painter.fillRect(ground, theme.mix(table.field, table.ground, 0.6))
        for number in range(count):
            y = self.rows.take_y(index, number)
            self.painter.fillRect(QRectF(self.area.left(), y, self.area.width(), 1), table.line)
        colour_name = project.tracks[index].colour
        span_px = self.area.left(), self.area.right()
        for cell in _cells(project, self.axis, self.rows, index, self.chosen, span_px):
            self._paint_cell(cell, colour_name)

    def _paint_cell(self, cell: TakeCell, colour_name: str) -> None:
        painter, table, place = self.painter, theme.colours(), cell.place
        colour = theme.legible(colour_name)
        share = 0.62 if cell.is_chosen else 0.86
        painter.fillRect(place, theme.mix(colour, table.field, share))
        wave = colour if cell.is_chosen else theme.mix(colour, table.field, 0.45)
        gain = float(db_to_gain(cell.clip.gain_db)) if cell.clip.gain_db else 1.0
        offset_s = cell.clip.offset_s if cell.clip.offset_s < cell.take.duration_s else 0.0
        reach_px = (cell.take.duration_s - offset_s) * self.axis.px_per_s
        inside = QRectF(place.left(), place.top(), min(place.width(), reach_px), place.height())
        self.waves.paint(
            painter, cell.take, inside.adjusted(0, 1, 0, -1),
            (self.area.left(), self.area.right()), offset_s, self.axis.px_per_s, wave, gain,
        )  # fmt: skip
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(table.accent if cell.is_chosen else table.line_strong, 1))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        if place.width() >= _LEAST_ICONS_PX:
            self._paint_buttons(cell)

    def _paint_buttons(self, cell: TakeCell) -> None:
        table, place = theme.colours(), cell.place
        y = place.center().y() - _ICON_PX / 2
        veil = theme.with_alpha(table.field, 0.7)
        for x, name, colour in (
            (place.left() + 1, "headphones", table.text),
            (
                place.right() - BUTTON_PX,
                "lock" if cell.take.locked else "unlock",
                table.warning if cell.take.locked else table.text_soft,
            ),
        ):
            self.painter.fillRect(
                QRectF(x, place.top() + 1, BUTTON_PX - 1, place.height() - 2), veil
            )
            icon = QRectF(x + (BUTTON_PX - _ICON_PX) / 2, y, _ICON_PX, _ICON_PX)
            icons.draw(self.painter, name, icon, colour)


def take_tip(cell: TakeCell) -> str:
    """What a take is, and what a click does."""
    take = cell.take
    recipe = take.recipe
    made = tr("imported")
    if recipe is not None:
        made = said("{generator}, seed {seed}", generator=recipe.generator, seed=recipe.seed)
    verbs = {
        "listen": "Listen to it in its place",
        "lock": "Unlock it" if take.locked else "Lock it: it stays, whatever is made anew",
        "body": "This take sounds" if cell.is_chosen else "Click: choose it; drag: there alone",
    }
    return f"{take.name}\n{take.duration_s:.2f} s, {made}\n{tr(verbs[cell.part])}"


def paint_take_headers(painter: QPainter, rows: Rows, index: int, width_px: int) -> None:
    """The numbers of the take lanes, in the column of the headers."""
    table = theme.colours()
    painter.setFont(theme.font(11, 500))
    for number in range(rows.takes_of(index)):
        area = QRectF(0, rows.take_y(index, number), width_px, TAKE_PX - 1)
        painter.fillRect(area, theme.mix(table.panel, table.ground, 0.35))
        painter.setPen(table.text_soft)
        text = area.adjusted(34, 0, -10, 0)
        painter.drawText(
            text, Qt.AlignmentFlag.AlignVCenter, said("Take {number}", number=number + 1)
        )
