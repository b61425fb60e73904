"""Plays all there is through a renderer in a fresh process; prints what it compiled or loaded.

Run as a script: ``python first_use.py FOLDER``.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

import numpy as np
import soundfile
from msgspec import structs
from numba.core import event
from playing import tone_project

from engine.playback import messages as m
from engine.playback.butler import Butler
from engine.playback.chunks import ChunkStore
from engine.playback.compiling import SceneMaker
from engine.playback.output import SilentOutput
from engine.playback.renderer import Renderer
from engine.playback.scene import Scene
from engine.playback.shared import SharedBlock
from engine.playback.warming import warm_up
from engine.project.coding import encode_value
from engine.project.model import ContentHash, EqBand, Keyframe, Project, Strip, Trajectory

PLAIN_S = 0.12


class LockCounter(event.Listener):
    """Notes on which threads a loop was asked for that was not ready: compiled, or loaded."""

    def __init__(self) -> None:
        self.threads: list[str] = []

    def on_start(self, event: event.Event) -> None:
        self.threads.append(threading.current_thread().name)

    def on_end(self, event: event.Event) -> None:
        """Nothing to note."""


def scenes(folder: Path) -> list[tuple[str, Project]]:
    """Formats and projects with more and more in them."""
    plain = tone_project(folder, 2.0)
    path = Trajectory(
        keyframes=(
            Keyframe(time_s=0.0, x_m=0.2, y_m=-9.0, z_m=0.0),
            Keyframe(time_s=2.0, x_m=0.1, y_m=9.0, z_m=0.0),
        )
    )
    moving = plain.with_track(
        structs.replace(plain.tracks[0], trajectory=path, doppler=True, air=True)
    )
    bands = tuple(EqBand(kind="bell", frequency_hz=f, gain_db=3.0) for f in (200.0, 900.0, 4000.0))
    shaped = moving.with_track(
        structs.replace(
            moving.tracks[0],
            strip=Strip(eq=bands),
            occlusion=((0.0, 0.0), (2.0, 1.0)),
            width_deg=((0.0, 0.0), (2.0, 180.0)),
        )
    )
    inside = structs.replace(shaped, scene=structs.replace(shaped.scene, room="hall"))
    listened = [(name, inside) for name in ("5.1", "foa", "stereo", "hoa3")]
    ears = (plain, moving, shaped, inside, _field(folder, moving))
    return [("binaural", project) for project in ears] + listened


def _field(folder: Path, project: Project) -> Project:
    """The same with ambisonics for its sound."""
    (take,) = project.takes
    noise = 0.1 * np.random.default_rng(0).standard_normal((take.samples, 4))
    soundfile.write(folder / "media" / "field.wav", noise, take.sample_rate_hz, subtype="FLOAT")
    field = structs.replace(take, audio=ContentHash("field"), channels=4)
    return structs.replace(project, takes=(field,))


def play_all(folder: Path, counter: LockCounter) -> None:
    """Everything a hand can do, on each of the scenes."""
    block, butler = SharedBlock(), Butler(ChunkStore())
    made: list[Scene] = []
    maker = SceneMaker(
        "binaural", butler, lambda scene, compiled: made.append(scene), print, lambda: False
    )
    renderer = Renderer(
        block, 48_000, 512, butler, on_lost=print, on_trouble=print, dispose=lambda thing: None
    )
    for service in (butler, renderer, maker):
        service.start()
    acts = (
        (renderer.play,),
        (renderer.locate, 0.5),
        (renderer.shuttle, -1.5),
        (renderer.shuttle, 6.0),
        (renderer.scrub, 1.0),
        (renderer.locate, 0.2),
    )
    for revision, (monitor_format, project) in enumerate(scenes(folder)):
        maker.set_format(monitor_format)
        maker.set_project(m.SetProject(revision, encode_value(project), str(folder), {"track": 0}))
        while not made or made[-1].revision != revision or made[-1].format != monitor_format:
            time.sleep(0.01)
        renderer.post(renderer.set_scene, made[-1])
        block.array("head_deg")[:] = np.arange(3) * revision
        renderer.post(renderer.set_loop, 0.0, 0.13)
        for serial, (act, *arguments) in enumerate(acts):
            renderer.post(act, serial, *arguments)
            time.sleep(PLAIN_S)
        foreign = SilentOutput(44_100, 2, 512)
        renderer.post(renderer.attach, foreign, False)
        time.sleep(PLAIN_S)
    for service in (renderer, maker, butler):
        service.close()
    block.close()


if __name__ == "__main__":
    warm_up(48_000, "binaural", "kemar")
    listener = LockCounter()
    event.register("numba:compiler_lock", listener)
    play_all(Path(sys.argv[1]), listener)
    print(json.dumps(listener.threads))
