"""Minutes of a simulated session: nothing tears, nothing drifts, every gap is counted."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from benchmarks.endurance import resident_bytes, run
from benchmarks.simulated_device import SimulatedDevice
from benchmarks.simulated_session import PLAIN
from engine.realtime.stage import Stage

RATE_HZ = 48_000
MOST_GROWTH_BYTES = 48 << 20
"""Three times what equal sessions differ by."""


def test_a_short_session_holds_together() -> None:
    result = run(hours=0.025, seed=3, formats=PLAIN)
    assert result.gestures > 20
    assert result.comparisons > 1000
    assert result.unexplained == 0
    assert result.worst_error_s < 1e-3
    assert result.gaps_met == result.gaps_counted
    assert result.faulty_blocks == 0


def test_the_simulated_device_counts_what_it_misses() -> None:
    clock = [0.0]
    device = SimulatedDevice(RATE_HZ, 512, 100.0, lambda: clock[0])
    device.put(0, np.ones((2048, 2), np.float32))
    assert device.consumed() == 512
    clock[0] = 0.030
    assert device.consumed() == 3 * 512
    sounding = device.heard()
    assert sounding is not None
    assert sounding == pytest.approx(1.0)
    clock[0] = 0.050
    assert device.consumed() == 2048
    assert device.underruns == 1


def test_a_session_leaves_nothing_behind() -> None:
    """What one needed serves the next: no scene of either is kept, and memory stays."""
    run(hours=0.01, seed=3, formats=PLAIN)
    kept, held = living_stages(), resident_bytes()
    result = run(hours=0.02, seed=4, formats=PLAIN)
    assert result.gestures > 10
    assert living_stages() <= kept
    assert resident_bytes() - held < MOST_GROWTH_BYTES


def living_stages() -> int:
    """How many scenes are ready to be rendered."""
    gc.collect()
    return sum(type(thing) is Stage for thing in gc.get_objects())
