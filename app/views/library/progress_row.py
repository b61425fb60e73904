"""How far indexing is, with a button that stops it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QToolButton, QWidget

from app import icons
from app.words import tr

_STEPS = 1000


class ProgressRow(QWidget):
    """Hidden while nothing is indexed."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 6)
        row.setSpacing(8)
        self._stage = QLabel()
        self._stage.setProperty("tone", "soft")
        self._stage.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar()
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(110)
        self.stop = QToolButton()
        self.stop.setIcon(icons.icon("close"))
        self.stop.setToolTip(tr("Stop indexing; what was read stays"))
        self.stop.setAccessibleName(tr("Stop indexing"))
        self.stop.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.stop.clicked.connect(self.cancelled)
        row.addWidget(self._stage, 1)
        row.addWidget(self._bar)
        row.addWidget(self.stop)
        self.hide()

    def show_progress(self, stage: str, share: float | None) -> None:
        """What is done, 0..1; None: nothing is."""
        self.setVisible(share is not None)
        if share is not None:
            self._stage.setText(stage[:1].upper() + stage[1:])
            self._bar.setValue(round(_STEPS * share))
