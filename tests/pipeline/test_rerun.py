"""A second run into the same folder takes the session up again; another clip's is refused."""

import pytest

from engine import resources
from engine.errors import ProjectError
from engine.pipeline.produce import produce
from engine.pipeline.settings import RunSettings
from engine.project.edits import MoveKeyframe, RenameTrack
from engine.project.store import Bundle

SETTINGS = RunSettings(formats=("stereo",))


def test_a_second_run_keeps_what_a_hand_has_made(tmp_path):
    demo = resources.path("demo/demo.mp4")
    out = tmp_path / "out"
    produce(demo, out, SETTINGS)
    with Bundle.open(out / "scene.foley")[0] as bundle:
        project = Bundle.open(out / "scene.foley", read_only=True)[1]
        track = next(t for t in project.tracks if t.kind == "object")
        moved = MoveKeyframe(
            track_id=track.id,
            index=3,
            time_s=track.trajectory.keyframes[3].time_s,
            x_m=1.0,
            y_m=2.0,
            z_m=0.5,
        )
        renamed = RenameTrack(track_id=track.id, name="My ball")
        bundle.save(renamed.apply(moved.apply(project)))
    report = produce(demo, out, SETTINGS)
    project = Bundle.open(out / "scene.foley", read_only=True)[1]
    again = project.track(track.id)
    by_hand = [k for k in again.trajectory.keyframes if k.provenance == "hand"]
    assert [(k.x_m, k.y_m, k.z_m) for k in by_hand] == [(1.0, 2.0, 0.5)]
    assert again.name == "My ball"
    assert "My ball" in [t["name"] for t in report["tracks"]]


def test_the_session_of_another_clip_is_not_touched(tmp_path):
    demo = resources.path("demo/demo.mp4")
    out = tmp_path / "out"
    produce(demo, out, SETTINGS)
    before = (out / "scene.foley" / "project.json").read_bytes()
    other = tmp_path / "other.mp4"
    other.write_bytes(demo.read_bytes() + b"\0" * 8)
    with pytest.raises(ProjectError, match=r"another clip.*choose another folder"):
        produce(other, out, SETTINGS)
    assert (out / "scene.foley" / "project.json").read_bytes() == before
    assert not list(out.glob(".*"))
