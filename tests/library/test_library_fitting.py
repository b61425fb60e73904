"""Recordings fitted to events: hits on their onsets, textures without a loop, stretches in tune."""

import itertools

import numpy as np
import pytest
from library_files import RATE_HZ

from engine.library.fitting import fit, is_texture
from engine.library.looping import texture
from engine.library.onsets import find_hits
from engine.library.stretching import stretch
from engine.project.model import Event

TEN_MS = 0.01 * RATE_HZ


def event(duration_s, onsets_s=(), **more):
    return Event(
        id="e", track_id="t", layer="l", generator="library", prompt="",
        start_s=more.pop("at", 0.0),
        duration_s=duration_s, onsets_s=onsets_s, **more,
    )  # fmt: skip


def knocks(starts_s, seconds, seed=0):
    """Decaying bursts of noise, each its own, over a faint floor."""
    rng = np.random.default_rng(seed)
    sound = 1e-4 * rng.standard_normal(int(seconds * RATE_HZ))
    for number, start_s in enumerate(starts_s):
        at = int(start_s * RATE_HZ)
        length = int(0.2 * RATE_HZ)
        decay = np.exp(-np.arange(length) / (0.03 * RATE_HZ))
        sound[at : at + length] += (0.5 + 0.1 * number) * decay * rng.standard_normal(length)
    return sound[None]


def levels_db(sound, seconds=0.1):
    step = int(seconds * RATE_HZ)
    blocks = sound[: len(sound) // step * step].reshape(-1, step)
    return 10 * np.log10(np.mean(blocks**2, axis=1) + 1e-12)


def test_hits_of_a_recording_are_found_where_they_begin():
    starts_s = (0.3, 0.72, 1.5)
    found = find_hits(knocks(starts_s, 2.0)[0], RATE_HZ)
    assert [hit.onset / RATE_HZ for hit in found] == pytest.approx(starts_s, abs=0.004)
    assert all(0.1 < (hit.end - hit.onset) / RATE_HZ < 0.45 for hit in found)


def test_silence_has_no_hits_and_a_slow_swell_has_one():
    assert find_hits(np.zeros(RATE_HZ), RATE_HZ) == ()
    assert len(find_hits(np.linspace(0, 0.5, RATE_HZ) * np.sin(np.arange(RATE_HZ)), RATE_HZ)) == 1


def test_hits_stand_on_the_onsets_of_the_event():
    onsets_s = (10.25, 10.8, 11.1, 12.0, 12.4)
    made = fit(
        event(3.0, onsets_s, at=10.0), [knocks((0.3, 1.0), 2.0)], RATE_HZ, None,
        np.random.default_rng(1),
    )  # fmt: skip
    assert made.shape == (1, 3 * RATE_HZ)
    found = [hit.onset for hit in find_hits(made[0], RATE_HZ)]
    wanted = [(onset_s - 10.0) * RATE_HZ for onset_s in onsets_s]
    assert len(found) == len(wanted)
    assert np.abs(np.array(found) - wanted).max() < TEN_MS


def test_no_two_hits_in_a_row_are_the_same():
    onsets_s = tuple(0.25 + 0.5 * np.arange(12))
    made = fit(
        event(7.0, onsets_s), [knocks((0.3, 1.0, 1.6), 2.2)], RATE_HZ, None,
        np.random.default_rng(3),
    )[0]  # fmt: skip
    pieces = [made[int(s * RATE_HZ) :][: int(0.15 * RATE_HZ)] for s in onsets_s]
    alike = [np.corrcoef(a, b)[0, 1] for a, b in itertools.pairwise(pieces)]
    assert max(alike) < 0.9


def test_strengths_are_heard():
    made = fit(
        event(2.0, (0.2, 1.2), strengths=(1.0, 0.5)), [knocks((0.3,), 1.0)], RATE_HZ, None,
        np.random.default_rng(0),
    )[0]  # fmt: skip
    first, second = (np.abs(made[int(s * RATE_HZ) :][:4800]).max() for s in (0.2, 1.2))
    assert 20 * np.log10(first / second) == pytest.approx(9.0, abs=3.0)


def test_a_texture_has_no_steps_no_dips_and_no_period():
    rng = np.random.default_rng(5)
    sound = 0.1 * rng.standard_normal((1, 2 * RATE_HZ))
    made = texture(sound, 20 * RATE_HZ, RATE_HZ, np.random.default_rng(6))
    assert made.shape == (1, 20 * RATE_HZ)
    level_db = levels_db(made[0])
    assert np.abs(level_db - level_db.mean()).max() < 2.0
    assert np.abs(np.diff(made)).max() <= 1.3 * np.abs(np.diff(sound)).max()
    spectrum = np.abs(np.fft.rfft(made[0], 2 * made.shape[1])) ** 2
    again = np.fft.irfft(spectrum)[: made.shape[1]]
    assert (again[RATE_HZ // 4 :] / again[0]).max() < 0.3  # a plain loop of 2 s gives 0.9


def test_a_tone_goes_on_over_the_joins():
    sound = 0.2 * np.sin(2 * np.pi * 220.5 * np.arange(2 * RATE_HZ) / RATE_HZ)[None]
    made = texture(sound, 15 * RATE_HZ, RATE_HZ, np.random.default_rng(2))[0]
    level_db = levels_db(made, 0.05)
    assert np.ptp(level_db) < 1.5


def test_a_long_texture_is_taken_as_it_is():
    sound = np.random.default_rng(1).standard_normal((2, 5 * RATE_HZ))
    made = texture(sound, RATE_HZ, RATE_HZ, np.random.default_rng(0))
    places = np.flatnonzero(sound[0] == made[0, 0])
    assert any(np.array_equal(sound[:, at : at + RATE_HZ], made) for at in places)


@pytest.mark.parametrize("ratio", [0.7, 0.9, 1.1, 1.5])
def test_a_stretched_tone_keeps_pitch_and_level(ratio):
    sound = 0.5 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE_HZ) / RATE_HZ)[None]
    made = stretch(sound, int(2 * RATE_HZ * ratio), RATE_HZ)
    assert made.shape == (1, int(2 * RATE_HZ * ratio))
    middle = made[0, 2000:-2000]
    hz = np.argmax(np.abs(np.fft.rfft(middle * np.hanning(len(middle))))) * RATE_HZ / len(middle)
    assert hz == pytest.approx(440, abs=1.5)
    assert np.ptp(levels_db(middle)) < 1.0


def test_a_stretched_noise_keeps_its_level_and_both_sides_together():
    one = np.random.default_rng(3).standard_normal(2 * RATE_HZ)
    made = stretch(np.stack([one, 0.5 * one]), int(2.6 * RATE_HZ), RATE_HZ)
    assert np.allclose(made[1], 0.5 * made[0])
    change_db = 20 * np.log10(made[0, 2000:-2000].std() / one.std())
    assert abs(change_db) < 2.0


def test_what_keeps_its_level_is_a_texture():
    noise = 0.1 * np.random.default_rng(1).standard_normal((1, 3 * RATE_HZ))
    assert is_texture(noise, RATE_HZ)
    assert not is_texture(noise * np.exp(-np.arange(3 * RATE_HZ) / RATE_HZ), RATE_HZ)
    assert not is_texture(noise[:, : RATE_HZ // 2], RATE_HZ)


def test_one_onset_takes_the_recording_as_a_whole():
    made = fit(
        event(3.0, (1.0,)), [knocks((0.5, 0.9), 1.5)], RATE_HZ, None, np.random.default_rng(0)
    )[0]
    found = [hit.onset / RATE_HZ for hit in find_hits(made, RATE_HZ)]
    assert found == pytest.approx([0.6, 1.0], abs=0.005)  # its louder knock is on the onset
