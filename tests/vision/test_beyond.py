"""What leaves the picture goes on unseen: as it went, for a while, inside its shot, and marked."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs

from engine.pipeline.sections import sections
from engine.project.model import (
    Contact,
    Event,
    EventId,
    Project,
    Track,
    TrackId,
    Trajectory,
    Video,
)
from engine.script.foreground import turns
from engine.script.layers import Setting, object_drafts
from engine.script.motion import read_motion
from engine.script.rules import shipped_rules
from engine.script.writer import rule_for, write_script
from engine.vision.beyond import LONGEST_S, beyond_sight
from tests.vision.scenes import HEIGHT, WIDTH

SIZE = (WIDTH, HEIGHT)


def crossing(speed_m_per_s: float = 6.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A car 8 m away that goes through the whole picture to the right, 2 to 4 s into the film."""
    times = np.arange(2.0, 4.001, 0.04)
    positions = np.stack(
        [np.full(len(times), 8.0), -speed_m_per_s * (times - 3.0), np.full(len(times), -0.5)], 1
    )
    x = (times - 2.0) / 2.0 * WIDTH
    boxes = np.stack([x - 40, np.full_like(x, 150), x + 40, np.full_like(x, 190)], 1)
    return times, positions, np.clip(boxes, 0, [WIDTH, HEIGHT, WIDTH, HEIGHT])


def continued(within_s: tuple[float, float] = (0.0, 10.0), **how: float) -> Trajectory:
    times, positions, boxes = crossing(**how)
    seen = Trajectory.from_arrays(times[::10], positions[::10])
    return beyond_sight(seen, times, positions, boxes, SIZE, within_s)


def test_it_goes_on_as_it_went_and_is_marked() -> None:
    path = continued()
    guessed = [k for k in path.keyframes if k.extrapolated]
    assert guessed
    for keyframe in guessed:
        assert not 2.0 <= keyframe.time_s <= 4.0
        assert keyframe.y_m == pytest.approx(-6.0 * (keyframe.time_s - 3.0), abs=0.02)
        assert (keyframe.x_m, keyframe.z_m) == pytest.approx((8.0, -0.5), abs=0.01)
    times = [k.time_s for k in path.keyframes]
    assert times == sorted(times)
    assert 4.0 < times[-1] <= 4.0 + LONGEST_S
    assert 2.0 - LONGEST_S <= times[0] < 2.0
    seen = np.arange(2.0, 4.0, 0.01)
    times_s, positions, _ = crossing()
    before = Trajectory.from_arrays(times_s[::10], positions[::10])
    np.testing.assert_array_equal(path.at(seen), before.at(seen))


def test_a_cut_and_the_films_end_stop_it() -> None:
    path = continued((1.5, 4.4))
    assert path.keyframes[0].time_s == pytest.approx(1.5)
    assert path.keyframes[-1].time_s == pytest.approx(4.4)
    assert not any(k.extrapolated for k in continued((2.0, 4.0)).keyframes)


def test_what_stands_or_stays_inside_is_left_alone() -> None:
    assert not any(k.extrapolated for k in continued(speed_m_per_s=0.3).keyframes)
    times, positions, boxes = crossing()
    inner = slice(10, -10)
    seen = Trajectory.from_arrays(times[inner], positions[inner])
    alone = beyond_sight(
        seen, times[inner], positions[inner], boxes[inner], SIZE, (0.0, 10.0)
    )  # it appears and is lost in the middle: nothing says that it left
    assert alone == seen


def car() -> Track:
    return Track(
        id=TrackId("car"), name="Car 1", label="car", trajectory=continued(), start_s=2.0, end_s=4.0
    )


def test_it_is_heard_beyond_its_sight_and_fades_there() -> None:
    track = car()
    assert track.heard_s == (track.trajectory.times_s[0], track.trajectory.times_s[-1])
    assert len(track.seen_positions_m) == sum(
        not k.extrapolated for k in track.trajectory.keyframes
    )
    motion = read_motion(track, 10.0)
    assert motion.times_s[0] < 1.0
    assert motion.times_s[-1] > 5.0
    video = Video(
        path="clip.mp4", fingerprint="", width=WIDTH, height=HEIGHT, duration_s=10.0,
        rate_numerator=25, rate_denominator=1,
    )  # fmt: skip
    project = Project(tracks=(track,), video=video)
    events = [e for e in write_script(project, 0).events if e.track_id == "car"]
    lasting = [e for e in events if not e.onsets_s]
    assert lasting
    for event in lasting:
        assert event.start_s < 2.0
        assert event.start_s + event.duration_s > 4.0
        assert event.parameters["fade_in_s"] == pytest.approx(2.0 - event.start_s, abs=0.01)
        end_s = event.start_s + event.duration_s
        assert event.parameters["fade_out_s"] == pytest.approx(end_s - 4.0, abs=0.01)


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_it_goes_on_beyond_every_side_of_the_picture(side: str) -> None:
    """As it went: what leaves by the top rises on, nothing else does."""
    times = np.arange(2.0, 3.001, 0.04)
    share = (times - 2.0)[:, None]
    far = {"left": (0, 4, 1), "right": (0, -4, 1), "top": (0, 1, 4), "bottom": (-3, 1, 1)}[side]
    positions = np.array([8.0, 0.0, 0.0]) + share * np.array(far, dtype=float)
    middle = np.array([WIDTH, HEIGHT]) / 2.0
    edge = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1)}[side]
    centres = middle + share * middle * np.array(edge)
    boxes = np.clip(np.hstack([centres - 20, centres + 20]), 0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
    seen = Trajectory.from_arrays(times[::5], positions[::5])
    path = beyond_sight(seen, times, positions, boxes, SIZE, (2.0, 10.0))
    last, gone = path.keyframes[len(seen.keyframes) - 1], path.keyframes[-1]
    assert gone.extrapolated
    ahead_s = gone.time_s - last.time_s
    assert ahead_s >= 0.5
    rises = 4.0 * ahead_s if side == "top" else 0.0
    assert gone.z_m - last.z_m == pytest.approx(rises, abs=0.02)
    assert gone.y_m - last.y_m == pytest.approx(far[1] * ahead_s, abs=0.02)


def test_steps_go_on_beyond_the_picture_and_fade() -> None:
    """Someone walks out to the right, a step every half second: the walk ends later, and softly."""
    times = np.array([0.0, 3.0, 4.5])
    places = np.array([[4.0, 2.0, -1.6], [4.0, -2.0, -1.6], [4.0, -4.0, -1.6]])
    path = Trajectory.from_arrays(times, places)
    last = structs.replace(path.keyframes[-1], extrapolated=True)
    walker = Track(
        id=TrackId("w"), name="Walker", label="person", end_s=3.0,
        trajectory=structs.replace(path, keyframes=(*path.keyframes[:-1], last)),
        contacts=tuple(Contact(time_s=t, kind="step") for t in np.arange(0.25, 3.0, 0.5).tolist()),
    )  # fmt: skip
    rule = rule_for(walker, shipped_rules())
    drafts = object_drafts(walker, rule, Setting("concrete", "asphalt"), 10.0)
    (steps,) = [draft for draft in drafts if draft.layer == "footsteps"]
    beyond = [(t, s) for t, s in zip(steps.onsets_s, steps.strengths, strict=True) if t > 3.0]
    assert [t for t, _ in beyond] == pytest.approx([3.25, 3.75, 4.25])
    assert 1.0 > beyond[0][1] > beyond[1][1] > beyond[2][1]
    assert "6 steps at the seen contacts" in steps.why
    assert "the pace is assumed" in steps.why
    short = object_drafts(walker, rule, Setting("concrete", "asphalt"), 3.5)
    assert max(t for draft in short for t in draft.onsets_s) < 3.5


def test_beyond_its_sight_it_is_softer_while_something_else_is_up() -> None:
    first = car()
    times = np.array([4.7, 9.0])
    second = Track(
        id=TrackId("van"), name="Van 1", label="car", start_s=4.7, end_s=9.0,
        trajectory=Trajectory.from_arrays(times, np.array([[9.0, 6.0, 0.0], [9.0, -6.0, 0.0]])),
    )  # fmt: skip
    rules = [rule_for(track, shipped_rules()) for track in (first, second)]
    turn = turns((first, second), rules, 10.0)["car"]
    assert turn.spans_s is not None
    ((start_s, stop_s),) = turn.spans_s
    assert start_s == pytest.approx(first.heard_s[0], abs=0.06)
    assert stop_s == pytest.approx(4.0)
    events = list(object_drafts(first, rules[0], Setting("concrete", "asphalt"), 10.0, turn))
    loud, soft = (e for e in events if e.layer == "motor")
    assert not loud.muted
    assert not soft.muted
    assert soft.level_db == pytest.approx(loud.level_db - 12.0)
    assert soft.end_s == pytest.approx(first.heard_s[1], abs=0.05)
    assert soft.parameters["fade_out_s"] >= soft.end_s - 4.0 - 0.05  # it fades all the way
    assert loud.end_s - soft.start_s == pytest.approx(loud.parameters["fade_out_s"], abs=0.01)
    assert soft.parameters["fade_in_s"] == loud.parameters["fade_out_s"]  # and no hole is left


def test_fades_of_a_long_sound_belong_to_its_ends() -> None:
    event = Event(
        id=EventId("e"), track_id=TrackId("car"), layer="engine", generator="motor", prompt="",
        start_s=0.0, duration_s=150.0, parameters={"fade_in_s": 2.0, "fade_out_s": 2.0, "hz": 3.0},
    )  # fmt: skip
    first, middle, last = (set(s.event.parameters) for s in sections(event))
    assert first == {"fade_in_s", "hz"}
    assert middle == {"hz"}
    assert last == {"fade_out_s", "hz"}
