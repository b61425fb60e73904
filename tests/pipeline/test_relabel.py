"""What a hand says a track is stays so when the film is analysed again, and its sounds are made."""

import numpy as np
import pytest

from engine import resources
from engine.media.probe import probe_video
from engine.project.edits import ApplyAnalysis, ApplyScript, SetTrackLabel
from engine.project.model import Analysis, Contact, Project, Scene, Track, TrackId, Trajectory
from engine.script.writer import write_script


def analysed() -> ApplyAnalysis:
    """Something unknown that goes across and strikes thrice."""
    times = np.linspace(0.0, 3.0, 31)
    positions = np.stack([np.full(31, 6.0), np.linspace(4, -4, 31), np.full(31, -1.5)], axis=1)
    track = Track(
        id=TrackId("object-1"),
        name="Unknown 1",
        label="object",
        confidence=0.64,
        trajectory=Trajectory.from_arrays(times, positions),
        contacts=tuple(Contact(time_s=t, kind="impact") for t in (0.5, 1.0, 1.5)),
        start_s=0.0,
        end_s=3.0,
    )
    video = probe_video(resources.path("demo/demo.mp4"))
    return ApplyAnalysis(video=video, analysis=Analysis(), scene=Scene(), tracks=(track,))


def written(project: Project) -> Project:
    script = write_script(project, 1)
    return ApplyScript(tracks=script.tracks, events=script.events).apply(project)


def layers(project: Project) -> set[str]:
    return {event.layer for event in project.events if event.track_id == "object-1"}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("horse", {"hooves", "tack"}),
        ("dog", {"paws", "fur"}),
        ("car", {"motor", "tyres"}),
        ("ball", {"bounces", "rolling"}),
        ("pouring coffee", {"pouring"}),
        ("paper", {"handling"}),
        ("fireworks", {"bursts"}),
    ],
)
def test_a_label_by_hand_makes_its_sounds_and_stays(label: str, expected: set[str]) -> None:
    project = written(analysed().apply(Project()))
    assert layers(project) == {"air", "surface", "impacts"}
    labelled = SetTrackLabel(track_id="object-1", object_label=label).apply(project)
    again = written(analysed().apply(labelled))
    assert again.track("object-1").label == label
    assert layers(again) == expected
