"""The inspector's sound settings and equaliser: shown as the project has them, changed by edits."""

import pytest
from msgspec import structs

from app.selection import Selection
from app.views.tracks.eq_bands import PLACES
from app.views.tracks.panel import InspectorPanel
from engine.project.edits import (
    SetAir,
    SetDoppler,
    SetLfeSend,
    SetOcclusion,
    SetStereo,
    SetTrackEq,
    SetWidth,
    TurnScene,
)
from engine.project.model import EqBand, Project, Strip, Track, TrackId, Trajectory

TRACK = Track(
    id=TrackId("a"), name="A", trajectory=Trajectory.from_arrays([0.0], [(1.0, 0.0, 0.0)])
)


@pytest.fixture
def window(qtbot):
    selection = Selection()
    panel = InspectorPanel(selection)
    qtbot.addWidget(panel)
    state = {"project": Project(tracks=(TRACK,))}
    edits = []

    def apply(edit) -> None:
        edits.append(edit)
        state["project"] = edit.apply(state["project"])
        panel.set_project(state["project"])

    panel.edit_requested.connect(apply)
    panel.set_project(state["project"])
    selection.select_track("a")
    return panel, edits


def test_every_setting_is_an_edit(window) -> None:
    panel, edits = window
    panel.sound.width.setValue(60.0)
    panel.sound.occlusion.setValue(25.0)
    panel.sound.doppler.click()
    panel.sound.air.click()
    panel.sound.stereo.click()
    assert edits == [
        SetWidth(track_id="a", curve=((0.0, 60.0),)),
        SetOcclusion(track_id="a", curve=((0.0, 0.25),)),
        SetDoppler(track_id="a", doppler=False),
        SetAir(track_id="a", air=False),
        SetStereo(track_id="a", stereo=True),
    ]
    panel.sound.width.setValue(0.0)
    assert edits[-1] == SetWidth(track_id="a", curve=())


def test_what_moves_over_time_is_shown_and_not_typed_over(window) -> None:
    panel, _ = window
    moving = structs.replace(TRACK, occlusion=((0.0, 0.2), (1.0, 0.9)))
    panel.set_project(Project(tracks=(moving,)))
    assert panel.sound.occlusion.value() == 20.0
    assert not panel.sound.occlusion.isEnabled()
    assert "2 points" in panel.sound.occlusion.toolTip()


def test_bands_are_switched_set_and_kept(window) -> None:
    panel, edits = window
    row = panel.eq.rows[2]
    assert not row.frequency.isEnabled()
    row.on.click()
    row.gain.setValue(-4.5)
    row.q.setValue(2.0)
    row.frequency.setValue(750.0)
    band = EqBand(kind="bell", frequency_hz=750.0, gain_db=-4.5, q=2.0)
    assert edits[-1] == SetTrackEq(track_id="a", bands=(band,))
    row.on.click()
    assert edits[-1].bands == (structs.replace(band, on=False),)
    assert row.gain.value() == -4.5


def test_bands_without_a_row_survive_a_change_of_others(window) -> None:
    panel, edits = window
    bells = tuple(EqBand(kind="bell", frequency_hz=f, gain_db=1.0) for f in (100.0, 200.0, 300.0))
    panel.set_project(Project(tracks=(structs.replace(TRACK, strip=Strip(eq=bells)),)))
    panel.eq.rows[2].gain.setValue(3.0)
    assert [band.frequency_hz for band in edits[-1].bands] == [100.0, 200.0, 300.0]
    assert [band.gain_db for band in edits[-1].bands] == [3.0, 1.0, 1.0]


def test_passes_have_no_gain(window) -> None:
    panel, _ = window
    for row, (_, kind, _) in zip(panel.eq.rows, PLACES, strict=True):
        assert row.gain.isVisibleTo(panel.eq) == ("pass" not in kind)


def test_an_ambience_has_an_equaliser_but_no_way_to_travel(window) -> None:
    panel, _ = window
    panel.set_project(Project(tracks=(structs.replace(TRACK, kind="ambience"),)))
    assert panel.sound.air.isHidden()
    assert not panel.sound.width.isEnabled()
    assert panel.eq.rows[1].on.isEnabled()


def test_the_lfe_send_is_left_to_the_layers_or_set(window) -> None:
    panel, edits = window
    sends = panel.sends
    assert sends.lfe.currentText() == "As its layers ask"
    assert not sends.lfe_level.isEnabled()
    for text, expected in (("Own level", -16.0), ("Nothing", -144.0), ("As its layers ask", None)):
        sends.lfe.setCurrentIndex(sends.lfe.findText(text))
        sends.lfe.activated.emit(sends.lfe.currentIndex())
        assert edits[-1] == SetLfeSend(track_id="a", send_db=expected)
        assert sends.lfe.currentText() == text
        assert sends.lfe_level.isEnabled() == (text == "Own level")
    sends.lfe.setCurrentIndex(sends.lfe.findText("Own level"))
    sends.lfe.activated.emit(sends.lfe.currentIndex())
    sends.lfe_level.setValue(-6.0)
    assert edits[-1] == SetLfeSend(track_id="a", send_db=-6.0)


def test_the_scene_is_turned_in_numbers(window) -> None:
    panel, edits = window
    panel.turn.angles[0].setValue(90.0)
    panel.turn.angles[1].setValue(-10.0)
    assert edits[-1] == TurnScene(yaw_deg=90.0, pitch_deg=-10.0, roll_deg=0.0)
