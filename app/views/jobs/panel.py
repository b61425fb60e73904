"""The jobs panel: progress, cancel, and errors in words with their details on demand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import icons
from app.jobs import ListedJob
from app.words import tr
from engine.time_left import in_words

_WORDS = {"done": "Done", "failed": "Failed", "cancelled": "Cancelled"}


class JobsPanel(QWidget):
    """One card a job, the newest first."""

    cancel_requested = Signal(int)
    clear_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._cards: dict[int, JobCard] = {}
        self._empty = QLabel(tr("Analysis and export run here,\nin the background."))
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setProperty("tone", "faint")
        self._clear = QPushButton(tr("Clear finished"))
        self._clear.clicked.connect(self.clear_requested)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(12, 12, 12, 12)
        self._column.setSpacing(12)
        self._column.addWidget(self._empty, 1)
        self._column.addStretch(0)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 0, 12, 8)
        foot.addStretch(1)
        foot.addWidget(self._clear)
        column.addLayout(foot)
        self.show_jobs(())

    def show_jobs(self, jobs: Sequence[ListedJob]) -> None:
        """Bring the cards in line with the jobs."""
        numbers = {listed.number for listed in jobs}
        for number in set(self._cards) - numbers:
            self._cards.pop(number).deleteLater()
        for listed in jobs:
            if listed.number not in self._cards:
                card = JobCard(listed.number)
                card.cancel_requested.connect(self.cancel_requested)
                self._cards[listed.number] = card
                self._column.insertWidget(0, card)
            self._cards[listed.number].show_job(listed)
        self._empty.setVisible(not self._cards)
        self._clear.setVisible(any(not listed.running for listed in jobs))


class JobCard(QWidget):
    """Name, stage, progress and what became of it."""

    cancel_requested = Signal(int)

    def __init__(self, number: int) -> None:
        super().__init__()
        self._name = QLabel()
        self._name.setProperty("tone", "heading")
        self._stage = QLabel()
        self._stage.setWordWrap(True)
        self._stage.setProperty("tone", "soft")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._percent = QLabel()
        self._percent.setFixedWidth(36)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.cancel = QToolButton()
        self.cancel.setIcon(icons.icon("close"))
        self.cancel.setToolTip(tr("Cancel this job"))
        self.cancel.setAccessibleName(tr("Cancel this job"))
        self.cancel.clicked.connect(lambda: self.cancel_requested.emit(number))
        self._details_button = QPushButton(tr("Details"))
        self._details_button.setCheckable(True)
        self._details = QPlainTextEdit()
        self._details.setTabChangesFocus(True)
        self._details.setReadOnly(True)
        self._details.setFixedHeight(140)
        self._details_button.toggled.connect(self._details.setVisible)
        self._details.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(self._name, 1)
        head.addWidget(self.cancel)
        column.addLayout(head)
        middle = QHBoxLayout()
        middle.addWidget(self._bar, 1)
        middle.addWidget(self._percent)
        column.addLayout(middle)
        column.addWidget(self._stage)
        foot = QHBoxLayout()
        foot.addWidget(self._details_button)
        foot.addStretch(1)
        column.addLayout(foot)
        column.addWidget(self._details)

    def show_job(self, listed: ListedJob) -> None:
        """Show the job's state."""
        state = listed.state
        self._name.setText(listed.name)
        self._bar.setValue(round(1000 * state.fraction))
        self._percent.setText(f"{state.fraction:.0%}")
        self._bar.setVisible(listed.running)
        self._percent.setVisible(listed.running)
        self.cancel.setVisible(listed.running)
        words = state.stage[:1].upper() + state.stage[1:] if listed.running else ""
        if words and state.left_s is not None:
            words = f"{words}; {in_words(state.left_s)} left"
        text = words or _WORDS.get(state.state, "Starting…")
        if state.state == "failed":
            text = state.message
        self._stage.setText(text)
        tone = "danger" if state.state == "failed" else "soft"
        if self._stage.property("tone") != tone:
            self._stage.setProperty("tone", tone)
            self._stage.style().polish(self._stage)
        self._details.setPlainText(state.details)
        self._details_button.setVisible(bool(state.details))
