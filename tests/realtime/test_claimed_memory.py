"""A hop makes no arrays: all memory of a scene is claimed before it is heard."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from counted_arrays import counted_arrays
from numba.core.dispatcher import Dispatcher
from realtime_scenes import RATE_HZ, circle, clip, fixed, noise, snapshot, source
from room_scenes import in_room
from test_moving_fields import field_of, moving

import engine.realtime
from engine.playback.listening import FieldListening
from engine.realtime.controls import Controls
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES, BedPlan, CurvePlan, Snapshot
from engine.spatial.air_absorption import air_plan
from engine.spatial.binaural import binaural_plan
from engine.spatial.decoders import whole_decoder_plan
from engine.spatial.encoders import channel_encoder
from engine.spatial.hrir import load_hrirs
from engine.spatial.width import width_plan

ALL = ("binaural", "stereo", "5.1", "7.1.4", "foa", "hoa3")
HOPS = 150
LARGEST_BYTES = 8
"""A single number, as NumPy's own functions pass them around."""
SOUND = noise(HOP_SAMPLES * 300)


def curve(*values: float) -> CurvePlan:
    return CurvePlan(np.linspace(0.0, HOPS * HOP_SAMPLES, len(values)), np.array(values))


def busy(sources: int = 24) -> Snapshot:
    """Slow and fast sources that travel, dulled, widened and sent, with an ambience."""
    moves = [
        source(circle(0.05 + n**2 / 40, 2.0, 0.3 + 0.4 * n), clip(SOUND), doppler=n % 2 == 0)
        for n in range(sources)
    ]
    moves[3] = replace(moves[3], width_deg=curve(0.0, 200.0), lfe_gain=0.3)
    moves[4] = replace(moves[4], occlusion=curve(0.0, 1.0, 0.5))
    moves[5] = replace(moves[5], air=True)
    bed = BedPlan(1, (clip(SOUND, rows=4, fade_in_samples=RATE_HZ),))
    scene = snapshot(moves, ALL, (bed,), air=air_plan(RATE_HZ))
    return replace(scene, width=width_plan(load_hrirs("kemar", RATE_HZ)))


def near() -> Snapshot:
    """Through the head, between spheres of measurements."""
    passing = circle(3.0, 2.0, 0.2)
    moves = [source(passing, clip(SOUND)), source(fixed(30.0, 70.0), clip(SOUND))]
    plan = binaural_plan(load_hrirs("kemar", RATE_HZ), (0.4, 0.15))
    return replace(snapshot(moves), binaural=plan, width=width_plan(load_hrirs("kemar", RATE_HZ)))


def roomy() -> Snapshot:
    moves = [source(circle(0.5, 2.0, 1.5), clip(SOUND), doppler=True) for _ in range(4)]
    return in_room(moves, "hall", ("binaural", "5.1"))


def turned() -> Snapshot:
    """A scene that is turned, of fast objects with channels of their own gains."""
    rotation = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    own = np.eye(8)
    encoder = replace(channel_encoder("7.1.4", RATE_HZ), channels=8, own=own, fill=_own(own))
    scene = snapshot([source(circle(2.0, 2.0), clip(SOUND)) for _ in range(8)], ("5.1",))
    return replace(
        scene, rotation=rotation, formats=("5.1", "objects"), channels=(6, 8),
        encoders={**scene.encoders, "objects": replace(encoder, lfe=None)}, spaces=(),
    )  # fmt: skip


def _own(own):
    def fill(directions, focus, out, room):
        for first in range(0, len(directions), len(own)):
            out[:, first : first + len(own)] = own.T

    return fill


def fields() -> Snapshot:
    """Sound fields that glide, and one that leaps."""
    scene = moving(field_of(3), circle(1.0, 2.0), ("binaural", "hoa3", "5.1"))
    times, places = scene.sources[0].motion.times_samples, scene.sources[0].motion.positions_m
    leaping = places.copy()
    leaping[times > 30 * HOP_SAMPLES] *= [-1.0, 1.0, 1.0]
    motion = replace(scene.sources[0].motion, times_samples=times, positions_m=leaping)
    return replace(scene, sources=tuple(replace(s, motion=motion) for s in scene.sources))


def made_by(kernel: Kernel, turning: bool = False) -> list[int]:
    outs = [np.zeros((channels, HOP_SAMPLES), np.float32) for channels in kernel.snapshot.channels]
    kernel.process(outs)
    heard = [0.0 for _ in outs]
    with counted_arrays() as sizes:
        for hop in range(HOPS):
            if turning:
                kernel.controls.set_head(0.1 * hop, 5.0, 0.0)
            kernel.process(outs)
            heard = [level + float(out[0, -1]) ** 2 for level, out in zip(heard, outs, strict=True)]
    assert all(0.0 < level < np.inf for level in heard)
    return sizes


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_a_hop_in_a_measured_room_makes_no_array(tmp_path: Path, channels: int) -> None:
    """Rooms of one channel, of two ears and of a sound field, with a tail of a second."""
    path = tmp_path / "room.wav"
    fading = np.exp(-np.arange(RATE_HZ) / 9000.0)
    answer = np.random.default_rng(1).standard_normal((RATE_HZ, channels)) * fading[:, None]
    soundfile.write(path, 0.1 * answer, RATE_HZ, subtype="FLOAT")
    moves = [source(circle(0.5, 2.0, 1.5), clip(SOUND)) for _ in range(2)]
    kernel = Kernel(in_room(moves, str(path), ("binaural", "5.1")))
    assert max(made_by(kernel)) <= LARGEST_BYTES


@pytest.mark.parametrize("block_samples", [32, 256, 480, 1000])
def test_ears_of_an_ambisonic_monitor_make_no_array(block_samples: int) -> None:
    head = Controls(roomy())
    ears = FieldListening(3, whole_decoder_plan(load_hrirs("kemar", RATE_HZ), 3), head)
    field = np.random.default_rng(1).standard_normal((16, block_samples)).astype(np.float32)
    ears.process(field)
    with counted_arrays() as sizes:
        for turn in range(20):
            head.set_head(3.0 * (turn // 5))
            out = ears.process(field)
    assert out.any()
    assert max(sizes, default=0) <= 9 * 8


SCENES = {"busy": busy, "near": near, "room": roomy, "turned": turned, "fields": fields}


@pytest.mark.parametrize("name", SCENES)
def test_a_hop_makes_no_array(name: str) -> None:
    assert max(made_by(Kernel(SCENES[name]()))) <= LARGEST_BYTES


def test_a_head_that_turns_makes_its_matrix_alone() -> None:
    assert max(made_by(Kernel(busy()), turning=True)) <= 9 * 8


def test_the_counter_counts() -> None:
    with counted_arrays() as sizes:
        np.zeros(100)
        np.ones(7) * 2.0
    assert [size for size in sizes if size > LARGEST_BYTES] == [800, 56, 56]


def _loops() -> list[Dispatcher]:
    found = []
    for module in pkgutil.iter_modules(engine.realtime.__path__):
        members = vars(importlib.import_module(f"engine.realtime.{module.name}")).values()
        found += [member for member in members if isinstance(member, Dispatcher)]
    return found


def test_compiled_loops_make_no_array() -> None:
    making = {"empty", "zeros", "ones", "full", "empty_like", "zeros_like", "copy", "arange"}
    making |= {"concatenate", "stack", "ravel", "flatten", "astype", "array", "argsort"}
    for loop in _loops():
        assert not making & set(loop.py_func.__code__.co_names), loop
