"""The engine process: receives commands, and owns the renderer, the keeper and the scene maker.

The receiving thread does nothing that takes time. When the window is gone the pipe ends, and so
does the engine.
"""

from __future__ import annotations

import gc
import os
import queue
import signal
import sys
import threading
import time
from dataclasses import replace
from multiprocessing import reduction
from multiprocessing.connection import Connection

import msgspec

from engine.compilation import CompilationWatch
from engine.playback import messages as m
from engine.playback.butler import Butler
from engine.playback.chunks import ChunkStore
from engine.playback.compiling import SceneMaker
from engine.playback.device import DeviceRequest, OpenedDevice
from engine.playback.keeper import DeviceKeeper
from engine.playback.monitor import monitor_matrix, wanted_channels
from engine.playback.output import MixerOutput, Output
from engine.playback.priority import raise_process, raise_thread, unhurried
from engine.playback.process import Window
from engine.playback.readying import Readied, make_ready
from engine.playback.renderer import Renderer
from engine.playback.scene import Scene
from engine.playback.shared import SharedBlock
from engine.playback.warming import warm_up

HANG_POLL_S = 0.5
DEVICE_HANG_S = 10.0
"""A driver that does not answer for so long is left behind with the process."""
_SWITCH_INTERVAL_S = 0.001
_USUAL = (48_000, "binaural", "kemar")
"""What most projects need; loaded before the first is known."""


def run_engine(connection: Connection, window: Window) -> None:
    """Serve one window until it closes the engine or dies; does not return."""
    gc.collect()
    gc.freeze()
    gc.disable()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    service = _Service(connection, window)
    CompilationWatch(service.tell_of_compilation).look()
    try:
        warm_up(*_USUAL)
        raise_process()
        connection.send_bytes(m.encode(m.Ready(os.getpid())))
        while service.goes_on():
            pass
    except (EOFError, OSError):
        window.await_end()
    service.close()
    os._exit(0)


class _Service:
    """What an engine process does for its window: waits, is copied, and is activated once."""

    def __init__(self, connection: Connection, window: Window) -> None:
        self._connection, self._window = connection, window
        self._host: Host | None = None
        self._readied: Readied | None = None

    def goes_on(self) -> bool:
        """Obey the next command, if one comes soon; whether there is more to do."""
        if not self._connection.poll(HANG_POLL_S):
            return self._host is None or not self._host.is_hanging()
        command = m.decode_command(self._connection.recv_bytes())
        match command:
            case m.Close():
                return False
            case m.Activate():
                self._host = Host(self._connection, command, self._readied)
                raise_thread(serves=True)
            case m.Prepare():
                with unhurried():
                    self._readied = make_ready(command)
                self._connection.send_bytes(m.encode(m.Prepared()))
            case m.Fork():
                self._connection = _fork(self._connection, self._window)
            case _ if self._host is not None:
                self._host.obey(command)
        return True

    def tell_of_compilation(self) -> None:
        """A loop is being compiled, and nobody is served until it is."""
        if self._host is None:
            self._connection.send_bytes(m.encode(m.Compiling()))
        else:
            self._host.tell_of_compilation()

    def close(self) -> None:
        """Let everything go."""
        if self._host is not None:
            self._host.close()


def _fork(connection: Connection, window: Window) -> Connection:
    """Make a copy of this process, which is not activated yet; each goes on with its own pipe."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the window watches the copy, nobody waits here
    handle = reduction.recv_handle(connection)
    if os.fork():
        os.close(handle)
        return connection
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    connection.close()
    window.end_with_it()
    own = Connection(handle)
    own.send_bytes(m.encode(m.Ready(os.getpid())))
    return own


class Host:
    """An activated engine.

    Parameters
    ----------
    connection : Connection
        Notices to the window go here.
    activate : Activate
    readied : Readied, optional
        A scene that was made before this engine was forked.
    """

    def __init__(
        self, connection: Connection, activate: m.Activate, readied: Readied | None = None
    ) -> None:
        self._connection = connection
        self._notices: queue.SimpleQueue[m.Message | None] = queue.SimpleQueue()
        self._teller = threading.Thread(target=self._tell, name="teller", daemon=True)
        self._teller.start()
        self._format = activate.monitor_format
        self._opened: OpenedDevice | None = None
        self._device_message = ""
        self._block = SharedBlock(activate.block_name)
        self._block.reset_engine_fields()
        self._butler = Butler(ChunkStore()) if readied is None else readied.butler
        self._maker = SceneMaker(
            activate.monitor_format, self._butler, self._scene_made, self._trouble, self._is_quiet,
            readied,
        )  # fmt: skip
        self._renderer = Renderer(
            self._block,
            activate.sample_rate_hz,
            activate.block_samples,
            self._butler,
            on_lost=self._lost,
            on_trouble=self._trouble,
            dispose=self._maker.dispose,
        )
        self._keeper = DeviceKeeper(
            _request(activate), self._renderer.detach, self._device_opened, self._device_missing
        )
        self._start(activate)

    def _start(self, activate: m.Activate) -> None:
        self._butler.start()
        self._renderer.start()
        self._maker.start()
        if activate.silent_s:
            self._device_missing(
                "this machine's audio system brings the engine down; playing silently, to be tried "
                f"again in {activate.silent_s:.0f} s or when a device is chosen"
            )
        else:
            self._keeper.start()

    def obey(self, command: m.Command) -> None:
        """Pass a command to whom it concerns."""
        renderer = self._renderer
        match command:
            case m.Play(serial=serial):
                renderer.post(renderer.play, serial)
            case m.Stop(serial=serial):
                renderer.post(renderer.stop, serial)
            case m.Locate(serial=serial, time_s=time_s):
                renderer.post(renderer.locate, serial, time_s)
            case m.Scrub(serial=serial, time_s=time_s):
                renderer.post(renderer.scrub, serial, time_s)
            case m.Shuttle(serial=serial, speed=speed):
                renderer.post(renderer.shuttle, serial, speed)
            case m.SetLoop(start_s=start_s, end_s=end_s, declick=declick):
                renderer.post(renderer.set_loop, start_s, end_s, declick)
            case m.SetProject():
                self._maker.set_project(command)
            case m.SetMonitor(format=name):
                self._format = name
                self._maker.set_format(name)
            case m.SetDevice(device=device):
                self._keeper.want(replace(self._keeper.request, device=device))

    def is_hanging(self) -> bool:
        """Whether a device driver has not answered for long."""
        since_s = self._keeper.busy_since_s
        return since_s is not None and time.monotonic() - since_s > DEVICE_HANG_S

    def close(self) -> None:
        """Let everything go."""
        self._maker.close()
        self._butler.close()
        if not self.is_hanging():
            self._keeper.close()
        self._renderer.close()
        self._notices.put(None)

    def tell_of_compilation(self) -> None:
        """Have the window told that something waits for loops, on any thread."""
        self._send(m.Compiling())

    def _is_quiet(self) -> bool:
        reading = self._block.read_clock()
        return reading is None or not reading.playing

    def _scene_made(self, scene: Scene, compiled: m.Compiled) -> None:
        self._renderer.post(self._renderer.set_scene, scene)
        self._send(compiled)
        channels = wanted_channels(scene.format)
        if self._opened is not None:
            channels = min(channels, self._opened.most_channels)
        self._keeper.want(
            replace(self._keeper.request, channels=channels, sample_rate_hz=scene.sample_rate_hz)
        )
        self._report_device()

    def _device_opened(self, opened: OpenedDevice) -> None:
        self._opened, self._device_message = opened, opened.message
        self._renderer.post(self._renderer.attach, opened.output, opened.is_alsa)
        self._report_device()

    def _device_missing(self, message: str) -> None:
        self._opened, self._device_message = None, message
        self._report_device()

    def _lost(self, output: Output) -> None:
        self._keeper.lost(output.name)

    def _report_device(self) -> None:
        if self._opened is None:
            if self._device_message:
                self._send(m.DeviceReport("silent clock", 0, 0, True, self._device_message))
            return
        output: MixerOutput = self._opened.output
        _, folded = monitor_matrix(self._format, output.channels, is_alsa=self._opened.is_alsa)
        self._send(
            m.DeviceReport(
                name=output.name,
                sample_rate_hz=output.sample_rate_hz,
                channels=output.channels,
                silent=False,
                message="; ".join(part for part in (self._device_message, folded) if part),
                devices=self._opened.devices,
            )
        )

    def _trouble(self, message: str) -> None:
        self._send(m.Trouble(message))

    def _send(self, notice: m.Message) -> None:
        """Have the window told, without waiting: the renderer says things, too."""
        self._notices.put(notice)

    def _tell(self) -> None:
        while (notice := self._notices.get()) is not None:
            try:
                self._connection.send_bytes(m.encode(notice))
            except (OSError, msgspec.MsgspecError):
                return  # the window is gone; the receiving thread ends the process


def _request(activate: m.Activate) -> DeviceRequest:
    return DeviceRequest(
        device=activate.device,
        sample_rate_hz=activate.sample_rate_hz,
        channels=wanted_channels(activate.monitor_format),
        block_samples=activate.block_samples,
    )
