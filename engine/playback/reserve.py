"""Where the next engine comes from: one is always kept warm, so that a replacement plays at once.

Where an engine can be copied (Linux), two wait. The first has everything imported. The second is a
copy that has the scene that plays, compiled; engines are forked from it within milliseconds, as
often as need be. After an edit a copy of it makes the new scene, and takes its place when that is
done: until then the older one is at hand, whose scene sounds until the new engine has compiled the
edit. Elsewhere the warm engine is used up, and another one is spawned beside the engine that plays.
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
    block_name : str
        The memory that the window shares with its engines.

    Attributes
    ----------
    is_ready : bool
        Whether an engine could be had at once.
    is_busy : bool
        Whether a scene is still being made for it.
    """

    def __init__(self, on_notice: Callable[[Notice], None], block_name: str) -> None:
        self._on_notice = on_notice
        self._block_name = block_name
        self._warm: EngineProcess | None = None
        self._holder: EngineProcess | None = None
        """Has the scene that played a while ago."""
        self._maker: EngineProcess | None = None
        """Makes the scene that plays; where engines are not copied, the warm one."""
        self._prepared: Message | None = None

    @property
    def is_ready(self) -> bool:
        return self._holder is not None or (self._warm is not None and self._warm.is_ready)

    @property
    def is_busy(self) -> bool:
        return self._maker is not None

    def take(self, closing: threading.Event) -> EngineProcess | None:
        """An engine that is ready or will soon say so; None when `closing` came first.

        Raises
        ------
        OSError
            If the system grants no further process, or one after another ends before it is ready.
        """
        if self._holder is not None:
            try:
                return self._holder.fork()
            except OSError:  # it died this moment
                self._end_copies()
        warm = self._wait_for_warm(closing)
        if warm is None:
            return None
        if not CAN_FORK:
            self._warm = self._maker = None
            return warm
        try:
            return warm.fork()
        except OSError:
            self.end()
            return spawn_engine(self._block_name)

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
        if not self._hear_warm():
            self.end()
            return
        self._hear_copies()
        if preparation is None or self.is_busy or not self._warm.is_ready:
            return
        if preparation != self._prepared:
            self._make(preparation)

    def end(self) -> None:
        """Let the engines in waiting go."""
        self._end_copies()
        if self._warm is not None:
            self._warm.end()
            self._warm = None

    def _end_copies(self) -> None:
        for engine in (self._maker, self._holder):
            if engine is not None and engine is not self._warm:
                engine.end()
        self._maker = self._holder = self._prepared = None

    def _make(self, preparation: Message) -> None:
        """Have a scene made, by a copy where there can be one."""
        assert self._warm is not None
        maker = self._warm
        if CAN_FORK:
            try:
                maker = (self._holder or self._warm).fork()
            except OSError:
                self._end_copies()
                return
        maker.send(preparation)
        self._prepared, self._maker = preparation, maker

    def _wait_for_warm(self, closing: threading.Event) -> EngineProcess | None:
        false_starts = 0
        while not closing.is_set():
            if self._warm is None:
                self._spawn()
            assert self._warm is not None
            if not self._hear_warm(self._on_notice):
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
        self._warm, self._maker, self._prepared = spawn_engine(self._block_name), None, None

    def _hear_warm(self, on_notice: Callable[[Notice], None] | None = None) -> bool:
        """Take in what the warm engine says; False when it is gone."""
        assert self._warm is not None
        try:
            while (notice := self._warm.receive()) is not None:
                if isinstance(notice, Prepared):
                    self._maker = None
                if on_notice is not None and isinstance(notice, Compiling):
                    on_notice(notice)
        except EOFError:
            return False
        return self._warm.is_alive()

    def _hear_copies(self) -> None:
        """See whether the new scene is made, and whether the engine with the old one lives."""
        maker, holder = self._maker, self._holder
        try:
            if holder is not None:
                holder.receive()
        except EOFError:
            self._end_copies()
            return
        if maker is None or maker is self._warm:
            return
        try:
            while (notice := maker.receive()) is not None:
                if isinstance(notice, Prepared):
                    self._maker, self._holder = None, maker
                    if holder is not None:
                        holder.end()
        except EOFError:  # the scene is tried again when it is another
            maker.end()
            self._maker = None
