"""The audio engine at a glance: state, device, rate and latency; its lamp tells drop-outs."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from app import theme
from app.words import said, tr
from engine.playback.status import EngineStatus

_WORDS = {
    "stopped": "Audio engine off",
    "starting": "Starting audio…",
    "running": "",
    "silent": "No audio device, silent clock",
    "restarting": "Restarting audio…",
    "failed": "Audio engine failed",
}
_LAMP_PX = 20
_REMEDY = "Connect an audio device or start the sound server; sound returns by itself."


class EngineChip(QWidget):
    """Two lines that never change their size; the tooltip has all, a click the devices."""

    device_chosen = Signal(object)
    """Name of the output device to play on, or None for the default one."""

    def __init__(self) -> None:
        super().__init__()
        self._status = EngineStatus(state="stopped")
        self._chosen: str | None = None
        self._compact = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(self.sizeHint())
        self.setAccessibleName(tr("Audio engine"))

    def sizeHint(self) -> QSize:
        return QSize(_LAMP_PX if self._compact else 204, 40)

    def set_compact(self, compact: bool) -> None:
        """Only the lamp; the words are in the tooltip and the menu."""
        if compact != self._compact:
            self._compact = compact
            self.setFixedSize(self.sizeHint())
            self.update()

    def set_status(self, status: EngineStatus) -> None:
        """Show another status."""
        if status != self._status:
            self._status = status
            self.setToolTip(self.story())
            self.update()

    def set_device(self, device: str | None) -> None:
        """Mark the device that is wanted; None for the default one."""
        self._chosen = device

    @property
    def title(self) -> str:
        """First line: the device, or why there is none."""
        words = _WORDS.get(self._status.state, self._status.state)
        return tr(words) or self._status.device_name or tr("Default device")

    @property
    def facts(self) -> str:
        """Second line: rate and latency; load and drop-outs are at the window's foot."""
        status = self._status
        if status.state not in ("running", "silent"):
            return status.message
        rate = f"{status.sample_rate_hz / 1000:g} kHz" if status.sample_rate_hz else ""
        latency_ms = f"{1000 * status.latency_s:.0f}"
        latency = said("latency {ms} ms", ms=latency_ms) if status.latency_s else ""
        return " · ".join(filter(None, (rate, latency)))

    def story(self) -> str:
        """Everything known, one line each."""
        status = self._status
        lines = [self.title]
        if status.message:
            lines.append(status.message)
        if status.state == "silent":
            lines.append(tr(_REMEDY))
        if status.state in ("running", "silent"):
            lines += _health(status)
        return "\n".join(lines)

    def menu(self) -> QMenu:
        """The devices to choose among; without any, what to do."""
        menu = QMenu(self)
        if self._status.state == "silent":
            menu.addAction(tr(_REMEDY)).setEnabled(False)
            menu.addSeparator()
        for device in (None, *dict.fromkeys(self._status.devices)):
            action = menu.addAction((device or tr("Default device")).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(device == self._chosen)
            action.triggered.connect(lambda _=False, name=device: self._choose(name))
        return menu

    def _choose(self, device: str | None) -> None:
        self._chosen = device
        self.device_chosen.emit(device)

    def _show_menu(self, place: QPoint) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._show_menu(event.globalPosition().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._show_menu(event.globalPos())

    def _lamp(self) -> QColor:
        table = theme.colours()
        if self._status.state == "running":
            return table.warning if self._status.gaps else table.good
        return table.danger if self._status.state == "failed" else table.warning

    def paintEvent(self, event: QPaintEvent) -> None:
        table = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._lamp())
        if self._compact:
            painter.drawEllipse(QRectF(self.width() / 2 - 4, self.height() / 2 - 4, 8, 8))
            return
        first = 3 if self.facts else 11
        painter.drawEllipse(QRectF(2, first + 5, 8, 8))
        room = self.width() - 18
        for top, size, colour, text in (
            (first, 11, table.text, self.title),
            (20, 10, table.text_soft, self.facts),
        ):
            painter.setFont(theme.font(size, 500 if size == 11 else 400))
            painter.setPen(colour)
            elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(18, top, room, 18), Qt.AlignmentFlag.AlignVCenter, elided)


def _health(status: EngineStatus) -> list[str]:
    """Lines about what is rendered ahead, load and drop-outs."""
    return [
        said(
            "Rendered ahead: {fill} of {ahead} ms (least {least} ms)",
            fill=f"{status.fill_s * 1000:.0f}", ahead=f"{status.ahead_s * 1000:.0f}",
            least=f"{status.lowest_fill_s * 1000:.0f}",
        ),
        said(
            "Peak load: {load}, latency {ms} ms",
            load=f"{status.peak_load:.0%}", ms=f"{status.latency_s * 1000:.0f}",
        ),
        said(
            "Drop-outs of the engine: {engine}, of the disk: {disk}, that the device reports: "
            "{device}",
            engine=status.underruns, disk=status.disk_dropouts, device=status.device_underflows,
        ),
        said("Faulty blocks: {count}", count=status.faulty_blocks),
    ]  # fmt: skip
