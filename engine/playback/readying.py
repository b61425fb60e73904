"""The scene that plays, made once more by the engine in waiting, for those forked from it."""

from __future__ import annotations

import contextlib
import gc
from dataclasses import dataclass

from engine.playback.butler import Butler
from engine.playback.chunks import ChunkStore
from engine.playback.messages import Prepare, SetProject
from engine.playback.scene import Scene
from engine.playback.scene_making import make_scene
from engine.playback.warming import warm_for


@dataclass(frozen=True)
class Readied:
    """A scene with the butler that will read for it, and what of it cannot be heard, in words."""

    butler: Butler
    scene: Scene
    problems: tuple[str, ...]

    def is_of(self, wanted: SetProject, monitor_format: str) -> bool:
        """Whether it is this project in this format."""
        return (wanted.revision, monitor_format) == (self.scene.revision, self.scene.format)


def make_ready(command: Prepare) -> Readied | None:
    """Have a project ready; None where it cannot be rendered (told when it is to be played).

    No sound is read from disk: that is the butler's when it is known where the playhead is.
    """
    butler = Butler(ChunkStore())
    readied: Readied | None = None
    with contextlib.suppress(Exception):
        scene, problems = make_scene(
            command.project, command.monitor_format, butler, reads_ahead=False
        )
        warm_for(scene)
        readied = Readied(butler, scene, problems)
    gc.collect()  # an engine collects nothing by itself
    return readied
