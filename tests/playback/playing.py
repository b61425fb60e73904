"""Helpers for the tests of playing: a project with a tone, and waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from audio_server import AudioServer

from engine.playback.client import PlaybackClient
from engine.project.model import Clip, Keyframe, Project, Take, Track, Trajectory

SAMPLE_RATE_HZ = 48_000
TONE_HZ = 997.0
TONE_LEVEL = 0.5
CONTENT = "5" * 64
START_S = 120.0
"""A fresh engine imports and rehearses for some seconds of a core, of which it may get little."""


@dataclass(frozen=True)
class Player:
    """A client that has its tone loaded and plays into a server."""

    server: AudioServer
    client: PlaybackClient
    folder: Path


def tone_project(
    folder: Path, duration_s: float = 20.0, sample_rate_hz: int = SAMPLE_RATE_HZ
) -> Project:
    """A project with one sine, straight ahead at 1 m; its take lies in `folder`/media."""
    (folder / "media").mkdir(parents=True, exist_ok=True)
    time_s = np.arange(int(duration_s * sample_rate_hz)) / sample_rate_hz
    tone = (TONE_LEVEL * np.sin(2 * np.pi * TONE_HZ * time_s)).astype(np.float32)
    soundfile.write(folder / "media" / f"{CONTENT}.wav", tone, sample_rate_hz, subtype="FLOAT")
    place = Trajectory(keyframes=(Keyframe(time_s=0.0, x_m=1.0, y_m=0.0, z_m=0.0),))
    take = Take(
        id="take",
        name="sine",
        audio=CONTENT,
        sample_rate_hz=sample_rate_hz,
        channels=1,
        samples=len(tone),
    )
    clip = Clip(
        id="clip", track_id="track", take_id="take", name="c", start_s=0.0, duration_s=duration_s
    )
    track = Track(id="track", name="sine", trajectory=place, doppler=False)
    return Project(sample_rate_hz=sample_rate_hz, tracks=(track,), takes=(take,), clips=(clip,))


def wait_for(condition: Callable[[], bool], timeout_s: float = 40.0) -> float:
    """Seconds until a condition holds; fails the test when it does not in time."""
    began_s = time.monotonic()
    while not condition():
        if time.monotonic() - began_s > timeout_s:
            pytest.fail(f"waited {timeout_s} s in vain")
        time.sleep(0.005)
    return time.monotonic() - began_s


def start_tone(client: PlaybackClient, folder: Path, monitor_format: str = "stereo") -> None:
    """Load the tone and wait until the engine could play it."""
    client.set_monitor_format(monitor_format)
    client.set_project(tone_project(folder), folder)
    client.start()
    channels = {"stereo": 2, "binaural": 2, "5.1": 6}[monitor_format]
    wait_for(lambda: client.status.state == "running" and client.status.fill_s > 0.02, START_S)
    wait_for(lambda: len(client.meters()) == channels)


def reset(player: Player) -> None:
    """Stop at 0 with the tone loaded, in stereo."""
    client = player.client
    client.stop()
    client.set_loop(None)
    client.locate(0.0)
    start_tone(client, player.folder)
    wait_for(lambda: not client.is_playing and client.position_s == 0.0)
