"""Tracks made one or two by hand: everything goes along, undo is exact, analysis respects it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import ProjectError
from engine.project.edits import (
    ApplyAnalysis,
    Edit,
    MergeTracks,
    SplitTrack,
    decode_edit,
    encode_edit,
)
from engine.project.edits.identity import merged_boxes
from engine.project.history import Document
from engine.project.model import Project


def objects(project: Project) -> list[str]:
    return [track.id for track in project.tracks if track.kind == "object"]


def again(project: Project, before: Project) -> Project:
    """`project` after the analysis has said once more what it said of `before`."""
    assert before.video is not None
    edit = ApplyAnalysis(
        video=before.video,
        analysis=before.analysis,
        scene=before.scene,
        tracks=tuple(t for t in before.tracks if t.kind == "object"),
    )
    return edit.apply(project)


def test_merging_carries_everything_and_undo_is_exact(project: Project) -> None:
    first, second = objects(project)[:2]
    edit: Edit = MergeTracks(track_ids=(first, second), new_id="one")
    assert decode_edit(encode_edit(edit)) == edit
    document = Document(project)
    document.do(edit)
    merged = document.project
    assert objects(merged)[0] == "one"
    assert not {first, second} & set(objects(merged))
    parts = [project.track(first), project.track(second)]
    whole = merged.track("one")
    assert whole.start_s == min(p.start_s for p in parts)
    assert whole.end_s == max(p.end_s for p in parts)
    assert whole.name == parts[0].name
    assert whole.strip == parts[0].strip
    assert len(merged.clips_of("one")) == sum(len(project.clips_of(p.id)) for p in parts)
    assert len(merged.events) == len(project.events)
    assert {e.track_id for e in merged.events} <= set(merged._tracks)
    times_s = np.array([k.time_s for k in parts[0].trajectory.keyframes])
    np.testing.assert_array_equal(whole.trajectory.at(times_s), parts[0].trajectory.at(times_s))
    document.undo()
    assert document.project == project


def test_splitting_parts_everything_at_the_moment(project: Project) -> None:
    track = project.track(objects(project)[0])
    here_s = 0.5 * (track.start_s + track.end_s)
    edit = SplitTrack(track_id=track.id, time_s=here_s, first_id="a", second_id="b")
    assert decode_edit(encode_edit(edit)) == edit
    document = Document(project)
    document.do(edit)
    split = document.project
    a, b = split.track("a"), split.track("b")
    assert (a.end_s, b.start_s) == (here_s, here_s)
    for part, from_s, to_s in ((a, track.start_s, here_s), (b, here_s, track.end_s)):
        times_s = np.linspace(from_s, to_s, 20)
        np.testing.assert_allclose(part.trajectory.at(times_s), track.trajectory.at(times_s))
    assert len(a.contacts) + len(b.contacts) == len(track.contacts)
    assert all(clip.start_s < here_s for clip in split.clips_of("a"))
    assert all(clip.start_s >= here_s for clip in split.clips_of("b"))
    document.undo()
    assert document.project == project


def test_a_new_analysis_brings_neither_mistake_back(project: Project) -> None:
    first, second = objects(project)[:2]
    merged = MergeTracks(track_ids=(first, second), new_id="one").apply(project)
    after = again(merged, project)
    assert objects(after) == objects(merged)
    assert after.track("one") == merged.track("one")
    track = project.track(first)
    here_s = 0.5 * (track.start_s + track.end_s)
    split = SplitTrack(track_id=first, time_s=here_s, first_id="a", second_id="b").apply(project)
    after = again(split, project)
    assert after.track("a") == split.track("a")
    assert after.track("b") == split.track("b")
    assert first not in objects(after)


def test_what_makes_no_sense_is_refused(project: Project) -> None:
    first, second = objects(project)[:2]
    for edit in (
        MergeTracks(track_ids=(first, first), new_id="one"),
        MergeTracks(track_ids=(first,), new_id="one"),
        MergeTracks(track_ids=(first, second), new_id=first),
        SplitTrack(track_id=first, time_s=1e6, first_id="a", second_id="b"),
        SplitTrack(track_id=first, time_s=0.5, first_id="a", second_id="a"),
    ):
        with pytest.raises(ProjectError):
            edit.apply(project)


def test_boxes_seen_twice_are_the_first_ones() -> None:
    def rows(times_s: list[float], x: float) -> np.ndarray:
        return np.array([[t, x, 0.0, x + 1, 1.0, 1.0] for t in times_s])

    together = merged_boxes([rows([1.0, 2.0, 3.0], 10.0), rows([0.0, 2.5, 4.0], 20.0)])
    assert together[:, 0].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert together[:, 1].tolist() == [20.0, 10.0, 10.0, 10.0, 20.0]
