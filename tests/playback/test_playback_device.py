"""Sound through a real audio server, recorded from its monitor."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from audio_server import AudioServer
from msgspec import structs
from numpy.typing import NDArray
from playing import (
    SAMPLE_RATE_HZ,
    TONE_HZ,
    TONE_LEVEL,
    Player,
    start_tone,
    tone_project,
    wait_for,
)
from recorded_tone import MOST_LOST, breaks_of

from engine.playback import device_guard, supervisor
from engine.playback.client import PlaybackClient
from engine.playback.status import EngineStatus
from engine.playback.transport import FADE_S
from engine.project.model import Clip

pytestmark = pytest.mark.audio_device

PAN_GAIN = float(np.sqrt(0.5))
SETTLE_S = 0.3


def sounding(channel: NDArray[np.float32], threshold: float = 1e-4) -> tuple[int, int]:
    """First and last sample above a threshold."""
    places = np.flatnonzero(np.abs(channel) > threshold)
    assert len(places), "nothing was heard"
    return int(places[0]), int(places[-1]) + 1


def assert_one_tone(
    channel: NDArray[np.float32], before: EngineStatus, client: PlaybackClient
) -> None:
    """The test tone at its level rises once and falls once, and is nothing else in between.

    Since `before` the ring was never empty; each time the device was late may leave a silence.
    """
    found = breaks_of(channel, TONE_HZ / SAMPLE_RATE_HZ)
    after = client.status
    assert after.underruns == before.underruns
    late = after.device_underflows - before.device_underflows
    assert len(found.lost) <= MOST_LOST + 2 * late, (late, found)
    assert len(found.played) == 2, found
    (first, risen), (falls, last) = found.played
    for length in (risen - first, last - falls):
        assert 0.5 * FADE_S < length / SAMPLE_RATE_HZ < 2.0 * FADE_S
    middle = channel[risen:falls].astype(np.float64)
    assert np.abs(middle).max() == pytest.approx(TONE_LEVEL * PAN_GAIN, rel=1e-3)
    loud = middle[np.abs(middle) > 1e-3]  # what was put in on the way is silence
    assert np.sqrt(2.0 * np.mean(loud**2)) == pytest.approx(TONE_LEVEL * PAN_GAIN, rel=0.01)


def test_tone_level_continuity_stop_and_locate(player: Player) -> None:
    client = player.client
    before = client.status
    with player.server.recording() as recording:
        time.sleep(SETTLE_S)
        client.play()
        wait_for(lambda: client.position_s > 1.0)
        level_dbfs = client.meters()
        client.stop()
        wait_for(lambda: not client.is_playing and len(recording.samples()[0]) > 0)
        time.sleep(SETTLE_S)
        client.locate(5.0)
        assert client.position_s == 5.0
    heard = recording.samples()
    first, last = sounding(heard[0])
    assert (last - first) / SAMPLE_RATE_HZ > 1.0
    for channel in heard:
        assert_one_tone(channel, before, client)
    assert level_dbfs == pytest.approx(20 * np.log10(TONE_LEVEL * PAN_GAIN), abs=0.3)
    time.sleep(SETTLE_S)
    assert client.position_s == pytest.approx(5.0, abs=1e-4)


def test_playing_begins_and_stops_without_a_click_where_it_stopped(player: Player) -> None:
    client = player.client
    client.play()
    wait_for(lambda: client.position_s > 0.5)
    client.stop()
    wait_for(lambda: client.status.fill_s > 0 and not client.is_playing)
    time.sleep(SETTLE_S)
    before, before_s = client.status, client.position_s
    with player.server.recording() as recording:
        time.sleep(SETTLE_S)
        client.play()
        wait_for(lambda: client.position_s > before_s + 0.5)
        client.stop()
        time.sleep(SETTLE_S)
    assert_one_tone(recording.samples()[0], before, client)


def test_position_runs_smoothly_with_the_sound(player: Player) -> None:
    client = player.client
    client.play()
    wait_for(lambda: client.position_s > 0.3)
    readings = []
    until_s = time.monotonic() + 1.5
    while time.monotonic() < until_s:
        readings.append((time.monotonic(), client.position_s))
        time.sleep(0.003)
    times, positions = np.array(readings).T
    assert (np.diff(positions) >= 0.0).all()
    off = positions - (times - times[0])
    assert np.median(np.abs(off - np.median(off))) < 0.01  # smooth: below a device block's steps
    early, late = np.array_split(off, 2)
    assert np.median(late) - np.median(early) == pytest.approx(0.0, abs=0.04)


def test_edits_while_playing_leave_no_gap(player: Player) -> None:
    client = player.client
    before = client.status
    project = tone_project(player.folder)
    silent = Clip(
        id="more", track_id="track", take_id="take", name="m", start_s=15.0, duration_s=1.0
    )
    with player.server.recording() as recording:
        client.play()
        wait_for(lambda: client.position_s > 0.3)
        for index in range(10):
            moved = structs.replace(silent, start_s=15.0 + 0.1 * index)
            client.set_project(project.with_clip(moved), player.folder)
            time.sleep(0.08)
        client.stop()
        time.sleep(SETTLE_S)
    assert_one_tone(recording.samples()[0], before, client)


def test_loop_is_exact_to_the_sample(player: Player) -> None:
    client = player.client
    client.set_loop(1.0, 2.0)  # whole cycles and whole samples: an exact loop is an unbroken sine
    client.locate(1.5)
    before = client.status
    with player.server.recording() as recording:
        time.sleep(SETTLE_S)
        client.play()
        wait_for(lambda: client.position_s > 1.6)
        wait_for(lambda: client.position_s < 1.5)
        wait_for(lambda: client.position_s > 1.6)
        wait_for(lambda: client.position_s < 1.5)
        client.stop()
        time.sleep(SETTLE_S)
    heard = recording.samples()[0]
    first, last = sounding(heard)
    assert (last - first) / SAMPLE_RATE_HZ > 1.3
    assert_one_tone(heard, before, client)


def test_faders_act_without_compiling(player: Player) -> None:
    client = player.client
    client.play()
    wait_for(lambda: client.meters()[0] > -12.0)
    loud_dbfs, sent = float(client.meters()[0]), client._sent_revision
    client.set_track_gain("track", -40.0)
    wait_for(lambda: client.meters()[0] < loud_dbfs - 38.0)
    assert client.meters()[0] == pytest.approx(loud_dbfs - 40.0, abs=2.5)
    client.set_track_gain("track", 0.0)
    client.set_master_gain(12.0)
    wait_for(lambda: bool(client.clipped().all()))
    client.set_master_gain(0.0)
    time.sleep(SETTLE_S)
    client.clear_clips()
    wait_for(lambda: not client.clipped().any())
    client.set_track_mute("track", True)
    wait_for(lambda: client.meters()[0] < loud_dbfs - 60.0)
    assert client._sent_revision == sent, "a fader sent the project anew"


def test_scrub_sounds_where_it_jumps_to_and_resumes(player: Player) -> None:
    client = player.client
    with player.server.recording() as recording:
        time.sleep(SETTLE_S)
        for step in range(3):
            client.scrub(2.0 + step)
            assert client.position_s == pytest.approx(2.0 + step)
            time.sleep(0.8)
        time.sleep(SETTLE_S)
    heard = np.abs(recording.samples()[0])
    loud = np.flatnonzero(heard > 0.01)
    pieces = 1 + np.count_nonzero(np.diff(loud) > 4000)
    assert pieces == 3
    client.play()
    wait_for(lambda: client.position_s > 4.2)
    client.scrub(8.0)
    client.locate(8.0)
    wait_for(lambda: client.position_s > 8.1)


def test_shuttling_back_is_heard_at_its_pitch_and_stops_at_once(player: Player) -> None:
    client = player.client
    client.locate(10.0)
    with player.server.recording() as recording:
        client.shuttle(-2.0)
        wait_for(lambda: client.position_s < 8.0)
        assert client.is_playing
        assert client.speed == -2.0
        readings = []
        while client.position_s > 7.0:
            readings.append(client.position_s)
            time.sleep(0.005)
        before_s = client.position_s
        client.stop()
        wait_for(lambda: not client.is_playing)
        time.sleep(SETTLE_S)
    assert (np.diff(readings) <= 0.0).all()
    assert -0.5 < client.position_s - before_s <= 0.0
    heard = recording.samples()[0]
    first, last = sounding(heard)
    middle = heard[first + 9600 : last - 2400]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert spectrum.argmax() * SAMPLE_RATE_HZ / len(middle) == pytest.approx(2 * TONE_HZ, abs=5.0)
    client.shuttle(-2.0)
    wait_for(lambda: client.position_s < 6.0)
    client.play()
    start_s = client.position_s
    wait_for(lambda: client.position_s > start_s + 0.2)
    assert client.speed == 1.0


def test_surround_reaches_the_right_loudspeakers(
    audio_server: AudioServer, client: PlaybackClient, tmp_path: Path
) -> None:
    audio_server.control("set-default-sink", "surround")
    start_tone(client, tmp_path, "5.1")
    wait_for(lambda: client.status.channels == 6)
    with audio_server.recording("surround", 6) as recording:
        client.play()
        wait_for(lambda: client.position_s > 0.5)
        client.stop()
        time.sleep(SETTLE_S)
    levels = np.abs(recording.samples()).max(axis=1)
    # straight ahead is the centre; the monitor's order is L R C LFE Ls Rs
    assert levels.argmax() == 2
    assert levels[2] == pytest.approx(TONE_LEVEL, rel=0.05)
    assert max(levels[[0, 1, 4, 5]]) < 0.01


def sounding_channels(levels_dbfs: NDArray[np.float32]) -> tuple[int, ...]:
    """Which channels hold the tone; all others have to be far below it."""
    there = levels_dbfs > max(float(levels_dbfs.max()) - 3.0, -20.0)
    others = levels_dbfs[~there]
    return tuple(np.flatnonzero(there)) if (others < -60.0).all() else ()


def test_format_changes_while_playing(player: Player) -> None:
    """Straight ahead is in both ears, in W and X, in the centre, on both loudspeakers alike."""
    client = player.client
    client.play()
    for name, channels, sounding_ones in (
        ("binaural", 2, (0, 1)), ("foa", 4, (0, 3)), ("5.1", 6, (2,)), ("stereo", 2, (0, 1)),
    ):  # fmt: skip
        client.set_monitor_format(name)
        wait_for(lambda n=channels: len(client.meters()) == n)
        wait_for(lambda wanted=sounding_ones: sounding_channels(client.meters()) == wanted)
        assert client.is_playing
    before_s = client.position_s
    wait_for(lambda: client.position_s > before_s + 0.2)


def test_every_killed_engine_is_replaced_where_it_stopped(
    audio_server: AudioServer, client: PlaybackClient, tmp_path: Path
) -> None:
    start_tone(client, tmp_path, "binaural")
    client.play()
    for _ in range(2):
        wait_for(lambda: client.has_standby and client.meters().max() > -20.0)
        killed, before_s = client.engine_pid, client.position_s
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda gone=killed: client.engine_pid not in (None, gone))
        assert before_s <= client.position_s < before_s + 1.0
        wait_for(lambda there=before_s: client.position_s > there + 0.1)
        wait_for(lambda: client.status.state == "running")
        assert client.is_playing
        wait_for(lambda start_s=client.position_s: client.position_s > start_s + 1.6)


def test_engines_killed_one_after_the_other_do_not_silence_the_session(
    audio_server: AudioServer,
    client: PlaybackClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(device_guard, "FIRST_PAUSE_S", 0.5)
    start_tone(client, tmp_path, "binaural")
    client.play()
    wait_for(lambda: client.has_standby and client.meters().max() > -20.0)
    for _ in range(3):  # while they open the device, which is then not tried for a while
        killed = client.engine_pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda gone=killed: client.engine_pid not in (None, gone), 30.0)
    wait_for(lambda: client.status.state == "running", 30.0)
    assert client.status.message == ""
    wait_for(lambda: client.meters().max() > -20.0)


def test_an_engine_that_hangs_is_replaced(
    audio_server: AudioServer,
    client: PlaybackClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "SETTLE_S", supervisor.HEARTBEAT_TIMEOUT_S)
    start_tone(client, tmp_path, "binaural")
    client.play()
    wait_for(lambda: client.has_standby and client.meters().max() > -20.0)
    hung = client.engine_pid
    assert hung is not None
    os.kill(hung, signal.SIGSTOP)
    wait_for(lambda: client.engine_pid not in (None, hung), 3 * supervisor.HEARTBEAT_TIMEOUT_S)
    wait_for(lambda: client.status.state == "running")
    wait_for(lambda: client.meters().max() > -20.0)
    assert client.is_playing


def test_lost_device_goes_silent_says_so_and_returns(
    audio_server: AudioServer, client: PlaybackClient, tmp_path: Path
) -> None:
    start_tone(client, tmp_path)
    client.play()
    wait_for(lambda: client.position_s > 0.5)
    audio_server.remove_sink("surround")
    audio_server.remove_sink("stereo")
    wait_for(lambda: client.status.state == "silent")
    assert "gone" in client.status.message
    before_s = client.position_s
    took_s = wait_for(lambda: client.position_s > before_s + 1.0)
    assert 0.5 < took_s < 4.0  # the clock goes on in real time
    audio_server.add_sink("stereo")
    wait_for(lambda: client.status.state == "running", 30.0)
    assert client.status.message == ""
    with audio_server.recording() as recording:
        time.sleep(0.6)
    assert np.abs(recording.samples()).max() == pytest.approx(TONE_LEVEL * PAN_GAIN, rel=0.01)
