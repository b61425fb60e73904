"""Patchwise saliency: closed forms on embeddings, and drawn clips with known answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.errors import PluginError
from engine.plugins import PatchEmbedder, create
from engine.vision.saliency import (
    ColoursAndEdges,
    energy_map,
    saliency_of,
    spatial_scores,
    temporal_scores,
)
from tests.media.drawn import write_video

A, B = np.array([1.0, 0.0]), np.array([0.0, 1.0])


def plain(moments: int = 3, side: int = 7) -> np.ndarray:
    return np.tile(A, (moments, side, side, 1))


def test_what_is_all_the_same_has_no_score_and_even_energy() -> None:
    same = plain()
    assert np.abs(spatial_scores(same)).max() < 1e-12
    assert np.abs(temporal_scores(same)).max() < 1e-12
    energy = energy_map(same)
    np.testing.assert_allclose(energy.sum(axis=(1, 2)), 1.0)
    kept = energy[0][energy[0] > 0]
    np.testing.assert_allclose(kept, 1.0 / len(kept))
    assert len(kept) == int(np.ceil(0.7 * 49))


def test_spatial_scores_are_the_equation() -> None:
    odd = plain()
    odd[1, 3, 3] = B
    window = spatial_scores(odd)
    # the window's mean is (8 A + B) / 9, of length sqrt(65) / 9
    assert window[1, 3, 3] == pytest.approx(2 - 2 / np.sqrt(65))
    assert window[1, 3, 4] == pytest.approx(2 - 2 * 8 / np.sqrt(65))
    assert window[1, 0, 0] == pytest.approx(0.0, abs=1e-12)
    beside = spatial_scores(odd, "neighbours")
    assert beside[1, 3, 3] == pytest.approx(2.0)  # at right angles to all four
    assert beside[1, 3, 4] == pytest.approx(2 - 2 * 3 / np.sqrt(10))
    assert beside[1, 2, 2] == pytest.approx(0.0, abs=1e-12)  # corners do not count


def test_windows_at_the_edge_hold_what_there_is() -> None:
    odd = plain()
    odd[:, 0, 0] = B
    # (3 A + B) / 4 in the corner
    assert spatial_scores(odd)[0, 0, 0] == pytest.approx(2 - 2 / np.sqrt(10))


def test_temporal_scores_are_the_equation() -> None:
    odd = plain(5)
    odd[2, 3, 3] = B
    scores = temporal_scores(odd)
    assert scores[2, 3, 3] == pytest.approx(2 - 2 / np.sqrt(5))
    assert scores[1, 3, 3] == pytest.approx(2 - 2 * 2 / np.sqrt(5))
    assert scores[0, 3, 3] == pytest.approx(0.0, abs=1e-12)
    odd = plain(2)
    odd[0, 3, 3] = B
    assert temporal_scores(odd)[0, 3, 3] == pytest.approx(2 - 2 / np.sqrt(2))  # two at the ends


def test_energy_is_where_it_moves_and_top_p_cuts_the_rest() -> None:
    moving = plain(7)
    for moment in range(7):
        moving[moment, 3, moment] = B
    energy = energy_map(moving)
    assert [int(np.argmax(row)) for row in energy.reshape(7, -1)] == [21 + m for m in range(7)]
    whole = energy_map(moving, top_p=1.0)
    assert (whole > 0).all()
    assert (energy > 0).sum() < (whole > 0).sum()


def square_clip(path: Path, cell_of, seconds: float = 2.0) -> Path:
    images = []
    for index in range(round(seconds * 24)):
        image = np.full((224, 224, 3), (90, 110, 100), np.uint8)
        row, column = cell_of(index / 24)
        image[row * 32 : row * 32 + 32, column * 32 : column * 32 + 32] = (230, 60, 40)
        images.append(image)
    return write_video(path, images, rate=24, options={"crf": "10"})


def test_a_patch_that_moves_is_found_in_a_film(tmp_path: Path) -> None:
    def cell(time_s: float) -> tuple[int, int]:
        return 2, int(time_s * 3.0 + 1e-6) + 1

    times, energy = saliency_of(square_clip(tmp_path / "m.mp4", cell))
    np.testing.assert_allclose(times, np.arange(8) / 4.0, atol=0.03)
    assert energy.shape == (8, 7, 7)
    hits = [
        np.unravel_index(int(np.argmax(m)), (7, 7)) == cell(t)
        for t, m in zip(times, energy, strict=True)
    ]
    assert sum(hits) >= 7


def test_what_stands_still_only_differs_in_space(tmp_path: Path) -> None:
    video = square_clip(tmp_path / "s.mp4", lambda _: (4, 5))
    _, energy = saliency_of(video)
    assert {int(np.argmax(m)) for m in energy} == {4 * 7 + 5}
    image = np.full((90, 160, 3), 120, np.uint8)
    still = ColoursAndEdges().embed([image] * 3)
    assert still.shape == (3, 7, 7, 15)
    assert np.abs(temporal_scores(still)).max() < 1e-12


class Flat:
    """A part that gives one number a picture."""

    name = "flat"

    def embed(self, images: Sequence[np.ndarray]) -> np.ndarray:
        return np.zeros((len(images), 3))


def test_other_embeddings_come_by_plug_in(tmp_path: Path) -> None:
    assert isinstance(create("embedder", "colours-and-edges"), PatchEmbedder)
    video = square_clip(tmp_path / "p.mp4", lambda _: (1, 1), 0.5)
    with pytest.raises(PluginError, match=r"'flat' answered \(2, 3\)"):
        saliency_of(video, Flat())
