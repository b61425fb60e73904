"""The library panel: the user's own recordings, searched while one types."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import icons
from app.views.library.model import RecordingsModel
from app.views.library.progress_row import ProgressRow
from app.views.library.table import RecordingsTable
from app.words import tr
from engine.library.recording import Recording

TYPING_MS, THINKING_MS = 120, 900
"""So long after the last key it is asked: by words, and by meaning (a worker's work)."""
_EMPTY = "Folders of your own recordings are read once\nand then searched by words or likeness."
_NOTHING, _WORDS, _TABLE = range(3)


class LibraryPanel(QWidget):
    """Emits what is asked for; shows what it is given."""

    asked = Signal()
    """Words, or what they are looked for in, have changed."""
    folder_requested = Signal()
    update_requested = Signal()
    forget_requested = Signal(str)
    listen_requested = Signal(str)
    """Name of the listener that shall hear what it does not know."""
    event_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = RecordingsModel()
        self.table = RecordingsTable(self.model)
        self.progress = ProgressRow()
        self._used: Mapping[str, Sequence[str]] = {}
        self._folders: tuple[tuple[str, int], ...] = ()
        self._listeners: tuple[str, ...] = ()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self.asked)
        self._bar = self._build_bar()
        self._details = QLabel()
        self._details.setWordWrap(True)
        self._details.setContentsMargins(12, 6, 12, 6)
        self._details.setTextFormat(Qt.TextFormat.RichText)
        self._details.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self._details.setAccessibleName(tr("About the recording"))
        self._details.linkActivated.connect(self.event_chosen)
        self._told = QLabel()
        self._told.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._told.setWordWrap(True)
        self._told.setProperty("tone", "faint")
        pages = QWidget()
        self._pages = QStackedLayout(pages)
        for page in (self._build_empty(), self._told, self.table):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(pages, 1)
        for part in (self._details, self.progress):
            column.addWidget(part)
        self.table.chosen.connect(self._show_details)
        self._show_details(None)

    @property
    def words(self) -> str:
        """What is looked for."""
        return self.search.text()

    @property
    def within(self) -> str:
        """'all', 'favourites' or 'session'."""
        return str(self.where.currentData())

    @property
    def by(self) -> str:
        """Name of the listener that is asked what words mean; '' where words are looked up."""
        return str(self.how.currentData() or "")

    def offer(self, listeners: tuple[str, ...]) -> None:
        """Listeners that could be asked by meaning; without any, nothing is to be chosen."""
        if listeners == self._listeners:
            return
        self._listeners, chosen = listeners, self.by
        with QSignalBlocker(self.how):
            self.how.clear()
            self.how.addItem(tr("By words"), "")
            for name in listeners:
                self.how.addItem(f"{tr('By meaning')} ({name.upper()})", name)
            self.how.setCurrentIndex(max(self.how.findData(chosen), 0))
        self.how.setVisible(bool(listeners))

    def tell_how(self, words: str) -> None:
        """By what the recordings that are shown were found."""
        self.found_by.setText(tr(words))

    def focus_search(self) -> None:
        """Begin to type."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def show_answer(
        self, recordings: tuple[Recording, ...], folders: tuple[tuple[str, int], ...], title: str
    ) -> None:
        """Recordings that answer; `title` says what is shown if it is not the words' answer."""
        self._folders = folders
        self.model.show_recordings(recordings)
        self._likeness.setText(title)
        self._likeness_row.setVisible(bool(title))
        self._bar.setVisible(bool(folders))
        if recordings:
            self._pages.setCurrentIndex(_TABLE)
        elif not folders:
            self._pages.setCurrentIndex(_NOTHING)
        else:
            self.tell(tr(_nothing_in(self.within, self.words)))

    def tell(self, words: str) -> None:
        """Say something in the place of recordings."""
        self._told.setText(words)
        self._pages.setCurrentIndex(_WORDS)

    def show_marks(
        self, stars: frozenset[str], used: Mapping[str, Sequence[str]], heard: str
    ) -> None:
        """See `RecordingsModel.show_marks`."""
        self._used = used
        self.model.show_marks(stars, used, heard)
        self._show_details(self.table.current)

    def _build_bar(self) -> QWidget:
        bar = QWidget()
        column = QVBoxLayout(bar)
        column.setContentsMargins(8, 4, 4, 4)
        column.setSpacing(4)
        row = QHBoxLayout()
        self.search = self._build_search()
        self.where = QComboBox()
        self.where.setAccessibleName(tr("Where to search"))
        for name, words in (
            ("all", "All"), ("favourites", "Favourites"), ("session", "In this session"),
        ):  # fmt: skip
            self.where.addItem(tr(words), name)
        self.where.currentIndexChanged.connect(lambda _: self.asked.emit())
        row.addWidget(self.search, 1)
        row.addWidget(self._build_how())
        row.addWidget(self.where)
        row.addWidget(self._build_folders())
        column.addLayout(row)
        column.addWidget(self._build_likeness())
        self.found_by = QLabel()
        self.found_by.setProperty("tone", "faint")
        self.found_by.setContentsMargins(4, 0, 0, 0)
        self.found_by.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.found_by.setAccessibleName(tr("How they were found"))
        column.addWidget(self.found_by)
        return bar

    def _build_how(self) -> QComboBox:
        """By words, or by what a listener takes them to mean; shown where there is a listener."""
        self.how = QComboBox()
        self.how.setAccessibleName(tr("How to search"))
        self.how.currentIndexChanged.connect(self._change_how)
        self.how.hide()
        return self.how

    def _change_how(self) -> None:
        self._typing.setInterval(THINKING_MS if self.by else TYPING_MS)
        self.asked.emit()

    def _build_search(self) -> QLineEdit:
        line = QLineEdit()
        line.setPlaceholderText(tr("Search: door slam -car"))
        line.setAccessibleName(tr("Search the library"))
        line.setClearButtonEnabled(True)
        line.textChanged.connect(lambda _: self._typing.start())
        line.returnPressed.connect(self.table.setFocus)
        return line

    def _build_folders(self) -> QToolButton:
        """What is indexed, and what can be done about it."""
        button = QToolButton()
        button.setIcon(icons.icon("folder"))
        button.setToolTip(tr("Folders of the library"))
        button.setAccessibleName(tr("Folders of the library"))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.folder_menu = QMenu(button)
        self.folder_menu.aboutToShow.connect(self._fill_folders)
        button.setMenu(self.folder_menu)
        return button

    def _build_likeness(self) -> QWidget:
        """Shown while the recordings answer no words, but are like one."""
        self._likeness_row = QWidget()
        inner = QHBoxLayout(self._likeness_row)
        inner.setContentsMargins(4, 0, 0, 0)
        self._likeness = QLabel()
        self._likeness.setProperty("tone", "soft")
        back = QToolButton()
        back.setIcon(icons.icon("close"))
        back.setToolTip(tr("Back to the words"))
        back.setAccessibleName(tr("Back to the words"))
        back.clicked.connect(self.asked)
        inner.addWidget(self._likeness, 1)
        inner.addWidget(back)
        return self._likeness_row

    def _build_empty(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setSpacing(12)
        words = QLabel(tr(_EMPTY))
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.setProperty("tone", "faint")
        self.add_button = QPushButton(tr("Add a folder…"))
        self.add_button.clicked.connect(self.folder_requested)
        column.addStretch(1)
        column.addWidget(words)
        column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return page

    def _fill_folders(self) -> None:
        menu = self.folder_menu
        menu.clear()
        menu.addAction(tr("Add a folder…"), self.folder_requested.emit)
        menu.addAction(tr("Bring all up to date"), self.update_requested.emit)
        for name in self._listeners:
            words = f"{tr('Let it listen to what is new')}: {name.upper()}"
            menu.addAction(words, partial(self.listen_requested.emit, name))
        menu.addSeparator()
        for folder, count in self._folders:
            inner = menu.addMenu(f"{folder.replace('&', '&&')}   ({count:,})")
            forget = partial(self.forget_requested.emit, folder)
            inner.addAction(tr("Take out of the library"), forget)

    def _show_details(self, one: Recording | None) -> None:
        self._details.setVisible(one is not None)
        if one is not None:
            self._details.setText(about(one, self._used.get(one.path, ())))


def about(one: Recording, events: Sequence[str]) -> str:
    """What is known of a recording and its licence, as HTML; events are links."""
    lines = [f'<span style="font-weight:600">{html.escape(one.title or one.path)}</span>']
    if one.description and one.description != one.title:
        lines.append(html.escape(one.description[:300]))
    source = ", ".join(dict.fromkeys(filter(None, (one.creator, one.source))))
    licence = one.licence or tr("unknown")
    lines.append(f"{tr('Licence')}: {html.escape(licence)}")
    lines.append(f"{tr('From')}: {html.escape(source or tr('unknown'))}")
    kind = f"{one.category} {one.subcategory}".strip()
    rate = f"{one.sample_rate_hz / 1000:g} kHz" if one.sample_rate_hz else ""
    channels = f"{one.channels} ch" if one.channels else ""
    likeness = f"{one.likeness:.0%}" if 0.0 < one.likeness < 1.0 else ""
    facts = "   ·   ".join(filter(None, (kind, rate, channels, likeness)))
    lines += [html.escape(facts)] if facts else []
    if events:
        links = (f'<a href="{html.escape(one)}">{html.escape(one)}</a>' for one in events)
        lines.append(f"{tr('Used for')}: {', '.join(links)}")
    return "<br>".join(lines)


def _nothing_in(within: str, words: str) -> str:
    if words.strip():
        return "Nothing answers these words."
    if within == "favourites":
        return "A click on a star makes a recording a favourite."
    if within == "session":
        return "No recording sounds in this session yet:\ndrag one to the timeline."
    return "There is no sound in these folders."
