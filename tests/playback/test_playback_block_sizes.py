"""A device hears the exporter's samples, bit by bit, whatever blocks it takes and at which rate.

But for the level at which a format is monitored, which is one factor for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import structs
from playing import CONTENT, tone_project

from benchmarks.simulated_device import SimulatedDevice
from engine.playback import messages as m
from engine.playback.ahead import AheadWriter
from engine.playback.butler import Butler
from engine.playback.chunks import ChunkStore
from engine.playback.renderer import POLL_S, Renderer
from engine.playback.scene_making import make_scene
from engine.playback.shared import SharedBlock
from engine.project.coding import encode_value
from engine.project.model import Keyframe, Project, Trajectory
from engine.render.compiler import compile_project
from engine.render.renderer import render_snapshot

SECONDS = 0.7
RATES_HZ = (44_100, 48_000, 96_000, 192_000)
BLOCKS = (32, 33, 100, 480, 512, 1000, 4096)


class Recorder(SimulatedDevice):
    """A device that keeps what it takes."""

    def __init__(self, *arguments) -> None:
        super().__init__(*arguments)
        self.taken: list[np.ndarray] = []
        self._last = 0

    def consumed(self) -> int:
        count = super().consumed()
        if count > self._last:
            self.taken.append(self.peek(self._last, count - self._last))
            self._last = count
        return count


def passing_noise(folder: Path, sample_rate_hz: int) -> Project:
    """Noise that passes in front of the listener, with Doppler."""
    project = tone_project(folder, SECONDS, sample_rate_hz)
    rng = np.random.default_rng(8)
    sound = 0.1 * rng.standard_normal(int(SECONDS * sample_rate_hz))
    soundfile.write(folder / "media" / f"{CONTENT}.wav", sound, sample_rate_hz, subtype="FLOAT")
    path = Trajectory(
        keyframes=(
            Keyframe(time_s=0.0, x_m=2.0, y_m=3.0, z_m=0.0),
            Keyframe(time_s=SECONDS, x_m=1.0, y_m=-3.0, z_m=0.5),
        )
    )
    track = structs.replace(project.tracks[0], trajectory=path, doppler=True)
    return structs.replace(project, tracks=(track,))


def exported(project: Project, folder: Path) -> np.ndarray:
    """(2, n) the exporter's samples."""
    snapshot = compile_project(
        project, lambda content: folder / "media" / f"{content}.wav", ["binaural"]
    )
    blocks = render_snapshot(snapshot)
    return np.concatenate([block["binaural"] for block in blocks], axis=1)


@pytest.fixture(scope="module", params=RATES_HZ)
def scene(request, tmp_path_factory) -> tuple[Project, Path, np.ndarray]:
    folder = tmp_path_factory.mktemp("rate")
    project = passing_noise(folder, request.param)
    return project, folder, exported(project, folder)


@pytest.fixture
def block() -> Iterator[SharedBlock]:
    shared = SharedBlock()
    yield shared
    shared.close()


@pytest.mark.parametrize("block_samples", BLOCKS)
def test_the_device_hears_what_is_exported(scene, block, block_samples: int) -> None:
    project, folder, wanted = scene
    now_s = 0.0

    def fail(message: object) -> None:
        pytest.fail(f"{message}")

    butler = Butler(ChunkStore())
    renderer = Renderer(
        block, project.sample_rate_hz, block_samples, butler,
        on_lost=fail, on_trouble=fail, dispose=lambda thing: None, now=lambda: now_s,
    )  # fmt: skip
    device = Recorder(project.sample_rate_hz, block_samples, 0.0, lambda: now_s)
    message = m.SetProject(1, encode_value(project), str(folder), {"track": 0})
    made, _ = make_scene(message, "binaural", butler)
    renderer.post(renderer.attach, device, False)
    renderer.post(renderer.set_scene, made)
    renderer.post(renderer.play, 1)
    while now_s < SECONDS + 0.6:
        butler.serve()
        renderer.turn()
        now_s += POLL_S
    heard = np.concatenate(device.taken).T
    assert device.underruns == 0
    first = np.flatnonzero(heard.any(axis=0))[0]
    start = first - np.flatnonzero(wanted.any(axis=0))[0]
    fade = int(0.005 * project.sample_rate_hz)
    whole = heard[:, start : start + wanted.shape[1]]
    level = np.float32(made.monitor_gain)
    np.testing.assert_array_equal(whole[:, fade:], (wanted * level)[:, fade:])


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 192_000])
@pytest.mark.parametrize("block_samples", [32, 512, 4096])
def test_enough_is_written_ahead_for_the_device_to_start(rate_hz: int, block_samples: int) -> None:
    device = SimulatedDevice(rate_hz, block_samples, 0.0, lambda: 0.0)
    writer = AheadWriter(device)
    assert device.consumed() == 0
    writer.write(np.zeros((writer.room(), 2), np.float32))
    assert device.consumed() == block_samples  # it has begun, and taken its first block


def test_a_device_that_takes_many_blocks_at_once_is_kept_fuller() -> None:
    clock = [0.0]
    device = SimulatedDevice(48_000, 512, 0.0, lambda: clock[0])
    writer = AheadWriter(device)
    calm_s, bite_s = quiet_depth_s(writer, clock), 0.055
    writer.write(np.zeros((writer.room(), 2), np.float32))
    clock[0] += bite_s  # the writer looks often, yet all is gone at once
    writer.adapt(0.004)
    assert writer.ahead_s > max(calm_s, bite_s)


def test_an_underrun_makes_the_ring_deeper() -> None:
    clock = [0.0]
    device = SimulatedDevice(48_000, 512, 0.0, lambda: clock[0])
    writer = AheadWriter(device)
    calm_s = quiet_depth_s(writer, clock)
    clock[0] += 0.3
    device.consumed()
    assert device.underruns == 1
    writer.adapt(0.004)
    assert writer.ahead_s > 1.2 * calm_s


def quiet_depth_s(writer: AheadWriter, clock: list[float]) -> float:
    """The depth after a quarter of an hour in which nothing was late."""
    for _ in range(90_000):
        writer.write(np.zeros((max(writer.room(), 0), 2), np.float32))
        clock[0] += 0.010
        writer.adapt(0.010)
    return writer.ahead_s
