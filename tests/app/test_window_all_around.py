"""A film of everything all around in the window: looked around in, its boxes put right there."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from pointing import drag, wheel
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.picture_menu import merge_tracks
from app.views.picture.around import PlacedAround, direction_text
from app.window import MainWindow
from engine.coordinates import to_spherical
from engine.media.probe import probe_video
from engine.project.edits import SetTrackBoxes
from engine.project.model import Project, Track, TrackId, Trajectory
from engine.project.store import Bundle
from engine.vision.geometry import PictureGeometry
from engine.vision.viewport import Viewport

WAIT_MS = 30_000
WIDTH, HEIGHT = 320, 160
CTRL = Qt.KeyboardModifier.ControlModifier
PLACES = {"ahead": (20.0, 10.0), "behind": (180.0, -15.0)}


@pytest.fixture
def window(qtbot: QtBot, empty_window: MainWindow, tmp_path: Path) -> MainWindow:
    """A session of a grey sphere, green behind, with one thing ahead and one behind."""
    path = tmp_path / "round.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
        image[:, : WIDTH // 4] = image[:, -WIDTH // 4 :] = (20, 160, 20)
        for _ in range(25):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    bundle = Bundle.create(tmp_path / "round.foley", Project())
    tracks = []
    for name, (azimuth_deg, elevation_deg) in PLACES.items():
        x, y = (0.5 - azimuth_deg / 360.0) * WIDTH, (0.5 - elevation_deg / 180.0) * HEIGHT
        times = np.linspace(0.0, 0.96, 25)
        row = [np.full(25, v) for v in (x - 8, y - 8, x + 8, y + 8, 0.9)]
        centre = np.array([[x, y]])
        (place,) = PictureGeometry(spherical=True).lift(centre, np.array([3.0]), (WIDTH, HEIGHT))
        track = Track(
            id=TrackId(name), name=name, end_s=1.0,
            boxes=bundle.put_array(np.stack([times, *row], axis=-1)),
            trajectory=Trajectory.from_arrays([0.0], [place]),
        )  # fmt: skip
        tracks.append(track)
    bundle.save(Project(video=probe_video(path, "sphere"), tracks=tuple(tracks)))
    bundle.close()
    empty_window.session.open_bundle(bundle.path)
    qtbot.waitUntil(lambda: empty_window.picture._picture_s is not None, timeout=WAIT_MS)
    return empty_window


def where(window: MainWindow, name: str) -> QPointF | None:
    """The middle of a track's box in the picture panel."""
    for track, area in window.picture._boxes_now():
        if track.id == name:
            return area.center()
    return None


def direction(window: MainWindow, name: str) -> np.ndarray:
    position = window.session.project.track(name).trajectory.at(0.0)
    return to_spherical(np.array([position]))[0]


def test_it_opens_as_a_viewport_that_looks_ahead(window: MainWindow) -> None:
    picture = window.picture
    assert picture.look.on
    assert picture.look.isVisible()
    place, area = where(window, "ahead"), picture.picture_area()
    assert area.size() == picture.size()
    assert place is not None
    assert place.x() < area.center().x()  # 20 degrees to the left, and above
    assert place.y() < area.center().y()
    assert where(window, "behind") is None
    colour = picture.grab().toImage().pixelColor(area.center().toPoint())
    assert colour.green() - colour.red() < 30


def test_a_drag_looks_around_and_a_double_click_looks_ahead_again(window: MainWindow) -> None:
    picture = window.picture
    before = window.session.project
    middle = picture.picture_area().center()
    width = picture.picture_area().width()
    drag(picture, QPointF(10, middle.y()), QPointF(width - 10, middle.y()))
    assert 70.0 < picture.look.view.azimuth_deg < 130.0  # a field of 90, in even steps
    picture.look.view = Viewport(170.0, 0.0)
    assert where(window, "ahead") is None
    place = where(window, "behind")
    assert place is not None
    assert place.x() < middle.x()  # 180 is left of 170
    picture.update()
    clear = (middle + QPointF(60, -50)).toPoint()
    colour = picture.grab().toImage().pixelColor(clear)
    assert colour.green() > colour.red() + 60  # green is behind
    QTest.mouseDClick(picture, Qt.MouseButton.LeftButton, pos=clear)
    assert picture.look.view == Viewport()
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton)
    assert window.session.project == before


def test_up_is_up(window: MainWindow) -> None:
    picture = window.picture
    middle = picture.picture_area().center()
    drag(picture, middle + QPointF(60, 0), middle + QPointF(60, 50))
    assert picture.look.view.elevation_deg > 3.0
    assert picture.look.view.azimuth_deg == pytest.approx(0.0, abs=1.0)


def test_ctrl_and_the_wheel_change_the_field(window: MainWindow) -> None:
    picture = window.picture
    middle = picture.picture_area().center()
    before = window.session.project
    wheel(picture, middle, 2, CTRL)
    assert picture.look.view.field_deg < 75.0
    wheel(picture, middle, -4, CTRL)
    assert picture.look.view.field_deg > 100.0
    place = where(window, "ahead")
    assert place is not None
    wheel(picture, place, 1, CTRL)  # over a box, too, it is the view that changes
    assert window.session.project == before


def test_the_wheel_over_a_box_still_changes_its_distance(window: MainWindow) -> None:
    place = where(window, "ahead")
    assert place is not None
    before = direction(window, "ahead")
    wheel(window.picture, place, 2)
    after = direction(window, "ahead")
    assert after[2] > before[2]
    np.testing.assert_allclose(after[:2], before[:2], atol=1e-6)


@pytest.mark.parametrize("name", ["ahead", "behind"])
def test_a_box_dragged_there_turns_and_rises_with_it(
    qtbot: QtBot, window: MainWindow, name: str
) -> None:
    picture = window.picture
    picture.look.view = Viewport(PLACES[name][0] - 15.0, PLACES[name][1] + 5.0)
    place = where(window, name)
    assert place is not None
    end = place + QPointF(70.0, -50.0)
    placed = picture.placed()
    assert isinstance(placed, PlacedAround)
    x, y = placed.video_point(QPointF(end.toPoint()))
    expected = 360.0 * (0.5 - x / WIDTH), 180.0 * (0.5 - y / HEIGHT)
    drag(picture, place, end)
    azimuth_deg, elevation_deg, _ = direction(window, name)
    assert (azimuth_deg - expected[0] + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=1.5)
    assert elevation_deg == pytest.approx(expected[1], abs=1.5)
    now = where(window, name)
    assert now is not None
    assert (now - end).manhattanLength() < 10.0
    assert len(window.session.document.steps) == 2
    window.session.undo()
    assert direction(window, name)[1] == pytest.approx(PLACES[name][1], abs=0.01)


def test_a_corner_dragged_makes_the_box_larger(window: MainWindow) -> None:
    picture, session = window.picture, window.session
    session.selection.select_track("ahead")
    area = next(area for track, area in picture._boxes_now() if track.id == "ahead")
    drag(picture, area.bottomRight(), area.bottomRight() + QPointF(30, 30))
    boxes = session.media.boxes(session.project.track("ahead"))
    assert boxes is not None
    x, y = (0.5 - 20.0 / 360.0) * WIDTH, (0.5 - 10.0 / 180.0) * HEIGHT
    np.testing.assert_allclose(boxes[0, 1:3], (x - 8, y - 8), atol=0.2)
    assert boxes[0, 3] > x + 12
    assert boxes[0, 4] > y + 12


def test_a_box_drawn_across_the_line_behind_goes_on(window: MainWindow) -> None:
    picture = window.picture
    picture.look.view = Viewport(180.0, 0.0)
    asked: list[tuple[float, ...]] = []
    picture.follow_requested.disconnect()
    picture.follow_requested.connect(lambda _, box: asked.append(box))
    middle = picture.picture_area().center()
    shift = Qt.KeyboardModifier.ShiftModifier
    drag(picture, middle - QPointF(40, 30), middle + QPointF(40, 30), shift)
    ((x0, y0, x1, y1),) = asked
    assert x0 < WIDTH < x1 < WIDTH + 40
    assert 0.5 * (x0 + x1) == pytest.approx(WIDTH, abs=1.0)
    assert 0.5 * (y0 + y1) == pytest.approx(HEIGHT / 2, abs=1.0)


def test_the_whole_picture_is_one_button_away(window: MainWindow) -> None:
    picture = window.picture
    QTest.mouseClick(picture.look.whole, Qt.MouseButton.LeftButton)
    assert not picture.look.on
    area = picture.picture_area()
    assert area.width() / area.height() == pytest.approx(2.0)
    assert where(window, "behind") is not None
    QTest.mouseClick(picture.look.whole, Qt.MouseButton.LeftButton)
    assert picture.look.on
    picture.look.view = Viewport(50.0)
    QTest.mouseClick(picture.look.ahead, Qt.MouseButton.LeftButton)
    assert picture.look.view == Viewport()


def test_saliency_lies_where_it_is_seen(window: MainWindow) -> None:
    placed = window.picture.placed()
    assert placed is not None
    energy = np.zeros((7, 7))
    energy[3, 3] = 1.0  # straight ahead
    glow = placed.energy(energy)
    row, column = np.unravel_index(int(np.argmax(glow)), glow.shape)
    assert abs(row / len(glow) - 0.5) < 0.15
    assert abs(column / glow.shape[1] - 0.5) < 0.15
    energy = np.zeros((7, 7))
    energy[3, 0] = 1.0  # behind
    assert placed.energy(energy).max() == 0.0


def test_words_of_a_direction() -> None:
    assert direction_text(Viewport(30.0, -10.0, 90.0)) == "30° left, 10° down · 90° wide"
    assert direction_text(Viewport(-5.0, 0.0, 45.0)) == "5° right · 45° wide"
    assert direction_text(Viewport()) == "0° · 90° wide"


def test_tracks_merged_across_the_line_behind_go_on(window: MainWindow) -> None:
    session = window.session
    boxes = session.media.boxes(session.project.track("behind"))
    assert boxes is not None
    later = boxes[12:].copy()
    later[:, [1, 3]] += WIDTH  # the same place, a turn further on
    halves = [session.media.put_boxes(rows) for rows in (boxes[:12], later)]
    for name, content in zip(("behind", "ahead"), halves, strict=True):
        assert session.do(SetTrackBoxes(track_id=name, boxes=content))
    assert merge_tracks(session, ("behind", "ahead"))
    (track,) = session.project.tracks
    whole = session.media.boxes(track)
    assert whole is not None
    np.testing.assert_allclose(whole[:, 1], boxes[:, 1])
