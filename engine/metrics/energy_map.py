"""Where on the sphere first-order scenes have their energy, and how alike two of them are.

A scene's energy map is the RMS over time of what a beam towards each direction hears. Two maps are
compared as saliency maps are: by Pearson's correlation, and by how well one finds the other's
loudest places (area under Judd's curve). Both are taken over points that lie evenly on the sphere.

References
----------
Kim et al., "ViSAGe: Video-to-Spatial Audio Generation", ICLR 2025, section 3.3 (eq. 1 prints a mean
where the published figures take the RMS); Bylinskii et al., "What do different evaluation metrics
tell us about saliency models?", 2018 (CC, AUC-Judd).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.stats import rankdata

from engine.coordinates import to_cartesian
from engine.errors import ShapeError
from engine.spatial.harmonics import spherical_harmonics

ROWS, COLUMNS = 90, 180
STEP_DEG = 2.0
WINDOWS_S = {"1fps": 1.0, "5fps": 0.2}
PARITY_S = 5.0
_PARITY_WEIGHTS = np.array([1.0, np.sqrt(2.0), 1.0, np.sqrt(2.0)])
"""Of W, Y, Z, X in the published figures, by a misplaced parenthesis of their code."""

_LEAST_SPREAD = 1e-6
"""A map that varies by less than this share of its mean tells no direction."""

Floats = NDArray[np.float64]


class AmbisonicScores(Struct, frozen=True, kw_only=True):
    """Figures of one pair, higher is better; None where no window could be compared.

    cc : Pearson's correlation of the energy maps, -1..1
    auc : area under Judd's curve, 0..1: the reference's loudest places told from the rest
    Of the whole scene (all), or the mean over windows of 1 s (1fps) and 0.2 s (5fps).
    """

    cc_all: float | None
    cc_1fps: float | None
    cc_5fps: float | None
    auc_all: float | None
    auc_1fps: float | None
    auc_5fps: float | None


def compare_ambisonics(
    reference: NDArray[np.floating],
    estimate: NDArray[np.floating],
    sample_rate_hz: int,
    *,
    parity: bool = False,
) -> AmbisonicScores:
    """Score an estimated scene against its reference.

    Parameters
    ----------
    reference, estimate : (channels >= 4, samples) arrays
        AmbiX (W, Y, Z, X; SN3D); orders above the first are ignored. They may differ in length
        and in content: what is compared is where the energy lies.
    parity : bool
        As the published figures were computed, in place of as they were defined: weights and grid
        as in the authors' code, the first five seconds, silence after shorter scenes.

    Raises
    ------
    ShapeError
        Fewer than four channels, no sound at all, NaN or infinity.
    """
    wanted, given = _checked(reference, "reference"), _checked(estimate, "estimate")
    if parity:
        length = round(PARITY_S * sample_rate_hz)
        wanted, given = _cut(wanted, length), _cut(given, length)
    else:
        length = min(wanted.shape[1], given.shape[1])
        wanted, given = wanted[:, :length], given[:, :length]
    whole = _compare(wanted, given, length, parity)
    fine = [_compare(wanted, given, round(s * sample_rate_hz), parity) for s in WINDOWS_S.values()]
    (cc, auc), (cc_1, auc_1), (cc_5, auc_5) = (whole, *fine)
    return AmbisonicScores(
        cc_all=cc, cc_1fps=cc_1, cc_5fps=cc_5, auc_all=auc, auc_1fps=auc_1, auc_5fps=auc_5
    )


def energy_maps(
    foa: NDArray[np.floating], window_samples: int, *, parity: bool = False
) -> Iterator[Floats]:
    """Energy (10312,) at even points of each window of a (4, samples) scene, one after the other.

    A scene shorter than one window is one window; what is left over after the last is ignored.
    """
    scene = np.asarray(foa, dtype=np.float64)
    size = max(min(window_samples, scene.shape[1]), 1)
    beams = _parity_beams() if parity else _even_beams()
    for start in range(0, scene.shape[1] - size + 1, size):
        piece = scene[:, start : start + size]
        together = piece @ piece.T / size
        heard = np.sqrt(np.maximum(((beams @ together) * beams).sum(axis=1), 0.0))
        yield _parity_points(heard) if parity else heard


def correlation(reference: Floats, estimate: Floats) -> float:
    """Pearson's correlation of two maps (points,) that vary."""
    return float(np.clip(np.corrcoef(reference, estimate)[0, 1], -1.0, 1.0))


def judd_area(reference: Floats, estimate: Floats, *, parity: bool = False) -> float:
    """Area under Judd's curve: the reference's peak (above max - std) told by the estimate.

    Ties, to nine digits, count half (Mann and Whitney, 1947). With `parity`, hits are counted one
    late, as in the authors' code, without the random numbers that it adds to part ties.
    """
    loud = reference > reference.max() - reference.std()
    hits, others = int(loud.sum()), int((~loud).sum())
    if not parity:
        ranks = rankdata(np.round(estimate / estimate.max(), 9))[loud].sum()
        return float((ranks - hits * (hits + 1) / 2.0) / (hits * others))
    falling = np.sort(estimate[loud])[::-1]
    above = estimate.size - np.searchsorted(np.sort(estimate), falling, side="left")
    order = np.arange(hits)
    true = np.concatenate([[0.0], order / hits, [1.0]])
    false = np.concatenate([[0.0], (above - order) / others, [1.0]])
    return float(np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2.0))


def row_points() -> NDArray[np.int64]:
    """(90,) how many points each row of two degrees has: 10,312 in all, as a sphere's area."""
    centres = (np.arange(ROWS) + 0.5) / ROWS
    return np.round(COLUMNS * np.sin(np.pi * centres)).astype(np.int64)


def _compare(
    wanted: Floats, given: Floats, window_samples: int, parity: bool
) -> tuple[float | None, float | None]:
    """Mean correlation and area over the windows whose maps both tell a direction."""
    correlations, areas = [], []
    for first, second in zip(
        energy_maps(wanted, window_samples, parity=parity),
        energy_maps(given, window_samples, parity=parity),
        strict=True,
    ):
        if _tells(first) and _tells(second):
            correlations.append(correlation(first, second))
            areas.append(judd_area(first, second, parity=parity))
    if not areas:
        return None, None
    return float(np.mean(correlations)), float(np.mean(areas))


def _tells(energy: Floats) -> bool:
    return bool(energy.std() > _LEAST_SPREAD * energy.mean())


@cache
def _even_beams() -> Floats:
    """(points, 4) harmonics at the centres of nearly equal patches."""
    azimuths = [180.0 - 360.0 * (np.arange(n) + 0.5) / n for n in row_points()]
    elevations = 90.0 - STEP_DEG * (np.arange(ROWS) + 0.5)
    return _harmonics(np.concatenate(azimuths), np.repeat(elevations, row_points()))


@cache
def _parity_beams() -> Floats:
    """(90 x 180, 4) weighted harmonics on the published grid: 178..-180, 88..-90 degrees."""
    azimuths = 180.0 - STEP_DEG * (np.arange(COLUMNS) + 1.0)
    elevations = 90.0 - STEP_DEG * (np.arange(ROWS) + 1.0)
    grid = _harmonics(np.tile(azimuths, ROWS), np.repeat(elevations, COLUMNS))
    return grid * _PARITY_WEIGHTS


def _harmonics(azimuth_deg: Floats, elevation_deg: Floats) -> Floats:
    return spherical_harmonics(1, to_cartesian(azimuth_deg, elevation_deg))


def _parity_points(heard: Floats) -> Floats:
    """A map on the published grid at the authors' points, which leave out a sliver of each row."""
    row_of, below, part = _parity_places()
    grid = heard.reshape(ROWS, COLUMNS)
    after = (below + 1) % COLUMNS
    return np.asarray(grid[row_of, below] * (1.0 - part) + grid[row_of, after] * part)


@cache
def _parity_places() -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Row, column before and way to the next (points,) of the authors' points."""
    counts = row_points()
    steps = [np.arange(n) * (COLUMNS - 0.5 * COLUMNS / n) / n for n in counts]
    at, row_of = np.concatenate(steps), np.repeat(np.arange(ROWS), counts)
    below = np.minimum(at.astype(np.int64), COLUMNS - 1)
    # They take a row for 360 columns wide: from the last to the first the values creep.
    width = np.where(below == COLUMNS - 1, 360.0 - (COLUMNS - 1), 1.0)
    return row_of, below, (at - below) / width


def _checked(scene: NDArray[np.floating], name: str) -> Floats:
    sound = np.asarray(scene, dtype=np.float64)
    if sound.ndim != 2 or sound.shape[0] < 4:
        count = sound.shape[0] if sound.ndim == 2 else sound.ndim
        raise ShapeError(
            f"the {name} has {count} channel{'s' * (count != 1)}, a first-order scene has 4",
            remedy="give AmbiX: W, Y, Z, X",
        )
    if sound.shape[1] == 0:
        raise ShapeError(f"the {name} holds no samples", remedy="render or record it again")
    if not np.isfinite(sound[:4]).all():
        raise ShapeError(f"the {name} holds NaN or infinity", remedy="render it again")
    return sound[:4]


def _cut(scene: Floats, length: int) -> Floats:
    return np.pad(scene, ((0, 0), (0, max(length - scene.shape[1], 0))))[:, :length]
