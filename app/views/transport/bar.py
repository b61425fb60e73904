"""The transport bar: play, locate, loop, timecode, monitor format with trim, master and meter."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.views.meters.loudness import LoudnessReadout
from app.views.meters.meter import LevelMeter
from app.views.transport.engine_chip import EngineChip
from app.views.transport.master import MasterGain
from app.views.transport.timecode import TimecodeDisplay
from app.views.transport.trim import FormatTrimFader
from app.words import tr
from engine.layouts import AMBISONIC_FORMATS, FORMATS
from engine.media.timecode import format_timecode
from engine.project.model import Project

_NARROWEST_PX = 930
FORMAT_NAMES = {
    "binaural": "Binaural",
    "stereo": "Stereo",
    **{name: name for name in ("5.1", "5.1.4", "7.1.4")},
    **{name: f"Ambisonics, order {order}" for name, order in AMBISONIC_FORMATS.items()},
}


class TransportBar(QWidget):
    """Buttons are actions of the window; the rest are signals."""

    locate_requested = Signal(float)
    monitor_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("transport")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.timecode = TimecodeDisplay()
        self.meter = LevelMeter()
        self.loudness = LoudnessReadout()
        self.master = MasterGain()
        self.trim = FormatTrimFader()
        self.master.relay(self.trim)
        self.engine = EngineChip()
        self._length = QLabel()
        self._rate = QLabel()
        self._spare: list[tuple[int, QWidget]] = []
        self._rate_text = ""
        self.monitor = QComboBox()
        for name in FORMATS:
            self.monitor.addItem(FORMAT_NAMES[name], name)
        self.monitor.setToolTip(tr("What you listen to"))
        self.monitor.setAccessibleName(tr("Monitor format"))
        self.monitor.setFixedWidth(168)
        self.monitor.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.monitor.activated.connect(
            lambda _: self.monitor_chosen.emit(self.monitor.currentData())
        )
        self.monitor_chosen.connect(self.trim.set_format)
        self.timecode.locate_requested.connect(self.locate_requested)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 8, 12, 8)
        self._row.setSpacing(4)

    def build(self, actions: dict[str, QAction]) -> None:
        """Put everything in its place; the buttons take text, shortcut and state from actions."""
        for name in ("to_start", "step_back", "play", "step_forward", "to_end"):
            self._row.addWidget(_button(actions[name], large=name == "play"))
        self._row.addSpacing(4)
        self._row.addWidget(_button(actions["loop"]))
        self._row.addSpacing(12)
        self._row.addWidget(self.timecode)
        self._row.addSpacing(8)
        self._row.addLayout(_pair(self._length, self._rate))
        self._spare = [(1180, self._length), (1180, self._rate), (1000, self.engine)]
        self._row.addStretch(1)
        self._row.addWidget(self.engine)
        self._row.addWidget(_rule())
        self._row.addSpacing(12)
        label, row = _labelled("Monitor", self.monitor)
        self._row.addLayout(row)
        self._spare.append((1080, label))
        self.setMinimumWidth(_NARROWEST_PX)
        self._row.addSpacing(8)
        self._row.addWidget(self.trim)
        self._spare.append((1080, self.trim))
        self._row.addSpacing(12)
        self._row.addWidget(self.master)
        self._row.addSpacing(12)
        self._row.addWidget(self.meter, 2)
        self._row.addSpacing(8)
        self._row.addWidget(self.loudness)
        self._spare.append((1280, self.loudness))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window keeps to transport, timecode, monitor, master and meter."""
        for needed_px, part in self._spare:
            part.setVisible(self.width() >= needed_px)
        super().resizeEvent(event)

    def set_project(self, project: Project) -> None:
        """Show the session's length and rate."""
        self.master.set_project(project)
        self.trim.set_project(project)
        video = project.video
        if video is None:
            self._length.setText("")
            self._rate_text = ""
            self._rate.setText("")
            return
        self.timecode.set_rate(video.rate)
        self._length.setText(f"of {format_timecode(project.duration_s, video.rate)}")
        variable = ", variable" if video.variable_rate else ""
        self._rate_text = f"{float(video.rate):.5g} fps{variable}"
        self._rate.setText(self._rate_text)

    def show_speed(self, speed: int) -> None:
        """Show the shuttle's speed in place of the rate, while there is one."""
        shuttles = speed not in (0, 1)
        self._rate.setText(f"{speed:+d}×".replace("-", "−") if shuttles else self._rate_text)

    def show_monitor(self, name: str) -> None:
        """Show what is heard, however it was chosen."""
        self.monitor.setCurrentIndex(self.monitor.findData(name))

    def set_position(self, position_s: float) -> None:
        """Move to another time."""
        self.timecode.set_position(position_s)


def _button(action: QAction, *, large: bool = False) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    side = 40 if large else 32
    button.setIconSize(QSize(20, 20) if large else QSize(16, 16))
    button.setFixedSize(side, side)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(action.text())
    return button


def _pair(upper: QLabel, lower: QLabel) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addStretch(1)
    for label in (upper, lower):
        label.setProperty("tone", "soft")
        column.addWidget(label)
    column.addStretch(1)
    return column


def _labelled(text: str, widget: QWidget) -> tuple[QLabel, QHBoxLayout]:
    row = QHBoxLayout()
    row.setSpacing(8)
    label = QLabel(text)
    label.setProperty("tone", "soft")
    label.setBuddy(widget)
    row.addWidget(label)
    row.addWidget(widget)
    return label, row


def _rule() -> QFrame:
    rule = QFrame()
    rule.setFixedSize(1, 32)
    rule.setObjectName("rule")
    return rule
