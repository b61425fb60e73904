"""Between one mover's turn and the next there is a pause, as the listener hears them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.script.foreground import turns
from engine.script.moments import with_moments
from engine.script.rules import shipped_rules
from engine.script.writer import rule_for, write_script
from engine.units import SPEED_OF_SOUND_M_PER_S

PAUSE_S = 0.15


@pytest.mark.parametrize("far_m", [22.0, 30.0])
def test_the_next_one_waits_until_the_one_before_has_arrived(make_track, far_m: float) -> None:
    """A car far away has crossed and is gone from sight, but its sound is still on its way."""
    across_m = 0.8 * far_m
    ends = (far_m, across_m, -1), (far_m, -across_m, -1)
    far = make_track("car", *ends, seen=(0.0, 3.0), id="far")
    near = make_track("car", (12, 0.5, -1), (12, -0.5, -1), seen=(0.0, 6.0), id="near")
    rules = [rule_for(track, shipped_rules()) for track in (far, near)]
    ((starts_s, _),) = turns([far, near], rules, 8.0)["near"].spans_s
    far_s, near_s = (
        float(np.linalg.norm(track.trajectory.at(np.array([time_s]))[0])) / SPEED_OF_SOUND_M_PER_S
        for track, time_s in ((far, 3.0), (near, starts_s))
    )
    assert starts_s + near_s - (3.0 + far_s) == pytest.approx(PAUSE_S, abs=0.06)


def test_what_appears_in_the_middle_of_a_film_fades_in(make_track, make_project) -> None:
    car = make_track("car", seen=(2.0, 6.0))
    first = make_track("car", seen=(0.0, 6.0), id="first")
    for track, fade_s in ((car, 0.2), (first, 0.0)):
        script = write_script(make_project(track), 3)
        motors = [e for e in script.events if e.layer == "motor"]
        assert motors
        assert all(e.parameters.get("fade_in_s", 0.0) == fade_s for e in motors)


def test_a_moment_is_never_taken_from_the_telling_part_of_another() -> None:
    """One in front that stands for long and crosses at the end keeps its crossing."""
    times_s = np.arange(0.0, 8.0, 0.05)
    crossing = np.interp(times_s, [0.0, 3.9, 6.0, 8.0], [-40.0, -38.0, 60.0, 62.0])
    other = np.interp(times_s, [0.0, 8.0], [30.0, -30.0])
    levels = np.stack([
        np.where(times_s < 7.2, -14.0 - np.abs(times_s - 6.5), -np.inf),
        np.where((times_s > 3.9) & (times_s < 5.5), -20.0, -np.inf),
        np.where(times_s > 5.9, -15.0, -np.inf),
    ])  # fmt: skip
    azimuth_deg = np.stack([crossing, other, other])
    front = np.where(times_s < 6.0, 0, 2)
    found = with_moments(front, levels, azimuth_deg, [1], 0.05)
    assert np.array_equal(found, front)
    moving = np.stack([60.0 - 16.0 * times_s, other, other])
    assert (with_moments(front, levels, moving, [1], 0.05) == 1).any()
