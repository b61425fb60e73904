"""The engine's second thread: turns projects into scenes beside the renderer, and frees old ones.

The newest project wins: while one is compiled, only the last of those that arrive is kept.
"""

from __future__ import annotations

import gc
import threading
import time
from collections import deque
from collections.abc import Callable

from engine.errors import FoleystageError
from engine.playback.bell import Bell
from engine.playback.butler import Butler
from engine.playback.messages import Compiled, SetProject
from engine.playback.priority import lowered_thread, raise_thread
from engine.playback.readying import Readied
from engine.playback.scene import Scene
from engine.playback.scene_making import make_scene
from engine.playback.warming import warm_for

FREE_AFTER_S = 1.0
"""Old scenes rest so long, until the renderer has surely stopped using them."""

_LOOK_S = 0.5


class SceneMaker:
    """Compiles on a thread of its own.

    It sleeps while nothing is to be done, and works in real time: were it kept from working while
    it holds the interpreter, the renderer would wait for it.

    Parameters
    ----------
    monitor_format : str
        Format to compile for first.
    butler : Butler
        Brings what a scene needs from disk before it is handed over.
    on_scene : callable
        ``on_scene(scene, compiled)``.
    on_trouble : callable
        ``on_trouble(message)``: the project could not be compiled, the last one plays on.
    may_collect : callable
        Whether collecting garbage (which holds the interpreter) would disturb nobody now.
    readied : Readied, optional
        A scene that is made already, of the project or of an earlier value of it.
    """

    def __init__(
        self,
        monitor_format: str,
        butler: Butler,
        on_scene: Callable[[Scene, Compiled], None],
        on_trouble: Callable[[str], None],
        may_collect: Callable[[], bool],
        readied: Readied | None = None,
    ) -> None:
        self._readied = readied
        self._format = monitor_format
        self._butler = butler
        self._on_scene = on_scene
        self._on_trouble = on_trouble
        self._may_collect = may_collect
        self._wanted: SetProject | None = None
        self._dirty = False
        self._delivered: tuple[str, int] | None = None
        self._retired: deque[tuple[float, object]] = deque()
        self._garbage = False
        self._wake = Bell()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="scene maker", daemon=True)

    def start(self) -> None:
        """Begin to compile."""
        self._thread.start()

    def set_project(self, message: SetProject) -> None:
        """Compile this project next."""
        self._wanted, self._dirty = message, True
        self._wake.ring()

    def set_format(self, monitor_format: str) -> None:
        """Compile for this monitor format from now on."""
        if monitor_format != self._format:
            self._format, self._dirty = monitor_format, True
            self._wake.ring()

    def dispose(self, thing: object) -> None:
        """Take over something that the renderer needs no more. Never waits."""
        self._retired.append((time.monotonic(), thing))
        self._wake.ring()

    def close(self) -> None:
        """Stop; a compilation under way is abandoned with the process."""
        self._closing = True
        self._wake.ring()

    def _run(self) -> None:
        raise_thread(serves=True)
        while not self._closing:
            self._wake.wait(_LOOK_S if self._retired or self._garbage else None)
            if self._dirty and self._wanted is not None:
                self._dirty = False
                self._make(self._wanted, self._format)
            self._free()

    def _make(self, wanted: SetProject, monitor_format: str) -> None:
        began_s = time.monotonic()
        self._play_what_is_ready(wanted, monitor_format)
        try:
            scene, problems = self._scene_of(wanted, monitor_format)
        except FoleystageError as error:
            self._on_trouble(str(error))
            return
        except Exception as error:  # the job edge: whatever failed is told to the user
            message = f"{type(error).__name__}: {error}".splitlines()[0]
            self._on_trouble(f"the session cannot be played: {message}")
            return
        self._deliver(scene, problems, began_s)

    def _deliver(self, scene: Scene, problems: tuple[str, ...], began_s: float) -> None:
        with lowered_thread():  # the first of its kind may take long
            warm_for(scene)
        if self._delivered is None:
            gc.freeze()  # all that was imported and loaded for the first scene stays
        self._delivered = (scene.format, scene.sample_rate_hz)
        took_s = time.monotonic() - began_s
        self._on_scene(scene, Compiled(scene.revision, scene.format, took_s, problems))

    def _play_what_is_ready(self, wanted: SetProject, monitor_format: str) -> None:
        """Let the session sound as it was before the last edits, while those are compiled."""
        readied = self._readied
        if readied is None or readied.is_of(wanted, monitor_format):
            return
        self._readied = None
        scene = readied.stands_in_for(wanted, monitor_format)
        if scene is not None:
            self._butler.expect(scene.reading)
            self._deliver(scene, readied.problems, time.monotonic())

    def _scene_of(self, wanted: SetProject, monitor_format: str) -> tuple[Scene, tuple[str, ...]]:
        readied, self._readied = self._readied, None
        if readied is not None and readied.is_of(wanted, monitor_format):
            self._butler.expect(readied.scene.reading)
            return readied.scene, readied.problems
        return make_scene(wanted, monitor_format, self._butler, self._delivered)

    def _free(self) -> None:
        while self._retired and time.monotonic() - self._retired[0][0] > FREE_AFTER_S:
            self._retired.popleft()
            self._garbage = True
        if self._garbage and self._may_collect():
            self._garbage = False
            gc.collect(1)  # what is new since the last time; all the rest could take 0.2 s
