"""Keeps one engine running for the window: starts it, hears it, replaces it when it dies.

Two threads: one watches the engine, one sends, so that the window never waits for either.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from engine.playback.device_guard import DeviceGuard
from engine.playback.messages import DeviceReport, Message, Notice, Ready
from engine.playback.priority import raise_watcher
from engine.playback.process import EngineProcess
from engine.playback.reserve import EngineReserve

WATCH_S = 0.2
HEARTBEAT_TIMEOUT_S = 3.0
"""An engine that gives no sign of life for so long hangs. Its ring ran dry after a twentieth of a
second, but a machine under load, or one that swaps, holds processes back for a second or two."""
SETTLE_S = 10.0
"""A fresh engine is given so long: what it loads may hold it back."""
HANGING_LOOKS = 3
"""So often in a row it has to be seen: after all was suspended, the window may be awake first."""
BEGIN_TIMEOUT_S = 60.0
"""An engine that is forked waits for the one in waiting, which may be compiling loops."""
EARLY_S = 1.5
MANY_DEATHS = 4
"""After so many engines that died this soon, there is a pause"""
BACK_OFF_S = 5.0
LONGEST_BACK_OFF_S = 60.0
"""of the first of these, then twice as long, ... the second of these."""

Outgoing = Callable[[], Message | None]


class Supervisor:
    """Runs engines, one after the other if need be.

    Parameters
    ----------
    introduction : callable
        ``introduction(silent_s)`` gives the commands that bring a fresh engine to the present
        state; for so many seconds it leaves the audio system alone, on which engines died.
    preparation : callable
        ``preparation()`` gives the command by which an engine in waiting prepares itself, if it
        should now.
    on_notice : callable
        ``on_notice(notice)``, on the watching thread.
    on_state : callable
        ``on_state(state, message)``: 'running', 'restarting' or 'failed', on the watching thread.
    heartbeat_age_s : callable
        Age of the engine's last sign of life.
    block_name : str
        The memory that the window shares with its engines.
    """

    def __init__(
        self,
        introduction: Callable[[float], list[Message]],
        preparation: Callable[[], Message | None],
        on_notice: Callable[[Notice], None],
        on_state: Callable[[str, str], None],
        heartbeat_age_s: Callable[[], float],
        block_name: str,
    ) -> None:
        self._introduction = introduction
        self._preparation = preparation
        self._on_notice = on_notice
        self._on_state = on_state
        self._heartbeat_age_s = heartbeat_age_s
        self._engine: EngineProcess | None = None
        self._reserve = EngineReserve(on_notice, block_name)
        self._outgoing: queue.SimpleQueue[Outgoing | None] = queue.SimpleQueue()
        self._early_deaths = 0
        self._guard = DeviceGuard()
        self._silent_looks = 0
        self._ends_on_purpose = False
        self._gate = threading.Lock()
        self._activated_s: float | None = None
        self._closing = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="engine watcher", daemon=True)
        self._sender = threading.Thread(target=self._send_all, name="engine sender", daemon=True)

    @property
    def pid(self) -> int | None:
        """Process id of the engine that plays; None while there is none."""
        engine = self._engine
        return engine.pid if engine is not None else None

    @property
    def has_standby(self) -> bool:
        """Whether a second engine waits, ready to take over: not one that prepares itself."""
        return self._reserve.is_ready and not self._reserve.is_busy

    def start(self) -> None:
        """Start an engine; returns at once."""
        self._watcher.start()
        self._sender.start()

    def send(self, make: Outgoing) -> None:
        """Send what `make()` gives, on the sending thread; dropped while there is no engine."""
        self._outgoing.put(make)

    def renew(self) -> None:
        """Replace the engine by one that may touch the audio system again."""
        self._guard.forget()
        self._replace()

    @property
    def avoids_devices(self) -> bool:
        """Whether the present engine leaves the audio system alone."""
        return self._guard.pause_s > 0.0

    def close(self) -> None:
        """End the engines."""
        self._closing.set()
        self._outgoing.put(None)
        for thread in (self._sender, self._watcher):
            if thread.is_alive():
                thread.join(3.0)

    def _send_all(self) -> None:
        while (make := self._outgoing.get()) is not None:
            with self._gate:
                engine = self._engine
            message = make() if engine is not None else None
            if engine is not None and message is not None:
                engine.send(message)

    def _watch(self) -> None:
        while not self._closing.is_set():
            try:
                engine = self._reserve.take(self._closing)
            except OSError as error:
                self._on_state("failed", f"the audio engine cannot be started: {error}")
                self._closing.wait(BACK_OFF_S)
                continue
            if engine is not None:
                self._serve(engine)
                self._engine = None
                engine.end()
            if not self._closing.is_set():
                self._mourn()
        self._reserve.end()

    def _mourn(self) -> None:
        """Say that an engine died, and wait before the next if they die again and again."""
        now_s = time.monotonic()
        early = self._activated_s is not None and now_s - self._activated_s < EARLY_S
        on_purpose, self._ends_on_purpose = self._ends_on_purpose, False
        self._activated_s = None
        if on_purpose:
            self._on_state("restarting", "trying the audio device again")
            return
        self._guard.died(now_s)
        self._early_deaths = self._early_deaths + 1 if early else 0
        if self._early_deaths >= MANY_DEATHS:
            doubled = BACK_OFF_S * 2.0 ** min(self._early_deaths - MANY_DEATHS, 16)
            pause_s = min(doubled, LONGEST_BACK_OFF_S)
            message = (
                f"the audio engine stopped {self._early_deaths} times in a row; "
                f"trying again in {pause_s:.0f} s"
            )
            self._on_state("failed", message)
            self._closing.wait(pause_s)
        else:
            self._on_state("restarting", "the audio engine stopped; restarting it")

    def _replace(self) -> None:
        """End the engine that plays, so that the next one begins."""
        engine = self._engine
        if engine is not None:
            self._ends_on_purpose = True
            engine.kill()

    def _serve(self, engine: EngineProcess) -> None:
        """Work with an engine until it dies or everything closes."""
        began_s = time.monotonic()
        if engine.is_ready:
            self._activate(engine)
        while not self._closing.is_set():
            try:
                engine.connection.poll(WATCH_S)
                while (notice := engine.receive()) is not None:
                    self._take(engine, notice)
            except (EOFError, OSError):
                return
            if not engine.is_alive():
                return
            if self._is_hanging(began_s):
                engine.kill()
                return
            if self._guard.ends_pause(time.monotonic()):
                self._replace()
            if self._activated_s is not None:
                active_s = time.monotonic() - self._activated_s
                self._reserve.tend(active_s, self._preparation())

    def _is_hanging(self, began_s: float) -> bool:
        """Whether the present engine gives no sign of life, or one in waiting gave none at all."""
        now_s = time.monotonic()
        if self._activated_s is None:
            if now_s - began_s < BEGIN_TIMEOUT_S:
                return False
            self._reserve.end()
            return True
        since_s = now_s - self._activated_s
        limit_s = HEARTBEAT_TIMEOUT_S if since_s > SETTLE_S else SETTLE_S
        silent = min(since_s, self._heartbeat_age_s()) > limit_s
        self._silent_looks = self._silent_looks + 1 if silent else 0
        return self._silent_looks >= HANGING_LOOKS

    def _take(self, engine: EngineProcess, notice: Notice) -> None:
        if isinstance(notice, Ready):
            self._activate(engine)
        else:
            if isinstance(notice, DeviceReport) and engine is self._engine:
                self._guard.opened()
            self._on_notice(notice)

    def _activate(self, engine: EngineProcess) -> None:
        with self._gate:  # what is commanded meanwhile is sent after the introduction
            for message in self._introduction(self._guard.pause_s):
                engine.send(message)
            self._engine = engine
        self._guard.begin()
        self._silent_looks = 0
        raise_watcher()  # now: what it spawned before is ordinary
        self._activated_s = time.monotonic()
        self._on_state("running", "")
