"""Comparing takes blind: letters are heard, one is preferred, at the end it is told which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import icons
from app.words import tr
from engine.project.blind_test import BlindTest

_WHAT = (
    "Listen to each (its letter), then say which you prefer (Shift and the letter). "
    "Every time they are shuffled."
)


class BlindTestDialog(QDialog):
    """Shows letters only, until the answer is asked for; then `favourite` may be taken."""

    listen_requested = Signal(str)
    """The id of a take."""

    def __init__(
        self, test: BlindTest, names: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Compare blind"))
        self.setMinimumWidth(420)
        self.test = test
        self._names = names
        self._revealed = False
        self.listen: dict[str, QPushButton] = {}
        self.prefer: dict[str, QPushButton] = {}
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.reveal = QPushButton(tr("Show the answer"))
        self.reveal.setAutoDefault(False)
        self.reveal.clicked.connect(self.show_answer)
        self.take = QPushButton(tr("Use the preferred take"))
        self.take.setProperty("primary", True)
        self.take.setAutoDefault(False)
        self._lay_out()
        self._show()

    @property
    def favourite(self) -> str | None:
        """The take that was preferred most often; None in a draw."""
        return self.test.favourite

    def hear(self, letter: str) -> None:
        """Listen to what is under a letter now."""
        if not self._revealed:
            self.listen_requested.emit(self.test.shown[letter])

    def choose(self, letter: str) -> None:
        """What is under a letter was the best; the next trial."""
        if not self._revealed:
            self.test = self.test.preferring(letter)
            self._show()

    def show_heard(self, heard: tuple[str, str] | None) -> None:
        """Mark the letter that is heard."""
        for letter, take_id in self.test.shown.items():
            is_heard = heard is not None and heard[1] == take_id
            self.listen[letter].setIcon(icons.icon("stop" if is_heard else "headphones"))

    def show_answer(self) -> None:
        """Tell which takes were preferred, and how much chance may have to do with it."""
        self._revealed = True
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        letter = chr(event.key()) if Qt.Key.Key_A <= event.key() <= Qt.Key.Key_H else ""
        if letter not in self.listen:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.choose(letter)
        else:
            self.hear(letter)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        what = QLabel(tr(_WHAT))
        what.setWordWrap(True)
        what.setProperty("tone", "soft")
        column.addWidget(what)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for row, letter in enumerate(self.test.shown):
            hear = QPushButton(f"{tr('Listen to')} {letter}")
            hear.setIcon(icons.icon("headphones"))
            hear.clicked.connect(partial(self.hear, letter))
            prefer = QPushButton(f"{tr('Prefer')} {letter}")
            prefer.clicked.connect(partial(self.choose, letter))
            for place, button in enumerate((hear, prefer)):
                button.setAutoDefault(False)
                grid.addWidget(button, row, place)
            self.listen[letter], self.prefer[letter] = hear, prefer
        column.addLayout(grid)
        column.addWidget(self.told)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.reveal, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.take, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _show(self) -> None:
        trials = len(self.test.preferred)
        self.reveal.setEnabled(trials > 0 and not self._revealed)
        self.take.setEnabled(self._revealed and self.favourite is not None)
        for button in (*self.listen.values(), *self.prefer.values()):
            button.setEnabled(not self._revealed)
        self.told.setText(
            answer(self.test, self._names) if self._revealed else f"{tr('Trial')} {trials + 1}"
        )


def answer(test: BlindTest, names: Mapping[str, str]) -> str:
    """Which takes were preferred how often, in words."""
    counted = Counter(test.preferred)
    lines = [
        f"{number}: {names[take_id]}, {counted[take_id]} ×"
        for number, take_id in enumerate(test.take_ids, start=1)
    ]
    if test.favourite is None:
        lines.append(tr("No take was preferred more often than all others."))
    else:
        words = tr("By chance alone, one would be preferred as often with a probability of")
        lines.append(f"{words} {test.chance:.0%}.")
    return "\n".join(lines)
