"""Running a machine again never overwrites what a hand has made."""

from __future__ import annotations

from msgspec import structs

from benchmarks.random_edits import sample_project
from engine.project import edits as verbs
from engine.project.edits import ApplyAnalysis, ApplyScript, ApplyTakes
from engine.project.model import (
    Analysis,
    Clip,
    Contact,
    Event,
    Project,
    Scene,
    Take,
    Track,
    Trajectory,
)

VIDEO = sample_project().video
assert VIDEO is not None


def path(y_m: float, times_s: tuple[float, ...] = (0.0, 1.0, 2.0, 3.0)) -> Trajectory:
    return Trajectory.from_arrays(times_s, [(1.0, y_m, 0.0)] * len(times_s))


def seen(*tracks: Track, detector: str = "motion") -> ApplyAnalysis:
    return ApplyAnalysis(
        video=VIDEO, analysis=Analysis(detector=detector), scene=Scene(), tracks=tracks
    )


def track(track_id: str, y_m: float = 0.0, **more: object) -> Track:
    made = Track(
        id=track_id,
        name=track_id,
        trajectory=path(y_m),
        contacts=(Contact(time_s=1.0, kind="step"),),
    )
    return structs.replace(made, **more)


def event(event_id: str, track_id: str = "a", **more: object) -> Event:
    made = Event(
        id=event_id, track_id=track_id, layer="l", generator="g", prompt="p", start_s=0.0,
        duration_s=1.0,
    )  # fmt: skip
    return structs.replace(made, **more)


def sounds(*events: Event, version: int = 0) -> ApplyTakes:
    takes = tuple(
        Take(
            id=f"take-{one.id}-{version}", event_id=one.id, name="t", audio=f"{version:064x}",
            sample_rate_hz=48_000, channels=1, samples=48_000,
        )
        for one in events
    )  # fmt: skip
    clips = tuple(
        Clip(
            id=f"clip-{one.id}", track_id=one.track_id, take_id=take.id, name="c", start_s=0.0,
            duration_s=1.0,
        )
        for one, take in zip(events, takes, strict=True)
    )  # fmt: skip
    return ApplyTakes(takes=takes, clips=clips)


def analysed(*tracks: Track) -> Project:
    return seen(*tracks).apply(Project())


def test_untouched_tracks_are_replaced_and_unseen_ones_go() -> None:
    project = seen(track("a", 5.0), track("c")).apply(analysed(track("a"), track("b")))
    assert [one.id for one in project.tracks] == ["a", "c"]
    assert project.track("a").trajectory == path(5.0)


def test_a_hands_keyframe_and_its_two_lines_stay() -> None:
    move = verbs.MoveKeyframe(track_id="a", index=1, time_s=1.0, x_m=9.0, y_m=9.0, z_m=9.0)
    project = move.apply(analysed(track("a")))
    times_s = (0.0, 0.4, 0.9, 1.1, 1.9, 2.0, 2.5, 3.0)
    again = seen(track("a", 5.0, trajectory=path(5.0, times_s))).apply(project)
    merged = again.track("a").trajectory
    assert merged.times_s.tolist() == [0.0, 1.0, 2.0, 2.5, 3.0]
    assert merged.keyframes[1] == project.track("a").trajectory.keyframes[1]
    assert merged.positions_m[0, 1] == 5.0


def test_a_path_replaced_by_hand_stays_whole() -> None:
    still = Trajectory.from_arrays([0.0], [(0.0, 2.0, 0.0)])
    edit = verbs.ReplaceTrajectory(track_id="a", trajectory=still)
    project = edit.apply(analysed(track("a")))
    again = seen(track("a", 7.0)).apply(project).track("a")
    assert again.trajectory == project.track("a").trajectory
    assert again.detected == track("a", 7.0).trajectory


def test_mixer_colour_name_and_label_stay() -> None:
    project = analysed(track("a"))
    for edit in (
        verbs.SetTrackGain(track_id="a", gain_db=-9.0),
        verbs.SetTrackColour(track_id="a", colour="#123456"),
        verbs.SetDoppler(track_id="a", doppler=False),
        verbs.SetAir(track_id="a", air=False),
        verbs.SetGainCurve(track_id="a", curve=((0.0, -3.0),)),
        verbs.SetOcclusion(track_id="a", curve=((0.0, 1.0),)),
        verbs.SetWidth(track_id="a", curve=((0.0, 60.0),)),
        verbs.SetStereo(track_id="a", stereo=True),
        verbs.SetRoomSend(track_id="a", send_db=-20.0),
        verbs.RenameTrack(track_id="a", name="Mine"),
        verbs.SetTrackLabel(track_id="a", object_label="dog"),
    ):
        project = edit.apply(project)
    again = seen(track("a", 5.0)).apply(project).track("a")
    assert again == structs.replace(project.track("a"), trajectory=path(5.0))


def test_a_hands_contacts_stay_and_deleted_ones_stay_away() -> None:
    steps = tuple(Contact(time_s=float(t), kind="step") for t in (1, 2, 3))
    project = analysed(track("a", contacts=steps))
    project = verbs.DeleteContact(track_id="a", index=2).apply(project)
    project = verbs.MoveContact(track_id="a", index=1, time_s=2.4).apply(project)
    extra = Contact(time_s=0.2, kind="impact")
    project = verbs.AddContact(track_id="a", contact=extra).apply(project)
    near = tuple(structs.replace(step, time_s=step.time_s + 0.02) for step in steps)
    again = seen(track("a", contacts=near)).apply(project).track("a")
    assert [contact.time_s for contact in again.contacts] == [0.2, 1.02, 2.4]


def test_hand_made_and_hand_edited_tracks_stay_though_unseen() -> None:
    project = analysed(track("a"), track("b"))
    project = verbs.AddTrack(track=track("mine")).apply(project)
    project = verbs.RenameTrack(track_id="b", name="B").apply(project)
    assert [one.id for one in seen().apply(project).tracks] == ["b", "mine"]


def test_a_deleted_track_stays_away_until_another_analysis() -> None:
    project = verbs.DeleteTrack(track_id="b").apply(analysed(track("a"), track("b")))
    assert [one.id for one in seen(track("a"), track("b")).apply(project).tracks] == ["a"]
    other = seen(track("a"), track("b"), detector="words").apply(project)
    assert [one.id for one in other.tracks] == ["a", "b"]


def test_script_replaces_machine_events_and_keeps_the_hands() -> None:
    script = ApplyScript(tracks=(), events=(event("1"), event("2"), event("3")))
    project = script.apply(analysed(track("a")))
    project = verbs.SetEvent(event=event("2", level_db=-4.0)).apply(project)
    project = verbs.SetEvent(event=event("mine")).apply(project)
    project = verbs.DeleteEvent(event_id="3").apply(project)
    new = ApplyScript(tracks=(), events=(event("2"), event("3"), event("4")))
    again = new.apply(project)
    assert [one.id for one in again.events] == ["2", "4", "mine"]
    assert again.event("2").level_db == -4.0


def test_script_brings_the_ambience_and_keeps_its_fader() -> None:
    bed = track("bed", kind="ambience")
    script = ApplyScript(tracks=(bed,), events=(event("1", "bed"),))
    project = script.apply(analysed(track("a")))
    project = verbs.SetTrackGain(track_id="bed", gain_db=-20.0).apply(project)
    project = script.apply(seen(track("a")).apply(project))
    assert project.track("bed").strip.gain_db == -20.0
    gone = verbs.DeleteTrack(track_id="bed").apply(project)
    assert script.apply(gone).events == ()


def test_takes_replace_machine_clips_and_hand_clips_stay() -> None:
    events = (event("1"), event("2"), event("3"))
    project = ApplyScript(events=events).apply(analysed(track("a")))
    project = sounds(*events).apply(project)
    project = verbs.MoveClip(clip_id="clip-2", start_s=0.5).apply(project)
    project = verbs.DeleteClip(clip_id="clip-3").apply(project)
    again = sounds(*events, version=1).apply(project)
    assert {clip.id: clip.take_id for clip in again.clips} == {
        "clip-1": "take-1-1",
        "clip-2": "take-2-0",
    }
    assert again.clip("clip-2") == project.clip("clip-2")
    assert again.take("take-2-1").event_id == "2"


def test_clips_of_other_events_are_left_alone() -> None:
    events = (event("1"), event("2"))
    project = ApplyScript(events=events).apply(analysed(track("a")))
    project = sounds(*events).apply(project)
    again = sounds(events[0], version=1).apply(project)
    assert [clip.take_id for clip in again.clips] == ["take-2-0", "take-1-1"]


def test_clips_of_an_unseen_track_go_but_a_hands_clip_keeps_its_track() -> None:
    events = (event("1", "a"), event("2", "b"))
    project = ApplyScript(events=events).apply(analysed(track("a"), track("b")))
    project = sounds(*events).apply(project)
    assert seen(track("a")).apply(project).clips == (project.clip("clip-1"),)
    project = verbs.SetClipGain(clip_id="clip-2", gain_db=-1.0).apply(project)
    assert len(seen(track("a")).apply(project).clips) == 2


def test_the_same_analysis_again_changes_nothing() -> None:
    events = (event("1"),)
    project = analysed(track("a"))
    project = ApplyScript(events=events).apply(project)
    project = sounds(*events).apply(project)
    again = sounds(*events).apply(ApplyScript(events=events).apply(seen(track("a")).apply(project)))
    assert again == project
