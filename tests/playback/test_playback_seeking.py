"""A jump while it plays: how much old sound the device still takes, and where the new begins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playing import CONTENT, SAMPLE_RATE_HZ, tone_project

from benchmarks.simulated_device import SimulatedDevice
from engine.playback import messages as m
from engine.playback.butler import Butler
from engine.playback.chunks import ChunkStore
from engine.playback.readings import Readings
from engine.playback.renderer import POLL_S, Renderer
from engine.playback.scene_making import make_scene
from engine.playback.shared import SharedBlock
from engine.playback.transport import FADE_S
from engine.project.coding import encode_value

DURATION_S, TURN_S, THERE_S = 20.0, 10.0, 15.0
LEVEL = 0.2
FADE = int(FADE_S * SAMPLE_RATE_HZ)


class Taker(SimulatedDevice):
    """A device that keeps what it takes."""

    def __init__(self, block_samples: int, now) -> None:
        super().__init__(SAMPLE_RATE_HZ, block_samples, 0.0, now)
        self.taken = np.zeros((0, 2), np.float32)

    def consumed(self) -> int:
        count = super().consumed()
        if count > len(self.taken):
            fresh = self.peek(len(self.taken), count - len(self.taken))
            self.taken = np.concatenate([self.taken, fresh])
        return count


class Session:
    """A renderer and a device in simulated time, playing plus in the first half, minus behind."""

    def __init__(self, folder: Path, block: SharedBlock, block_samples: int) -> None:
        project = tone_project(folder, DURATION_S)
        sound = np.full(int(DURATION_S * SAMPLE_RATE_HZ), LEVEL, np.float32)
        sound[int(TURN_S * SAMPLE_RATE_HZ) :] = -LEVEL
        soundfile.write(folder / "media" / f"{CONTENT}.wav", sound, SAMPLE_RATE_HZ, subtype="FLOAT")
        self.now_s = 0.0
        self.butler = Butler(ChunkStore())
        self.renderer = Renderer(
            block, SAMPLE_RATE_HZ, block_samples, self.butler,
            on_lost=pytest.fail, on_trouble=pytest.fail, dispose=lambda thing: None,
            now=lambda: self.now_s,
        )  # fmt: skip
        self.device = Taker(block_samples, lambda: self.now_s)
        message = m.SetProject(1, encode_value(project), str(folder), {"track": 0})
        made, _ = make_scene(message, "stereo", self.butler)
        self.renderer.post(self.renderer.attach, self.device, False)
        self.renderer.post(self.renderer.set_scene, made)
        self.renderer.post(self.renderer.play, 1)

    def run(self, seconds: float, *, disk_answers: bool = True) -> None:
        """Let time pass."""
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            if disk_answers:
                self.butler.serve()
            self.renderer.turn()
            self.now_s += POLL_S

    def go(self) -> int:
        """Command the jump; the position the device had come to."""
        before = self.device.consumed()
        self.renderer.post(self.renderer.locate, 2, THERE_S)
        return before


@pytest.fixture
def block() -> Iterator[SharedBlock]:
    shared = SharedBlock()
    yield shared
    shared.close()


@pytest.mark.parametrize("block_samples", [64, 480, 512, 1024])
def test_one_block_of_the_old_sound_is_taken_after_a_jump_and_then_the_new(
    tmp_path: Path, block: SharedBlock, block_samples: int
) -> None:
    session = Session(tmp_path, block, block_samples)
    session.run(1.0)
    before = session.go()
    session.renderer.turn()  # the old sound is cut, the new one asked for
    session.butler.serve()
    session.renderer.turn()
    session.run(0.3)
    heard = session.device.taken[before:, 0]
    old = 1 + np.flatnonzero(heard > 1e-3)[-1]
    new = np.flatnonzero(heard < -1e-3)[0]
    assert old <= block_samples + FADE
    assert new <= block_samples + FADE
    assert np.abs(np.diff(heard)).max() < 4.0 * LEVEL / FADE  # they are cross-faded
    assert heard[block_samples + FADE :] == pytest.approx(heard[-1], abs=1e-6)
    assert session.device.underruns == 0


def test_a_stop_ends_the_sound_within_a_block_and_stands_where_it_ended(
    tmp_path: Path, block: SharedBlock
) -> None:
    session = Session(tmp_path, block, 512)
    session.run(1.0)
    before = session.device.consumed()
    session.renderer.post(session.renderer.stop, 2)
    session.run(0.3)
    heard = session.device.taken[before:, 0]
    last = 1 + np.flatnonzero(np.abs(heard) > 1e-4)[-1]
    assert last <= 512 + FADE
    assert np.abs(np.diff(heard)).max() < 2.0 * LEVEL / FADE
    sounded = np.flatnonzero(np.abs(session.device.taken[:, 0]) > 1e-4)
    reading = block.read_clock()
    assert reading is not None
    assert not reading.playing
    played_s = (sounded[-1] - sounded[0]) / SAMPLE_RATE_HZ
    assert reading.position_s == pytest.approx(played_s, abs=2 * FADE_S)


def test_what_comes_late_from_disk_is_awaited_in_silence(
    tmp_path: Path, block: SharedBlock
) -> None:
    session = Session(tmp_path, block, 512)
    session.run(1.0)
    before = session.go()
    session.run(0.1, disk_answers=False)
    assert block.get("landed_ns") < block.get("jumped_ns")
    session.run(0.3)
    heard = session.device.taken[before:, 0]
    assert np.flatnonzero(heard > 1e-3)[-1] < 512 + FADE
    silent = np.flatnonzero(np.abs(heard) < 1e-6)
    assert 0.05 < len(silent) / SAMPLE_RATE_HZ < 0.15
    assert heard[-1] < -0.5 * LEVEL * 0.5
    assert session.device.underruns == 0
    assert block.get("disk_dropouts") == 0


def test_a_jump_is_timed_from_its_cut_to_the_devices_taking(
    tmp_path: Path, block: SharedBlock
) -> None:
    session = Session(tmp_path, block, 512)
    session.run(1.0)
    session.go()
    session.run(0.3)
    jumped, landed, taken = (block.get(f"{word}_ns") for word in ("jumped", "landed", "taken"))
    assert jumped <= landed < taken
    assert taken - landed <= 1e9 * (2 * 512 / SAMPLE_RATE_HZ + POLL_S)


def test_a_dimmed_monitor_is_softer_at_the_device_and_measured_as_before(
    tmp_path: Path, block: SharedBlock
) -> None:
    session = Session(tmp_path, block, 512)
    session.run(1.0)
    heard, measured = session.device.taken[-1, 0], Readings(block).peaks().max()
    block.put({"monitor_db": -20.0})
    session.run(1.0)
    assert session.device.taken[-1, 0] == pytest.approx(0.1 * heard, rel=1e-3)
    assert Readings(block).peaks().max() == pytest.approx(measured, abs=0.01)
    block.put({"monitor_db": -np.inf})
    session.run(1.0)
    assert session.device.taken[-1, 0] == 0.0
    assert Readings(block).peaks().max() == pytest.approx(measured, abs=0.01)
