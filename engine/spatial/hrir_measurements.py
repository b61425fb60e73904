"""From what a SOFA file holds to measurements of a head: left ear first, directions around it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.coordinates import to_cartesian, to_spherical
from engine.errors import HrirError
from engine.spatial.sofa import SofaContents
from engine.spatial.sofa_arrays import REMEDY

_ROOMS = ("SingleRoom", "MultiSpeakerBRIR")
_LARGEST_SILENT_SHARE = 0.1
_NEAREST_M = 1e-3
_CENTIMETRES_FROM_M, _MILLIMETRES_FROM_M = 20.0, 500.0
_RADIANS_UP_TO_DEG = 6.4
_FEWEST_RADIANS = 8
_RADIAN_ITD_S = 0.0003
_LATERAL = 0.3
_SHADOW_DB = 1.5
"""Level between the ears from one side to the other that is a head's; without one it is 0."""


@dataclass(frozen=True, eq=False)
class Measurements:
    """A head's measured responses, as they are in the file.

    `responses` (measurements, 2 ears, taps), left ear first; `delays_samples` (measurements, 2)
    come before the responses; `positions_m` (measurements, 3) from the head, x front, y left,
    z up. `notes` say in words what was put right.
    """

    responses: NDArray[np.float64]
    delays_samples: NDArray[np.float64]
    positions_m: NDArray[np.float64]
    sample_rate_hz: int
    notes: tuple[str, ...] = ()


def head_measurements(sofa: SofaContents, path: Path) -> Measurements:
    """A head's responses out of a SOFA file's, put right where the file is wrong.

    Raises
    ------
    HrirError
        If the responses are a room's or headphones', of another number of ears, of one place
        only, inside the head, or mostly silent.
    """
    _refuse_other_kinds(sofa, path)
    count, ears, _, taps = sofa.responses.shape
    if ears != 2:
        raise HrirError(
            f"Data.IR has shape {(count, ears, taps)}: {ears} receivers ({sofa.conventions}), "
            "a head has 2 ears",
            place=path,
            remedy=REMEDY,
        )
    responses = sofa.responses.transpose(0, 2, 1, 3).reshape(-1, 2, taps)
    delays = sofa.delays_samples.transpose(0, 2, 1).reshape(-1, 2)
    positions = sofa.heard_from_m().reshape(-1, 3)
    if len(positions) > 1 and np.ptp(positions, axis=0).max() < _NEAREST_M:
        raise HrirError(
            f"all {len(positions)} responses ({sofa.conventions}) are of one position: "
            "no set of directions",
            place=path,
            remedy=REMEDY,
        )
    if (np.linalg.norm(positions, axis=1) < _NEAREST_M).any():
        raise HrirError("a measurement lies inside the listener", place=path, remedy=REMEDY)
    sounding, silent = _without_silence(responses, path)
    notes = [silent] if silent else []
    responses, delays, positions = responses[sounding], delays[sounding], positions[sounding]
    positions, note = _units(positions, responses, delays, sofa, path)
    notes += [note] if note else []
    if _left_is_right(responses, positions):
        responses, delays = responses[:, ::-1].copy(), delays[:, ::-1].copy()
        notes.append(
            f"HRIR set {path.name} has left and right exchanged; the head's shadow put it right"
        )
    return Measurements(responses, delays, positions, sofa.sample_rate_hz, tuple(notes))


def _refuse_other_kinds(sofa: SofaContents, path: Path) -> None:
    if sofa.conventions.startswith(_ROOMS):
        raise HrirError(
            f"holds a room's responses ({sofa.conventions}), not a head's",
            place=path,
            remedy="use it as a room, and choose another SOFA file, or 'kemar', for the ears",
        )
    if "Headphone" in sofa.conventions:
        raise HrirError(
            f"holds headphones' responses ({sofa.conventions}), not a head's",
            place=path,
            remedy=REMEDY,
        )


def _without_silence(responses: NDArray[np.float64], path: Path) -> tuple[NDArray[np.intp], str]:
    """Indices of the responses that sound at both ears, and a note where some do not."""
    silent = (np.abs(responses).max(axis=-1) == 0.0).any(axis=1)
    lost = int(silent.sum())
    if lost > _LARGEST_SILENT_SHARE * len(responses):
        raise HrirError(
            f"{lost} of {len(responses)} responses are silent", place=path, remedy=REMEDY
        )
    note = f"HRIR set {path.name}: {lost} silent measurements left out" if lost else ""
    return np.flatnonzero(~silent), note


def _units(
    positions: NDArray[np.float64],
    responses: NDArray[np.float64],
    delays: NDArray[np.float64],
    sofa: SofaContents,
    path: Path,
) -> tuple[NDArray[np.float64], str]:
    """Positions in metres and degrees where the file's are something else, and a note on it."""
    notes = []
    spherical = to_spherical(positions)
    typical_m = float(np.median(spherical[:, 2]))
    if typical_m > _CENTIMETRES_FROM_M:
        unit, factor = ("millimetres", 1e-3) if typical_m > _MILLIMETRES_FROM_M else (
            "centimetres", 1e-2)  # fmt: skip
        spherical[:, 2] *= factor
        notes.append(f"distances of {typical_m:.0f} m, taken as {unit}")
    near_front = np.abs(spherical[:, :2]).max() < _RADIANS_UP_TO_DEG
    if near_front and len(positions) >= _FEWEST_RADIANS and _widest_itd_s(
        responses, delays, sofa.sample_rate_hz
    ) > _RADIAN_ITD_S:  # fmt: skip
        spherical[:, :2] = np.degrees(spherical[:, :2])
        notes.append("angles within 6 degrees but ears far apart, taken as radians")
    if not notes:
        return positions, ""
    return to_cartesian(*spherical.T), f"HRIR set {path.name}: " + "; ".join(notes)


def _widest_itd_s(
    responses: NDArray[np.float64], delays: NDArray[np.float64], sample_rate_hz: int
) -> float:
    """Roughly the largest difference between the ears' peaks, left out the wildest tenth."""
    places = np.argmax(np.abs(responses), axis=-1) + delays
    return float(np.percentile(np.abs(places[:, 0] - places[:, 1]), 90)) / sample_rate_hz


def _left_is_right(responses: NDArray[np.float64], positions: NDArray[np.float64]) -> bool:
    """Whether sources on the left are louder at the second ear.

    Files name their receivers by position, many of them wrongly: the head's shadow does not lie.
    """
    energy = np.maximum(np.sum(responses**2, axis=2), 1e-30)
    side = positions[:, 1] / np.linalg.norm(positions, axis=1)
    if np.abs(side).max() < _LATERAL:
        return False
    level_db = 10.0 * np.log10(energy[:, 0] / energy[:, 1])
    return bool(np.sum(side * level_db) / np.sum(side**2) < -_SHADOW_DB)
