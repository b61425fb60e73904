"""The networks that come with the program: whole, and better than doing nothing."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine import resources  # noqa: E402
from engine.coordinates import to_cartesian  # noqa: E402
from engine.metrics.binaural import compare_binaural  # noqa: E402
from engine.metrics.direction_errors import ear_errors  # noqa: E402
from engine.metrics.spectral_distance import log_spectral_distance_db  # noqa: E402
from engine.models.checkpoint import load_checkpoint  # noqa: E402
from engine.models.foleyspace.moving import SECONDS, make_sample  # noqa: E402
from engine.models.foleyspace.moving import Recipe as Moving  # noqa: E402
from engine.models.hivibix.infer import HivibixSpatialiser  # noqa: E402
from engine.models.names import (  # noqa: E402
    load_features,
    load_moving_spatialiser,
    load_spatialiser,
)
from engine.models.pseudobinaural.pairs import Recipe, make_pair  # noqa: E402
from engine.models.sounds import SoundBank, parted, synthesised_sounds  # noqa: E402
from engine.weights.folder import is_here, place_of  # noqa: E402
from engine.weights.registry import known  # noqa: E402

RATE_HZ = 16_000


def test_it_hears_where_things_are_seen() -> None:
    """On sounds it was not trained on: nearer to the truth than mono, farther if mirrored."""
    spatialiser, path = load_spatialiser("pseudobinaural")
    bank = SoundBank(parted(synthesised_sounds(12, RATE_HZ), "test"), RATE_HZ)
    recipe = Recipe(spatialiser.config.picture_px, RATE_HZ, seed=2_000)
    errors = []
    for number in range(8):
        pair = make_pair(recipe, bank, number)
        mono = pair.binaural.mean(axis=0)
        row = []
        for picture in (None, pair.picture, pair.picture[:, ::-1]):
            apart = 0.0 if picture is None else spatialiser.difference(mono, lambda _, p=picture: p)
            ears = np.stack([mono + apart, mono - apart])
            scores = compare_binaural(pair.binaural, ears, RATE_HZ, normalise=True)
            row.append((scores.stft, scores.d_phase))
        errors.append(row)
    (mono_stft, mono_phase), (stft, phase), (mirrored_stft, mirrored_phase) = np.mean(
        errors, axis=0
    )
    assert stft < 0.6 * mono_stft
    assert phase < 0.85 * mono_phase
    assert mirrored_stft > 1.1 * mono_stft
    assert mirrored_phase > mono_phase
    assert path == place_of(known("pseudobinaural-small"))


def test_told_where_things_are_it_hears_them_there() -> None:
    """On sounds it was not trained on: nearer to the truth than mono, farther if mirrored."""
    spatialiser, path = load_spatialiser("hivibix")
    features = load_features()
    network = HivibixSpatialiser(spatialiser.network)
    bank = SoundBank(parted(synthesised_sounds(12, RATE_HZ), "test"), RATE_HZ)
    recipe = Recipe(features.picture_px, RATE_HZ, seed=2_000)
    errors = []
    for number in range(5):
        pair = make_pair(recipe, bank, number)
        mono = pair.binaural.mean(axis=0)
        width = pair.picture.shape[1]
        mirrored = width - pair.boxes[:, [2, 1, 0, 3]]
        mirrored[:, [1, 3]] = pair.boxes[:, [1, 3]]
        looks = ((pair.picture, pair.boxes), (pair.picture[:, ::-1], mirrored))
        ears = [np.stack([mono, mono])]
        for picture, boxes in looks:
            seen = features.seen([np.ascontiguousarray(picture)], [boxes])
            ears.append(network.ears(mono, lambda _, s=seen: s))
        scores = [compare_binaural(pair.binaural, e, RATE_HZ, normalise=True) for e in ears]
        errors.append([one.stft for one in scores])
    mono_stft, stft, mirrored_stft = np.mean(errors, axis=0)
    assert stft < 0.7 * mono_stft
    assert mirrored_stft > mono_stft
    assert path == place_of(known("hivibix-small"))


def test_it_moves_what_it_has_never_heard() -> None:
    """As the measured responses do: time, level, and what the middle of both ears sounds like."""
    spatialiser, path = load_moving_spatialiser("foleyspace")
    bank = SoundBank(parted(synthesised_sounds(12, RATE_HZ), "test"), RATE_HZ)
    recipe = Moving(seed=3_000, distances_m=spatialiser.distances_m)
    sample = make_sample(recipe, bank, 0)
    times_s = np.linspace(0.0, SECONDS, len(sample.positions))
    axes = to_cartesian(*sample.positions.T).T

    def positions_at(wanted_s: np.ndarray) -> np.ndarray:
        return np.stack([np.interp(wanted_s, times_s, axis) for axis in axes], axis=1)

    kept = slice(0, RATE_HZ)
    true, mono = sample.binaural[:, kept], sample.mono[kept]
    found = {}
    for steps in (6, 24):
        ears = spatialiser.binaural(mono, positions_at, steps=steps)
        errors = ear_errors(true, ears, RATE_HZ)
        distance_db = log_spectral_distance_db(true.mean(axis=0), ears.mean(axis=0), RATE_HZ)
        assert distance_db is not None
        found[steps] = (np.median(errors.itd_us), np.median(errors.ild_db), distance_db)
        assert np.all(np.array(found[steps]) <= [60.0, 1.5, 2.0])
    assert found[6] == pytest.approx(found[24], rel=0.2)
    assert path == place_of(known("foleyspace-small"))


@pytest.mark.parametrize("name", ["pseudobinaural-small", "foleyspace-small", "hivibix-small"])
def test_its_card_says_how_it_was_made(name: str) -> None:
    _, facts = load_checkpoint(place_of(known(name)))
    card = resources.path(f"checkpoints/{name}.md").read_text("utf-8")
    assert known(name).sha256 in card
    assert f"foleystage train {facts['model']}" in card
    assert f"step {facts['step']}" in card
    assert f"{100 * facts['validation_share']:.1f} %" in card
    assert is_here(known(name))
