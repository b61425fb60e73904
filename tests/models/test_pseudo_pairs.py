"""Pseudo visual-stereo pairs: what is seen is heard where it is seen, and made again the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.coordinates import to_cartesian
from engine.media.audio_file import write_audio
from engine.models.backdrops import draw_backdrop
from engine.models.pseudobinaural.mapping import decoding_gains, field_filters, to_binaural
from engine.models.pseudobinaural.pairs import Recipe, make_edge_pair, make_pair
from engine.models.sounds import Sound, SoundBank, parted, sounds_of_folder, synthesised_sounds
from engine.models.things import THINGS, draw_thing, thing_named
from engine.spatial.harmonics import spherical_harmonics

RATE_HZ = 16_000
RECIPE = Recipe((48, 96), 4_000, seed=5)


def noise(seed: int) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).normal(size=RATE_HZ).astype(np.float32)


BANK = SoundBank(
    tuple(
        Sound(f"{thing.name}-{i}", thing.name, lambda i=i: noise(i))
        for i, thing in enumerate(THINGS)
    ),
    RATE_HZ,
)


def level_difference_db(binaural: np.ndarray) -> float:
    power = np.mean(np.square(binaural, dtype=np.float64), axis=1)
    return float(10 * np.log10(power[0] / power[1]))


def test_the_same_number_is_the_same_pair() -> None:
    first, again = make_pair(RECIPE, BANK, 7), make_pair(RECIPE, BANK, 7)
    assert np.array_equal(first.picture, again.picture)
    assert np.array_equal(first.binaural, again.binaural)
    assert not np.array_equal(first.binaural, make_pair(RECIPE, BANK, 8).binaural)
    other = make_pair(replace(RECIPE, seed=6), BANK, 7)
    assert not np.array_equal(first.picture, other.picture)


def test_sources_are_heard_where_they_are_seen() -> None:
    """Azimuth is linear in the column, +-60 degrees; a lone source's louder ear is its side."""
    counts = []
    for number in range(120):
        pair = make_pair(RECIPE, BANK, number)
        counts.append(len(pair.names))
        middle = pair.boxes[:, [0, 2]].mean(axis=1)
        assert pair.azimuth_deg == pytest.approx(120.0 * (0.5 - middle / 96.0))
        assert np.abs(pair.elevation_deg).max() < 46.4
        assert (pair.boxes >= 0).all()
        assert (pair.boxes[:, 2:] <= (96, 48)).all()
        if len(counts) == 1 or len(pair.names) > 1 or abs(pair.azimuth_deg[0]) < 15:
            continue
        assert np.sign(level_difference_db(pair.binaural)) == np.sign(pair.azimuth_deg[0])
    share = np.bincount(counts, minlength=4)[1:] / len(counts)
    assert share == pytest.approx((0.4, 0.5, 0.1), abs=0.15)


def test_what_is_near_is_large_and_loud() -> None:
    """Height of the patch and amplitude are both in proportion to 1/depth."""
    lone = SoundBank((BANK.sounds[0],), RATE_HZ)
    recipe = replace(RECIPE, picture_px=(240, 480))
    seen = [make_pair(recipe, lone, number) for number in range(40)]
    heights = np.array([pair.boxes[0, 3] - pair.boxes[0, 1] for pair in seen])
    levels = np.array([np.sqrt(np.mean(pair.sources[0] ** 2)) for pair in seen])
    assert heights.max() / heights.min() > 2.0
    assert levels / heights == pytest.approx(np.median(levels / heights), rel=0.05)


def test_edge_pairs_part_left_and_right() -> None:
    for number in range(10):
        pair = make_edge_pair(RECIPE, BANK, number)
        assert pair.sources.shape == (2, 4_000)
        assert pair.azimuth_deg[0] > 15.0
        assert pair.azimuth_deg[1] < -15.0


def test_loudspeakers_make_the_field_that_they_are_given() -> None:
    """Eq. 6: the harmonics of the frontal loudspeakers, times their signals, are the field."""
    gains = decoding_gains("frontal")
    azimuths = np.linspace(90.0, -90.0, 8)
    again = spherical_harmonics(1, to_cartesian(azimuths, 0.0)).T @ gains
    assert again == pytest.approx(np.diag([1.0, 1.0, 0.0, 1.0]), abs=1e-9)  # no height on a ring
    ring = spherical_harmonics(1, to_cartesian(np.arange(8) * 45.0, 0.0)).T @ decoding_gains("ring")
    assert ring == pytest.approx(np.diag([1.0, 0.5, 0.0, 0.5]), abs=1e-9)


@pytest.mark.parametrize("array", ["frontal", "ring"])
def test_left_and_right_are_mirrored(array: str) -> None:
    filters = field_filters(RATE_HZ, array)  # type: ignore[arg-type]
    left, right = (to_binaural(noise(1), side * 60.0, 0.0, filters) for side in (1, -1))
    assert level_difference_db(left) > 3.0
    assert level_difference_db(left) == pytest.approx(-level_difference_db(right), abs=0.7)
    assert level_difference_db(to_binaural(noise(1), 0.0, 0.0, filters)) == pytest.approx(
        0, abs=0.5
    )
    two = to_binaural(noise(1), 20.0, 5.0, filters) + to_binaural(noise(2), 20.0, 5.0, filters)
    sum_of = to_binaural(noise(1) + noise(2), 20.0, 5.0, filters)
    assert two == pytest.approx(sum_of, abs=1e-5)


def test_every_thing_can_be_drawn_and_heard() -> None:
    rng = np.random.default_rng(0)
    names = {sound.thing for sound in synthesised_sounds(1, RATE_HZ)}
    for thing in THINGS:
        sheets = [draw_thing(thing, rng) for _ in range(5)]
        for sheet in sheets:
            assert sheet.shape[2] == 4
            assert sheet[..., 3].mean() > 40
            assert (sheet[[0, -1]][..., 3].any(), sheet[:, [0, -1]][..., 3].any()) == (True, True)
        assert not np.array_equal(sheets[0], sheets[1])
        assert thing_named(thing.name) is thing
        assert thing.name in names
    assert draw_backdrop(rng, 30, 61).shape == (30, 61, 3)


def test_synthesised_sounds_sound() -> None:
    for sound in synthesised_sounds(1, RATE_HZ)[::7]:
        bank = SoundBank((sound,), RATE_HZ)
        excerpt = bank.excerpt(0, 8_000, np.random.default_rng(1))
        assert np.sqrt(np.mean(excerpt**2)) == pytest.approx(1.0, rel=1e-3)


def test_parts_of_the_sounds_never_meet() -> None:
    sounds = synthesised_sounds(6, RATE_HZ)
    parts = [{s.name for s in parted(sounds, part)} for part in ("train", "validation", "test")]  # type: ignore[arg-type]
    assert len(set.union(*parts)) == sum(map(len, parts)) == len(sounds)
    for held_out in parts[1:]:
        assert {name.split("-")[0] for name in held_out} == {thing.name for thing in THINGS}
    assert parted(sounds[::-1], "test") == parted(sounds, "test")


def test_a_folder_of_recordings_is_read_by_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "deep").mkdir()
    tone = np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)
    write_audio(tmp_path / "deep" / "Dog bark.wav", np.stack([tone, tone]), 48_000)
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    (tmp_path / "notes.txt").write_text("no sound")
    sounds = sounds_of_folder(tmp_path, RATE_HZ)
    assert [(s.name, s.thing) for s in sounds][1] == ("deep/Dog bark.wav", "dog")
    heard = sounds[1].read()
    assert len(heard) == RATE_HZ
    expected = np.sin(2 * np.pi * 440 * np.arange(RATE_HZ) / RATE_HZ)
    assert heard[2_000:-2_000] == pytest.approx(expected[2_000:-2_000], abs=1e-2)
    assert not sounds[0].read().any()
    assert "broken.wav" in caplog.text
    silent = SoundBank((sounds[0],), RATE_HZ).excerpt(0, 100, np.random.default_rng(0))
    assert not silent.any()
