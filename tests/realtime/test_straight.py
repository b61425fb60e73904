"""Many hops in one call give the samples, peaks and counts that hop by hop gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from realtime_scenes import circle, clip, fixed, noise, render, snapshot, source

from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES, BedPlan, CurvePlan, StripPlan
from engine.realtime.straight import is_straight

HOPS = 150


def busy_scene(formats=("5.1", "hoa3", "stereo"), **more):
    """Fades, a curve, gaps, two channels, every second sample, a clip that is no number, a mute."""
    wide = np.concatenate([noise(9_000, 5), noise(9_000, 6)])
    mixed = replace(clip(noise(9_000)), samples=wide, mix=np.array([[0.5, -0.25]], np.float32))
    curve = CurvePlan(np.array([5_000.0, 6_000.0, 7_000.0]), np.array([-60.0, 6.0, 0.0]))
    broken = noise(20_000, 7)
    broken[0, 3_000] = np.nan
    sources = [
        source(circle(0.7, 1.0, 3.0), clip(noise(30_000, 1), fade_in_samples=700)),
        source(
            circle(-2.0, 1.0, 0.4),
            clip(noise(5_000, 2), 1_111, fade_out_samples=900),
            clip(noise(5_000, 3), 4_000, gain=0.3, gain_curve_db=curve),
            clip(noise(8_000, 4)[:, ::2], 20_000, offset_samples=100),
            strip=1,
        ),
        source(fixed(20.0, 50.0), replace(mixed, start_sample=700), strip=2),
        source(fixed(-100.0), clip(broken), strip=3),
        source(fixed(-100.0)),
    ]
    strips = tuple(StripPlan(f"t{i}", 0.5 + i, muted=i == 2) for i in range(4))
    return snapshot(sources, formats, strips=strips, **more)


def at_once(kernel: Kernel, *pieces: int):
    """The same as `render`, in pieces of so many hops; 0 is one hop the other way."""
    outs = []
    for hops in pieces:
        shapes = [(c, max(hops, 1) * HOP_SAMPLES) for c in kernel.snapshot.channels]
        outs.append([np.full(shape, np.nan, dtype=np.float32) for shape in shapes])
        (kernel.process_hops if hops else kernel.process)(outs[-1])
    return [np.concatenate(parts, axis=1) for parts in zip(*outs, strict=True)]


@pytest.mark.parametrize("pieces", [(150,), (1, 64, 85), (32, 0, 0, 16, 100)])
def test_many_hops_at_once_are_the_same_bit_by_bit(pieces) -> None:
    scene = busy_scene()
    assert is_straight(scene)
    one, many = Kernel(scene), Kernel(scene)
    expected, got = render(one, HOPS), at_once(many, *pieces)
    for a, b in zip(expected, got, strict=True):
        assert np.abs(a).max() > 0.01
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(one.strip_peaks, many.strip_peaks)
    assert many.position_samples == one.position_samples
    assert many.faults >= 1


def test_a_fader_moved_between_two_calls_glides_over_one_hop() -> None:
    one, many = Kernel(busy_scene()), Kernel(busy_scene())
    before = render(one, 20), at_once(many, 20)
    for kernel in (one, many):
        kernel.controls.set_track_gain("t0", -12.0)
    after = render(one, 30), at_once(many, 30)
    for a, b in zip(*before, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(*after, strict=True):
        np.testing.assert_array_equal(a, b)


def test_from_within_a_hop_on() -> None:
    many = Kernel(busy_scene())
    many.locate(10_123)
    expected = render(busy_scene(), 40, start=10_123)
    for a, b in zip(expected, at_once(many, 40), strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_needs_memory_goes_hop_by_hop_and_is_the_same() -> None:
    travelling = [source(circle(0.7, 1.0, 3.0), clip(noise(30_000)), doppler=True)]
    bed = BedPlan(1, (clip(np.tile(noise(20_000), (4, 1)), rows=4),))
    for scene in (
        snapshot(travelling, ("5.1",)),
        busy_scene(beds=(bed,)),
        busy_scene(("binaural", "5.1")),
    ):
        assert not is_straight(scene)
        for a, b in zip(render(scene, 60), at_once(Kernel(scene), 20, 40), strict=True):
            np.testing.assert_array_equal(a, b)
