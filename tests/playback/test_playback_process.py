"""The engine process without a sound card, and its end with the window's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from playing import tone_project, wait_for

from benchmarks.processes import alive, family_of
from engine.errors import LayoutError
from engine.playback.client import PlaybackClient

REPOSITORY = Path(__file__).resolve().parent.parent.parent

WINDOW = """
import sys, time
from engine.playback.client import PlaybackClient
if __name__ == "__main__":
    client = PlaybackClient()
    client.start()
    while client.engine_pid is None:
        time.sleep(0.01)
    while not client.has_standby:
        time.sleep(0.01)
    print(client.engine_pid, flush=True)
    time.sleep(60)
"""

BEGINNING = """
import time
from engine.playback.process import spawn_engine
from engine.playback.shared import SharedBlock
if __name__ == "__main__":
    block = SharedBlock()
    engine = spawn_engine(block.name)
    while not engine.is_ready:
        engine.connection.poll(0.1)
        engine.receive()
    print(engine.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def no_device(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Environment in which neither a sound card nor an audio server is found."""
    alsa = tmp_path / "alsa.conf"
    alsa.write_text("pcm.default { type none }\nctl.default { type none }\n")
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(alsa))


def speeds_of_the_clock(client: PlaybackClient) -> list[float]:
    """Project seconds per second, over stretches of which a busy machine may spoil a few."""
    speeds = []
    for _ in range(9):
        before_s, at_s = client.position_s, time.monotonic()
        time.sleep(0.15)
        speeds.append((client.position_s - before_s) / (time.monotonic() - at_s))
    return speeds


@pytest.mark.usefixtures("no_device")
def test_without_a_device_the_clock_runs_in_real_time(
    client: PlaybackClient, tmp_path: Path
) -> None:
    began_s = time.monotonic()
    client.start()
    client.set_project(tone_project(tmp_path), tmp_path)
    client.play()
    assert client.status.state == "starting"  # nothing waits for the engine
    assert time.monotonic() - began_s < 5.0
    wait_for(lambda: client.position_s > 0.2)
    assert client.status.state == "silent"
    assert "silently" in client.status.message
    assert np.median(speeds_of_the_clock(client)) == pytest.approx(1.0, abs=0.1)
    wait_for(lambda: client.meters().max() > -20.0)
    client.stop()
    assert not client.is_playing


def test_an_audio_system_that_kills_the_engine_is_left_alone(
    client: PlaybackClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # PortAudio aborts the process when ALSA has no configuration at all
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "missing.conf"))
    client.set_project(tone_project(tmp_path), tmp_path)
    client.start()
    client.play()
    wait_for(lambda: client.status.state == "silent", 30.0)
    wait_for(lambda: client.position_s > 0.2)
    assert "silently" in client.status.message


@pytest.mark.usefixtures("no_device")
def test_the_scene_ends_and_starts_over(client: PlaybackClient, tmp_path: Path) -> None:
    client.set_project(tone_project(tmp_path, duration_s=1.0), tmp_path)
    client.start()
    client.locate(0.7)
    client.play()
    wait_for(lambda: client.engine_pid is not None)
    wait_for(lambda: not client.is_playing)
    assert client.position_s == pytest.approx(1.0, abs=1e-4)
    client.play()
    wait_for(lambda: 0.1 < client.position_s < 0.9)
    assert client.is_playing


@pytest.mark.usefixtures("no_device")
def test_a_missing_take_is_told_and_the_rest_plays(client: PlaybackClient, tmp_path: Path) -> None:
    project = tone_project(tmp_path)
    next((tmp_path / "media").iterdir()).unlink()
    client.set_project(project, tmp_path)
    client.start()
    client.play()
    wait_for(lambda: client.position_s > 0.1)
    assert "audio file is missing" in client.status.message


def test_an_unknown_format_is_refused(client: PlaybackClient) -> None:
    with pytest.raises(LayoutError):
        client.set_monitor_format("9.1.6")


def test_close_without_start_and_twice() -> None:
    client = PlaybackClient()
    client.close()
    client.close()
    assert client.status.state == "stopped"
    assert not client.is_playing


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
@pytest.mark.parametrize("script", [WINDOW, BEGINNING], ids=["that plays", "that begins"])
def test_killing_a_window_ends_the_engines_soon_and_says_nothing(
    tmp_path: Path, script: str
) -> None:
    path = tmp_path / "window.py"
    path.write_text(script)
    window = subprocess.Popen(
        [sys.executable, str(path)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert window.stdout is not None
    assert window.stderr is not None
    engine = int(window.stdout.readline())
    family = family_of(window.pid)
    assert engine in family
    window.send_signal(signal.SIGKILL)
    window.wait(5)
    wait_for(lambda: not any(alive(pid) for pid in family))
    assert window.stderr.read() == ""  # of memory that was left, for one
