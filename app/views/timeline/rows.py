"""The timeline's vertical axis: which track is at which pixel. Shared by headers and lanes.

A track whose clips overlap gets a lane for each layer, and a higher row; the take lanes that are
shown lie below its clips, the automation lanes below these.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from PySide6.QtCore import QObject, Signal

MINIMUM_ROW_PX = 44
MAXIMUM_ROW_PX = 160
DEFAULT_ROW_PX = 64
ENVELOPE_PX = 56
"""Height of an automation lane."""
TAKE_PX = 38
"""Height of a take lane."""
_EXTRA_LANE = 0.6
"""Height of each further lane, as a share of a row."""


class Rows(QObject):
    """Rows in track order, scrolled by pixels."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.track_ids: tuple[str, ...] = ()
        self.row_px = DEFAULT_ROW_PX
        self.top_px = 0
        self.height_px = 200
        self._lanes: tuple[int, ...] = ()
        self._envelopes: dict[str, tuple[str, ...]] = {}
        self._takes: dict[str, int] = {}
        self._tops: list[int] = [0]

    @property
    def content_px(self) -> int:
        """Height of all rows."""
        return self._tops[-1]

    @property
    def shape(self) -> tuple[object, ...]:
        """All that rows depend on but for scrolling."""
        return (
            self.track_ids, tuple(self._tops), tuple(self._envelopes.items()),
            tuple(self._takes.items()),
        )  # fmt: skip

    @property
    def scroll_end_px(self) -> int:
        """How far the rows may be scrolled."""
        return max(0, self.content_px - self.height_px)

    def set_tracks(self, track_ids: tuple[str, ...], lanes: tuple[int, ...]) -> None:
        """The project's tracks in order, and how many lanes each needs."""
        if (track_ids, lanes) != (self.track_ids, self._lanes):
            self.track_ids, self._lanes = track_ids, lanes
            self._measure()
            self._place(self.top_px)

    def set_height(self, height_px: int) -> None:
        """The visible height changed."""
        self.height_px = height_px
        self._place(self.top_px)

    def scroll_to(self, top_px: int) -> None:
        """Scroll so that `top_px` of the content is at the top."""
        self._place(top_px)

    def bring_in_sight(self, track_id: str) -> None:
        """Scroll just as far as it takes to see the clips of a track."""
        if track_id not in self.track_ids:
            return
        index = self.track_ids.index(track_id)
        top, bottom = self._tops[index], self._tops[index] + self.body_of(index)
        if top < self.top_px:
            self._place(top)
        elif bottom > self.top_px + self.height_px:
            self._place(min(top, bottom - self.height_px))

    def set_row_height(self, row_px: int) -> None:
        """Make rows higher or lower; the top row stays."""
        share = self.top_px / max(1, self.content_px)
        self.row_px = min(max(row_px, MINIMUM_ROW_PX), MAXIMUM_ROW_PX)
        self._measure()
        self._place(round(share * self.content_px))

    def y_of(self, index: int) -> int:
        """Top pixel of a row."""
        return self._tops[index] - self.top_px

    def height_of(self, index: int) -> int:
        """Height of a row, automation lanes included."""
        return self._tops[index + 1] - self._tops[index]

    def body_of(self, index: int) -> int:
        """Height of the part of a row that holds its clips."""
        return self.height_of(index) - self._below(self.track_ids[index])

    def envelopes_of(self, index: int) -> tuple[str, ...]:
        """Names of the automation lanes under a row, from above."""
        return self._envelopes.get(self.track_ids[index], ())

    def envelope_y(self, index: int, number: int) -> int:
        """Top pixel of an automation lane."""
        return self.take_y(index, self.takes_of(index)) + number * ENVELOPE_PX

    def takes_of(self, index: int) -> int:
        """How many take lanes are shown under a row."""
        return self._takes.get(self.track_ids[index], 0)

    def take_y(self, index: int, number: int) -> int:
        """Top pixel of a take lane."""
        return self.y_of(index) + self.body_of(index) + number * TAKE_PX

    def show_takes(self, track_id: str, count: int) -> None:
        """Show so many take lanes under a track; 0 hides them."""
        if count != self._takes.get(track_id, 0):
            self._takes[track_id] = count
            self._measure()
            self._place(self.top_px)

    def show_envelopes(self, track_id: str, names: tuple[str, ...]) -> None:
        """Show these automation lanes under a track, and no others."""
        if names != self._envelopes.get(track_id, ()):
            self._envelopes[track_id] = names
            self._measure()
            self._place(self.top_px)

    def lanes_of(self, index: int) -> int:
        """How many lanes a row has."""
        return max(1, self._lanes[index])

    def index_at(self, y_px: float) -> int | None:
        """Row under a pixel; None below the last one."""
        index = bisect_right(self._tops, y_px + self.top_px) - 1
        return index if 0 <= index < len(self.track_ids) else None

    def track_at(self, y_px: float) -> str | None:
        """Track under a pixel."""
        index = self.index_at(y_px)
        return None if index is None else self.track_ids[index]

    def visible(self) -> range:
        """Indices of the rows in sight."""
        first = max(0, bisect_right(self._tops, self.top_px) - 1)
        last = bisect_right(self._tops, self.top_px + self.height_px - 1)
        return range(first, max(first, min(last, len(self.track_ids))))

    def _below(self, track_id: str) -> int:
        """Height of what lies below a track's clips."""
        envelopes = len(self._envelopes.get(track_id, ()))
        return TAKE_PX * self._takes.get(track_id, 0) + ENVELOPE_PX * envelopes

    def _measure(self) -> None:
        extra = round(self.row_px * _EXTRA_LANE)
        heights = (
            self.row_px + extra * (max(1, lanes) - 1)
            + self._below(track_id)
            for track_id, lanes in zip(self.track_ids, self._lanes, strict=True)
        )  # fmt: skip
        self._tops = [0, *accumulate(heights)]

    def _place(self, top_px: int) -> None:
        self.top_px = min(max(0, top_px), self.scroll_end_px)
        self.changed.emit()
