"""Ids of events: they stay with what they name, however the script is written again."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from engine.project.edits import ApplyScript
from engine.project.model import Event, Project, Track, Trajectory
from engine.script.event_ids import Named, stable_ids
from engine.script.writer import write_script


def event(id_: str, named: Named, **more) -> Event:
    return Event(
        id=id_, track_id=named.track_id, layer=named.layer, generator="air", prompt=named.prompt,
        start_s=named.start_s, duration_s=named.end_s - named.start_s, **more,
    )  # fmt: skip


def session(named: list[Named], ids: list[str], **more) -> Project:
    events = tuple(event(id_, what) for id_, what in zip(ids, named, strict=True))
    return Project(events=events, **more)


@st.composite
def spans(draw) -> list[Named]:
    """Events that do not overlap on their layer, 1 to 10 s long, at least 1 s apart."""
    found = []
    for track in draw(st.lists(st.sampled_from(["t1", "t2", "t10"]), unique=True, min_size=1)):
        for layer in draw(st.lists(st.sampled_from(["steps", "cloth-a"]), unique=True)):
            at_s = draw(st.floats(0.0, 5.0))
            for _ in range(draw(st.integers(1, 5))):
                end_s = at_s + draw(st.floats(1.0, 10.0))
                found.append(Named(track, layer, at_s, end_s))
                at_s = end_s + draw(st.floats(1.0, 20.0))
    return found


@settings(max_examples=80, deadline=None)
@given(data=st.data(), first=spans())
def test_what_is_seen_again_keeps_its_id_and_all_others_are_new(data, first):
    ids = stable_ids(Project(), first)
    assert len(set(ids)) == len(ids)
    shift = st.floats(-0.45, 0.45)
    seen = [
        (id_, moved(what, data.draw(shift), data.draw(shift)))
        for id_, what in zip(ids, first, strict=True)
        if data.draw(st.booleans())
    ]
    extra = [Named("t3", "steps", 1.0, 3.0), Named("t1", "new", 0.0, 2.0)]
    again = [(id_, what) for id_, what in seen] + [(None, what) for what in extra]
    again = data.draw(st.permutations(again))
    found = stable_ids(session(first, ids), [what for _, what in again])
    assert len(set(found)) == len(found)
    for (id_, _), new in zip(again, found, strict=True):
        assert new == id_ if id_ is not None else new not in ids


def moved(what: Named, start_s: float, end_s: float) -> Named:
    return Named(what.track_id, what.layer, what.start_s + start_s, what.end_s + end_s)


@settings(max_examples=50, deadline=None)
@given(data=st.data(), first=spans())
def test_a_deleted_event_stays_deleted_when_it_is_seen_a_little_elsewhere(data, first):
    ids = stable_ids(Project(), first)
    gone = {id_ for id_ in ids if data.draw(st.booleans())}
    kept = [(what, id_) for what, id_ in zip(first, ids, strict=True) if id_ not in gone]
    project = session([w for w, _ in kept], [i for _, i in kept], removed=tuple(sorted(gone)))
    shift = data.draw(st.floats(-0.4, 0.4))
    assert stable_ids(project, [moved(what, shift, shift) for what in first]) == ids


@given(first=spans(), gone=st.integers(0, 30))
def test_numbered_sessions_keep_their_numbers_and_their_deletions(first, gone):
    """What older versions wrote: e1, e2, ... through all tracks; one of them deleted by a hand."""
    numbers = [f"e{n + 1}" for n in range(len(first))]
    gone %= max(len(first), 1)
    project = session(
        first[:gone] + first[gone + 1 :],
        numbers[:gone] + numbers[gone + 1 :],
        removed=tuple(numbers[gone : gone + 1]),
    )
    assert stable_ids(project, first) == numbers


def test_a_part_that_is_split_off_is_new_and_the_longer_part_is_the_event():
    whole = Named("t1", "motor", 0.0, 20.0)
    parts = [Named("t1", "motor", 0.0, 6.0), Named("t1", "motor", 8.0, 20.0)]
    assert stable_ids(session([whole], ["mine"]), parts) == ["t1-motor-0", "mine"]


def test_two_beds_at_the_same_time_are_told_apart_by_their_words():
    beds = [Named("ambience", "ambience", 0.0, 9.0, words) for words in ("rain", "town")]
    assert stable_ids(session(beds, ["a", "b"]), beds[::-1]) == ["b", "a"]


def test_a_hand_keeps_its_event_when_another_track_comes_before_it():
    """A walker is seen; then a car, analysed first, takes the place before it in the script."""

    def seen(name: str, label: str, far_m: float = 3.0) -> Track:
        path = Trajectory.from_arrays([0.0, 5.0], [[far_m, 3.0, -1.0], [far_m, -3.0, -1.0]])
        return Track(id=name, name=name, label=label, trajectory=path, start_s=0.0, end_s=5.0)

    def scripted(project: Project) -> Project:
        script = write_script(project, 0)
        return ApplyScript(tracks=script.tracks, events=script.events).apply(project)

    project = scripted(Project(tracks=(seen("walker", "person"),)))
    steps = next(e for e in project.events if e.layer == "footsteps")
    mine = structs.replace(steps, level_db=-9.0, provenance="hand")
    tracks = (seen("car", "car", 30.0), *project.tracks)
    again = scripted(structs.replace(project.with_event(mine), tracks=tracks))
    walker = [e for e in again.events if e.track_id == "walker" and e.layer == "footsteps"]
    assert walker == [mine]
    assert len({e.id for e in again.events}) == len(again.events)
    assert len(again.events) > len(project.events)
