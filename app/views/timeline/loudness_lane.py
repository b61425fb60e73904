"""The loudness lane: how loud every moment was when it was heard last, against the target."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF

from app import theme
from app.views.timeline.axis import TimeAxis
from app.views.timeline.time_strip import TimeStrip
from app.words import tr
from engine.project.model import Project

HEIGHT_PX = 72
LOWEST_LUFS, HIGHEST_LUFS = -54.0, -6.0
STEP_S = 0.1
_MARKS_LUFS = (-48, -36, -24, -12)


class LoudnessSource(Protocol):
    """Loudness by the time that was heard, ten values a second; NaN where nothing was."""

    momentary_lufs: NDArray[np.float32]
    short_term_lufs: NDArray[np.float32]
    fresh: NDArray[np.bool_]


class LoudnessLane(TimeStrip):
    """Momentary loudness as a surface, short-term as a line; what was before an edit is faint."""

    def __init__(self, axis: TimeAxis, source: LoudnessSource) -> None:
        super().__init__(axis, HEIGHT_PX)
        self._source = source
        self._target_lufs = -23.0
        self.setAccessibleName(tr("Loudness lane"))
        self.setToolTip(
            tr(
                "Loudness when it was heard last: over 0.4 s (surface) and 3 s (line), in LUFS;\n"
                "dashed: the target. Faint: before the last edit. Play to measure."
            )
        )

    def set_project(self, project: Project) -> None:
        """Show another project's target."""
        if project.scene.target_lufs != self._target_lufs:
            self._target_lufs = project.scene.target_lufs
            self.update()

    def show_stretch(self, from_s: float, to_s: float) -> None:
        """What was measured from one time to another is new."""
        left = max(self._axis.x_of(from_s) - 4, 0.0)
        right = min(self._axis.x_of(to_s) + 4 if np.isfinite(to_s) else self.width(), self.width())
        if right > left:
            self.update(int(left), 0, int(right - left) + 1, self.height())

    def y_of(self, lufs: float) -> float:
        """Pixel of a loudness."""
        share = (lufs - LOWEST_LUFS) / (HIGHEST_LUFS - LOWEST_LUFS)
        return (1.0 - min(max(share, 0.0), 1.0)) * (self.height() - 2) + 1

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, table = QPainter(self), theme.colours()
        area = QRectF(event.rect())
        painter.fillRect(area, table.field)
        for mark in _MARKS_LUFS:
            painter.fillRect(QRectF(area.left(), round(self.y_of(mark)), area.width(), 1),
                             theme.mix(table.field, table.line, 0.7))  # fmt: skip
        self._paint_course(painter, area)
        target = round(self.y_of(self._target_lufs))
        painter.setPen(QPen(table.text_faint, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(0, target, self.width(), target))
        painter.fillRect(QRectF(area.left(), 0, area.width(), 1), table.ground)
        self.paint_playhead(painter)

    def _paint_course(self, painter: QPainter, area: QRectF) -> None:
        """One column a pixel at most: the loudest of what falls on it."""
        first = max(0, int(self._axis.time_of(area.left() - 2) / STEP_S))
        last = min(int(self._axis.time_of(area.right() + 2) / STEP_S) + 2, len(self._source.fresh))
        if last <= first:
            return
        each = max(1, int(2.0 / (STEP_S * self._axis.px_per_s)))
        first -= first % each
        momentary, short, fresh = (
            _loudest(values[first:last], each)
            for values in (
                self._source.momentary_lufs, self._source.short_term_lufs, self._source.fresh,
            )
        )  # fmt: skip
        times = (first + (np.arange(len(fresh)) + 0.5) * each) * STEP_S
        table = theme.colours()
        half_s = 0.5 * each * STEP_S
        bottom = float(self.height())
        bars: dict[bool, list[QRectF]] = {True: [], False: []}
        for time_s, value, new in zip(times, momentary, fresh, strict=True):
            if np.isfinite(value):
                y = self.y_of(float(value))
                left = round(self._axis.x_of(float(time_s) - half_s))
                right = max(round(self._axis.x_of(float(time_s) + half_s)), left + 1)
                bars[bool(new)].append(QRectF(left, y, right - left, bottom - y))
        painter.setPen(Qt.PenStyle.NoPen)
        for new, opacity in ((True, 0.45), (False, 0.16)):
            painter.setBrush(theme.with_alpha(table.good, opacity))
            painter.drawRects(bars[new])
        self._paint_line(painter, times, short, fresh)

    def _paint_line(
        self,
        painter: QPainter,
        times: NDArray[np.floating],
        short: NDArray[np.float32],
        fresh: NDArray[np.float32],
    ) -> None:
        table = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        known = np.isfinite(short)
        for new, opacity in ((True, 1.0), (False, 0.4)):
            painter.setPen(QPen(theme.with_alpha(table.warning, opacity), 1.5))
            inside = np.flatnonzero(known & (fresh.astype(bool) == new))
            for run in np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1):
                points = [
                    QPointF(self._axis.x_of(float(times[i])), self.y_of(float(short[i])))
                    for i in run
                ]
                if len(points) > 1:
                    painter.drawPolyline(QPolygonF(points))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _loudest(values: NDArray[np.generic], each: int) -> NDArray[np.float32]:
    """The highest of every `each` values; NaN where there is none."""
    numbers = values.astype(np.float32)
    rest = -len(numbers) % each
    padded = np.concatenate([numbers, np.full(rest, np.nan, dtype=np.float32)])
    folded = np.where(np.isnan(padded), -np.inf, padded).reshape(-1, each).max(axis=1)
    return np.where(np.isinf(folded) & (folded < 0), np.nan, folded).astype(np.float32)
