"""ADM: few blocks that follow the path, documents that our reader and EBU's accept."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from scenes import ARC_M, LEFT_M, RATE_HZ, Folder, add_track, noise, scene

from engine import riff
from engine.coordinates import angle_between_deg, to_cartesian
from engine.deliver.adm import AdmObject, describe_scene, read_objects
from engine.deliver.adm_motion import TICKS_PER_S, MotionBlock, motion_blocks
from engine.deliver.bounce import deliver
from engine.deliver.bw64 import AdmChunks, ChannelUid, read_adm_chunks, write_bw64
from engine.errors import MediaError
from engine.media.audio_file import read_audio, write_audio
from engine.project.model import Project, Trajectory
from engine.realtime.width_law import width_focus
from engine.spatial.propagation import PointSource
from engine.units import SPEED_OF_SOUND_M_PER_S

DURATION_TICKS = 8 * TICKS_PER_S


def directions_at(blocks: tuple[MotionBlock, ...], ticks: np.ndarray) -> np.ndarray:
    """What a renderer makes of the blocks: straight between the directions at block ends."""
    ends = [block.start_ticks + block.duration_ticks for block in blocks]
    reached = to_cartesian(
        [block.azimuth_deg for block in blocks], [block.elevation_deg for block in blocks]
    )
    return np.stack([np.interp(ticks, ends, column) for column in reached.T], axis=1)


def wandering(seed: int, points: int = 12) -> Trajectory:
    random = np.random.default_rng(seed)
    times_s = np.sort(random.uniform(0, 8, points))
    return Trajectory.from_arrays(times_s, random.normal(0, 3, (points, 3)))


@pytest.mark.parametrize("seed", range(5))
def test_blocks_follow_the_path_without_gaps(seed: int) -> None:
    path = wandering(seed)
    blocks = motion_blocks(path, DURATION_TICKS)
    ends = [block.start_ticks + block.duration_ticks for block in blocks]
    assert [block.start_ticks for block in blocks] == [0, *ends[:-1]]
    assert ends[-1] == DURATION_TICKS
    ticks = np.arange(2_000, DURATION_TICKS, 2_000)
    wrong_deg = angle_between_deg(directions_at(blocks, ticks), path.at(ticks / TICKS_PER_S))
    assert np.percentile(wrong_deg, 99) <= 0.6
    assert len(blocks) < len(ticks) / 2


def test_what_stands_still_is_one_block_and_left_is_positive() -> None:
    still = Trajectory.from_arrays([0.0, 5.0], [[0.0, 3.0, 0.0], [0.0, 6.0, 0.0]])
    assert motion_blocks(still, DURATION_TICKS) == (MotionBlock(0, DURATION_TICKS, 90.0, 0.0),)
    above = Trajectory.from_arrays([0.0], [[1.0, -1.0, np.sqrt(2.0)]])
    (block,) = motion_blocks(above, 7)
    assert (block.azimuth_deg, block.elevation_deg) == (-45.0, 45.0)


def test_what_is_near_is_told_as_wide_as_loudspeakers_play_it() -> None:
    """By gains: a cap of the width that is told, and a point of the focus that nearness leaves."""
    law = PointSource()
    path = Trajectory.from_arrays([0.0, 8.0], [[0.05, 0.5, 0.0], [0.05, -0.5, 0.0]])
    blocks = motion_blocks(path, DURATION_TICKS, law=law)
    times_s = np.array([b.start_ticks + b.duration_ticks for b in blocks]) / TICKS_PER_S
    at_s = np.arange(0.2, 8.0, 0.1)
    told_deg = np.interp(at_s, times_s, [block.width_deg for block in blocks])
    distances_m = np.linalg.norm(path.at(at_s), axis=1)
    assert np.abs(width_focus(told_deg) - law.focus(distances_m)).max() < 0.03
    assert (told_deg[distances_m > 0.26] < 4.0).all()
    assert told_deg.max() > 250.0


def test_width_is_told_where_a_sound_has_one() -> None:
    still = Trajectory.from_arrays([0.0], [[0.0, 3.0, 0.0]])
    even = motion_blocks(still, DURATION_TICKS, width_at=lambda t: np.full(len(t), 60.0))
    assert len(even) == 1
    assert (even[0].width_deg, even[0].height_deg) == (60.0, pytest.approx(60.0 * 0.2588, abs=0.01))
    opening = motion_blocks(still, DURATION_TICKS, width_at=lambda t: np.interp(t, [2, 6], [0, 90]))
    times_s = np.array([b.start_ticks + b.duration_ticks for b in opening]) / TICKS_PER_S
    told = np.interp(np.arange(0.1, 8.0, 0.1), times_s, [block.width_deg for block in opening])
    expected = np.interp(np.arange(0.1, 8.0, 0.1), [2, 6], [0, 90])
    assert np.abs(told - expected).max() < 3.0
    assert len(opening) < 8
    objects = (AdmObject("Wide", opening),)
    assert read_objects(describe_scene("T", objects, 0, DURATION_TICKS, RATE_HZ).axml) == objects


def heard_from(times_s: np.ndarray, speed_m_s: float, passing_s: float) -> np.ndarray:
    """What passes 20 m to the left, ahead to behind: the place whose sound arrives at each time.

    With x the way left to go now and x + v d that at departure: (c d)^2 = (x + v d)^2 + 20^2.
    """
    c, v, x = SPEED_OF_SOUND_M_PER_S, speed_m_s, speed_m_s * (passing_s - times_s)
    late_s = (v * x + np.sqrt((c * x) ** 2 + (c**2 - v**2) * 20.0**2)) / (c**2 - v**2)
    return np.stack([x + v * late_s, np.full_like(x, 20.0), 0.0 * x], axis=1)


@pytest.mark.parametrize("doppler", [False, True])
def test_a_sound_that_travels_comes_from_where_it_left(tmp_path: Path, doppler: bool) -> None:
    speed_m_s, folder = 60.0, Folder(tmp_path)
    path = np.array([[90.0, 20.0, 0.0], [-90.0, 20.0, 0.0]])  # in 3 s
    project = add_track(Project(), folder, "Car", noise(3.0), path, doppler=doppler)
    deliver(project, folder, ["adm"], tmp_path / "out")
    (car,) = read_objects(read_adm_chunks(tmp_path / "out" / "scene.adm.wav").axml)
    times_s = np.arange(0.6, 2.9, 0.02)
    now = Trajectory.from_arrays([0.0, 3.0], path).at(times_s)
    left = heard_from(times_s, speed_m_s, 1.5)
    assert np.max(angle_between_deg(now, left)) > 9.0
    told = directions_at(car.blocks, times_s * TICKS_PER_S)
    assert np.max(angle_between_deg(told, left if doppler else now)) < 0.5


def sent_to_the_lfe(folder: Folder) -> Project:
    """In front, sent; on the left, not."""
    front_m = np.array([[2.0, 0.0, 0.0]])
    project = add_track(Project(), folder, "Hit", noise(2.0, 0.02), front_m, lfe_send_db=-6.0)
    left = noise(2.0, 0.02, seed=1)
    return add_track(project, folder, "Door", left, LEFT_M, lfe_send_db=-140.0)


def test_what_is_sent_to_the_lfe_is_a_direct_speaker(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    report = deliver(sent_to_the_lfe(folder), folder, ["adm", "5.1"], tmp_path / "out")
    path = tmp_path / "out" / "scene.adm.wav"
    chunks = read_adm_chunks(path)
    assert [item.name for item in read_objects(chunks.axml)] == ["Hit", "Door"]
    lfe = chunks.channels[2]
    assert (len(chunks.channels), lfe.track_format) == (3, "AT_00010004_01")
    assert f'audioPackFormatID="{lfe.pack_format}"' in chunks.axml
    assert not any("LFE" in note for file in report.files for note in file.notes)
    ours = read_audio(tmp_path / "out" / "surround51.wav")[0].astype(float)
    theirs = read_audio(path)[0].astype(float)
    gain = np.sum(theirs[0] * ours[2]) / np.sum(ours[2] ** 2)
    for channel, row in ((0, 2), (2, 3)):
        np.testing.assert_allclose(theirs[channel], gain * ours[row], atol=2e-6)
    assert np.std(theirs[2]) > 0.01 * np.std(theirs[0])


def test_ebus_renderer_fills_the_lfe_like_ours(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    deliver(sent_to_the_lfe(folder), folder, ["adm", "5.1"], tmp_path / "out")
    theirs = played_by_ebu(tmp_path / "out" / "scene.adm.wav", "0+5+0")
    ours = read_audio(tmp_path / "out" / "surround51.wav")[0]
    gain = np.sum(theirs * ours) / np.sum(ours**2)
    np.testing.assert_allclose(theirs, gain * ours, atol=4e-6)


def played_by_ebu(scene_path: Path, system: str) -> np.ndarray:
    """EBU's renderer keeps to an older NumPy: point FOLEYSTAGE_EAR_RENDER at its command."""
    command = os.environ.get("FOLEYSTAGE_EAR_RENDER")
    if not command:
        pytest.skip("the EBU ADM renderer is not at hand (set FOLEYSTAGE_EAR_RENDER)")
    out = scene_path.with_name("ear.wav")
    options = ["--strict", "-s", system, str(scene_path), str(out)]
    subprocess.run([command, *options], check=True, capture_output=True, text=True)
    return read_audio(out)[0]


def test_half_an_hour_at_the_corner_stays_small() -> None:
    times_s = np.arange(0, 1_800, 60.0)
    steps = Trajectory.from_arrays(times_s, np.tile([[2.0, 1.0, 0.0], [2.0, -1.0, 0.0]], (15, 1)))
    assert len(motion_blocks(steps, 1_800 * TICKS_PER_S)) < 400


def test_the_document_comes_back() -> None:
    objects = tuple(
        AdmObject(name, motion_blocks(wandering(seed), DURATION_TICKS))
        for seed, name in enumerate(["Ball", 'Schritte <links> & "rechts"', "足音"])
    )
    chunks = describe_scene("Title", objects, 1, DURATION_TICKS, RATE_HZ)
    assert read_objects(chunks.axml) == objects
    assert [channel.track_index for channel in chunks.channels] == list(range(1, 8))
    assert len({channel.uid for channel in chunks.channels}) == 7
    assert {channel.pack_format for channel in chunks.channels[3:]} == {"AP_00040001"}
    assert read_objects(describe_scene("\x00", (), 1, 1, RATE_HZ).axml) == ()
    with pytest.raises(MediaError, match="ADM"):
        read_objects("<broken")


@pytest.mark.parametrize("limit_bytes", [riff.RIFF_LIMIT_BYTES, 2_000])
def test_bw64_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit_bytes: int) -> None:
    monkeypatch.setattr(riff, "RIFF_LIMIT_BYTES", limit_bytes)
    channels = (ChannelUid(1, "ATU_00000001", "AT_00031001_01", "AP_00031001"),)
    metadata = AdmChunks(channels, "<ä>odd length</ä>")
    sound = np.random.default_rng(0).uniform(-1, 1, (1, 1_001)).astype(np.float32)
    write_bw64(tmp_path / "a.wav", [sound], RATE_HZ, metadata)
    assert read_adm_chunks(tmp_path / "a.wav") == metadata
    magic = (tmp_path / "a.wav").read_bytes()[:4]
    assert magic == (b"RIFF" if limit_bytes > 2_000 else b"BW64")
    found = riff.read_wave_file(tmp_path / "a.wav")
    assert (found.samples, found.wave.bits) == (1_001, 24)
    np.testing.assert_allclose(read_audio(tmp_path / "a.wav")[0], sound, atol=1e-7)
    write_audio(tmp_path / "b.wav", sound, RATE_HZ)
    with pytest.raises(MediaError, match="no ADM"):
        read_adm_chunks(tmp_path / "b.wav")


def test_others_files_are_read(shared_data: Path) -> None:
    """Channel tables that EBU's tools wrote."""
    path = shared_data / "interchange" / "ebu-adm-toolbox__zero_size.wav"
    assert read_adm_chunks(path).channels[0].track_index == 1


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    takes = tmp_path / "takes"
    takes.mkdir()
    folder = Folder(takes)
    deliver(scene(folder), folder, ["adm", "5.1"], tmp_path)
    return tmp_path / "scene.adm.wav"


def test_a_delivered_scene_holds_its_objects(delivered: Path) -> None:
    chunks = read_adm_chunks(delivered)
    ball, door = read_objects(chunks.axml)
    assert (ball.name, door.name) == ("Rolling ball", "Door / left")
    assert ball.blocks[0].azimuth_deg == pytest.approx(np.degrees(1.2), abs=0.01)
    late_deg = np.degrees(2.4 / 3.0 * 2.0 / SPEED_OF_SOUND_M_PER_S)  # it travels
    assert ball.blocks[-1].azimuth_deg == pytest.approx(late_deg - np.degrees(1.2), abs=0.02)
    assert [block.azimuth_deg for block in door.blocks] == [90.0]
    assert np.hypot(*ARC_M[0, :2]) == pytest.approx(2.0)


def test_ebus_renderer_plays_it_like_ours(delivered: Path, tmp_path: Path) -> None:
    theirs = played_by_ebu(delivered, "0+5+0")
    ours, _ = read_audio(tmp_path / "surround51.wav")
    for start in range(0, 3 * RATE_HZ, RATE_HZ // 4):
        piece = slice(start, start + RATE_HZ // 4)
        levels = [np.sqrt(np.mean(s[:, piece] ** 2, axis=1)) for s in (ours, theirs)]
        total = [np.sqrt((level[[0, 1, 2, 4, 5]] ** 2).sum()) for level in levels]
        assert abs(20 * np.log10(total[1] / total[0])) < 1.5
        assert np.argmax(levels[0][:3]) == np.argmax(levels[1][:3])
