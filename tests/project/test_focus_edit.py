"""The machine's volume automation: replaced by each focus, never where a hand has drawn."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import ProjectError
from engine.project.edits import ApplyFocus, HeardMover, SetGainCurve, decode_edit, encode_edit
from engine.project.edits.merging import merge_track
from engine.project.model import Project, Track, Trajectory

STILL = Trajectory.from_arrays(np.array([0.0]), np.array([[2.0, 0.0, 0.0]]))
SOFTER = ((1.0, 0.0), (1.2, -6.0), (2.0, 0.0))
PROJECT = Project(tracks=tuple(Track(id=i, name=i, trajectory=STILL) for i in ("one", "two")))


def test_a_focus_replaces_the_one_before() -> None:
    first = ApplyFocus(curves={"one": SOFTER}).apply(PROJECT)
    assert first.track("one").gain_curve_db == SOFTER
    second = ApplyFocus(curves={"two": SOFTER}).apply(first)
    assert second.track("one").gain_curve_db == ()
    assert second.track("two").gain_curve_db == SOFTER
    assert ApplyFocus().apply(PROJECT) == PROJECT


@pytest.mark.parametrize("drawn", [((0.0, -3.0),), ()])
def test_what_a_hand_draws_or_takes_away_stays(drawn: tuple) -> None:
    focused = ApplyFocus(curves={"one": SOFTER}).apply(PROJECT)
    by_hand = SetGainCurve(track_id="one", curve=drawn).apply(focused)
    again = ApplyFocus(curves={"one": SOFTER, "two": SOFTER}).apply(by_hand)
    assert again.track("one").gain_curve_db == drawn
    assert again.track("two").gain_curve_db == SOFTER


def test_automation_of_older_sessions_is_a_hands() -> None:
    older = Track(id="one", name="one", trajectory=STILL, gain_curve_db=((0.0, -3.0),))
    project = Project(tracks=(older,))
    assert ApplyFocus(curves={"one": SOFTER}).apply(project) == project


def test_a_new_analysis_keeps_whose_automation_it_is() -> None:
    focused = ApplyFocus(curves={"one": SOFTER}).apply(PROJECT).track("one")
    merged = merge_track(focused, PROJECT.track("one"))
    assert merged.gain_curve_provenance == "machine"
    assert ApplyFocus().apply(Project(tracks=(merged,))).track("one").gain_curve_db == ()


def test_it_travels_as_json_and_refuses_what_makes_no_sense() -> None:
    heard = HeardMover(
        track_id="one", active_s=1.5, itd_before=0.3, ild_before=None, itd=0.9, ild=0.95,
        followed=True, done=("two 6 dB softer",),
    )  # fmt: skip
    edit = ApplyFocus(curves={"one": SOFTER}, heard=(heard,))
    assert decode_edit(encode_edit(edit)) == edit
    with pytest.raises(ProjectError):
        ApplyFocus(curves={"nobody": SOFTER}).apply(PROJECT)
    with pytest.raises(ProjectError):
        ApplyFocus(curves={"one": ((1.0, 0.0), (0.5, 0.0))}).apply(PROJECT)
