"""A clip comped from takes: every moment stays where it was, joins keep the power."""

import itertools

import pytest
from msgspec import structs

from engine.errors import ProjectError
from engine.project.blind_test import BlindTest
from engine.project.edits import CompClip, LockTake, Part, decode_edit, encode_edit
from engine.project.model import Clip, Event, Project, Recipe, Take, Track, Trajectory

PATH = Trajectory.from_arrays([0.0, 1.0], [[1, 0, 0], [1, 1, 0]])


def take(name, samples=96_000, event="e"):
    return Take(
        id=f"take-{event}-{name}", event_id=event, name=name, audio="0" * 64,
        sample_rate_hz=48_000, channels=1, samples=samples,
        recipe=Recipe(generator="impacts", version="1"),
    )  # fmt: skip


@pytest.fixture
def project():
    events = tuple(
        Event(id=name, track_id="t", layer="l", generator="impacts", prompt="", start_s=1.0,
              duration_s=2.0)
        for name in ("e", "f")
    )  # fmt: skip
    clip = Clip(
        id="c", track_id="t", take_id="take-e-one", name="l", start_s=1.2, duration_s=1.6,
        offset_s=0.2, gain_db=-3.0, fade_in_s=0.01, fade_out_s=0.02,
    )  # fmt: skip
    takes = (take("one"), take("two"), take("short", 30_000), take("other", event="f"))
    track = Track(id="t", name="t", trajectory=PATH)
    return Project(tracks=(track,), events=events, takes=takes, clips=(clip,))


def comp(*parts, **more):
    chosen = tuple(Part(take_id=f"take-e-{name}", start_s=at) for name, at in parts)
    return CompClip(clip_id="c", parts=chosen, **more)


def test_every_moment_of_a_take_stays_where_it_was(project):
    made = comp(("one", 1.2), ("two", 1.8), ("one", 2.4)).apply(project)
    assert [clip.id for clip in made.clips] == ["c", "c~2", "c~3"]
    for clip in made.clips:
        assert clip.start_s - clip.offset_s == pytest.approx(1.0)
        assert clip.gain_db == -3.0
        assert clip.provenance == "hand"
    assert {clip.group for clip in made.clips} == {"c"}
    assert made.clips[0].start_s == 1.2
    assert made.clips[2].start_s + made.clips[2].duration_s == pytest.approx(2.8)


def test_joins_overlap_and_cross_fade(project):
    made = comp(("one", 1.2), ("two", 1.8), cross_fade_s=0.1).apply(project)
    first, second = made.clips
    assert first.start_s + first.duration_s - second.start_s == pytest.approx(0.1)
    assert (first.fade_in_s, first.fade_out_s) == (0.01, 0.1)
    assert (second.fade_in_s, second.fade_out_s) == (0.1, 0.02)


def test_one_part_chooses_a_take_and_equal_neighbours_are_one(project):
    assert comp(("two", 1.2)).apply(project).clips[0].take_id == "take-e-two"
    assert len(comp(("two", 1.2), ("two", 2.0)).apply(project).clips) == 1


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((), "at least one part"),
        ((("one", 1.2), ("two", 5.0)), "shorter than its cross-fade"),
        ((("one", 1.2), ("two", 2.0), ("one", 1.9)), "shorter than its cross-fade"),
        ((("one", 1.2), ("short", 2.0)), "ends before"),
        ((("one", 1.2), ("nobody", 2.0)), "there is no take"),
    ],
)
def test_nonsense_is_refused_in_words(project, parts, words):
    with pytest.raises(ProjectError, match=words):
        comp(*parts).apply(project)


def test_takes_of_another_event_and_locked_ones_are_refused(project):
    foreign = CompClip(clip_id="c", parts=(Part(take_id="take-f-other", start_s=0.0),))
    with pytest.raises(ProjectError, match="something else"):
        foreign.apply(project)
    locked = LockTake(take_id="take-e-one").apply(project)
    with pytest.raises(ProjectError, match="is locked"):
        comp(("one", 1.2), ("two", 1.8)).apply(locked)


def test_the_edit_is_stored_and_read(project):
    edit = comp(("one", 1.2), ("two", 1.8))
    assert decode_edit(encode_edit(edit)) == edit


def test_a_blind_test_hides_which_is_which_and_counts():
    test = BlindTest.of(("x", "y"), seed=4)
    orders = []
    for _ in range(12):
        shown = test.shown
        assert sorted(shown) == ["A", "B"]
        assert sorted(shown.values()) == ["x", "y"]
        orders.append(shown["A"])
        test = test.preferring(next(letter for letter, name in shown.items() if name == "y"))
    assert len(set(orders)) == 2
    assert test.favourite == "y"
    assert test.chance == pytest.approx(0.5**12)
    again = BlindTest.of(("x", "y"), seed=4)
    assert again.shown == structs.replace(test, preferred=()).shown
    others = {tuple(BlindTest.of("abcd", seed).shown.values()) for seed in range(20)}
    assert len(others) > 5


def test_a_draw_has_no_favourite():
    test = BlindTest.of(("x", "y"))
    assert (test.favourite, test.chance) == (None, 1.0)
    for name in ("x", "y"):
        test = test.preferring({v: k for k, v in test.shown.items()}[name])
    assert test.favourite is None
    with pytest.raises(ProjectError, match="no 'C'"):
        test.preferring("C")
    for wrong in ((), ("x",), ("x", "x"), tuple("abcdefghi")):
        with pytest.raises(ProjectError, match="compared blind"):
            BlindTest.of(wrong)


def test_parts_in_sequence_cover_the_clip(project):
    made = comp(("one", 1.2), ("two", 1.6), ("one", 2.0), ("two", 2.4)).apply(project)
    for left, right in itertools.pairwise(made.clips):
        assert left.start_s < right.start_s <= left.start_s + left.duration_s
