"""A moment of playing in simulated time: all a hand can do, so that nothing is done for the first
time when somebody listens.

Loops are compiled (or brought from their cache) when they are first called, which would take the
renderer up to seconds. What a rehearsal has been through it finds ready.
"""

from __future__ import annotations

from pathlib import Path

from engine.playback.butler import Butler
from engine.playback.chunks import ChunkStore
from engine.playback.messages import SetProject
from engine.playback.output import SilentOutput
from engine.playback.renderer import POLL_S, Renderer
from engine.playback.scene_making import make_scene
from engine.playback.shared import SharedBlock
from engine.project.coding import encode_value
from engine.project.model import Project

_BLOCK_SAMPLES = 512
_FOREIGN_RATES_HZ = (44_100, 48_000)
_SPEEDS = (-1.0, 2.0, 8.0, -8.0)
_HEAD_DEG = (30.0, 10.0, 5.0)
_A_MOMENT_S, _A_SLAB_S = 0.06, 0.15


def rehearse(project: Project, folder: Path, monitor_format: str) -> None:
    """Play a little of a project: seek, loop, shuttle, scrub, edit, change the device.

    Parameters
    ----------
    project : Project
        Of a second at most.
    folder : Path
        Its media lie in ``folder / "media"``.
    monitor_format : str

    Raises
    ------
    FoleystageError
        If the project cannot be rendered.
    """
    block = SharedBlock()
    try:
        player = _Player(project, folder, monitor_format, block)
        player.go_through_it()
    finally:
        block.close()


class _Player:
    """A renderer without a thread, and a clock that goes as fast as it is turned."""

    def __init__(
        self, project: Project, folder: Path, monitor_format: str, block: SharedBlock
    ) -> None:
        self._now_s = 0.0
        self._serial = 0
        self._block = block
        self._butler = Butler(ChunkStore())
        self._rate_hz = project.sample_rate_hz
        self._length_s = project.duration_s
        self._format = monitor_format
        slots = {str(track.id): slot for slot, track in enumerate(project.tracks)}
        self._message = SetProject(1, encode_value(project), str(folder), slots)
        self._renderer = Renderer(
            block, self._rate_hz, _BLOCK_SAMPLES, self._butler,
            on_lost=_ignore, on_trouble=_ignore, dispose=_ignore, now=lambda: self._now_s,
        )  # fmt: skip

    def go_through_it(self) -> None:
        renderer, scene = self._renderer, self._scene(None)
        renderer.post(renderer.set_scene, scene)
        self._gesture(renderer.play)
        self._block.array("head_deg")[:] = _HEAD_DEG
        self._turn(_A_MOMENT_S)
        self._gesture(renderer.locate, 0.4 * self._length_s)
        edited = self._scene((scene.format, scene.sample_rate_hz))
        renderer.post(renderer.set_scene, edited)
        self._turn(_A_MOMENT_S)
        renderer.post(renderer.set_loop, 0.0, 0.2 * self._length_s)
        self._gesture(renderer.locate, 0.1 * self._length_s)
        for speed in _SPEEDS:
            self._gesture(renderer.shuttle, speed, moment_s=_A_SLAB_S)
        self._gesture(renderer.scrub, 0.5 * self._length_s)
        self._gesture(renderer.locate, 0.1 * self._length_s)
        for rate_hz in _FOREIGN_RATES_HZ:
            device = SilentOutput(rate_hz, 2, _BLOCK_SAMPLES, lambda: self._now_s)
            renderer.post(renderer.attach, device, False)
            self._gesture(renderer.play)
        self._gesture(renderer.stop)

    def _scene(self, delivered: tuple[str, int] | None):  # type: ignore[no-untyped-def]
        return make_scene(self._message, self._format, self._butler, delivered)[0]

    def _gesture(self, act, *arguments, moment_s: float = _A_MOMENT_S) -> None:  # type: ignore[no-untyped-def]
        self._serial += 1
        self._renderer.post(act, self._serial, *arguments)
        self._turn(moment_s)

    def _turn(self, seconds: float) -> None:
        until_s = self._now_s + seconds
        while self._now_s < until_s:
            self._renderer.turn()
            self._butler.serve()
            self._now_s += POLL_S


def _ignore(_: object) -> None:
    """Nobody is to be told."""
