"""Known answers, edit by edit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec import structs

from engine.errors import ProjectError
from engine.project import edits as verbs
from engine.project.coding import encode_value
from engine.project.edits import decode_edit, encode_edit
from engine.project.fades import CURVES, FadeCurve, risen
from engine.project.model import (
    Clip,
    Contact,
    EqBand,
    Event,
    Keyframe,
    Marker,
    Project,
    Scene,
    Take,
    Track,
    Trajectory,
)

TAKE = Take(
    id="take", event_id=None, name="a", audio="0" * 64, sample_rate_hz=48_000, channels=1,
    samples=96_000,
)  # fmt: skip
CLIP = Clip(
    id="clip", track_id="ball", take_id="take", name="bounce", start_s=1.0, duration_s=1.0,
    offset_s=0.5, fade_in_s=0.2, fade_out_s=0.4,
)  # fmt: skip
PATH = Trajectory.from_arrays([0.0, 1.0, 2.0], [(1, 0, 0), (1, 1, 0), (1, 2, 0)])
BALL = Track(
    id="ball", name="Ball", trajectory=PATH,
    contacts=(Contact(time_s=0.5, kind="bounce"), Contact(time_s=1.5, kind="bounce")),
)  # fmt: skip
BED = Track(id="bed", name="Bed", kind="ambience", trajectory=PATH)
EVENT = Event(
    id="event", track_id="ball", layer="hit", generator="impact", prompt="a ball", start_s=0.5,
    duration_s=1.0, onsets_s=(0.5,), strengths=(1.0,),
)  # fmt: skip
PROJECT = Project(tracks=(BALL, BED), events=(EVENT,), takes=(TAKE,), clips=(CLIP,))


def test_move_clip() -> None:
    moved = verbs.MoveClip(clip_id="clip", start_s=3.0).apply(PROJECT).clip("clip")
    assert moved == structs.replace(CLIP, start_s=3.0, provenance="hand")


def test_move_clip_to_track() -> None:
    project = verbs.MoveClipToTrack(clip_id="clip", track_id="bed").apply(PROJECT)
    assert project.clips_of("ball") == ()
    assert project.clips_of("bed")[0].start_s == 1.0


def test_trim_clip_shrinks_its_fades_in_proportion() -> None:
    edit = verbs.TrimClip(clip_id="clip", start_s=1.1, offset_s=0.6, duration_s=0.3)
    clip = edit.apply(PROJECT).clip("clip")
    assert (clip.start_s, clip.offset_s, clip.duration_s) == (1.1, 0.6, 0.3)
    assert clip.fade_in_s == pytest.approx(0.1)
    assert clip.fade_out_s == pytest.approx(0.2)


def test_trim_clip_stays_inside_its_take() -> None:
    with pytest.raises(ProjectError, match=r"the take ends at 2\.0000 s"):
        verbs.TrimClip(clip_id="clip", start_s=0.0, offset_s=1.5, duration_s=0.6).apply(PROJECT)


def test_split_clip_keeps_every_sample_once() -> None:
    edit = verbs.SplitClip(clip_id="clip", time_s=1.25, new_id="right")
    left, right = edit.apply(PROJECT).clips
    assert (left.start_s, left.offset_s, left.duration_s) == (1.0, 0.5, 0.25)
    assert (right.start_s, right.offset_s, right.duration_s) == (1.25, 0.75, 0.75)
    assert (left.fade_in_s, left.fade_out_s) == (0.2, 0.0)
    assert (right.fade_in_s, right.fade_out_s) == (0.0, 0.4)


@pytest.mark.parametrize("time_s", [0.9, 1.0, 2.0, 2.1])
def test_split_clip_needs_a_time_inside(time_s: float) -> None:
    with pytest.raises(ProjectError, match="not inside clip"):
        verbs.SplitClip(clip_id="clip", time_s=time_s, new_id="right").apply(PROJECT)


def test_delete_clip_keeps_the_take_and_is_remembered() -> None:
    project = verbs.DeleteClip(clip_id="clip").apply(PROJECT)
    assert project.clips == ()
    assert project.takes == (TAKE,)
    assert project.removed == ("clip",)
    back = verbs.AddClip(clip=CLIP).apply(project)
    assert back.clip("clip").provenance == "hand"
    assert back.removed == ()


def test_clip_gain_fades_and_mute() -> None:
    project = verbs.SetClipGain(clip_id="clip", gain_db=-6.0).apply(PROJECT)
    project = verbs.SetClipFades(clip_id="clip", fade_in_s=0.5, fade_out_s=0.5).apply(project)
    clip = verbs.MuteClip(clip_id="clip", muted=True).apply(project).clip("clip")
    assert (clip.gain_db, clip.fade_in_s, clip.fade_out_s, clip.muted) == (-6.0, 0.5, 0.5, True)
    with pytest.raises(ProjectError, match="do not fit"):
        verbs.SetClipFades(clip_id="clip", fade_in_s=0.6, fade_out_s=0.5).apply(PROJECT)


def test_a_fade_follows_another_curve_and_is_kept_so() -> None:
    edit = verbs.SetFadeCurve(clip_id="clip", side="out", curve="s")
    clip = edit.apply(PROJECT).clip("clip")
    assert (clip.fade_in_curve, clip.fade_out_curve) == ("equal_power", "s")
    assert decode_edit(encode_edit(edit)) == edit
    assert b"fade_out_curve" not in encode_value(PROJECT)  # older sessions read on as they were
    with pytest.raises(ProjectError, match="no fade"):
        verbs.SetFadeCurve(clip_id="clip", side="out", curve="bent").apply(PROJECT)


@pytest.mark.parametrize("curve", CURVES)
def test_fade_curves_rise_from_nothing_to_all(curve: FadeCurve) -> None:
    shares = np.linspace(0.0, 1.0, 101)
    gain = risen(shares, curve)
    assert (gain[0], gain[-1]) == pytest.approx((0.0, 1.0))
    assert (np.diff(gain) > 0.0).all()
    both = {"equal_power": 2, "linear": 1, "s": 1}.get(curve)
    if both:  # what a cross-fade of it keeps: power, or gain
        np.testing.assert_allclose(gain**both + gain[::-1] ** both, 1.0)


def test_duplicate_clip() -> None:
    project = verbs.DuplicateClip(clip_id="clip", new_id="copy", start_s=4.0).apply(PROJECT)
    assert project.clip("copy").start_s == 4.0
    assert project.clip("clip") == CLIP
    with pytest.raises(ProjectError, match="there is a clip 'clip' already"):
        verbs.DuplicateClip(clip_id="clip", new_id="clip", start_s=4.0).apply(PROJECT)


def test_add_take_needs_its_event() -> None:
    orphan = structs.replace(TAKE, id="other", event_id="nobody")
    with pytest.raises(ProjectError, match="no event 'nobody'"):
        verbs.AddTake(take=orphan).apply(PROJECT)
    assert verbs.AddTake(take=structs.replace(TAKE, id="b")).apply(PROJECT).take("b").id == "b"


def test_delete_track_takes_its_events_and_clips_along() -> None:
    project = verbs.DeleteTrack(track_id="ball").apply(PROJECT)
    assert [track.id for track in project.tracks] == ["bed"]
    assert (project.events, project.clips) == ((), ())
    assert project.removed == ("ball",)


def test_track_settings() -> None:
    project = PROJECT
    for edit in (
        verbs.RenameTrack(track_id="ball", name="Red ball"),
        verbs.SetTrackColour(track_id="ball", colour="#ff0000"),
        verbs.SetTrackLabel(track_id="ball", object_label="sports ball"),
        verbs.SetDoppler(track_id="ball", doppler=False),
        verbs.SetAir(track_id="ball", air=False),
        verbs.SetGainCurve(track_id="ball", curve=((0.0, -6.0), (1.0, 0.0))),
        verbs.SetOcclusion(track_id="ball", curve=((0.0, 0.0), (1.0, 0.5))),
        verbs.SetWidth(track_id="ball", curve=((0.0, 90.0),)),
        verbs.SetStereo(track_id="ball", stereo=True),
        verbs.SetTrackEq(track_id="ball", bands=(EqBand(kind="bell", frequency_hz=900.0),)),
        verbs.SetTrackGain(track_id="ball", gain_db=-3.0),
        verbs.SetRoomSend(track_id="ball", send_db=-6.0),
        verbs.SetLfeSend(track_id="ball", send_db=-10.0),
        verbs.TurnScene(yaw_deg=30.0, pitch_deg=-10.0),
        verbs.MuteTrack(track_id="ball", muted=True),
        verbs.SoloTrack(track_id="ball", soloed=True),
        verbs.ReorderTrack(track_id="ball", index=1),
        verbs.SetMasterGain(gain_db=-1.0),
    ):
        project = edit.apply(project)
    ball = project.tracks[1]
    assert (ball.name, ball.colour, ball.label) == ("Red ball", "#ff0000", "sports ball")
    assert (ball.doppler, ball.provenance) == (False, "hand")
    assert (ball.air, ball.stereo) == (False, True)
    assert (ball.occlusion, ball.width_deg) == (((0.0, 0.0), (1.0, 0.5)), ((0.0, 90.0),))
    assert ball.strip.eq == (EqBand(kind="bell", frequency_hz=900.0),)
    assert (ball.strip.gain_db, ball.strip.muted, ball.strip.soloed) == (-3.0, True, True)
    assert (project.master.gain_db, ball.room_send_db) == (-1.0, -6.0)
    assert (ball.lfe_send_db, project.scene.rotation_deg) == (-10.0, (30.0, -10.0, 0.0))
    as_layers_ask = verbs.SetLfeSend(track_id="ball", send_db=None).apply(project)
    assert as_layers_ask.track("ball").lfe_send_db is None


def test_move_keyframe_by_hand() -> None:
    edit = verbs.MoveKeyframe(track_id="ball", index=1, time_s=1.2, x_m=3.0, y_m=0.0, z_m=1.0)
    keyframes = edit.apply(PROJECT).track("ball").trajectory.keyframes
    assert keyframes[1] == Keyframe(time_s=1.2, x_m=3.0, y_m=0.0, z_m=1.0, provenance="hand")
    assert keyframes[::2] == PATH.keyframes[::2]


@pytest.mark.parametrize("time_s", [0.0, 2.0, 2.5, -1.0, math.nan])
def test_move_keyframe_stays_between_its_neighbours(time_s: float) -> None:
    edit = verbs.MoveKeyframe(track_id="ball", index=1, time_s=time_s, x_m=1, y_m=0, z_m=0)
    with pytest.raises(ProjectError):
        edit.apply(PROJECT)


def test_add_keyframe_in_order_or_in_place() -> None:
    add = verbs.AddKeyframe(track_id="ball", time_s=0.5, x_m=9.0, y_m=0.0, z_m=0.0)
    assert add.apply(PROJECT).track("ball").trajectory.times_s.tolist() == [0.0, 0.5, 1.0, 2.0]
    replace = verbs.AddKeyframe(track_id="ball", time_s=1.0, x_m=9.0, y_m=0.0, z_m=0.0)
    path = replace.apply(PROJECT).track("ball").trajectory
    assert path.positions_m[:, 0].tolist() == [1.0, 9.0, 1.0]


def test_delete_keyframe_makes_the_line_a_hands() -> None:
    path = verbs.DeleteKeyframe(track_id="ball", index=1).apply(PROJECT).track("ball").trajectory
    assert path.times_s.tolist() == [0.0, 2.0]
    assert {keyframe.provenance for keyframe in path.keyframes} == {"hand"}
    lonely = verbs.DeleteKeyframe(track_id="ball", index=0)
    project = lonely.apply(lonely.apply(PROJECT))
    with pytest.raises(ProjectError, match="at least one"):
        lonely.apply(project)


def test_replace_trajectory() -> None:
    path = Trajectory.from_arrays([0.0], [(0, 3, 0)])
    edit = verbs.ReplaceTrajectory(track_id="ball", trajectory=path)
    assert edit.apply(PROJECT).track("ball").trajectory.keyframes[0].provenance == "hand"
    backwards = Trajectory(keyframes=PATH.keyframes[::-1])
    with pytest.raises(ProjectError, match="strictly increasing"):
        verbs.ReplaceTrajectory(track_id="ball", trajectory=backwards).apply(PROJECT)


def test_set_and_delete_event() -> None:
    louder = structs.replace(EVENT, level_db=3.0)
    project = verbs.SetEvent(event=louder).apply(PROJECT)
    assert project.event("event") == structs.replace(louder, provenance="hand")
    gone = verbs.DeleteEvent(event_id="event").apply(PROJECT)
    assert gone.events == ()
    assert gone.removed == ("event",)
    uneven = structs.replace(EVENT, strengths=(1.0, 2.0))
    with pytest.raises(ProjectError, match="2 strengths for 1 onsets"):
        verbs.SetEvent(event=uneven).apply(PROJECT)


def test_delete_event_removes_machine_clips_only() -> None:
    take = structs.replace(TAKE, event_id="event")
    hand = structs.replace(CLIP, id="mine", provenance="hand")
    project = structs.replace(PROJECT, takes=(take,), clips=(CLIP, hand))
    gone = verbs.DeleteEvent(event_id="event").apply(project)
    assert gone.clips == (hand,)
    assert gone.take("take").event_id is None


def test_contacts() -> None:
    new = Contact(time_s=1.0, kind="impact")
    added = verbs.AddContact(track_id="ball", contact=new).apply(PROJECT).track("ball")
    assert [contact.time_s for contact in added.contacts] == [0.5, 1.0, 1.5]
    assert added.contacts[1].provenance == "hand"
    moved = verbs.MoveContact(track_id="ball", index=0, time_s=0.7).apply(PROJECT).track("ball")
    assert moved.contacts[0] == Contact(time_s=0.7, kind="bounce", provenance="hand")
    assert moved.removed_contacts_s == (0.5,)
    gone = verbs.DeleteContact(track_id="ball", index=1).apply(PROJECT).track("ball")
    assert [contact.time_s for contact in gone.contacts] == [0.5]
    assert gone.removed_contacts_s == (1.5,)
    with pytest.raises(ProjectError, match="past its neighbour"):
        verbs.MoveContact(track_id="ball", index=0, time_s=1.6).apply(PROJECT)
    with pytest.raises(ProjectError, match="there is no contact 2"):
        verbs.DeleteContact(track_id="ball", index=2).apply(PROJECT)


def test_markers_stay_in_time_order() -> None:
    project = PROJECT
    for marker_id, time_s in (("b", 2.0), ("a", 1.0)):
        marker = Marker(id=marker_id, time_s=time_s, name=marker_id)
        project = verbs.AddMarker(marker=marker).apply(project)
    project = verbs.MoveMarker(marker_id="a", time_s=3.0).apply(project)
    project = verbs.RenameMarker(marker_id="b", name="door").apply(project)
    assert [(m.id, m.name) for m in project.markers] == [("b", "door"), ("a", "a")]
    assert [m.id for m in verbs.DeleteMarker(marker_id="b").apply(project).markers] == ["a"]
    with pytest.raises(ProjectError, match="no marker 'z'"):
        verbs.DeleteMarker(marker_id="z").apply(project)


def test_scene_title_and_video() -> None:
    scene = Scene(mapping="cylinder", target_lufs=-16.0)
    project = verbs.SetScene(scene=scene).apply(PROJECT)
    project = verbs.SetTitle(title="Street").apply(project)
    project = verbs.SetVideo(video=None).apply(project)
    assert (project.scene, project.title, project.video) == (scene, "Street", None)


def test_group_is_all_or_nothing() -> None:
    good = verbs.MoveClip(clip_id="clip", start_s=2.0)
    bad = verbs.MoveClip(clip_id="nobody", start_s=2.0)
    both = verbs.EditGroup(name="Tidy", edits=(good, verbs.SetTitle(title="x")))
    assert both.apply(PROJECT).title == "x"
    assert both.label == "Tidy"
    assert both.coalesce_key is not None
    with pytest.raises(ProjectError, match="no clip 'nobody'"):
        verbs.EditGroup(name="Tidy", edits=(good, bad)).apply(PROJECT)
    with pytest.raises(ProjectError, match="holds no edit"):
        verbs.EditGroup(name="Tidy", edits=()).apply(PROJECT)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.1, 1e9, "1", None, True])
def test_nonsense_numbers_are_refused_with_the_limit(value: object) -> None:
    with pytest.raises(ProjectError, match="must be a number from 0 to 86400 s"):
        verbs.MoveClip(clip_id="clip", start_s=value).apply(PROJECT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "edit",
    [
        verbs.SetTrackGain(track_id="ball", gain_db=60.0),
        verbs.SetTrackColour(track_id="ball", colour="red"),
        verbs.RenameTrack(track_id="ball", name="  "),
        verbs.RenameTrack(track_id="ball", name="broken \udc80"),
        verbs.ReorderTrack(track_id="ball", index=2),
        verbs.ReplaceTrajectory(track_id="ball", trajectory=Trajectory(keyframes=())),
        verbs.AddTrack(track=BALL),
        verbs.AddTake(take=structs.replace(TAKE, id="b", audio="../../etc/passwd")),
        verbs.SetEvent(event=structs.replace(EVENT, parameters={"size": math.nan})),
    ],
    ids=lambda edit: type(edit).__name__,
)
def test_what_makes_no_sense_is_refused(edit: verbs.Edit) -> None:
    with pytest.raises(ProjectError):
        edit.apply(PROJECT)


def test_decoding_names_the_field() -> None:
    with pytest.raises(ProjectError, match=r"\$\.start_s"):
        decode_edit(b'{"edit":"move_clip","clip_id":"a","start_s":"soon"}')
    with pytest.raises(ProjectError, match="not an edit"):
        decode_edit(b'{"edit":"format_disk"}')
    with pytest.raises(ProjectError, match="unknown field"):
        decode_edit(b'{"edit":"delete_clip","clip_id":"a","really":true}')


def test_numpy_numbers_are_stored_as_plain_ones() -> None:
    import numpy as np

    edit = verbs.MoveClip(clip_id="clip", start_s=np.float32(1.5))
    assert edit.apply(PROJECT).clip("clip").start_s == 1.5
    assert decode_edit(encode_edit(edit)) == verbs.MoveClip(clip_id="clip", start_s=1.5)


def test_every_edit_has_words() -> None:
    for kind in verbs.ALL_EDITS:
        assert kind.__doc__
        assert kind.text != "Edit" or "label" in vars(kind), kind
