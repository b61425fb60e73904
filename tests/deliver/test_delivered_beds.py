"""Beds, pairs and fields in ADM and in stems: channels of their own, as they were brought."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from scenes import LEFT_M, RATE_HZ, Folder, add_track, noise

from engine import riff
from engine.deliver.adm import read_objects
from engine.deliver.bounce import deliver
from engine.deliver.bw64 import read_adm_chunks
from engine.media.audio_file import read_audio
from engine.project.model import Project, Scene

SECONDS = 2.0
LAST_S = 0.02
"""The end of a file, which fades."""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    takes = tmp_path / "takes"
    takes.mkdir()
    return Folder(takes)


def surround(channels: int) -> np.ndarray:
    """Independent channels, quiet enough to pass no limiter, from silence."""
    sound = np.concatenate([noise(SECONDS, 0.01, 1, seed) for seed in range(channels)])
    sound[:, :4] = 0.0
    return sound


def bed_of(folder: Folder, sound: np.ndarray, project: Project | None = None, **more) -> Project:
    name = f"Bed {len(sound)}"
    return add_track(project or Project(), folder, name, sound, LEFT_M, kind="ambience", **more)


def gain_of(found: np.ndarray, sound: np.ndarray) -> float:
    """The one gain that makes `found` of `sound`; fails where it is not one."""
    count = sound.shape[1] - int(LAST_S * RATE_HZ)
    found, sound = found[:, :count].astype(float), sound[:, :count].astype(float)
    gain = float(np.sum(found * sound) / np.sum(sound**2))
    np.testing.assert_allclose(found, gain * sound, atol=4e-7)
    return gain


@pytest.mark.parametrize(
    ("channels", "pack", "lfe"),
    [(2, "AP_00010002", None), (6, "AP_00010003", 3), (12, "AP_00010017", 3)],
)
def test_a_bed_is_direct_speakers_in_adm(
    folder: Folder, tmp_path: Path, channels: int, pack: str, lfe: int | None
) -> None:
    sound = surround(channels)
    project = add_track(bed_of(folder, sound), folder, "Ball", surround(1), LEFT_M)
    deliver(project, folder, ["adm"], tmp_path)
    chunks = read_adm_chunks(tmp_path / "scene.adm.wav")
    assert [item.name for item in read_objects(chunks.axml)] == ["Ball"]
    mine = chunks.channels[1:]
    assert [channel.track_index for channel in mine] == list(range(2, 2 + channels))
    assert {channel.pack_format for channel in mine} == {pack}
    if lfe is not None:
        assert mine[lfe].track_format == "AT_00010004_01"
    found = read_audio(tmp_path / "scene.adm.wav")[0]
    assert len(found) == 1 + channels
    assert gain_of(found[1:], sound) > 0.1


def test_fields_go_to_adm_at_their_order(folder: Folder, tmp_path: Path) -> None:
    sound = surround(16)
    deliver(bed_of(folder, sound), folder, ["adm"], tmp_path)
    chunks = read_adm_chunks(tmp_path / "scene.adm.wav")
    assert {channel.pack_format for channel in chunks.channels} == {"AP_00040003"}
    assert gain_of(read_audio(tmp_path / "scene.adm.wav")[0], sound) > 0.1


def test_a_room_is_in_adm_without_an_ambience(folder: Folder, tmp_path: Path) -> None:
    project = add_track(Project(), folder, "Ball", noise(SECONDS, 0.01), LEFT_M)
    project = structs.replace(project, scene=Scene(room="hall"))
    deliver(project, folder, ["adm"], tmp_path)
    found = read_audio(tmp_path / "scene.adm.wav")[0]
    assert len(found) == 1 + 16
    assert np.abs(found[1]).max() > 1e-3


def test_stems_keep_the_channels_of_beds_pairs_and_fields(folder: Folder, tmp_path: Path) -> None:
    sounds = {2: surround(2), 6: surround(6), 9: surround(9)}
    project = bed_of(folder, sounds[9], bed_of(folder, sounds[6]))
    project = add_track(project, folder, "Pair", sounds[2], LEFT_M, stereo=True)
    files = {file.path: file for file in deliver(project, folder, ["stems"], tmp_path).files}
    assert set(files) == {"stems/Bed 6.wav", "stems/Bed 9.wav", "stems/Pair.wav"}
    gains = {}
    for name, channels in (("Bed 6", 6), ("Bed 9", 9), ("Pair", 2)):
        path = tmp_path / "stems" / f"{name}.wav"
        gains[name] = gain_of(read_audio(path)[0], sounds[channels])
        mask = {"Bed 6": 0x3F, "Bed 9": 0, "Pair": None}[name]
        assert riff.read_wave_file(path).wave.wave_mask == mask
    assert gains["Bed 6"] == pytest.approx(gains["Bed 9"], rel=1e-4)
    assert gains["Pair"] == pytest.approx(gains["Bed 6"] * np.sqrt(0.5), rel=1e-4)


def test_a_pair_is_two_objects_beside_each_other(folder: Folder, tmp_path: Path) -> None:
    wide = ((0.0, 60.0), (1.0, 60.0))
    project = add_track(Project(), folder, "Pair", surround(2), LEFT_M, stereo=True, width_deg=wide)
    deliver(project, folder, ["adm"], tmp_path)
    objects = read_objects(read_adm_chunks(tmp_path / "scene.adm.wav").axml)
    assert [item.name for item in objects] == ["Pair L", "Pair R"]
    assert [item.blocks[0].azimuth_deg for item in objects] == [120.0, 60.0]


@pytest.mark.parametrize(("system", "layout"), [("0+5+0", "5.1"), ("4+7+0", "7.1.4")])
def test_ebus_renderer_plays_a_bed_like_ours(
    folder: Folder, tmp_path: Path, system: str, layout: str
) -> None:
    """EBU's renderer keeps to an older NumPy: point FOLEYSTAGE_EAR_RENDER at its command."""
    command = os.environ.get("FOLEYSTAGE_EAR_RENDER")
    if not command:
        pytest.skip("the EBU ADM renderer is not at hand (set FOLEYSTAGE_EAR_RENDER)")
    files = deliver(bed_of(folder, surround(10)), folder, ["adm", layout], tmp_path).files
    out = tmp_path / "ear.wav"
    options = ["--strict", "-s", system, str(tmp_path / "scene.adm.wav"), str(out)]
    subprocess.run([command, *options], check=True, capture_output=True, text=True)
    theirs = read_audio(out)[0]
    (mix,) = (file for file in files if file.format == layout)
    ours = read_audio(tmp_path / mix.path)[0]
    order = [0, 1, 2, 3, 4, 5] if layout == "5.1" else [0, 1, 2, 3, 6, 7, 4, 5, 8, 9, 10, 11]
    assert gain_of(theirs, ours[order]) > 0.5
