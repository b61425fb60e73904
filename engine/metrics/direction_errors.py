"""How far apart two recordings' directions are, moment by moment: ears, or a sound field.

References
----------
"FoleySpace", section V-A (mean absolute errors of azimuth, the short way round, and elevation);
interaural cues as `engine.metrics.direction` reads them off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.metrics.direction import energy_vector, interaural_differences

FLOOR_DB = 40.0
"""Moments softer than the loudest by more, in either recording, tell no direction."""
LEAST_DIRECTNESS = 0.2
"""Sound fields more diffuse than this have no direction either."""

Floats = NDArray[np.float64]
Audio = NDArray[np.floating]


@dataclass(frozen=True)
class EarErrors:
    """Absolute differences of interaural time and level at moments (n,) that tell them."""

    times_s: Floats
    itd_us: Floats
    ild_db: Floats


@dataclass(frozen=True)
class FieldErrors:
    """Absolute differences of azimuth (the short way round) and elevation at moments (n,)."""

    times_s: Floats
    azimuth_deg: Floats
    elevation_deg: Floats


def ear_errors(reference: Audio, estimate: Audio, sample_rate_hz: int) -> EarErrors:
    """Of two binaural recordings (2, samples), where both sound.

    Raises
    ------
    ShapeError
        Other channels, unequal lengths, less than a tenth of a second, NaN or infinity.
    """
    _check(reference, estimate)
    one, other = (interaural_differences(x, sample_rate_hz) for x in (reference, estimate))
    kept = _loud(one.level_dbfs) & _loud(other.level_dbfs)
    return EarErrors(
        one.times_s[kept],
        np.abs(one.itd_us - other.itd_us)[kept],
        np.abs(one.ild_db - other.ild_db)[kept],
    )


def field_errors(reference: Audio, estimate: Audio, sample_rate_hz: int) -> FieldErrors:
    """Of two AmbiX scenes (4 or more, samples), where both sound from somewhere.

    Raises
    ------
    ShapeError
        See `ear_errors`.
    """
    _check(reference, estimate)
    one, other = (energy_vector(x, sample_rate_hz) for x in (reference, estimate))
    kept = _loud(one.level_dbfs) & _loud(other.level_dbfs)
    kept &= np.minimum(one.directness, other.directness) > LEAST_DIRECTNESS
    turn = np.abs(one.azimuth_deg - other.azimuth_deg)
    return FieldErrors(
        one.times_s[kept],
        np.minimum(turn, 360.0 - turn)[kept],
        np.abs(one.elevation_deg - other.elevation_deg)[kept],
    )


def _check(reference: Audio, estimate: Audio) -> None:
    if reference.shape[-1] != estimate.shape[-1]:
        raise ShapeError(
            f"the reference has {reference.shape[-1]} samples, the estimate {estimate.shape[-1]}",
            remedy="cut both to the same length",
        )
    for name, sound in (("reference", reference), ("estimate", estimate)):
        if not np.isfinite(sound).all():
            raise ShapeError(f"the {name} holds NaN or infinity", remedy="render it again")


def _loud(level_dbfs: Floats) -> NDArray[np.bool_]:
    return np.asarray((level_dbfs > level_dbfs.max() - FLOOR_DB) & (level_dbfs > -120.0))
