"""Corrected boxes are corrected again in a new analysis, on the track that is the same thing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from engine.errors import ProjectError
from engine.pipeline.rematch import overlap, with_corrections
from engine.project.box_correction import BoxCorrection
from engine.project.edits import ApplyAnalysis, SetTrackBoxes
from engine.project.model import Analysis, Project, Scene, Track, TrackId, Trajectory, Video
from engine.project.store import MediaFolder
from engine.vision.box_pull import corrected, pulled

TIMES = np.arange(0.0, 4.0, 0.04)


def rows(x: float, speed: float = 40.0) -> np.ndarray:
    left = x + speed * TIMES
    columns = [TIMES, left, np.full(100, 50.0), left + 40, np.full(100, 90.0), np.full(100, 0.6)]
    return np.stack(columns, axis=1)


def track(media: MediaFolder, name: str, boxes: np.ndarray) -> Track:
    path = Trajectory.from_arrays([0.0, 4.0], [[4.0, 1.0, 0.0], [4.0, -1.0, 0.0]])
    return Track(
        id=TrackId(name), name=name, trajectory=path, end_s=3.96, boxes=media.put_array(boxes)
    )


@pytest.fixture
def media(tmp_path: Path) -> MediaFolder:
    for part in ("media", "arrays"):
        (tmp_path / part).mkdir()
    return MediaFolder(tmp_path)


def test_a_correction_moves_its_box_wholly_and_far_ones_not() -> None:
    boxes = rows(10.0)
    one = BoxCorrection(time_s=2.0, x0=100.0, y0=60.0, x1=150.0, y1=100.0, reach_s=0.5)
    right = corrected(boxes, (one,))
    np.testing.assert_allclose(right[50, 1:5], (100, 60, 150, 100))
    assert right[50, 5] == 1.0
    far = np.abs(TIMES - 2.0) >= 0.5
    np.testing.assert_array_equal(right[far], boxes[far])
    again = corrected(boxes, (one, structs.replace(one, time_s=99.0)))
    np.testing.assert_array_equal(again, right)  # what is off the track says nothing


def test_the_same_drag_gives_the_same_boxes() -> None:
    boxes = rows(10.0)
    shift = (5.0, -3.0, 9.0, 2.0)
    x0, y0, x1, y1 = boxes[50, 1:5] + shift
    said = BoxCorrection(time_s=2.0, x0=x0, y0=y0, x1=x1, y1=y1)
    np.testing.assert_allclose(corrected(boxes, (said,)), pulled(boxes, 2.0, shift, said.reach_s))


def test_a_new_analysis_is_corrected_and_keeps_the_tracks_id(media: MediaFolder) -> None:
    old = track(media, "object-1", rows(10.0))
    project = Project(tracks=(old, track(media, "object-2", rows(300.0, -40.0))))
    said = BoxCorrection(time_s=2.0, x0=95.0, y0=55.0, x1=140.0, y1=95.0)
    moved = media.put_array(corrected(rows(10.0), (said,)))
    project = SetTrackBoxes(track_id="object-1", boxes=moved, correction=said).apply(project)
    # now the other one matters more, and the first is seen a little elsewhere
    new = (track(media, "object-1", rows(300.0, -40.0)), track(media, "object-2", rows(13.0)))
    found = {t.id: t for t in with_corrections(new, project, media)}
    boxes = np.asarray(media.array(found["object-1"].boxes))
    np.testing.assert_allclose(boxes[50, 1:5], (95, 55, 140, 95))
    np.testing.assert_allclose(boxes[0, 1:5], (13, 50, 53, 90))
    other = np.asarray(media.array(found["object-2"].boxes))
    np.testing.assert_array_equal(other, rows(300.0, -40.0))
    video = Video(
        path="a.mp4", fingerprint="", width=400, height=200, duration_s=4.0,
        rate_numerator=25, rate_denominator=1,
    )  # fmt: skip
    edit = ApplyAnalysis(
        video=video, analysis=Analysis(), scene=Scene(), tracks=tuple(found.values())
    )
    merged = edit.apply(project)
    assert merged.track("object-1").boxes == found["object-1"].boxes
    assert merged.track("object-1").box_corrections == (said,)  # and the next time again


def test_nothing_is_corrected_where_nothing_is_the_same(media: MediaFolder) -> None:
    old = structs.replace(
        track(media, "object-1", rows(10.0)),
        box_corrections=(BoxCorrection(time_s=2.0, x0=1.0, y0=1.0, x1=9.0, y1=9.0),),
    )
    new = (track(media, "object-1", rows(300.0, -40.0)),)
    assert with_corrections(new, Project(tracks=(old,)), media) == new
    assert overlap(rows(10.0), rows(10.0)) == pytest.approx(1.0)


def test_what_is_no_box_is_refused(media: MediaFolder) -> None:
    project = Project(tracks=(track(media, "object-1", rows(10.0)),))
    wrong = BoxCorrection(time_s=1.0, x0=9.0, y0=1.0, x1=3.0, y1=5.0)
    edit = SetTrackBoxes(track_id="object-1", boxes=project.tracks[0].boxes, correction=wrong)
    with pytest.raises(ProjectError, match="no box at a time"):
        edit.apply(project)
