"""The strip at the foot of the window: where the session is, and what runs in the background."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QToolButton

from app import places, theme
from app.jobs import ListedJob
from app.session import Session
from app.words import said, tr
from engine.playback.status import EngineStatus

_STEPS = 1000
_WIDEST = "load 100%   ·   buffer 1000 ms   ·   999 drop-outs"
"""The words beside it do not move when numbers change."""


class StatusStrip(QStatusBar):
    """Facts only."""

    jobs_requested = Signal()
    """The words about a job were clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("statusStrip")
        self.setSizeGripEnabled(False)
        self._waits = ""
        self._state = QLabel()
        self._state.setContentsMargins(12, 0, 12, 0)
        self._engine = QLabel()
        self._engine.setAccessibleName(tr("Audio engine's load"))
        self._engine.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        widest = QFontMetrics(theme.font(12)).horizontalAdvance(_WIDEST)
        self._engine.setMinimumWidth(widest)
        self._job_name = QToolButton()
        self._job_name.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._job_name.setToolTip(tr("Show the jobs"))
        self._job_name.setAccessibleName(tr("Jobs"))
        self._job_name.clicked.connect(self.jobs_requested)
        self._job_bar = QProgressBar()
        self._job_bar.setRange(0, _STEPS)
        self._job_bar.setTextVisible(False)
        self._job_bar.setFixedWidth(160)
        self.setContentsMargins(0, 0, 12, 2)
        self.addWidget(self._state, 1)
        self.addPermanentWidget(self._job_name)
        self.addPermanentWidget(self._job_bar)
        self.addPermanentWidget(self._engine)
        self.show_jobs(())

    def show_session(self, session: Session) -> None:
        """Where the session is, and whether it is saved."""
        if session.bundle is None:
            self._state.setText(tr("No session open"))
            return
        dirty = session.document.is_dirty
        saved = tr("edits are journalled, not saved yet") if dirty else tr("saved")
        if session.holds_recovery:
            saved = tr("recovered, not saved yet")
        self._state.setText(f"{places.shown(session.bundle.path)}   ·   {saved}")

    def show_engine(self, status: EngineStatus) -> None:
        """Load, buffer and drop-outs of the audio engine."""
        if status.state not in ("running", "silent"):
            off = status.state == "stopped"
            state = tr("audio off") if off else said("audio: {state}", state=tr(status.state))
            self._engine.setText(self._waits or state)
            return
        one = status.gaps == 1
        facts = (
            said("load {load}", load=f"{status.render_load:.0%}"),
            said("buffer {ms} ms", ms=f"{1000 * status.fill_s:.0f}"),
            tr("1 drop-out") if one else said("{count} drop-outs", count=status.gaps),
        )
        self._engine.setText("   ·   ".join(facts))
        self._engine.setToolTip(drop_out_words(status))

    def show_waiting(self, words: str) -> None:
        """What playing waits for; empty when it waits no more."""
        waited, self._waits = self._waits, words
        if words or waited:
            self._engine.setText(words)

    @property
    def engine_text(self) -> str:
        """What is said of the audio engine."""
        return self._engine.text()

    def show_jobs(self, running: Sequence[ListedJob]) -> None:
        """The newest of the jobs at work, and how many others there are."""
        self._job_bar.setVisible(bool(running))
        self._job_name.setVisible(bool(running))
        if running:
            at_work = [one for one in running if one.state.state == "running"] or running
            shown, others = at_work[-1], len(running) - 1
            state = shown.state
            more = f"   (+{others})" if others else ""
            self._job_name.setText(f"{shown.name}: {tr(state.stage or 'starting')}{more}")
            self._job_bar.setValue(round(_STEPS * state.fraction))


def drop_out_words(status: EngineStatus) -> str:
    """What the drop-outs were."""
    return said(
        "Drop-outs: {engine} of the engine, {disk} of the disk, {device} that the device reports",
        engine=status.underruns, disk=status.disk_dropouts, device=status.device_underflows,
    )  # fmt: skip
