"""Pseudo visual-stereo pairs: things put into a picture, their mono sounds where they are put.

A pair is a function of the recipe and its number: data can be made while it is used, in any order,
by any number of workers, and again after a kill.

References
----------
Xu et al., "Visually Informed Binaural Audio Generation without Binaural Audios", CVPR 2021,
section 3.2: K = 1, 2, 3 sources with p = 0.4, 0.5, 0.1; patches and amplitudes in proportion to
1/depth; the picture is +-60 degrees of a cylinder, twice as wide as high. Section 3.3: for the
separation task two sources are put at separate edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.coordinates import to_spherical
from engine.models.backdrops import draw_backdrop
from engine.models.pseudobinaural.filmed import SILENT_P, filmed, hiss, unseen_level
from engine.models.pseudobinaural.mapping import Array, field_filters, to_binaural
from engine.models.sounds import SoundBank
from engine.models.things import draw_thing, thing_named
from engine.vision.lift import cylinder

SOURCES_P = (0.4, 0.5, 0.1)
"""How often one, two or three sources are in a pair."""
DEEPEST = 3.0
"""Depth of the farthest source over that of the nearest."""
SOURCE_RMS = 0.1
_EDGE = 1.0 / 3.0
"""Sources to be separated lie within this share of the picture at either edge."""


@dataclass(frozen=True)
class Recipe:
    """What pairs are like.

    Attributes
    ----------
    picture_px : (height, width)
    samples : int
        Length of the sound, at the bank's rate.
    seed : int
    array : 'frontal' or 'ring'
        See `mapping`.
    hrir : str
        'kemar', or a SOFA file.
    filmed : bool
        With what a film has besides (see `filmed`); the paper's have it not.
    """

    picture_px: tuple[int, int]
    samples: int
    seed: int = 0
    array: Array = "frontal"
    hrir: str = "kemar"
    filmed: bool = False


@dataclass(frozen=True, eq=False)
class Pair:
    """A picture and what is heard of it.

    Attributes
    ----------
    picture : (height, width, 3) uint8, RGB
    binaural : (2, samples) float32
    sources : (k, samples) float32
        The mono sounds, as loud as they are in it.
    azimuth_deg, elevation_deg : (k,) float64
    boxes : (k, 4) float64
        x0, y0, x1, y1 in pixels.
    names, things : (k,) tuples of str
        Of the sounds, and what is seen of them.
    """

    picture: NDArray[np.uint8]
    binaural: NDArray[np.float32]
    sources: NDArray[np.float32]
    azimuth_deg: NDArray[np.float64]
    elevation_deg: NDArray[np.float64]
    boxes: NDArray[np.float64]
    names: tuple[str, ...]
    things: tuple[str, ...]


def make_pair(recipe: Recipe, bank: SoundBank, index: int) -> Pair:
    """The pair of that number (from 0)."""
    rng = np.random.default_rng([recipe.seed, 0, index])
    count = min(1 + int(rng.choice(3, p=SOURCES_P)), len(bank.sounds))
    return _compose(recipe, bank, rng, count, edges=False)


def make_edge_pair(recipe: Recipe, bank: SoundBank, index: int) -> Pair:
    """A pair of two sources, the first at the left edge and the second at the right.

    Raises
    ------
    ValueError
        If the bank has one sound only.
    """
    rng = np.random.default_rng([recipe.seed, 1, index])
    return _compose(recipe, bank, rng, 2, edges=True)


def _compose(
    recipe: Recipe, bank: SoundBank, rng: np.random.Generator, count: int, *, edges: bool
) -> Pair:
    height, width = recipe.picture_px
    picture = draw_backdrop(rng, height, width)
    chosen = rng.choice(len(bank.sounds), count, replace=False)
    filters = field_filters(bank.sample_rate_hz, recipe.array, recipe.hrir)
    placed: list[tuple[float, float, float, float]] = []
    sources, ears = [], np.zeros((2, recipe.samples), np.float32)
    angles = np.empty((count, 2))
    for order, index in enumerate(chosen):
        depth = float(np.exp(rng.uniform(0.0, np.log(DEEPEST))))
        thing = thing_named(bank.sounds[index].thing)
        patch = _scaled(draw_thing(thing, rng), height * thing.size / depth, width / (count + 1))
        box = _place(rng, patch.shape, recipe.picture_px, placed, order if edges else None)
        _paste(picture, patch, box)
        placed.append(box)
        sound = bank.excerpt(int(index), recipe.samples, rng) * np.float32(SOURCE_RMS / depth)
        sources.append(sound)
        angles[order] = _direction_deg(box, recipe.picture_px)
        azimuth_deg, elevation_deg = angles[order]
        ears += to_binaural(sound, azimuth_deg, elevation_deg, filters)
    picture = _tinted(picture, rng)
    if recipe.filmed and not edges:
        _add_silent(picture, bank, rng, placed, recipe.picture_px)
        ears += _unseen(recipe, bank, rng, filters)
        ears += hiss(ears, rng)
    return Pair(
        picture=filmed(picture, rng) if recipe.filmed else picture,
        binaural=ears,
        sources=np.stack(sources),
        azimuth_deg=angles[:, 0],
        elevation_deg=angles[:, 1],
        boxes=np.array(placed),
        names=tuple(bank.sounds[index].name for index in chosen),
        things=tuple(bank.sounds[index].thing for index in chosen),
    )


def _add_silent(
    picture: NDArray[np.uint8],
    bank: SoundBank,
    rng: np.random.Generator,
    placed: list[tuple[float, float, float, float]],
    picture_px: tuple[int, int],
) -> None:
    """Put something into the picture, beside the others, that makes no sound."""
    if rng.random() >= SILENT_P:
        return
    thing = thing_named(bank.sounds[int(rng.integers(len(bank.sounds)))].thing)
    depth = float(np.exp(rng.uniform(0.0, np.log(DEEPEST))))
    height, width = picture_px
    patch = _scaled(draw_thing(thing, rng), height * thing.size / depth, width / 4.0)
    _paste(picture, patch, _place(rng, patch.shape, picture_px, placed, None))


def _unseen(
    recipe: Recipe, bank: SoundBank, rng: np.random.Generator, filters: NDArray[np.float64]
) -> NDArray[np.float32]:
    """(2, samples) of something that is heard from anywhere, and not seen."""
    level = unseen_level(rng) * SOURCE_RMS
    if not level:
        return np.zeros((2, recipe.samples), np.float32)
    sound = bank.excerpt(int(rng.integers(len(bank.sounds))), recipe.samples, rng)
    azimuth_deg = float(rng.uniform(-180.0, 180.0))
    return to_binaural(sound * np.float32(level), azimuth_deg, 0.0, filters)


def _scaled(patch: NDArray[np.uint8], height: float, widest: float) -> NDArray[np.uint8]:
    """The patch at a height in pixels, or at a width if that is less."""
    scale = min(height / patch.shape[0], widest / patch.shape[1])
    size = (max(4, round(patch.shape[1] * scale)), max(4, round(patch.shape[0] * scale)))
    return np.asarray(cv2.resize(patch, size, interpolation=cv2.INTER_AREA))


def _place(
    rng: np.random.Generator,
    patch_px: tuple[int, ...],
    picture_px: tuple[int, int],
    placed: list[tuple[float, float, float, float]],
    edge: int | None,
) -> tuple[float, float, float, float]:
    """A box for a patch that stands beside those placed: the least covered of some places."""
    (high, wide), (height, width) = patch_px[:2], picture_px
    low, after = 0.0, float(width - wide)
    if edge is not None:
        low, after = ((0.0, _EDGE * width - wide), ((1.0 - _EDGE) * width, width - wide))[edge]
    best, least = (0.0, 0.0, 0.0, 0.0), np.inf
    for _ in range(24):
        x = rng.uniform(min(low, after), max(low, after))
        y = rng.uniform(0.1 * (height - high), height - high)
        covered = sum(max(0.0, min(x + wide, b[2]) - max(x, b[0])) for b in placed)
        if covered < least:
            best, least = (x, y, x + wide, y + high), covered
        if covered == 0.0:
            break
    left, top = round(best[0]), round(best[1])
    return float(left), float(top), float(left + wide), float(top + high)


def _paste(
    picture: NDArray[np.uint8], patch: NDArray[np.uint8], box: tuple[float, float, float, float]
) -> None:
    x0, y0, x1, y1 = (int(edge) for edge in box)
    under = picture[y0:y1, x0:x1]
    seen = patch[: under.shape[0], : under.shape[1]]
    cover = seen[..., 3:].astype(np.float32) / 255.0
    under[:] = np.round(under * (1.0 - cover) + seen[..., :3] * cover).astype(np.uint8)


def _direction_deg(
    box: tuple[float, float, float, float], picture_px: tuple[int, int]
) -> NDArray[np.float64]:
    """Azimuth and elevation of a box's centre."""
    centre = np.array([[(box[0] + box[2]) / 2.0, (box[1] + box[3]) / 2.0]])
    height, width = picture_px
    return np.asarray(to_spherical(cylinder(centre, np.ones(1), (width, height)))[0, :2])


def _tinted(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Brightness and colour changed by up to 30 %, as the published recipe does."""
    bright, colour = rng.uniform(0.7, 1.3, 2).astype(np.float32)
    seen = picture.astype(np.float32) * bright
    grey = seen.mean(axis=2, keepdims=True)
    return np.clip(grey + (seen - grey) * colour, 0, 255).astype(np.uint8)
