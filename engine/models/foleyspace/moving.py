"""FoleySpace's moving sources: a mono sound through measured responses that change on its way.

References
----------
"FoleySpace", section IV: responses are stretched in time with the distance (the set's own is 1),
the sound is cut into M segments, and neighbouring positions fade linearly into each other (eq. 8).
Fine scheme: M = 200 in 8 s, azimuth +-90, elevation +-40 degrees, 0 to 6 m; coarse: M = 8, five
azimuths, three elevations, five distances. A sample is a function of the recipe and its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.interpolate import PchipInterpolator

from engine.coordinates import to_cartesian
from engine.models.sounds import SoundBank
from engine.spatial.hrir import HrirSet, load_hrirs

Scheme = Literal["fine", "coarse"]
Floats = NDArray[np.float64]

SECONDS = 8
SEGMENTS: dict[Scheme, int] = {"fine": 200, "coarse": 8}
FURTHEST_M, NEAREST_M = 6.0, 0.1
"""Nearer than a head's radius a response would be squeezed to nothing."""
COARSE_AZIMUTHS_DEG = (80.0, 40.0, 0.0, -40.0, -80.0)
COARSE_ELEVATIONS_DEG = (40.0, 0.0, -40.0)
COARSE_DISTANCES_M = (1.0, 2.0, 3.0, 4.0, 5.0)
WIDEST_DEG, HIGHEST_DEG = 90.0, 40.0
_WAYPOINTS = (2, 7)
_RMS = 0.05


@dataclass(frozen=True)
class Recipe:
    """What samples are like: the scheme, the ears ('kemar' or a SOFA file) and the seed.

    Attributes
    ----------
    distances_m : (nearest, furthest), optional
        Of the fine scheme; by default the paper's. Where both are the set's own distance, nothing
        is stretched: time differences are those of the measured head at any distance.
    """

    scheme: Scheme = "fine"
    hrir: str = "kemar"
    seed: int = 0
    distances_m: tuple[float, float] = (NEAREST_M, FURTHEST_M)


@dataclass(frozen=True, eq=False)
class Sample:
    """One moving source.

    Attributes
    ----------
    mono : (samples,) float32
    binaural : (2, samples) float32
    positions : (M + 1, 3) float64
        Azimuth and elevation in degrees, distance in metres, at evenly spaced times from 0 to the
        end.
    name : str
        Of the sound.
    """

    mono: NDArray[np.float32]
    binaural: NDArray[np.float32]
    positions: Floats
    name: str


def make_sample(recipe: Recipe, bank: SoundBank, index: int) -> Sample:
    """The sample of that number (from 0)."""
    rng = np.random.default_rng([recipe.seed, index])
    chosen = int(rng.integers(len(bank.sounds)))
    mono = bank.excerpt(chosen, SECONDS * bank.sample_rate_hz, rng) * np.float32(_RMS)
    positions = random_trajectory(recipe.scheme, rng, recipe.distances_m)
    hrirs = load_hrirs(recipe.hrir, bank.sample_rate_hz)
    binaural = render_moving(mono, positions, hrirs)
    return Sample(mono, binaural, positions, bank.sounds[chosen].name)


def random_trajectory(
    scheme: Scheme,
    rng: np.random.Generator,
    distances_m: tuple[float, float] = (NEAREST_M, FURTHEST_M),
) -> Floats:
    """(M + 1, 3) positions: a smooth way through some random ones, or one of 75 each second."""
    count = SEGMENTS[scheme] + 1
    if scheme == "coarse":
        cells = (COARSE_AZIMUTHS_DEG, COARSE_ELEVATIONS_DEG, COARSE_DISTANCES_M)
        return np.stack([rng.choice(cell, count) for cell in cells], axis=1)
    stops = int(rng.integers(*_WAYPOINTS))
    at = np.linspace(0.0, 1.0, stops)
    at[1:-1] += rng.uniform(-0.3, 0.3, stops - 2) / (stops - 1)
    way = random_places(stops, rng, distances_m)
    return np.asarray(PchipInterpolator(at, way)(np.linspace(0.0, 1.0, count)))


def random_places(count: int, rng: np.random.Generator, distances_m: tuple[float, float]) -> Floats:
    """(count, 3) positions, anywhere where sources may be."""
    return np.stack(
        [
            rng.uniform(-WIDEST_DEG, WIDEST_DEG, count),
            rng.uniform(-HIGHEST_DEG, HIGHEST_DEG, count),
            rng.uniform(*distances_m, count),
        ],
        axis=1,
    )


def stretched_responses(hrirs: HrirSet, positions: Floats) -> Floats:
    """(n, 2, taps) responses at positions: those of the set, stretched by distance over its own.

    Their sums over time are kept, so that stretching moves and widens them and no more.
    """
    measured = hrirs.interpolate(to_cartesian(positions[:, 0], positions[:, 1]))
    stretch = np.maximum(positions[:, 2], NEAREST_M) / hrirs.distance_m
    taps = measured.shape[-1]
    out = np.zeros((len(positions), 2, int(np.ceil(taps * max(stretch.max(), 1.0)))))
    times = np.arange(out.shape[-1])
    for row, response, factor in zip(out, measured, stretch, strict=True):
        for ear in range(2):
            row[ear] = np.interp(times / factor, np.arange(taps), response[ear], right=0.0) / factor
    return out


def render_moving(
    mono: NDArray[np.floating], positions: Floats, hrirs: HrirSet
) -> NDArray[np.float32]:
    """(2, samples) of a mono sound (samples,) that passes evenly timed positions (M + 1, 3).

    In segment m the responses of positions m and m + 1 are both heard, the one fading linearly
    into the other (eq. 8); what a response rings on is heard in the segments after.
    """
    segments = len(positions) - 1
    edges = np.round(np.linspace(0, len(mono), segments + 1)).astype(int)
    responses = stretched_responses(hrirs, positions)
    taps, longest = responses.shape[-1], int(np.diff(edges).max())
    size = fft.next_fast_len(taps + longest, real=True)
    filters = fft.rfft(responses, size, axis=-1)
    behind = np.pad(np.asarray(mono, np.float64), (taps, longest))
    out = np.zeros((2, len(mono)))
    for m, (start, after) in enumerate(pairwise(edges)):
        spectrum = fft.rfft(behind[start : start + taps + longest], size)
        both = fft.irfft(spectrum * filters[m : m + 2], size, axis=-1)
        heard = both[..., taps : taps + after - start]
        part = np.arange(after - start) / (after - start)
        out[:, start:after] = (1.0 - part) * heard[0] + part * heard[1]
    return out.astype(np.float32)
