"""Where the next engine comes from: one is always kept warm, so that a replacement plays at once.

On Linux the warm engine is never activated: engines are forked from it, within milliseconds, as
often as need be. Elsewhere it is used up, and another one is spawned beside the engine that plays.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from engine.playback.messages import Compiling, Message, Notice, Prepared
from engine.playback.process import CAN_FORK, EngineProcess, spawn_engine

LOOK_S = 0.05
MOST_FALSE_STARTS = 2
SPAWN_AFTER_S = 1.0
"""Where engines are used up, the next is spawned when the present one has played so long."""


class EngineReserve:
    """Gives engines, and keeps the next one ready.

    Parameters
    ----------
    on_notice : callable
        ``on_notice(notice)``: what an engine says that is waited for.

    Attributes
    ----------
    is_ready : bool
        Whether an engine could be had at once.
    is_busy : bool
        Whether it still prepares itself: what it should have ready next has to wait.
    """

    def __init__(self, on_notice: Callable[[Notice], None]) -> None:
        self._on_notice = on_notice
        self._warm: EngineProcess | None = None
        self._prepared: Message | None = None
        self.is_busy = False

    @property
    def is_ready(self) -> bool:
        return self._warm is not None and self._warm.is_ready

    def take(self, closing: threading.Event) -> EngineProcess | None:
        """An engine that is ready or will soon say so; None when `closing` came first.

        Raises
        ------
        OSError
            If the system grants no further process, or one after another ends before it is ready.
        """
        warm = self._wait_for_warm(closing)
        if warm is None:
            return None
        if not CAN_FORK:
            self._warm = None
            return warm
        try:
            return warm.fork()
        except OSError:  # it died this moment
            self.end()
            return spawn_engine()

    def tend(self, active_s: float, preparation: Message | None) -> None:
        """Keep an engine warm, and what it has loaded up to date.

        Parameters
        ----------
        active_s : float
            How long the present engine has been active.
        preparation : Message, optional
            What an engine should have ready now.
        """
        if self._warm is None:
            if active_s > SPAWN_AFTER_S:
                with contextlib.suppress(OSError):
                    self._spawn()
            return
        if not self._hear():
            self.end()
        elif preparation is None or self.is_busy or not self._warm.is_ready:
            return
        elif preparation != self._prepared:
            self._prepared, self.is_busy = preparation, True
            self._warm.send(preparation)

    def end(self) -> None:
        """Let the warm engine go."""
        if self._warm is not None:
            self._warm.end()
            self._warm = None

    def _wait_for_warm(self, closing: threading.Event) -> EngineProcess | None:
        false_starts = 0
        while not closing.is_set():
            if self._warm is None:
                self._spawn()
            assert self._warm is not None
            if not self._hear(self._on_notice):
                self.end()
                false_starts += 1
                if false_starts == MOST_FALSE_STARTS:
                    raise OSError("it ends as soon as it starts")
            elif self._warm.is_ready:
                return self._warm
            else:
                self._warm.connection.poll(LOOK_S)
        return None

    def _spawn(self) -> None:
        self._warm, self._prepared, self.is_busy = spawn_engine(), None, False

    def _hear(self, on_notice: Callable[[Notice], None] | None = None) -> bool:
        """Take in what the warm engine says; False when it is gone."""
        assert self._warm is not None
        try:
            while (notice := self._warm.receive()) is not None:
                self.is_busy = self.is_busy and not isinstance(notice, Prepared)
                if on_notice is not None and isinstance(notice, Compiling):
                    on_notice(notice)
        except EOFError:
            return False
        return self._warm.is_alive()
