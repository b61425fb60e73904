"""The notice bar: one line over the foot of the workspace with what to do; never modal."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app import icons, theme
from app.notices import Notice
from app.views.discarding import discard
from app.words import tr

FADE_MS = 6000
_LOOK_MS = 50
_WIDEST_PX = 900
_EDGE_PX = 12
"""What stays free around it."""


class NoticeBar(QWidget):
    """Shows the latest notice; earlier ones that need an answer come back after it.

    It floats over the foot of the widget it belongs to: nothing there moves when it comes or goes.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        over.installEventFilter(self)
        self.setObjectName("notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._waiting: list[Notice] = []
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._icon = QLabel()
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._close = QToolButton()
        self._close.setIcon(icons.icon("close"))
        self._close.setToolTip(tr("Close"))
        self._close.setAccessibleName(tr("Close this notice"))
        self._close.clicked.connect(self.close_notice)
        self._held: list[Notice] = []
        self._release = QTimer(self)
        self._release.timeout.connect(self._tell_held)
        self._fade = QTimer(self)
        self._fade.setSingleShot(True)
        self._fade.timeout.connect(self.next)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(12)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addLayout(self._buttons)
        row.addWidget(self._close)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown; empty when nothing is."""
        return self._text.text() if not self.isHidden() else ""

    def tell(self, notice: Notice) -> None:
        """Show a notice; nothing moves under a hand: while it holds a button, the notice waits."""
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._held.append(notice)
            self._release.start(_LOOK_MS)
            return
        self._waiting = [one for one in self._waiting if one.actions or one is notice]
        if notice not in self._waiting:
            self._waiting.append(notice)
        self._show(notice)

    def _tell_held(self) -> None:
        if QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self._release.stop()
            held, self._held = self._held, []
            for notice in held:
                self.tell(notice)

    def close_notice(self) -> None:
        """The user closes this one without doing anything about it."""
        closed = self._waiting[-1].closed if self._waiting else None
        self.next()
        if closed is not None:
            closed()

    def _take(self, notice: Notice, act: Callable[[], None]) -> None:
        """An action was chosen: the notice has had its answer, unless the action tells it again."""
        self._waiting = [one for one in self._waiting if one is not notice]
        self._show_latest()
        act()

    def next(self) -> None:
        """Close this one; show the one before that still waits."""
        if self._waiting:
            self._waiting.pop()
        self._show_latest()

    def _show_latest(self) -> None:
        if self._waiting:
            self._show(self._waiting[-1])
        else:
            self.hide()

    def _show(self, notice: Notice) -> None:
        table = theme.colours()
        name, colour = {
            "info": ("info", table.accent),
            "warning": ("warning", table.warning),
            "error": ("warning", table.danger),
        }[notice.level]
        self._icon.setPixmap(icons.pixmap(name, 16, colour.name(), self.devicePixelRatioF()))
        self._text.setText(notice.text)
        self.setProperty("level", notice.level)
        self.style().unpolish(self)
        self.style().polish(self)
        while (item := self._buttons.takeAt(0)) is not None:
            discard(item)
        for number, (label, act) in enumerate(notice.actions):
            button = QPushButton(label)
            button.setProperty("primary", number == 0)
            button.clicked.connect(lambda _=False, act=act: self._take(notice, act))
            self._buttons.addWidget(button)
        self._fade.stop()
        if notice.fades:
            self._fade.start(FADE_MS)
        self.show()
        self._place()

    # -- its place ----------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        """At the foot, in the middle; above that where the pointer is, which may be clicking."""
        over, row = self._over, self._row
        room = over.rect().adjusted(_EDGE_PX, _EDGE_PX, -_EDGE_PX, -_EDGE_PX)
        row.activate()
        words_px = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 4
        beside_px = row.sizeHint().width() - self._text.sizeHint().width()
        wide = min(words_px + beside_px, _WIDEST_PX, room.width())
        place = QRect(0, 0, wide, max(row.heightForWidth(wide), row.minimumSize().height()))
        place.moveCenter(room.center())
        place.moveBottom(room.bottom())
        if place.contains(over.mapFromGlobal(QCursor.pos())):
            place.translate(QPoint(0, -place.height() - _EDGE_PX))
        self.setGeometry(place)
        self.raise_()
