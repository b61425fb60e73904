"""A hand at work in simulated time: the engine's renderer, a triangle to hear, random gestures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
from msgspec import structs

from benchmarks.simulated_device import SimulatedDevice
from engine.playback import messages as m
from engine.playback.butler import Butler
from engine.playback.chunks import ChunkStore
from engine.playback.renderer import Renderer
from engine.playback.scene_making import make_scene
from engine.playback.shared import SharedBlock
from engine.project.coding import encode_value
from engine.project.model import (
    Clip,
    ClipId,
    ContentHash,
    Keyframe,
    Project,
    Take,
    TakeId,
    Track,
    TrackId,
    Trajectory,
)

RATE_HZ = 48_000
PLAIN = ("stereo", "foa")
"""Formats of a short session."""
FORMATS = (*PLAIN, "binaural")
ROOM = "hall"
"""Answers to two ears; in stereo, what is heard tells the place in the scene."""
SCENE_S = 240.0
PERIOD_S = 20.0
LEVEL = 0.5
SEAM_S = 0.03
"""Near a loop's seam the end is laid over the start."""
RISE_S = 1.0
"""A device that is plugged in begins with a fade, and its clock is to be learned."""
STALL_S = 0.6
_DEVICE_RATES_HZ = (48_000, 44_100, 96_000)
_SPEEDS = (-4.0, -2.0, -1.0, 2.0, 4.0, 8.0)
_MOVED = ClipId("moved")


def triangle(times_s: float | np.ndarray) -> np.ndarray:
    """The signal: up and down between -LEVEL and LEVEL, a constant slope either way."""
    phase = np.asarray(times_s) / PERIOD_S % 1.0
    return LEVEL * (4.0 * np.abs(phase - 0.5) - 1.0)


SLOPE_PER_S = 4.0 * LEVEL / PERIOD_S


class SimulatedSession:
    """Renderer, device and gestures, a round at a time.

    Parameters
    ----------
    folder : Path
        Takes go there.
    rng : numpy Generator
        Decides what the hand does.
    formats : sequence of str
        What is listened in, by turns; stereo first.
    """

    def __init__(
        self, folder: Path, rng: np.random.Generator, formats: Sequence[str] = FORMATS
    ) -> None:
        self.now_s = 0.0
        self.gestures = self.device_changes = self.faulty_blocks = 0
        self._gaps_before = 0
        self._folder, self._rng = folder, rng
        self._project = _project(folder)
        self._formats, self._format = formats, formats[0]
        self._delivered: tuple[str, int] | None = None
        self._revision = self._serial = 0
        self._loop_s: tuple[float, float] | None = None
        self._plug_in_s = self._plugged_in_s = self._disk_back_s = 0.0
        self._dropouts_before = 0
        self._gain: float | None = None
        self._block = SharedBlock()
        self._butler = Butler(ChunkStore())
        self._renderer = Renderer(
            self._block, RATE_HZ, 512, self._butler,
            on_lost=lambda output: None, on_trouble=self._trouble, dispose=lambda thing: None,
            now=lambda: self.now_s,
        )  # fmt: skip
        self._device: SimulatedDevice | None = None
        self._plug_in()
        self._compile()
        self._command(self._renderer.play)

    @property
    def gaps_counted(self) -> int:
        """Underruns that the renderer has published."""
        return int(self._block.get("underruns"))

    @property
    def gaps_met(self) -> int:
        """Underruns that the devices met."""
        return self._gaps_before + (self._device.underruns if self._device else 0)

    @property
    def disk_dropouts(self) -> int:
        """Drop-outs of the disk that the renderer has published."""
        return int(self._block.get("disk_dropouts"))

    @property
    def read_ahead_bytes(self) -> int:
        """What the butler holds of the takes: more the more places were visited, bounded."""
        return self._butler.store.size_bytes

    def listen_around(self) -> None:
        """Listen in every format for a moment: what is loaded once is there afterwards."""
        for name in (*self._formats[1:], self._formats[0]):
            self._format = name
            self._compile()
            for _ in range(20):
                self.turn(0.01)

    def close(self) -> None:
        """Let the shared memory go."""
        self._block.close()

    def turn(self, elapsed_s: float) -> None:
        """Let time pass, then one round of the renderer."""
        self.now_s += elapsed_s
        if self._device is None and self.now_s >= self._plug_in_s:
            self._plug_in()
        if self.now_s >= self._disk_back_s:
            self._butler.serve()
        self._renderer.turn()
        self.faulty_blocks = int(self._block.get("faulty_blocks"))

    def gesture(self) -> None:
        """Do something, as a hand does."""
        self.gestures += 1
        reading = self._block.read_clock()
        if reading is None or not reading.playing or reading.speed != 1.0:
            self._command(self._renderer.play)
            return
        acts = (
            self._seek, self._seek, self._edit, self._edit, self._edit, self._loop, self._stop,
            self._shuttle, self._scrub, self._fade, self._unplug, self._slow_disk, self._listen,
            self._stall,
        )  # fmt: skip
        acts[int(self._rng.integers(len(acts)))]()

    def error_s(self) -> list[float]:
        """Picture to sound in seconds, if there is anything to compare now."""
        reading = self._block.read_clock()
        sound = self._device.heard() if self._device is not None else None
        if reading is None or sound is None or reading.speed != 1.0 or self._format != "stereo":
            return []
        if self.now_s < self._plugged_in_s + RISE_S:
            return []
        position_s = reading.at(int(self.now_s * 1e9))
        edges = (0.0, SCENE_S, *(self._loop_s or ()))
        if min(abs(position_s - edge) for edge in edges) < SEAM_S:
            return []
        if self._disk_is_slow() and self.disk_dropouts > self._dropouts_before:
            return []  # what is missing is accounted for
        expected = float(triangle(position_s))
        if self._gain is None:
            if abs(expected) < 0.5 * LEVEL:
                return []
            self._gain = float(sound[0]) / expected
        return [abs(float(sound[0]) / self._gain - expected) / SLOPE_PER_S]

    def _disk_is_slow(self) -> bool:
        return self.now_s < self._disk_back_s + 1.0

    def _command(self, act: object, *arguments: object) -> None:
        self._serial += 1
        self._renderer.post(act, self._serial, *arguments)  # type: ignore[arg-type]

    def _place_s(self) -> float:
        return float(self._rng.uniform(0.0, SCENE_S - 30.0))

    def _seek(self) -> None:
        self._command(self._renderer.locate, self._place_s())

    def _stop(self) -> None:
        self._command(self._renderer.stop)

    def _shuttle(self) -> None:
        self._command(self._renderer.shuttle, float(self._rng.choice(_SPEEDS)))

    def _scrub(self) -> None:
        place_s = self._place_s()
        for step in range(5):
            self._command(self._renderer.scrub, place_s + 0.05 * step)
        self._command(self._renderer.locate, place_s)

    def _loop(self) -> None:
        self._loop_s = None
        if self._rng.random() < 0.6:
            start_s = self._place_s()
            self._loop_s = (start_s, start_s + float(self._rng.uniform(0.5, 8.0)))
            self._command(self._renderer.locate, start_s)
        self._renderer.post(self._renderer.set_loop, *(self._loop_s or (None, None)))

    def _fade(self) -> None:
        self._block.array("fader_db")[1] = float(self._rng.uniform(-60.0, 6.0))

    def _edit(self) -> None:
        clip = self._project.clips[-1]
        moved = structs.replace(clip, start_s=float(self._rng.uniform(0.0, 200.0)))
        self._project = self._project.with_clip(moved)
        self._compile()

    def _listen(self) -> None:
        others = [name for name in self._formats if name != self._format]
        self._format = others[int(self._rng.integers(len(others)))]
        self._compile()

    def _unplug(self) -> None:
        if self._device is None:
            return
        self.device_changes += 1
        self._gaps_before += self._device.underruns
        self._device.is_plugged = False
        self._device = None
        self._plug_in_s = self.now_s + float(self._rng.uniform(0.1, 5.0))

    def _plug_in(self) -> None:
        self._device = SimulatedDevice(
            int(self._rng.choice(_DEVICE_RATES_HZ)),
            int(self._rng.choice((256, 512, 1024))),
            float(self._rng.uniform(-200.0, 200.0)),
            lambda: self.now_s,
        )
        self._plugged_in_s = self.now_s
        self._renderer.post(self._renderer.attach, self._device, False)

    def _slow_disk(self) -> None:
        if not self._disk_is_slow():  # else one drop-out may still go on
            self._dropouts_before = self.disk_dropouts
        self._disk_back_s = self.now_s + float(self._rng.uniform(1.0, 8.0))

    def _stall(self) -> None:
        """The whole machine stands still for longer than the ring lasts."""
        self.turn(STALL_S)

    def _compile(self) -> None:
        self._revision += 1
        room = ROOM if self._format == "binaural" else "none"
        scene = structs.replace(self._project.scene, room=room)
        project = structs.replace(self._project, scene=scene)
        message = m.SetProject(
            self._revision, encode_value(project), str(self._folder), {"main": 0, "other": 1}
        )
        made, _ = make_scene(message, self._format, self._butler, self._delivered)
        self._delivered = (made.format, made.sample_rate_hz)
        self._renderer.post(self._renderer.set_scene, made)

    def _trouble(self, message: str) -> None:
        raise AssertionError(message)


def _project(folder: Path) -> Project:
    """The triangle straight ahead, and a silent take whose clip is moved about."""
    (folder / "media").mkdir(parents=True, exist_ok=True)
    waves = {"b": triangle(np.arange(int(SCENE_S * RATE_HZ)) / RATE_HZ), "c": np.zeros(3 * RATE_HZ)}
    takes, tracks, clips = [], [], []
    ahead = Trajectory(keyframes=(Keyframe(time_s=0.0, x_m=1.0, y_m=0.0, z_m=0.0),))
    for (letter, wave), name in zip(waves.items(), ("main", "other"), strict=True):
        content = ContentHash(letter * 64)
        path = folder / "media" / f"{content}.wav"
        soundfile.write(path, wave.astype(np.float32), RATE_HZ, subtype="FLOAT")
        take_id, track_id = TakeId(f"take {name}"), TrackId(name)
        takes.append(
            Take(
                id=take_id, name=name, audio=content, sample_rate_hz=RATE_HZ, channels=1,
                samples=len(wave),
            )
        )  # fmt: skip
        tracks.append(Track(id=track_id, name=name, trajectory=ahead, doppler=False))
        clip_id = ClipId(name) if name == "main" else _MOVED
        clips.append(
            Clip(
                id=clip_id, track_id=track_id, take_id=take_id, name=name, start_s=0.0,
                duration_s=len(wave) / RATE_HZ,
            )
        )  # fmt: skip
    return Project(
        sample_rate_hz=RATE_HZ, takes=tuple(takes), tracks=tuple(tracks), clips=tuple(clips)
    )
