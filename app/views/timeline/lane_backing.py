"""The picture of the lanes: what stays in sight is moved when one scrolls, the rest is painted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from app.views.timeline.axis import TimeAxis
from app.views.timeline.clip_painting import TITLE_REACH_PX
from app.views.timeline.rows import Rows

Paint = Callable[[QPixmap, QRectF], None]
"""Paints the lanes inside an area of the picture."""
_WHOLE_SHARE = 0.8
"""Beyond this share of the width everything is painted anew."""


class LaneBacking:
    """Kept until something other than the place in time and height changes."""

    def __init__(self, widget: QWidget, axis: TimeAxis, rows: Rows, paint: Paint) -> None:
        self._widget = widget
        self._axis = axis
        self._rows = rows
        self._paint = paint
        self._picture: QPixmap | None = None
        self._key: object = None
        self._place = (0, 0)

    def forget(self) -> None:
        """The lanes look different now."""
        self._picture = None

    def picture(self) -> QPixmap:
        """The lanes as they are now."""
        if self._picture is None or self._key != self._state() or not self._follow():
            widget, ratio = self._widget, self._widget.devicePixelRatioF()
            self._picture = QPixmap(widget.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._key, self._place = self._state(), self._now()
            self._paint(self._picture, QRectF(widget.rect()))
        return self._picture

    def _state(self) -> object:
        """All that the picture depends on, but for where it is scrolled to."""
        widget, axis = self._widget, self._axis
        looks = (axis.px_per_s, axis.duration_s, axis.time_format)
        return widget.size(), widget.devicePixelRatioF(), looks, self._rows.shape

    def _now(self) -> tuple[int, int]:
        """The pixel at the left edge, and the one at the top (the axis keeps to whole pixels)."""
        return round(self._axis.left_s * self._axis.px_per_s), self._rows.top_px

    def _follow(self) -> bool:
        """Move the picture along; False where that is not possible or does not pay."""
        picture, now = self._picture, self._now()
        assert picture is not None
        by_x, by_y = now[0] - self._place[0], now[1] - self._place[1]
        wide, high = self._widget.width(), self._widget.height()
        ratio = self._widget.devicePixelRatioF()
        whole = (by_x * ratio) % 1.0 == 0.0 and (by_y * ratio) % 1.0 == 0.0
        edge = TITLE_REACH_PX + abs(by_x) if by_x else 0
        if not whole or abs(by_y) >= high or (by_x and edge + abs(by_x) > _WHOLE_SHARE * wide):
            return False
        self._place = now
        if by_x or by_y:
            picture.scroll(round(-by_x * ratio), round(-by_y * ratio), picture.rect())
        if by_x:
            self._paint(picture, QRectF(0, 0, edge, high))  # titles stay at the left edge
        if by_x > 0:
            self._paint(picture, QRectF(wide - by_x, 0, by_x, high))
        if by_y:
            top = high - by_y if by_y > 0 else 0
            self._paint(picture, QRectF(0, top, wide, abs(by_y)))
        return True
