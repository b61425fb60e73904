"""Air absorption for reflections: one short filter for a step of distance, passed again and again.

Every path of a room is dulled by as many whole steps as it has, and by a three-point low-pass for
what is left; its points are as far apart in time at every rate, so that what it does to a frequency
is the same. With both, the loss is within 1 dB of the standard from 40 Hz to 16 kHz up to 300 m.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.realtime.room_plan import AIR_TAPS, AirSteps
from engine.spatial.air_absorption import absorption_db_per_m, minimum_phase_spectrum

STEP_M = 8.0

_POINTS_HZ = 48_000
"""Rate of the samples that a three-point low-pass takes, at most by half off."""
_DESIGN_SAMPLES = 8192
_LOWEST_HZ, _HEARD_HZ = 40.0, 17_000.0
_FREQUENCIES = 600
_UNHEARD_WEIGHT = 0.03
_LATENESS_HZ = 4000.0
"""Where a step's lateness is taken: it falls by a fifth of a sample at 48 kHz up to 16 kHz."""
_MATCHED_HZ = (4000.0, 16_000.0)


@cache
def air_steps(sample_rate_hz: int) -> AirSteps:
    """Air in steps of `STEP_M` at a sample rate."""
    taps, late = _step(sample_rate_hz)
    taps.flags.writeable = False
    spacing = max(1, round(sample_rate_hz / _POINTS_HZ))
    return AirSteps(STEP_M, taps, late, _bend(spacing, sample_rate_hz), spacing)


def _step(sample_rate_hz: int) -> tuple[NDArray[np.float32], float]:
    """Taps that do what `STEP_M` of air do, and by how many samples they are late.

    Least squares of the relative difference to a minimum-phase response.
    """
    grid_hz = np.arange(_DESIGN_SAMPLES // 2 + 1) * sample_rate_hz / _DESIGN_SAMPLES
    spectrum = minimum_phase_spectrum(absorption_db_per_m(grid_hz) * STEP_M)
    places = np.geomspace(_LOWEST_HZ, 0.5 * sample_rate_hz, _FREQUENCIES)
    chosen = np.unique(np.round(places / grid_hz[1]).astype(np.int64))
    hz, wanted = grid_hz[chosen], spectrum[chosen]
    weights = np.where(hz <= _HEARD_HZ, 1.0, _UNHEARD_WEIGHT) / np.maximum(np.abs(wanted), 1e-3)
    waves = np.exp(-2j * np.pi * np.outer(hz, np.arange(AIR_TAPS)) / sample_rate_hz)
    matrix, right = waves * weights[:, None], wanted * weights
    taps = np.linalg.lstsq(
        np.concatenate([matrix.real, matrix.imag]), np.concatenate([right.real, right.imag])
    )[0]
    at = int(np.argmin(np.abs(hz - _LATENESS_HZ)))
    turn = np.angle(waves[at] @ taps)
    late = -turn / (2.0 * np.pi * hz[at]) * sample_rate_hz
    return taps.astype(np.float32), float(late)


def _bend(spacing_samples: int, sample_rate_hz: int) -> NDArray[np.float64]:
    """(2,) of `AirSteps.bend`: the least worst difference over a step, up to 16 kHz.

    Neighbours (a spacing of 1) are joined by straight lines between the samples, where the low-pass
    is weaker than on them: it is matched to both.
    """
    hz = np.linspace(*_MATCHED_HZ, 64)
    turn = np.pi * hz / sample_rate_hz
    curve = 4.0 * np.sin(turn * spacing_samples) ** 2
    if spacing_samples == 1:
        between = 8.0 * np.cos(turn) / (9.0 * np.cos(turn) - np.cos(3.0 * turn))
        hz, curve = np.tile(hz, 2), np.concatenate([curve, curve * between])
    metres = np.linspace(0.0, STEP_M, 17)[1:]
    amounts = np.linspace(0.0, 0.25, 2001)
    reached_db = -20.0 * np.log10(np.maximum(1.0 - np.outer(amounts, curve), 1e-6))
    best = [
        amounts[np.argmin(np.abs(reached_db - absorption_db_per_m(hz) * far).max(axis=1))]
        for far in metres
    ]
    return np.linalg.lstsq(np.stack([metres, metres**2], axis=1), np.array(best))[0]
