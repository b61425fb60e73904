"""What goes up and down more slowly than things fall rolls, as on a slope seen from above."""

from __future__ import annotations

import numpy as np
import pytest

from engine.project.model import Contact, Track, Trajectory
from engine.script.motion import read_motion


def arc(rise_m: float, lasts_s: float, *, hits_s: tuple[float, ...]) -> Track:
    """Something that goes across and up and down for a time; 1 s level before and after."""
    times = np.arange(0.0, lasts_s + 2.0, 0.04)
    part = np.clip((times - 1.0) / lasts_s, 0.0, 1.0)
    height = 4.0 * rise_m * part * (1.0 - part) - 1.0
    places = np.stack([np.full(len(times), 3.0), 1.0 - 0.4 * times, height], axis=1)
    return Track(
        id="ball",
        name="Ball 1",
        label="ball",
        trajectory=Trajectory.from_arrays(times, places),
        contacts=tuple(Contact(time_s=time_s, kind="bounce") for time_s in hits_s),
        start_s=0.0,
        end_s=float(times[-1]),
    )


def airborne_s(track: Track) -> float:
    motion = read_motion(track, track.end_s)
    return 0.02 * float(np.count_nonzero(~motion.on_ground))


@pytest.mark.parametrize("hits", ["both", "landing"])
def test_what_flies_is_off_the_ground(hits: str) -> None:
    lasts_s = np.sqrt(8.0 * 0.5 / 9.81)  # thrown half a metre high
    hits_s = (1.0, 1.0 + lasts_s) if hits == "both" else (1.0 + lasts_s,)
    assert airborne_s(arc(0.5, lasts_s, hits_s=hits_s)) > 0.8 * lasts_s


@pytest.mark.parametrize("rise_m", [0.2, 0.5, 1.0])
def test_what_comes_down_slowly_rolls(rise_m: float) -> None:
    assert airborne_s(arc(rise_m, 6.0, hits_s=(7.0,))) == 0.0
    assert airborne_s(arc(0.06, 1.2, hits_s=(1.0, 2.2))) == 0.0


def test_what_rolls_on_a_table_is_in_the_air_only_while_it_falls() -> None:
    times = np.arange(0.0, 5.0, 0.02)
    height = np.where(times < 3.0, 0.7, np.maximum(0.7 - 0.5 * 9.81 * (times - 3.0) ** 2, 0.0))
    places = np.stack([np.full(len(times), 3.0), 1.0 - 0.4 * times, height - 1.0], axis=1)
    lands_s = 3.0 + np.sqrt(2.0 * 0.7 / 9.81)
    track = Track(
        id="ball",
        name="Ball 1",
        label="ball",
        trajectory=Trajectory.from_arrays(times, places),
        contacts=(Contact(time_s=float(lands_s), kind="bounce"),),
        start_s=0.0,
        end_s=float(times[-1]),
    )
    motion = read_motion(track, 5.0)
    grounded = motion.on_ground[motion.times_s < 2.5]
    falling = motion.on_ground[(motion.times_s > 3.1) & (motion.times_s < lands_s - 0.02)]
    assert grounded.all()
    assert not falling.any()
