"""The timeline's horizontal axis: which second is at which pixel. Shared by ruler and lanes."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.views.timeline.time_formats import TimeFormat

MINIMUM_PX_PER_S = 0.2
MAXIMUM_PX_PER_S = 12_000.0


class TimeAxis(QObject):
    """Pixels per second and the time at the left edge."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.px_per_s = 100.0
        self.left_s = 0.0
        self.width_px = 800
        self.duration_s = 10.0
        self.time_format: TimeFormat = "timecode"

    @property
    def visible_s(self) -> float:
        """Seconds between the left and the right edge."""
        return self.width_px / self.px_per_s

    @property
    def right_s(self) -> float:
        """Time at the right edge."""
        return self.left_s + self.visible_s

    @property
    def scroll_end_s(self) -> float:
        """How far the view may be scrolled: a little beyond the end."""
        return max(0.0, self.duration_s + 0.25 * self.visible_s - self.visible_s)

    def x_of(self, time_s: float) -> float:
        """Pixel of a time."""
        return (time_s - self.left_s) * self.px_per_s

    def time_of(self, x_px: float) -> float:
        """Time at a pixel."""
        return self.left_s + x_px / self.px_per_s

    def set_width(self, width_px: int) -> None:
        """The visible width changed."""
        if width_px != self.width_px and width_px > 0:
            self.width_px = width_px
            self._place(self.left_s)

    def set_format(self, name: TimeFormat) -> None:
        """Write times in another way."""
        self.time_format = name
        self.changed.emit()

    def set_duration(self, duration_s: float) -> None:
        """The length of the session changed."""
        self.duration_s = max(duration_s, 0.1)
        self._place(self.left_s)

    def scroll_to(self, left_s: float) -> None:
        """Put a time at the left edge."""
        self._place(left_s)

    def zoom_at(self, x_px: float, factor: float) -> None:
        """Zoom so that the time under `x_px` stays there."""
        held_s = self.time_of(x_px)
        self.px_per_s = min(max(self.px_per_s * factor, MINIMUM_PX_PER_S), MAXIMUM_PX_PER_S)
        self._place(held_s - x_px / self.px_per_s)

    def fit(self) -> None:
        """Show the whole session."""
        scale = self.width_px / (self.duration_s * 1.04)
        self.px_per_s = min(max(scale, MINIMUM_PX_PER_S), MAXIMUM_PX_PER_S)
        self._place(0.0)

    def show_range(self, from_s: float, to_s: float) -> None:
        """Zoom so that a range fills most of the view."""
        length_s = max(to_s - from_s, 0.01)
        scale = self.width_px / (1.1 * length_s)
        self.px_per_s = min(max(scale, MINIMUM_PX_PER_S), MAXIMUM_PX_PER_S)
        self._place(0.5 * (from_s + to_s - self.visible_s))

    def set_range(self, from_s: float, to_s: float) -> None:
        """Zoom so that a range fills the view."""
        scale = self.width_px / max(to_s - from_s, 1e-6)
        self.px_per_s = min(max(scale, MINIMUM_PX_PER_S), MAXIMUM_PX_PER_S)
        self._place(from_s)

    def show_time(self, time_s: float) -> None:
        """Turn the page when a time is out of sight."""
        if not self.left_s <= time_s < self.right_s:
            self._place(time_s - 0.1 * self.visible_s)

    def _place(self, left_s: float) -> None:
        left_s = min(max(0.0, left_s), self.scroll_end_s)
        self.left_s = round(left_s * self.px_per_s) / self.px_per_s  # what is drawn can be moved
        self.changed.emit()
