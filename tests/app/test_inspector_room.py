"""The inspector's room: what is chosen becomes an edit, what the project says is shown."""

import pytest
from pointing import drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.selection import Selection
from app.views.tracks.panel import InspectorPanel
from engine.project.edits import SetRoomSend, SetScene
from engine.project.model import Project, Scene, Track, TrackId, Trajectory
from engine.spatial.room import preset_titles, room_named

TRACK = Track(
    id=TrackId("a"), name="A", trajectory=Trajectory.from_arrays([0.0], [(1.0, 0.0, 0.0)])
)


@pytest.fixture
def asked(qtbot):
    selection = Selection()
    panel = InspectorPanel(selection)
    qtbot.addWidget(panel)
    edits = []
    panel.edit_requested.connect(edits.append)
    panel.set_project(Project(tracks=(TRACK,), scene=Scene(room="hall", room_level_db=-3.0)))
    return panel, selection, edits


def test_the_rooms_are_offered_and_the_scenes_is_shown(asked) -> None:
    panel, _, _ = asked
    shown = [panel.room.choice.itemText(i) for i in range(panel.room.choice.count())]
    assert set(preset_titles().values()) <= set(shown)
    assert shown[0] == "None"
    assert panel.room.choice.currentText() == "Concert hall"
    assert panel.room.level.value() == -3.0


def test_choosing_and_typing_are_edits(asked) -> None:
    panel, selection, edits = asked
    panel.room.choice.setCurrentIndex(panel.room.choice.findData("car"))
    panel.room.choice.activated.emit(panel.room.choice.currentIndex())
    panel.room.level.setValue(-9.0)
    assert all(isinstance(edit, SetScene) for edit in edits)
    assert [(e.scene.room, e.scene.room_level_db) for e in edits] == [("car", -3.0), ("hall", -9.0)]
    selection.select_track("a")
    panel.sends.room.setValue(-12.0)
    assert edits[-1] == SetRoomSend(track_id="a", send_db=-12.0)


def test_a_file_and_no_room_are_shown_too(asked) -> None:
    panel, selection, _ = asked
    panel.set_project(Project(tracks=(TRACK,), scene=Scene(room="/some/where/nave.sofa")))
    assert panel.room.choice.currentText() == "nave.sofa"
    panel.set_project(Project(tracks=(TRACK,)))
    selection.select_track("a")
    assert panel.room.choice.currentText() == "None"
    assert not panel.room.level.isEnabled()
    assert not panel.sends.room.isEnabled()


def test_reflections_and_the_listeners_place_are_edits(asked) -> None:
    panel, _, edits = asked
    hall = room_named("hall")
    assert hall is not None
    assert [field.value() for field in panel.room.axes] == pytest.approx(hall.listener_m)
    panel.room.reflections.setCurrentIndex(2)
    panel.room.reflections.activated.emit(2)
    assert edits[-1].scene.room_reflections == 3
    panel.room.axes[0].setValue(5.0)
    assert edits[-1].scene.room_listener_m == pytest.approx((5.0, *hall.listener_m[1:]))


def test_the_head_is_dragged_in_the_room_and_put_back(asked) -> None:
    panel, _, edits = asked
    plan = panel.room.plan
    plan.resize(240, 112)
    hall = room_named("hall")
    assert hall is not None
    start = plan.place_of(*hall.listener_m[:2])
    drag(plan, start, plan.place_of(6.0, 4.0))
    assert edits[-1].scene.room_listener_m == pytest.approx((6.0, 4.0, hall.listener_m[2]), abs=0.5)
    QTest.mouseDClick(plan, Qt.MouseButton.LeftButton, pos=start.toPoint())
    assert edits[-1].scene.room_listener_m is None


def test_another_room_has_its_own_place_for_the_listener(asked) -> None:
    panel, _, edits = asked
    scene = Scene(room="hall", room_listener_m=(3.0, 3.0, 1.0))
    panel.set_project(Project(tracks=(TRACK,), scene=scene))
    panel.room.choice.setCurrentIndex(panel.room.choice.findData("car"))
    panel.room.choice.activated.emit(panel.room.choice.currentIndex())
    assert edits[-1].scene.room_listener_m is None
    panel.set_project(Project(tracks=(TRACK,)))
    assert not panel.room.plan.isEnabled()
