"""The first five minutes: a card that points at four places, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.words import said, tr

if TYPE_CHECKING:
    from app.window import MainWindow

CARD_PX = 320
_GAP_PX = 16
_RING_PX = 3
_SETTLED_MS = 50
"""Panels that come back have their place then."""


@dataclass(frozen=True)
class Stop:
    """A place and what to know about it."""

    place: Callable[[], QWidget]
    title: str
    words: str


def stops_of(window: MainWindow) -> tuple[Stop, ...]:
    """The four places of the window."""
    panels = window.workspace.panels
    return (
        Stop(lambda: panels["picture"], "What was seen",
             "Every box is something that sounds. Drag it to where the thing is, turn the wheel "
             "over it to move it away; Shift+drag follows something new."),
        Stop(lambda: panels["stage"], "Where it sounds from",
             "The same things around your head, in metres. Drag them or their keyframes, or type "
             "numbers below; Side and 3D show how high they are."),
        Stop(lambda: window.timeline, "When it sounds",
             "Clips on the contacts that were seen. Space plays, J, K and L shuttle, S splits, a "
             "drag along the ruler's upper edge selects time."),
        Stop(lambda: window.transport, "Listening and delivering",
             "Choose how you listen, watch the loudness, then Ctrl+E writes binaural, ambisonics, "
             "5.1, objects and the film. Ctrl+Shift+P finds any command."),
    )  # fmt: skip


class Tour(QWidget):
    """Lies over the window; Return or Next goes on, Escape or Close ends it."""

    def __init__(self, stops: tuple[Stop, ...], window: QWidget) -> None:
        super().__init__(window)
        self._stops = stops
        self._window = window
        self._number = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Tour"))
        self.card = QWidget(self)
        self.card.setObjectName("tourCard")
        self.card.setFixedWidth(CARD_PX)
        self._count, self._title, self._words = QLabel(), QLabel(), QLabel()
        self._count.setProperty("tone", "faint")
        self._title.setFont(theme.font(14, 600))
        self._words.setWordWrap(True)
        self.next = QPushButton(tr("Next"))
        self.next.setProperty("primary", True)
        self.next.clicked.connect(self.go_on)
        self.close_button = QPushButton(tr("Close"))
        self.close_button.clicked.connect(self.end)
        self._lay_out()

    def begin(self) -> None:
        """From the first place on."""
        self._number = 0
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self.setFocus()
        self._show_stop()
        QTimer.singleShot(_SETTLED_MS, self._put_card)

    def go_on(self) -> None:
        """To the next place, or to the end."""
        if self._number + 1 >= len(self._stops):
            self.end()
        else:
            self._number += 1
            self._show_stop()

    def end(self) -> None:
        """Out of the way."""
        self.hide()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.card)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        for part in (self._count, self._title, self._words):
            column.addWidget(part)
        column.addSpacing(4)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.close_button)
        row.addWidget(self.next)
        column.addLayout(row)

    def _show_stop(self) -> None:
        stop = self._stops[self._number]
        count = said("{number} of {count}", number=self._number + 1, count=len(self._stops))
        self._count.setText(count)
        self._title.setText(tr(stop.title))
        self._words.setText(tr(stop.words))
        last = self._number == len(self._stops) - 1
        self.next.setText(tr("Done") if last else tr("Next"))
        self._put_card()

    def _put_card(self) -> None:
        if self.isHidden():
            return
        self.card.adjustSize()
        self.card.move(self._card_place(self.shown_area()))
        self.update()

    def shown_area(self) -> QRect:
        """What the card points at, in the window's pixels."""
        place = self._stops[self._number].place()
        corner = place.mapTo(self._window, QPoint(0, 0))
        return QRect(corner, place.size()).intersected(self.rect())

    def _card_place(self, area: QRect) -> QPoint:
        """Beside, below or above the area where there is room, else inside it; in sight."""
        wide, high = self.card.width(), self.card.height()
        x, y = area.center().x() - wide // 2, area.center().y() - high // 2
        if area.right() + _GAP_PX + wide <= self.width():
            x = area.right() + _GAP_PX
        elif area.left() - _GAP_PX - wide >= 0:
            x = area.left() - _GAP_PX - wide
        elif area.bottom() + _GAP_PX + high <= self.height():
            y = area.bottom() + _GAP_PX
        elif area.top() - _GAP_PX - high >= 0:
            y = area.top() - _GAP_PX - high
        return QPoint(
            min(max(x, 8), self.width() - wide - 8), min(max(y, 8), self.height() - high - 8)
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right):
            self.go_on()
        elif event.key() == Qt.Key.Key_Escape:
            self.end()

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        area = self.shown_area()
        veil = theme.with_alpha(table.ground, 0.62)
        for part in (
            QRect(0, 0, self.width(), area.top()),
            QRect(0, area.bottom() + 1, self.width(), self.height() - area.bottom()),
            QRect(0, area.top(), area.left(), area.height()),
            QRect(area.right() + 1, area.top(), self.width() - area.right(), area.height()),
        ):
            painter.fillRect(part, veil)
        painter.setPen(QPen(table.accent, _RING_PX))
        painter.drawRect(area.adjusted(1, 1, -2, -2))
        painter.fillRect(self.card.geometry(), table.raised)
        painter.setPen(QPen(table.line_strong, 1))
        painter.drawRect(self.card.geometry().adjusted(0, 0, -1, -1))
