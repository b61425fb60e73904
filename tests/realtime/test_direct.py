"""Sources that are read straight from their clips, against the same ones read from rings."""

from dataclasses import replace

import numpy as np
import pytest
from realtime_scenes import circle, clip, fixed, noise, render, snapshot, source

from engine.realtime.direct import is_direct
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import CurvePlan

HOPS = 60


def scene_of(clips, *, remembers: bool, formats=("binaural", "5.1")):
    """Where the past is kept, rings are used."""
    plans = [source(circle(0.5, 2.0) if i else fixed(30.0), c) for i, c in enumerate(clips)]
    return snapshot([replace(plan, reach_samples=int(remembers)) for plan in plans], formats)


def test_a_ring_changes_nothing() -> None:
    late = replace(clip(noise(6000, 1)), start_sample=3001, fade_in_samples=500)
    clips = [clip(noise(HOPS * 256)), late, clip(np.zeros((1, 9000), np.float32))]
    straight = scene_of(clips, remembers=False)
    assert all(is_direct(plan) for plan in straight.sources)
    kept = scene_of(clips, remembers=True)
    for first in (0, 20 * 256):
        outs = render(straight, 30, first), render(kept, 30, first)
        for ours, theirs in zip(*outs, strict=True):
            assert np.abs(ours).max() > 1e-3
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e30])
def test_what_is_no_number_ends_there_and_counts(bad: float) -> None:
    sound = noise(HOPS * 256)
    sound[0, 5000] = bad
    found = []
    for remembers in (False, True):
        kernel = Kernel(scene_of([clip(sound)], remembers=remembers, formats=("5.1",)))
        out = np.zeros((6, 40 * 256), np.float32)
        for hop in range(40):
            kernel.process([out[:, hop * 256 : (hop + 1) * 256]])
        assert np.isfinite(out).all()
        assert np.abs(out[:, -256:]).max() > 1e-3
        found.append((out, kernel.faults))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    assert found[0][1] == found[1][1] > 0


def test_what_filters_or_reflects_needs_a_past() -> None:
    plain = source(fixed(0.0), clip(noise(100)))
    assert is_direct(replace(plain, air=True))
    curve = CurvePlan(np.array([0.0]), np.array([0.5]))
    for more in (
        {"delayed": True, "max_delay_samples": 100}, {"reach_samples": 9},
        {"sections": np.ones((1, 6))}, {"occlusion": curve},
    ):  # fmt: skip
        assert not is_direct(replace(plain, **more))
