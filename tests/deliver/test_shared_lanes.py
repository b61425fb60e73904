"""Very many sounds that take turns share channels and files, and nothing of them is lost."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scenes import LEFT_M, RATE_HZ, Folder, add_track, noise

from engine.deliver.adm import read_objects
from engine.deliver.adm_motion import TICKS_PER_S
from engine.deliver.bounce import deliver
from engine.deliver.bw64 import read_adm_chunks
from engine.deliver.lanes import OWN_LANES, lanes_of
from engine.deliver.report import DeliveryReport
from engine.media.audio_file import read_audio
from engine.project.model import Project, Strip

TRACKS = OWN_LANES + 5
STEP_S = 0.4
SOUND_S = 0.5
LENGTH_S = (TRACKS - 1) * STEP_S + SOUND_S


@pytest.mark.parametrize("seed", range(20))
def test_lanes_are_free_of_overlaps_and_as_few_as_can_be(seed: int) -> None:
    chance = random.Random(seed)
    starts = [chance.randrange(100) for _ in range(chance.randrange(40))]
    spans = [(start, start + chance.randrange(1, 30)) for start in starts]
    lanes = lanes_of(spans)
    for lane in set(lanes):
        mine = sorted(span for span, place in zip(spans, lanes, strict=True) if place == lane)
        assert all(before[1] <= after[0] for before, after in pairwise(mine))
    busiest = max((sum(a <= t < b for a, b in spans) for t in range(130)), default=0)
    assert sorted(set(lanes)) == list(range(busiest))


def parade(folder: Folder) -> Project:
    """Every 0.4 s something else sounds for half a second; the third is muted."""
    project = Project(title="Parade", sample_rate_hz=RATE_HZ)
    for index in range(TRACKS):
        project = add_track(
            project,
            folder,
            f"{'Car' if index % 2 else 'Person'} {index + 1}",
            noise(SOUND_S, 0.05, seed=index),
            LEFT_M,
            start_s=STEP_S * index,
            strip=Strip(gain_db=-6.0 * (index % 3), muted=index == 2),
            doppler=index % 2 == 0,
        )
    return project


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DeliveryReport]:
    folder, out = Folder(tmp_path_factory.mktemp("takes")), tmp_path_factory.mktemp("parade")
    return out, deliver(parade(folder), folder, ["5.1", "foa", "adm", "stems"], out)


def test_objects_that_take_turns_share_channels(delivered: tuple[Path, DeliveryReport]) -> None:
    out, report = delivered
    sound, _ = read_audio(out / "scene.adm.wav")
    chunks = read_adm_chunks(out / "scene.adm.wav")
    objects = read_objects(chunks.axml)
    assert len(objects) == len(chunks.channels) == TRACKS - 1  # no bed, one muted
    assert len({channel.uid for channel in chunks.channels}) == TRACKS - 1
    assert len(sound) == max(channel.track_index for channel in chunks.channels) <= 4
    (adm,) = (file for file in report.files if file.format == "adm")
    assert adm.channels == len(sound)
    assert "take turns" in " ".join(adm.notes)
    foa, _ = read_audio(out / "foa.wav")
    np.testing.assert_allclose(sound.sum(axis=0), foa[0], atol=3e-6)


def test_an_object_is_there_while_it_sounds_and_alone(
    delivered: tuple[Path, DeliveryReport],
) -> None:
    out, _ = delivered
    sound, _ = read_audio(out / "scene.adm.wav")
    chunks = read_adm_chunks(out / "scene.adm.wav")
    rest = sound.copy()
    taken: dict[int, int] = {}
    for item, channel in zip(read_objects(chunks.axml), chunks.channels, strict=True):
        index = int(item.name.split()[1]) - 1
        row = channel.track_index - 1
        start = item.start_ticks * RATE_HZ // TICKS_PER_S
        end = start + item.duration_ticks * RATE_HZ // TICKS_PER_S
        assert start == pytest.approx(STEP_S * index * RATE_HZ, abs=1)
        assert start >= taken.get(row, 0)
        taken[row] = end
        assert [block.azimuth_deg for block in item.blocks] == [90.0]
        heard = sound[row, start : start + round((SOUND_S + 0.1) * RATE_HZ)]
        assert np.sqrt(np.mean(heard**2)) > 1e-3
        rest[row, start:end] = 0.0
    assert np.abs(rest).max() < 1e-6


def test_tracks_of_a_kind_share_a_stem_and_keep_their_faders(
    delivered: tuple[Path, DeliveryReport],
) -> None:
    out, report = delivered
    stems = [file for file in report.files if file.format == "stems"]
    names = sorted(Path(file.path).name for file in stems)
    assert len(stems) <= 4
    assert set(names) == {path.name for path in (out / "stems").iterdir()}
    assert {name.split(" lane ")[0] for name in names} == {"Car", "Person"}
    told = " ".join(note for file in stems for note in file.notes)
    assert "Person 1 0.0-0.5 s" in told
    assert "Person 3 " not in told  # muted
    gain = 10 ** (stems[0].gain_db / 20)
    heard = sum(read_audio(out / file.path)[0][0].astype(np.float64) for file in stems)
    expected = np.zeros(round(LENGTH_S * RATE_HZ))
    for index in set(range(TRACKS)) - {2}:
        begin = round(STEP_S * index * RATE_HZ)
        fader = 10 ** (-6.0 * (index % 3) / 20)
        expected[begin : begin + round(SOUND_S * RATE_HZ)] += (
            gain * fader * noise(SOUND_S, 0.05, seed=index)[0]
        )
    unfaded = slice(round(0.011 * RATE_HZ), -round(0.011 * RATE_HZ))
    np.testing.assert_allclose(heard[unfaded], expected[unfaded], rtol=2e-4, atol=2e-5)


def test_a_fast_object_keeps_its_lane_and_so_do_the_others(tmp_path: Path) -> None:
    """Directions within a hop are a player's matter: lanes hold the sounds as they are."""
    folder, project = Folder(tmp_path), Project(sample_rate_hz=RATE_HZ)
    turns = np.linspace(0.0, 2.0 * np.pi * 30.0, 900)
    circle = np.stack([np.cos(turns), np.sin(turns), np.zeros(900)], axis=1)
    sounds = [noise(3.0, 0.05, seed=seed) for seed in range(3)]
    for number, (sound, path) in enumerate(zip(sounds, (LEFT_M, circle, LEFT_M), strict=True)):
        project = add_track(project, folder, f"Thing {number}", sound, path)
    deliver(project, folder, ["adm"], tmp_path / "out")
    lanes, _ = read_audio(tmp_path / "out" / "scene.adm.wav")
    middle = slice(RATE_HZ // 2, 2 * RATE_HZ)
    for lane, sound in zip(lanes, sounds, strict=False):
        gain = float(lane[middle] @ sound[0, middle]) / float(sound[0, middle] @ sound[0, middle])
        assert gain > 0.5
        np.testing.assert_allclose(lane[middle], gain * sound[0, middle], atol=0.01)
