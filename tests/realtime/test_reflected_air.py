"""Air on the way of reflections: the standard's loss at any rate and distance, without a click."""

from dataclasses import replace

import numpy as np
import pytest
from chain_scenes import at, noise, residual_db, scene, source
from numpy.typing import NDArray

from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES, ChannelEncoder, MotionPlan, Snapshot, SourcePlan
from engine.render.rooms import RoomChoice, add_room
from engine.spatial.air_absorption import absorption_db_per_m
from engine.spatial.air_steps import STEP_M, air_steps
from engine.spatial.space import space_plan

HEAD_M = 1.6
"""Of the listener's head over the only wall there is."""


def ground(plan: SourcePlan, rate_hz: int = 48_000, room: str = "field") -> Snapshot:
    """Nothing but what the ground sends back of a source."""
    fields = [space_plan(3, ("foa",), None)]
    answer = add_room(RoomChoice(room), [plan], [0.0], fields, rate_hz)
    deaf = ChannelEncoder(4, lambda directions, focus, out, room: out.fill(0.0))
    return scene(
        *answer.sources, rate_hz=rate_hz, formats=("foa",), channels=(4,), encoders={"foa": deaf},
        spaces=answer.spaces, room=answer.room,
    )  # fmt: skip


def heard(snapshot: Snapshot, hops: int, start: int = 0) -> NDArray[np.float32]:
    """The omnidirectional channel."""
    kernel = Kernel(snapshot)
    if start:
        kernel.locate(start)
    result = np.zeros((4, hops * HOP_SAMPLES), np.float32)
    for hop in range(hops):
        kernel.process([result[:, hop * HOP_SAMPLES : (hop + 1) * HOP_SAMPLES]])
    return result[0]


def read_alike(snapshot: Snapshot) -> Snapshot:
    """Without the delay that goes with air: what reading between samples costs is the same."""
    assert snapshot.room is not None
    early = snapshot.room.early
    assert early is not None
    early = replace(early, air=replace(early.air, late_samples=0.0))
    return replace(snapshot, room=replace(snapshot.room, early=early))


def beside(way_m: float) -> float:
    """How far away a source at the head's height is, whose way over the ground is that long."""
    return float(np.sqrt(way_m**2 - (2 * HEAD_M) ** 2))


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("way_m", [10.0, 15.9, 50.0, 100.0, 300.0])
def test_a_reflection_is_as_dull_as_its_way(rate_hz: int, way_m: float) -> None:
    impulse = np.zeros((1, 4000), np.float32)
    impulse[0, 1000] = 1.0
    plan = source(impulse, at(0.0, beside(way_m), 0.0))
    clear, dull = (
        heard(read_alike(ground(replace(plan, air=air), rate_hz)), 40) for air in (False, True)
    )
    hz = np.fft.rfftfreq(len(dull), 1 / rate_hz)
    there = (hz > 40.0) & (hz < 16_000.0)
    loss_db = -20 * np.log10(np.abs(np.fft.rfft(dull) / np.fft.rfft(clear))[there])
    assert np.abs(loss_db - absorption_db_per_m(hz[there]) * way_m).max() < 1.0


@pytest.mark.parametrize(("rate_hz", "hz"), [(48_000, 1500.0), (192_000, 6000.0)])
def test_passing_from_shell_to_shell_leaves_no_side_bands(rate_hz: int, hz: float) -> None:
    """Through seven of them; level and phase of what is heard glide on."""
    time_s = np.arange(2 * rate_hz) / rate_hz
    tone = (0.5 * np.sin(2 * np.pi * hz * time_s))[None].astype(np.float32)
    ends = np.array([[0.0, 30.0, 0.0], [0.0, 150.0, 0.0]])
    plan = source(tone, MotionPlan(np.array([0.0, 2.0]) * rate_hz, ends), air=True)
    hops = int(1.9 * rate_hz) // HOP_SAMPLES
    got = heard(ground(plan, rate_hz), hops)[rate_hz // 10 :].astype(float)
    power = np.abs(np.fft.rfft(got * np.kaiser(len(got), 20.0))) ** 2
    near = np.abs(np.fft.rfftfreq(len(got), 1 / rate_hz) - hz) < 150.0
    assert 10 * np.log10(power[~near].sum() / power[near].sum()) < -60.0


def test_loss_grows_steadily_through_the_shells() -> None:
    """A tone of 12 kHz that goes away falls as the standard says, nowhere by a step."""
    rate_hz, hz = 192_000, 12_000.0
    time_s = np.arange(rate_hz) / rate_hz
    tone = (0.5 * np.sin(2 * np.pi * hz * time_s))[None].astype(np.float32)
    ends = np.array([[0.0, 10.0, 0.0], [0.0, 100.0, 0.0]])
    plan = source(tone, MotionPlan(np.array([0.0, rate_hz]), ends))
    clear, dull = (heard(ground(replace(plan, air=air), rate_hz), 740) for air in (False, True))
    size = 4 * HOP_SAMPLES
    window = np.hanning(size)
    rows = [(x.reshape(-1, size).astype(float) * window)[2:] for x in (clear, dull)]
    loss_db = 10 * np.log10(np.sum(rows[0] ** 2, axis=1) / np.sum(rows[1] ** 2, axis=1))
    place_m = 10.0 + 90.0 * (np.arange(len(loss_db)) + 2.5) * size / rate_hz
    way_m = np.hypot(place_m, 2 * HEAD_M)
    assert way_m[-1] > 5 * STEP_M
    assert np.abs(loss_db - absorption_db_per_m(hz) * way_m).max() < 0.3
    assert np.abs(np.diff(loss_db, 2)).max() < 0.1


def test_playback_may_begin_in_any_shell() -> None:
    ends = np.array([[0.0, 5.0, 0.0], [0.0, 250.0, 0.0]])
    plan = source(noise(50_000), MotionPlan(np.array([0.0, 48_000.0]), ends), air=True)
    whole = heard(ground(plan), 150)
    start = 77 * HOP_SAMPLES
    part = heard(ground(plan), 40, start)
    assert residual_db(part, whole[start : start + len(part)]) < -100.0


def test_a_jump_from_shell_to_shell_is_faded() -> None:
    tone = (0.5 * np.sin(2 * np.pi * 400.0 * np.arange(48_000) / 48_000))[None].astype(np.float32)
    times = np.array([0.0, 20_000.0, 20_001.0, 48_000.0])
    places = [[0.0, 20.0, 0.0], [0.0, 20.0, 0.0], [0.0, 70.0, 0.0], [0.0, 70.0, 0.0]]
    plan = source(tone, MotionPlan(times, np.array(places)), air=True)
    plan = replace(plan, delayed=True, max_delay_samples=14_000)
    got = heard(ground(plan), 150).astype(float)
    loudest = np.abs(got).max()
    assert np.abs(np.diff(got))[6000:].max() < 2.0 * loudest * 2 * np.pi * 400.0 / 48_000
    assert np.abs(got[21_000:]).max() > 0.1 * loudest


def test_steps_of_air_are_late_alike_at_all_rates() -> None:
    """What filters add to the way: less than half a millimetre a metre."""
    for rate_hz in (44_100, 96_000, 192_000):
        steps = air_steps(rate_hz)
        assert 0.0 < steps.late_samples / rate_hz * 343.0 / steps.step_m < 4e-4
