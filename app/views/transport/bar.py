"""The transport bar: play, locate, loop, timecode, how one listens, master and meters."""

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
from app.views.transport.lamp_button import LampButton
from app.views.transport.master import MasterGain
from app.views.transport.room import Leaving, shown_in
from app.views.transport.timecode import TimecodeDisplay
from app.views.transport.trim import FormatTrimFader
from app.words import said, tr
from engine.layouts import AMBISONIC_FORMATS
from engine.media.timecode import format_timecode
from engine.playback.monitor_formats import FOLDED, rendered_format
from engine.project.model import Project

_FOLDED_TIP = "What becomes of the 5.1 file where there are two loudspeakers (BS.775); measured so"
FORMAT_NAMES = {
    "binaural": "Binaural",
    "stereo": "Stereo",
    **{name: name for name in ("5.1", "5.1.4", "7.1.4")},
    FOLDED: "5.1 folded to stereo",
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
        self._leaving: tuple[Leaving, ...] = ()
        self._rate_text = ""
        self.monitor = QComboBox()
        for name, words in FORMAT_NAMES.items():
            self.monitor.addItem(tr(words), name)
        self.monitor.setItemData(
            self.monitor.findData(FOLDED), tr(_FOLDED_TIP), Qt.ItemDataRole.ToolTipRole
        )
        self.monitor.setToolTip(tr("What you listen to"))
        self.monitor.setAccessibleName(tr("Monitor format"))
        self._narrow_monitor(False)
        self.monitor.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.monitor.activated.connect(
            lambda _: self.monitor_chosen.emit(self.monitor.currentData())
        )
        self.monitor_chosen.connect(lambda name: self.trim.set_format(rendered_format(name)))
        self.timecode.locate_requested.connect(self.locate_requested)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 8, 12, 8)
        self._row.setSpacing(4)

    def build(self, actions: dict[str, QAction]) -> None:
        """Put everything in its place; the buttons take text, shortcut and state from actions."""
        names = ("to_start", "step_back", "play", "step_forward", "to_end")
        buttons = {name: _button(actions[name], large=name == "play") for name in names}
        for button in buttons.values():
            self._row.addWidget(button)
        self._row.addSpacing(4)
        self._row.addWidget(_button(actions["loop"]))
        self._row.addSpacing(12)
        self._row.addWidget(self.timecode)
        self._row.addSpacing(8)
        facts = _pair(self._length, self._rate)
        self._row.addWidget(facts)
        self._row.addSpacing(8)
        self._row.addStretch(1)
        self._row.addWidget(self.engine)
        self._row.addWidget(_rule())
        self._row.addSpacing(8)
        label = self._add_listening(actions)
        for part in (self.trim, self.master):
            self._row.addWidget(part)
            self._row.addSpacing(4)
        self._row.addWidget(self.meter, 2)
        self._row.addSpacing(4)
        self._row.addWidget(self.loudness)
        self._leaving = (
            label.setHidden, self.trim.setHidden, facts.setHidden, self.engine.set_compact,
            self.loudness.set_compact, self._narrow_monitor, buttons["to_start"].setHidden,
            buttons["to_end"].setHidden, buttons["step_back"].setHidden,
            buttons["step_forward"].setHidden,
        )  # fmt: skip
        self.setMinimumWidth(shown_in(self._row, self._leaving, 0))

    def _add_listening(self, actions: dict[str, QAction]) -> QLabel:
        """The monitor's format and level; the label before them is returned."""
        label = QLabel(tr("Monitor"))
        label.setProperty("tone", "soft")
        label.setBuddy(self.monitor)
        self._row.addWidget(label)
        self._row.addWidget(self.monitor)
        self._row.addWidget(LampButton(actions["dim"], tr("DIM")))
        self._row.addWidget(LampButton(actions["mute_monitor"], tr("MUTE")))
        self._row.addSpacing(4)
        return label

    def _narrow_monitor(self, narrow: bool) -> None:
        self.monitor.setFixedWidth(118 if narrow else 168)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window does without some parts; what is there never overlaps."""
        shown_in(self._row, self._leaving, self.width())
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
        length = format_timecode(project.duration_s, video.rate)
        self._length.setText(said("of {length}", length=length))
        words = "{rate} fps, variable" if video.variable_rate else "{rate} fps"
        self._rate_text = said(words, rate=f"{float(video.rate):.5g}")
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


def _pair(upper: QLabel, lower: QLabel) -> QWidget:
    pair = QWidget()
    column = QVBoxLayout(pair)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addStretch(1)
    for label in (upper, lower):
        label.setProperty("tone", "soft")
        column.addWidget(label)
    column.addStretch(1)
    return pair


def _rule() -> QFrame:
    rule = QFrame()
    rule.setFixedSize(1, 32)
    rule.setObjectName("rule")
    return rule
