"""What the user is told about the engine: one state, one device, one sentence."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from engine.compilation import WORDS
from engine.playback import messages as m
from engine.playback.priority import SCHEDULING
from engine.playback.shared import SharedBlock


@dataclass(frozen=True)
class EngineStatus:
    """State and health of the engine.

    Attributes
    ----------
    state : str
        'stopped', 'starting', 'running', 'silent' (no device, the clock runs), 'restarting' or
        'failed'.
    device_name, sample_rate_hz, channels
        The device that plays; rate in Hz.
    underruns : int
        Audible gaps so far: the ring was empty, or was overtaken while it was rewritten.
    device_underflows : int
        Times the device itself was late (common on virtual machines; not the ring's doing).
    disk_dropouts : int
        Gaps in single clips because the disk was too slow.
    lowest_fill_s, fill_s, ahead_s : float
        Least and present content of the ring, and how full it is kept, in seconds.
    render_load, peak_load : float
        Time spent rendering over the time rendered; 1 is all there is.
    latency_s : float
        From the ring to the ear, as far as the device says.
    faulty_blocks : int
        Hops replaced by silence, and what else failed while playing went on.
    scheduling : str
        What the system grants the renderer: 'normal', 'raised' or 'realtime'.
    message : str
        What is wrong and what happens about it; empty when all is well.
    devices : tuple of str
        Output devices seen last.
    problems : tuple of str
        Sentences about what of the project cannot be heard; they are in `message` too.
    """

    state: str
    device_name: str = ""
    sample_rate_hz: int = 0
    channels: int = 0
    underruns: int = 0
    device_underflows: int = 0
    disk_dropouts: int = 0
    lowest_fill_s: float = 0.0
    fill_s: float = 0.0
    ahead_s: float = 0.0
    render_load: float = 0.0
    peak_load: float = 0.0
    latency_s: float = 0.0
    faulty_blocks: int = 0
    scheduling: str = "normal"
    message: str = ""
    devices: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def gaps(self) -> int:
        """Drop-outs of any kind: of the ring, of the disk and of the device."""
        return self.underruns + self.disk_dropouts + self.device_underflows


class StatusBoard:
    """Collects notices on one thread and is read on another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = "stopped"
        self._state_message = ""
        self._device: m.DeviceReport | None = None
        self._devices: tuple[str, ...] = ()
        self._trouble = ""
        self._problems: tuple[str, ...] = ()
        self._awaits_scene = False
        self._compiles = False

    def expect_scene(self) -> None:
        """A fresh engine was given a project: it is not running before that can be heard."""
        with self._lock:
            self._awaits_scene = True

    def set_state(self, state: str, message: str) -> None:
        """The engine process came, went or failed."""
        with self._lock:
            self._state, self._state_message = state, message
            self._compiles = False
            if state != "running":
                self._device = None

    def note(self, notice: m.Notice) -> None:
        """Take in what the engine says."""
        with self._lock:
            match notice:
                case m.DeviceReport():
                    self._device = notice
                    self._devices = notice.devices or self._devices
                case m.Compiling():
                    self._compiles = True
                case m.Compiled(problems=problems):
                    self._problems, self._trouble = problems, ""
                    self._awaits_scene = self._compiles = False
                case m.Trouble(message=message):
                    self._trouble = message
                    self._awaits_scene = self._compiles = False

    def read(self, block: SharedBlock) -> EngineStatus:
        """The status now."""
        with self._lock:
            device = None if self._awaits_scene else self._device
            state = self._state
            message = self._sentence()
            devices = self._devices
            problems = (self._trouble,) if self._trouble else self._problems
        if state == "stopped":
            return EngineStatus(state="stopped")
        if state == "running":
            state = "starting" if device is None else "silent" if device.silent else "running"
        return EngineStatus(
            state=state,
            device_name=device.name if device else "",
            sample_rate_hz=device.sample_rate_hz if device else 0,
            channels=device.channels if device else 0,
            underruns=int(block.get("underruns") + block.get("late_rewrites")),
            device_underflows=int(block.get("device_underflows")),
            disk_dropouts=int(block.get("disk_dropouts")),
            lowest_fill_s=block.get("lowest_fill_s"),
            fill_s=block.get("fill_s"),
            ahead_s=block.get("ahead_s"),
            render_load=block.get("render_load"),
            peak_load=block.get("peak_load"),
            latency_s=block.get("latency_s"),
            faulty_blocks=int(block.get("faulty_blocks")),
            scheduling=SCHEDULING[int(block.get("scheduling"))],
            message=message,
            devices=devices,
            problems=problems,
        )

    def _sentence(self) -> str:
        parts = [self._state_message, WORDS if self._compiles else ""]
        parts += [self._device.message if self._device else "", self._trouble]
        parts += self._problems[:1]
        if len(self._problems) > 1:
            parts.append(f"{len(self._problems) - 1} more sounds are missing or damaged")
        return "; ".join(part for part in parts if part)
