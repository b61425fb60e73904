"""The timeline's vertical axis: which track is at which pixel. Shared by headers and lanes."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

MINIMUM_ROW_PX = 44
MAXIMUM_ROW_PX = 160
DEFAULT_ROW_PX = 64


class Rows(QObject):
    """Rows of equal height in track order, scrolled by pixels."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.track_ids: tuple[str, ...] = ()
        self.row_px = DEFAULT_ROW_PX
        self.top_px = 0
        self.height_px = 200

    @property
    def content_px(self) -> int:
        """Height of all rows."""
        return len(self.track_ids) * self.row_px

    @property
    def scroll_end_px(self) -> int:
        """How far the rows may be scrolled."""
        return max(0, self.content_px - self.height_px)

    def set_tracks(self, track_ids: tuple[str, ...]) -> None:
        """The project's tracks, in order."""
        self.track_ids = track_ids
        self._place(self.top_px)

    def set_height(self, height_px: int) -> None:
        """The visible height changed."""
        self.height_px = height_px
        self._place(self.top_px)

    def scroll_to(self, top_px: int) -> None:
        """Scroll so that `top_px` of the content is at the top."""
        self._place(top_px)

    def set_row_height(self, row_px: int) -> None:
        """Make rows higher or lower; the top row stays."""
        first = self.top_px / self.row_px
        self.row_px = min(max(row_px, MINIMUM_ROW_PX), MAXIMUM_ROW_PX)
        self._place(round(first * self.row_px))

    def y_of(self, index: int) -> int:
        """Top pixel of a row."""
        return index * self.row_px - self.top_px

    def index_at(self, y_px: float) -> int | None:
        """Row under a pixel; None below the last one."""
        index = int((y_px + self.top_px) // self.row_px)
        return index if 0 <= index < len(self.track_ids) else None

    def track_at(self, y_px: float) -> str | None:
        """Track under a pixel."""
        index = self.index_at(y_px)
        return None if index is None else self.track_ids[index]

    def visible(self) -> range:
        """Indices of the rows in sight."""
        first = max(0, self.top_px // self.row_px)
        last = min(len(self.track_ids), -(-(self.top_px + self.height_px) // self.row_px))
        return range(first, max(first, last))

    def _place(self, top_px: int) -> None:
        self.top_px = min(max(0, top_px), self.scroll_end_px)
        self.changed.emit()
