"""Dragging a track's header up or down puts the track elsewhere."""

from __future__ import annotations

from app.views.timeline.rows import Rows

START_PX = 6.0


class OrderDrag:
    """One drag of a header; nothing changes until it is let go.

    Parameters
    ----------
    index : int
        Row of the track when it was taken.
    y_px : float
        Where it was pressed.
    """

    def __init__(self, rows: Rows, index: int, y_px: float) -> None:
        self.index = index
        self.running = False
        self._rows = rows
        self._start_px = y_px
        self._gap = index

    def move(self, y_px: float) -> None:
        """The pointer is at this height now."""
        self.running = self.running or abs(y_px - self._start_px) >= START_PX
        under = self._rows.index_at(max(y_px, 0.0 - self._rows.top_px))
        if under is None:
            self._gap = len(self._rows.track_ids)
            return
        middle = self._rows.y_of(under) + self._rows.height_of(under) / 2.0
        self._gap = under + (y_px > middle)

    @property
    def line_px(self) -> int:
        """Where the track would come in between: the top of the row behind it."""
        if self._gap < len(self._rows.track_ids):
            return self._rows.y_of(self._gap)
        last = len(self._rows.track_ids) - 1
        return self._rows.y_of(last) + self._rows.height_of(last)

    @property
    def new_index(self) -> int:
        """The row the track would have then."""
        return self._gap - 1 if self._gap > self.index else self._gap
