"""Spots where the analysis was unsure, to be looked at one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app import theme
from app.doubts import Doubt
from app.views.timeline.ticks import DEFAULT_RATE
from app.words import said, tr
from engine.media.timecode import format_timecode
from engine.project.model import Project

_ROW_PX = 24
_MOST_ROWS = 8


class DoubtsList(QWidget):
    """One line a spot; choosing one asks to go there."""

    chosen = Signal(object)
    """A `Doubt`."""

    def __init__(self) -> None:
        super().__init__()
        self._doubts: tuple[Doubt, ...] = ()
        self._names: dict[str, str] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._heading = QLabel()
        self._heading.setProperty("tone", "heading")
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Spots to look at"))
        self.list.setToolTip(tr("Where the analysis was unsure (Q: the next one, Shift+Q: back)"))
        self.list.setUniformItemSizes(True)
        self.list.itemClicked.connect(self._take)
        self.list.itemActivated.connect(self._take)
        column.addWidget(self._heading)
        column.addWidget(self.list)

    def show_doubts(self, project: Project, doubts: Sequence[Doubt]) -> None:
        """Show the spots of a project."""
        self.setVisible(bool(doubts))
        names = {str(track.id): track.name for track in project.tracks}
        if (tuple(doubts), names) == (self._doubts, self._names):
            return
        self._doubts, self._names = tuple(doubts), names
        self._heading.setText(said("Worth a look: {count}", count=len(doubts)))
        rate = project.video.rate if project.video else DEFAULT_RATE
        self.list.clear()
        for doubt in doubts:
            why = "lost" if doubt.lost else f"{doubt.confidence:.0%} sure"
            time = format_timecode(doubt.start_s, rate)
            length = f"{doubt.end_s - doubt.start_s:.1f} s"
            item = QListWidgetItem(f"{time}   {names[doubt.track_id]}   {why}, {length}")
            colour = theme.colours().warning if doubt.lost else theme.colours().text_soft
            item.setForeground(colour)
            self.list.addItem(item)
        rows = min(len(doubts), _MOST_ROWS)
        self.list.setFixedHeight(rows * _ROW_PX + 4)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def mark(self, doubt: Doubt) -> None:
        """Show which spot one is at."""
        if doubt in self._doubts:
            self.list.setCurrentRow(self._doubts.index(doubt))

    def _take(self, item: QListWidgetItem) -> None:
        self.chosen.emit(self._doubts[self.list.row(item)])
