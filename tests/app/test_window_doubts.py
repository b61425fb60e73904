"""How sure the analysis was: along tracks, at boxes, and as spots to look at."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.doubts import find_doubts, stretches
from app.views.picture.overlay import Overlays, chip_text
from app.views.timeline.lane_painting import STRIP_PX
from app.window import MainWindow
from engine.project.edits import SetTrackBoxes
from engine.vision.box_pull import pulled


def boxes_with(confidence: np.ndarray, times: np.ndarray | None = None) -> np.ndarray:
    times = np.arange(len(confidence)) / 25.0 if times is None else times
    columns = [times, *(np.full(len(times), v) for v in (10.0, 40.0, 26.0, 56.0)), confidence]
    return np.stack(columns, axis=-1)


def doubtful() -> np.ndarray:
    """Sure, unsure from 0.6 s to 0.8 s, sure, away from 1.2 s to 1.6 s, sure, one weak box."""
    times = np.concatenate([np.arange(30), np.arange(40, 50)]) / 25.0
    confidence = np.full(40, 0.9)
    confidence[15:20] = 0.3
    confidence[36] = 0.4
    return boxes_with(confidence, times)


@pytest.fixture
def unsure(window: MainWindow) -> MainWindow:
    content = window.session.media.put_boxes(doubtful())
    window.session.do(SetTrackBoxes(track_id="one", boxes=content))
    return window


def test_stretches_of_confidence() -> None:
    parts = stretches(doubtful())
    assert [round(part.confidence, 1) for part in parts] == [0.9, 0.3, 0.9, 0.9, 0.4, 0.9]
    assert (parts[1].start_s, parts[1].end_s) == pytest.approx((0.6, 0.8))
    assert parts[3].start_s - parts[2].end_s == pytest.approx(0.4)
    assert stretches(np.zeros((0, 6))) == ()


def test_unsure_and_lost_spots_are_found_in_time_order(unsure: MainWindow) -> None:
    session = unsure.session
    found = find_doubts(session.project, session.media.boxes)
    assert [(round(d.start_s, 2), d.lost) for d in found] == [(0.6, False), (1.2, True)]
    track = structs.replace(session.project.track("one"), provenance="hand")
    assert find_doubts(session.project.with_track(track), session.media.boxes) == ()


def test_keys_and_the_list_go_from_spot_to_spot(unsure: MainWindow) -> None:
    session, lanes = unsure.session, unsure.timeline.lanes
    session.locate(0.0)
    QTest.keyClick(lanes, Qt.Key.Key_Q)
    assert session.playback.position_s == pytest.approx(0.6)
    assert session.selection.value.track_id == "one"
    QTest.keyClick(lanes, Qt.Key.Key_Q)
    QTest.keyClick(lanes, Qt.Key.Key_Q)
    assert session.playback.position_s == pytest.approx(1.2)
    QTest.keyClick(lanes, Qt.Key.Key_Q, Qt.KeyboardModifier.ShiftModifier)
    assert session.playback.position_s == pytest.approx(0.6)
    unsure.workspace.panels["analysis"].raise_()
    spots = unsure.analysis.doubts.list
    assert spots.count() == 2
    place = spots.visualItemRect(spots.item(1)).center()
    QTest.mouseClick(spots.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.playback.position_s == pytest.approx(1.2)


def test_the_strip_over_the_clips_shows_where_and_how_surely(unsure: MainWindow) -> None:
    timeline = unsure.timeline
    image = timeline.lanes.grab().toImage()
    y = timeline.rows.y_of(0) + STRIP_PX // 2

    def colour(time_s: float):
        return image.pixelColor(round(timeline.axis.x_of(time_s)), y)

    assert colour(0.3).blue() > colour(0.3).red()  # the track's own blue
    assert colour(0.7).red() > colour(0.7).blue() + 60  # unsure
    assert colour(1.45).lightness() < colour(0.3).lightness() - 20  # away


def test_what_a_hand_has_put_right_is_sure() -> None:
    boxes = doubtful()
    right = pulled(boxes, 0.7, (4.0, 0.0, 4.0, 0.0), 0.5)
    assert right[:, 5].max() == pytest.approx(1.0, abs=0.02)
    assert np.all(right[:, 5] >= boxes[:, 5])
    assert right[0, 5] == boxes[0, 5]


def test_overlays_are_switched_one_by_one(window: MainWindow) -> None:
    track = window.session.project.track("one")
    assert chip_text(track, Overlays(), 0.42, 3.5) == "Square  42%"
    assert chip_text(track, Overlays(confidence=False, distance=True), 0.42, 3.5) == "Square  3.5 m"
    assert chip_text(track, Overlays(names=False, confidence=False), 0.42, 3.5) == ""
    for name, field in (("box_distance", "distance"), ("trails", "trails"), ("boxes", "boxes")):
        before = getattr(window.picture.overlays, field)
        window.actions_by_name[name].trigger()
        assert getattr(window.picture.overlays, field) is not before


def test_a_track_selected_elsewhere_comes_in_sight(window: MainWindow) -> None:
    for _ in range(12):
        window.verbs.add_track()
    rows = window.timeline.rows
    last = rows.track_ids[-1]
    for track_id in ("one", last):
        window.session.selection.select_track(track_id)
        index = rows.track_ids.index(track_id)
        assert 0 <= rows.y_of(index) <= rows.height_px - rows.body_of(index)
