"""The table of recordings: keys, menu and clicks become requests."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView

from app.views.library.model import (
    CATEGORY,
    LENGTH,
    LICENCE,
    NAME,
    STAR,
    USED,
    RecordingsModel,
)
from app.words import tr
from engine.library.recording import Recording

_WIDTHS = {STAR: 26, LENGTH: 58, CATEGORY: 96, LICENCE: 92, USED: 44}
_LEAVES_BELOW_PX = {CATEGORY: 460, LICENCE: 340, USED: 400}
"""A narrow panel keeps to what matters most; the rest is below the table."""


class RecordingsTable(QTableView):
    """One recording is chosen at a time."""

    audition_requested = Signal(str)
    favourite_requested = Signal(str, bool)
    like_requested = Signal(str)
    take_requested = Signal(str)
    """Path that shall be a take of the selected clip's event."""
    place_requested = Signal(str)
    """Path that shall be put on the selected track, at the playhead."""
    chosen = Signal(object)
    """The `Recording` that is selected, or None."""

    def __init__(self, model: RecordingsModel) -> None:
        super().__init__()
        self.recordings = model
        self.setModel(model)
        self.setAccessibleName(tr("Recordings"))
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QTableView.DragDropMode.DragOnly)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(24)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self.clicked.connect(self._clicked)
        self.doubleClicked.connect(self._double_clicked)
        self.selectionModel().currentChanged.connect(lambda *_: self.chosen.emit(self.current))
        model.modelReset.connect(lambda: self.chosen.emit(self.current))
        self.menu: QMenu | None = None
        """The one shown last."""

    @property
    def current(self) -> Recording | None:
        """The recording that is selected."""
        row = self.currentIndex().row()
        known = self.recordings.recordings
        return known[row] if 0 <= row < len(known) else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        for column, least_px in _LEAVES_BELOW_PX.items():
            self.setColumnHidden(column, self.width() < least_px)
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        one = self.current
        if one is None or event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.take_requested.emit(one.path)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.place_requested.emit(one.path)
        else:
            self.audition_requested.emit(one.path)

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == STAR:
            path = self.recordings.recordings[index.row()].path
            self.favourite_requested.emit(path, not self.recordings.is_favourite(path))

    def _double_clicked(self, index: QModelIndex) -> None:
        if index.column() != STAR:
            self.audition_requested.emit(self.recordings.recordings[index.row()].path)

    def _show_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if not index.isValid():
            return
        path = self.recordings.recordings[index.row()].path
        marked = self.recordings.is_favourite(path)
        self.menu = menu = QMenu(self)
        for words, act in (
            ("Listen to it\tReturn", lambda: self.audition_requested.emit(path)),
            ("More like this", lambda: self.like_requested.emit(path)),
            ("Take of the selected clip\tCtrl+Return", lambda: self.take_requested.emit(path)),
            (
                "Put on the track at the playhead\tShift+Return",
                lambda: self.place_requested.emit(path),
            ),
            (
                "No favourite any more" if marked else "Favourite",
                lambda: self.favourite_requested.emit(path, not marked),
            ),
        ):
            text, _, keys = words.partition("\t")
            menu.addAction(f"{tr(text)}\t{keys}" if keys else tr(text), act)
        menu.popup(self.viewport().mapToGlobal(place))
