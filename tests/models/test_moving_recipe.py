"""FoleySpace's moving sources: eq. 8 against a slow, plain rendering, and data sets on disk."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from engine.cli.main import main
from engine.media.audio_file import read_audio
from engine.models.foleyspace.moving import (
    SEGMENTS,
    Recipe,
    make_sample,
    random_trajectory,
    render_moving,
    stretched_responses,
)
from engine.models.sounds import Sound, SoundBank
from engine.spatial.hrir import load_hrirs
from engine.spatial.trajectory import read_trajectory_csv

RATE_HZ = 16_000


def noise(samples: int, seed: int = 0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).normal(size=samples)


def test_a_source_that_stands_still_is_convolved() -> None:
    hrirs = load_hrirs("kemar", RATE_HZ)
    place = np.array([[70.0, 10.0, hrirs.distance_m]])
    mono = noise(4_000)
    response = stretched_responses(hrirs, place)[0]
    expected = np.stack([np.convolve(mono, ear)[:4_000] for ear in response])
    rendered = render_moving(mono, np.repeat(place, 9, axis=0), hrirs)
    assert rendered == pytest.approx(expected, abs=1e-6)


def test_positions_fade_into_each_other() -> None:
    """Eq. 8 written out: x = (1 - a) x_m + a x_(m+1), a from 0 to 1 over segment m."""
    hrirs = load_hrirs("kemar", RATE_HZ)
    places = np.array([[80.0, 0.0, 1.0], [0.0, 20.0, 3.0], [-60.0, -20.0, 0.5]])
    mono = noise(1_000)
    whole = np.array(
        [
            [np.convolve(mono, ear)[:1_000] for ear in both]
            for both in stretched_responses(hrirs, places)
        ]
    )
    part = np.arange(500) / 500
    first = (1 - part) * whole[0, :, :500] + part * whole[1, :, :500]
    second = (1 - part) * whole[1, :, 500:] + part * whole[2, :, 500:]
    expected = np.concatenate([first, second], axis=1)
    assert render_moving(mono, places, hrirs) == pytest.approx(expected, abs=1e-6)


def test_distance_stretches_time() -> None:
    """Twice as far: onsets twice as late; the sum of a response stays."""
    hrirs = load_hrirs("kemar", RATE_HZ)
    near, far = stretched_responses(
        hrirs, np.array([[30.0, 0.0, hrirs.distance_m], [30.0, 0.0, 2 * hrirs.distance_m]])
    )
    assert far[:, ::2][:, :60] * 2 == pytest.approx(near[:, :60], abs=1e-12)
    assert far.sum(axis=-1) == pytest.approx(near.sum(axis=-1), abs=5e-3)


def test_ways_stay_where_the_paper_has_them() -> None:
    for seed in range(30):
        fine = random_trajectory("fine", np.random.default_rng(seed))
        assert fine.shape == (SEGMENTS["fine"] + 1, 3)
        assert np.abs(fine[:, 0]).max() <= 90.0
        assert np.abs(fine[:, 1]).max() <= 40.0
        assert (fine[:, 2].min() >= 0.1, fine[:, 2].max() <= 6.0) == (True, True)
        assert np.abs(np.diff(fine[:, 0])).max() < 30.0
    coarse = random_trajectory("coarse", np.random.default_rng(0))
    assert coarse.shape == (9, 3)
    assert set(coarse[:, 0]) <= {80.0, 40.0, 0.0, -40.0, -80.0}


def test_a_sample_is_where_its_trajectory_says() -> None:
    bank = SoundBank(
        (Sound("noise", "bird", lambda: noise(8 * RATE_HZ).astype(np.float32)),), RATE_HZ
    )
    sample = make_sample(Recipe(seed=3), bank, 4)
    assert np.array_equal(sample.binaural, make_sample(Recipe(seed=3), bank, 4).binaural)
    power = np.square(sample.binaural.astype(float)).reshape(2, 200, -1).mean(axis=2)
    side_db = 10 * np.log10(power[0] / power[1])
    azimuth_deg = sample.positions[:-1, 0]
    aside = np.abs(azimuth_deg) > 20
    assert aside.sum() > 30
    assert (np.sign(side_db[aside]) == np.sign(azimuth_deg[aside])).mean() > 0.95


@pytest.mark.parametrize("name", ["pseudobinaural", "foleyspace"])
def test_a_data_set_is_taken_up_where_it_ended(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [
        "dataset",
        name,
        "--variants",
        "3",
        "--seconds",
        "1",
        "--config",
        "tiny",
        "--seed",
        "4",
    ]
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert main([*command, "-o", str(whole), "--count", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["made"] == 3
    assert main([*command, "-o", str(broken), "--count", "2"]) == 0
    table = (broken / "index.csv").read_bytes()
    (broken / "index.csv").write_bytes(table[:-3])  # killed while it wrote the second line
    assert main([*command, "-o", str(broken), "--count", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["made"] == 2
    files = sorted(p.name for p in whole.iterdir())
    assert files == sorted(p.name for p in broken.iterdir())
    for file in files:
        assert (whole / file).read_bytes() == (broken / file).read_bytes(), file
    with (whole / "index.csv").open(newline="", encoding="utf-8") as handle:
        assert [row["number"] for row in csv.DictReader(handle)] == ["0", "1", "2"]
    sound, rate_hz = read_audio(whole / "000001.wav")
    assert (len(sound), rate_hz) == (2, RATE_HZ)
    if name == "foleyspace":
        assert len((whole / "000001.csv").read_text("utf-8").splitlines()) == 1 + 201
        times_s, _ = read_trajectory_csv(whole / "000001.csv")
        assert times_s[-1] == pytest.approx(8.0)
    assert main([*command, "--seed", "5", "-o", str(whole)]) == 1
    assert "another recipe" in capsys.readouterr().err


def test_too_few_sounds_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["dataset", "foleyspace", "-o", str(tmp_path / "out"), "--sounds", str(tmp_path)]
    assert main(command) == 1
    assert "there are no sounds in it" in capsys.readouterr().err
    assert main([*command, "--variants", "0"]) == 2
