"""The thread that opens devices, and finds them again after they were lost.

Opening can take long and may hang in a driver; the renderer must not wait for it. The keeper
opens, hands the output over, and goes on looking while there is none. While it looks the renderer
plays on into a silent clock.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from engine.errors import DeviceError
from engine.playback.bell import Bell
from engine.playback.device import DeviceRequest, OpenedDevice, open_device
from engine.playback.priority import raise_thread

RETRY_S = 2.0
PATIENT_RETRY_S = 5.0
PATIENT_AFTER_S = 60.0


class DeviceKeeper:
    """Keeps one output device open.

    Parameters
    ----------
    request : DeviceRequest
        What to open first.
    release : callable
        Called before an open output is closed; returns once nobody uses it any more.
    on_opened : callable
        ``on_opened(opened)`` with the new output.
    on_missing : callable
        ``on_missing(message)`` when nothing can be opened, once per reason.

    Notes
    -----
    The callables run on the keeper's thread.
    """

    def __init__(
        self,
        request: DeviceRequest,
        release: Callable[[], None],
        on_opened: Callable[[OpenedDevice], None],
        on_missing: Callable[[str], None],
    ) -> None:
        self._request = request
        self._release = release
        self._on_opened = on_opened
        self._on_missing = on_missing
        self._opened: OpenedDevice | None = None
        self._said = ""
        self._has_looked = False
        self._lock = threading.Lock()
        self._wake = Bell()
        self._must_open = True
        self._lost: deque[str] = deque()
        self._closing = False
        self.busy_since_s: float | None = None
        self._thread = threading.Thread(target=self._run, name="device keeper", daemon=True)

    def start(self) -> None:
        """Begin to look for the device."""
        self._thread.start()

    @property
    def request(self) -> DeviceRequest:
        """What is wanted now."""
        return self._request

    def want(self, request: DeviceRequest) -> None:
        """Ask for another device, rate or number of channels; reopens only if that differs."""
        with self._lock:
            if request == self._request:
                return
            self._request = request
            self._must_open = True
        self._wake.ring()

    def lost(self, name: str) -> None:
        """The device stopped; the renderer, which says so, has let go of it. Never waits."""
        self._lost.append(name)
        self._wake.ring()

    def close(self) -> None:
        """Stop looking and release the device."""
        self._closing = True
        self._wake.ring()
        if self._thread.is_alive():
            self._thread.join(1.0)
        self._close_output()

    def _run(self) -> None:
        raise_thread()  # PortAudio's own thread, started from here, inherits it
        missing_since_s = time.monotonic()
        while not self._closing:
            if (self._must_open or self._lost) and not self._open():
                patient = time.monotonic() - missing_since_s > PATIENT_AFTER_S
                self._wake.wait(PATIENT_RETRY_S if patient else RETRY_S)
            else:
                self._wake.wait()
                missing_since_s = time.monotonic()

    def _open(self) -> bool:
        with self._lock:
            request, self._must_open = self._request, False
        while self._lost:
            name = self._lost.popleft()
            self._say(f"the audio device '{name}' is gone; playing on silently until it returns")
        self.busy_since_s = time.monotonic()
        try:
            self._close_output()
            self._opened = open_device(request, look_again=self._has_looked)
        except DeviceError as error:
            if not self._said:
                self._say(f"{error}; playing silently, and looking for a device")
            with self._lock:
                self._must_open = True
            return False
        finally:
            self._has_looked = True
            self.busy_since_s = None
        self._said = ""
        self._on_opened(self._opened)
        return True

    def _close_output(self) -> None:
        if self._opened is not None:
            self._release()
            self._opened.output.close()
            self._opened = None

    def _say(self, message: str) -> None:
        if message != self._said:
            self._said = message
            self._on_missing(message)
