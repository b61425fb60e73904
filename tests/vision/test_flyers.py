"""What a track is comes from the picture: the script's rules hear it from the label."""

from __future__ import annotations

import numpy as np
import pytest

from engine.project.model import Track, Trajectory
from engine.script.rules import shipped_rules
from engine.script.writer import rule_for

TIMES_S = np.linspace(0.0, 4.0, 9)


def track(label: str, height_m: float, boxes: str | None) -> Track:
    """One that passes at a height above the listener's ears."""
    positions = np.stack([np.full(9, 5.0), 4.0 - 2.0 * TIMES_S, np.full(9, height_m)], axis=1)
    return Track(
        id="t",
        name=label,
        label=label,
        trajectory=Trajectory.from_arrays(TIMES_S, positions),
        boxes=boxes,
        end_s=4.0,
    )


@pytest.mark.parametrize(
    ("label", "height_m", "boxes", "rule"),
    [
        ("flyer", 0.0, "seen", "bird"),  # a mapping without elevation
        ("flyer", 3.0, "seen", "bird"),
        ("object", 3.0, "seen", "unknown"),  # a mapping that throws near things up
        ("object", 3.0, None, "bird"),  # drawn by hand: elevation is all there is
        ("object", 0.0, None, "unknown"),
        ("helicopter", 0.0, "seen", "helicopter"),
    ],
)
def test_rule_of_a_track(label: str, height_m: float, boxes: str | None, rule: str) -> None:
    assert rule_for(track(label, height_m, boxes), shipped_rules()).name == rule
