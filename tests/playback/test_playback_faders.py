"""Faders of sessions with very many tracks."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.playback.client import PlaybackClient
from engine.playback.fader_slots import FaderSlots, with_fader
from engine.playback.faders import FaderLink
from engine.playback.messages import SetProject
from engine.playback.shared import MAX_TRACKS, SharedBlock
from engine.playback.supervisor import Supervisor
from engine.project.model import Keyframe, Project, Track, Trajectory


class NotedControls:
    """Remembers what the kernel would be told."""

    def __init__(self) -> None:
        self.gains_db: dict[str, float] = {}
        self.muted: dict[str, bool] = {}

    def set_track_gain(self, track_id: str, gain_db: float) -> None:
        self.gains_db[track_id] = gain_db

    def set_track_mute(self, track_id: str, muted: bool) -> None:
        self.muted[track_id] = muted

    def set_track_solo(self, track_id: str, soloed: bool) -> None: ...

    def set_master_gain(self, gain_db: float) -> None: ...

    def set_head(self, yaw_deg: float, pitch_deg: float = 0.0, roll_deg: float = 0.0) -> None: ...


def many(count: int) -> Project:
    path = Trajectory(keyframes=(Keyframe(time_s=0.0, x_m=1.0, y_m=0.0, z_m=0.0),))
    return Project(
        tracks=tuple(Track(id=f"t{i}", name=f"t{i}", trajectory=path) for i in range(count))
    )


def test_the_last_of_many_tracks_has_a_fader() -> None:
    block = SharedBlock()
    try:
        slots, link, controls = FaderSlots(block), FaderLink(block), NotedControls()
        project = many(3000)
        slots.assign(project)
        slots.write(project)
        link.connect(controls, slots.of)
        assert slots.move("fader_db", "t2999", -40.0)
        assert slots.move("fader_muted", "t2998", True)
        link.apply()
        assert controls.gains_db["t2999"] == -40.0
        assert controls.muted["t2998"]
        assert controls.gains_db["t0"] == 0.0
    finally:
        block.close()


def test_faders_beyond_the_last_are_heard_as_edits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []
    monkeypatch.setattr(Supervisor, "send", lambda _self, make: sent.append(make()))
    client = PlaybackClient()
    try:
        client.set_project(many(MAX_TRACKS + 2), tmp_path)
        client.set_track_gain(f"t{MAX_TRACKS - 1}", -3.0)
        assert len(sent) == 1
        client.set_track_gain(f"t{MAX_TRACKS + 1}", -6.0)
        client.set_track_mute(f"t{MAX_TRACKS + 1}", True)
        client.set_track_mute(f"t{MAX_TRACKS + 1}", True)  # nothing new
        client.set_track_mute("nobody", True)
        messages = [message for message in sent if isinstance(message, SetProject)]
        assert len(messages) == 3
        strip = msgspec.json.decode(messages[-1].project, type=Project).tracks[-1].strip
        assert (strip.gain_db, strip.muted) == (-6.0, True)
    finally:
        client.close()


def test_a_moved_fader_is_all_that_differs() -> None:
    project = many(3)
    moved = with_fader(project, "fader_soloed", "t1", True)
    assert moved is not None
    assert [track.strip.soloed for track in moved.tracks] == [False, True, False]
    assert with_fader(project, "fader_soloed", "t1", False) is None
