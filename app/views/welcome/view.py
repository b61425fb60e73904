"""The empty window: says what to do, with the demo one click away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app import icons, theme
from app.views.discarding import discard
from app.words import tr

_STEPS = (
    ("film", "Drop a silent clip", "What moves is found, tracked\nand placed in space."),
    ("object", "Shape it", "Move clips on the timeline and\npaths on the stage."),
    ("headphones", "Listen and deliver", "Binaural, ambisonics, 5.1 and\nvideo, loudness-checked."),
)


class WelcomeView(QWidget):
    """A place to drop a video on, three ways to begin, and what was open lately."""

    open_video_requested = Signal()
    open_session_requested = Signal()
    demo_requested = Signal()
    tour_requested = Signal()
    recent_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._over = False
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 48, 48, 48)
        column.addStretch(3)
        mark = QLabel()
        mark.setPixmap(icons.application_icon().pixmap(QSize(64, 64), self.devicePixelRatioF()))
        column.addWidget(mark, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(16)
        column.addWidget(_label(tr("Spatial Foley for a silent clip"), "title"))
        column.addSpacing(4)
        column.addWidget(_label(tr("Drop a video anywhere in this window, or start here."), "lead"))
        column.addSpacing(24)
        column.addLayout(self._buttons())
        column.addSpacing(8)
        self.tour = QPushButton(tr("New here? Take the tour of the demo"))
        self.tour.setFlat(True)
        self.tour.clicked.connect(self.tour_requested)
        column.addWidget(self.tour, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(32)
        column.addLayout(_steps())
        column.addSpacing(32)
        column.addLayout(self._recent)
        column.addStretch(4)

    def show_recent(self, sessions: Sequence[Path]) -> None:
        """List the sessions opened lately."""
        while (item := self._recent.takeAt(0)) is not None:
            discard(item)
        if sessions:
            self._recent.addWidget(_label(tr("Recent sessions"), "heading"))
        for path in sessions[:4]:
            button = QPushButton(f"{path.stem}   {_short(path.parent)}")
            button.setFlat(True)
            button.setToolTip(str(path))
            button.clicked.connect(lambda _=False, path=path: self.recent_chosen.emit(path))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)

    def set_drop_hint(self, over: bool) -> None:
        """Light up while something droppable is over the window."""
        self._over = over
        self.update()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addStretch(1)
        for text, icon, signal, primary in (
            ("Open a video…", "film", self.open_video_requested, True),
            ("Open a session…", "folder", self.open_session_requested, False),
            ("Try the demo", "play", self.demo_requested, False),
        ):
            button = QPushButton(tr(text))
            if primary:
                button.setProperty("primary", True)
                button.setIcon(icons.pixmap(icon, 16, theme.colours().accent_ink.name(), 2.0))
            else:
                button.setIcon(icons.icon(icon))
            button.setMinimumSize(148, 36)
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), table.panel)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(table.accent if self._over else table.line, 2 if self._over else 1.5)
        pen.setDashPattern([5, 5])
        painter.setPen(pen)
        if self._over:
            painter.setBrush(theme.with_alpha(table.accent, 0.06))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(20, 20, -20, -20), 12, 12)


def _label(text: str, tone: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("tone", tone)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label


def _steps() -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(48)
    row.addStretch(1)
    for icon, title, text in _STEPS:
        column = QVBoxLayout()
        column.setSpacing(6)
        picture = QLabel()
        picture.setPixmap(icons.pixmap(icon, 24, theme.colours().accent.name(), 2.0))
        picture.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(picture)
        heading = _label(tr(title), "plain")
        heading.setStyleSheet("font-weight: 600; font-size: 13px;")
        column.addWidget(heading)
        column.addWidget(_label(tr(text), "soft"))
        row.addLayout(column)
    row.addStretch(1)
    return row


def _short(folder: Path) -> str:
    text = str(folder)
    home = str(Path.home())
    return f"~{text[len(home) :]}" if text.startswith(home) else text
