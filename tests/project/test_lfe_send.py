"""What goes to the LFE by itself, and that a hand has the last word."""

import pytest
from msgspec import structs

from engine.errors import ProjectError
from engine.project.checks import check_project
from engine.project.edits import SetLfeSend, TurnScene, decode_edit, encode_edit
from engine.project.lfe_send import NO_SEND_DB, WEIGHTY_SEND_DB, lfe_sends_db
from engine.project.model import Event, Project, Scene, Track, Trajectory

HERE = Trajectory.from_arrays([0.0], [(1.0, 0.0, 0.0)])


def sounding(generator: str, **more) -> Event:
    return Event(
        id=f"e-{generator}", track_id="a", layer="x", generator=generator,
        start_s=0.0, duration_s=1.0, **({"prompt": "something"} | more),
    )  # fmt: skip


def send_of(*events: Event, **track) -> float:
    project = Project(tracks=(Track(id="a", name="a", trajectory=HERE, **track),), events=events)
    check_project(project)
    return lfe_sends_db(project)["a"]


def test_what_has_weight_is_sent_and_nothing_else() -> None:
    assert send_of() == NO_SEND_DB
    assert send_of(sounding("footsteps"), sounding("cloth")) == NO_SEND_DB
    assert send_of(sounding("footsteps"), sounding("impacts")) == WEIGHTY_SEND_DB
    assert send_of(sounding("motor", muted=True)) == NO_SEND_DB
    assert send_of(sounding("other", category="EXPLOSIONS")) == WEIGHTY_SEND_DB
    assert send_of(sounding("other", prompt="Thunder far away")) == WEIGHTY_SEND_DB


def test_a_hand_has_the_last_word_and_ambience_is_not_sent() -> None:
    assert send_of(sounding("motor"), lfe_send_db=NO_SEND_DB) == NO_SEND_DB
    assert send_of(lfe_send_db=-3.0) == -3.0
    assert send_of(sounding("motor"), kind="ambience", lfe_send_db=-3.0) == NO_SEND_DB


@pytest.mark.parametrize("value", [float("nan"), 40.0, -200.0])
def test_sends_and_rotations_out_of_range_are_refused(value: float) -> None:
    project = Project(tracks=(Track(id="a", name="a", trajectory=HERE),))
    with pytest.raises(ProjectError, match="LFE send"):
        SetLfeSend(track_id="a", send_db=value).apply(project)
    with pytest.raises(ProjectError, match="pitch"):
        TurnScene(yaw_deg=0.0, pitch_deg=value * 10.0).apply(project)
    with pytest.raises(ProjectError, match="lfe_send_db"):
        check_project(
            structs.replace(
                project, tracks=(structs.replace(project.tracks[0], lfe_send_db=value),)
            )
        )
    scene = Scene(rotation_deg=(0.0, 0.0, value * 10.0))
    with pytest.raises(ProjectError, match="rotation_deg"):
        check_project(structs.replace(project, scene=scene))


def test_both_edits_are_stored() -> None:
    for edit in (SetLfeSend(track_id="a", send_db=None), TurnScene(yaw_deg=90.0, roll_deg=-5.0)):
        assert decode_edit(encode_edit(edit)) == edit
