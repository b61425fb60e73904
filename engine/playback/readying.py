"""The scene that plays, made once more by the engine in waiting, for those forked from it."""

from __future__ import annotations

import contextlib
import gc
from dataclasses import dataclass, replace

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
    bundle_path: str
    scene: Scene
    problems: tuple[str, ...]

    def is_of(self, wanted: SetProject, monitor_format: str) -> bool:
        """Whether it is this project in this format."""
        return (wanted.revision, monitor_format) == (self.scene.revision, self.scene.format)

    def stands_in_for(self, wanted: SetProject, monitor_format: str) -> Scene | None:
        """The scene, to be played until that of a later edit is made; None for another session's.

        Its tracks answer to the faders they have now.
        """
        if (wanted.bundle_path, monitor_format) != (self.bundle_path, self.scene.format):
            return None
        kept = {
            track_id: slot
            for track_id, slot in wanted.slots.items()
            if track_id in self.scene.slots
        }
        return replace(self.scene, slots=kept)


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
        readied = Readied(butler, command.project.bundle_path, scene, problems)
    gc.collect()  # an engine collects nothing by itself
    return readied
