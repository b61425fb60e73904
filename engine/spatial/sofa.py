"""SOFA files (AES69): what an HRIR set needs from them, checked, with words for what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from engine.coordinates import to_cartesian, to_spherical
from engine.errors import HrirError

_SMALLEST_RATE_HZ, _LARGEST_RATE_HZ = 8_000, 384_000
_LARGEST_DELAY_S = 1.0
_LARGEST_ARRAY_BYTES = 512 * 10**6
_LARGEST_NUMBER = 1e12
_REMEDY = "choose another SOFA file, or 'kemar'"


@dataclass(frozen=True)
class Measurements:
    """Measured responses as they are in the file.

    `responses` (measurements, 2 ears, taps), left ear first; `delays_samples` (measurements, 2)
    come before the responses; `positions_m` (measurements, 3) cartesian, x front, y left, z up.
    """

    responses: NDArray[np.float64]
    delays_samples: NDArray[np.float64]
    positions_m: NDArray[np.float64]
    sample_rate_hz: int


def read_sofa(path: str | Path) -> Measurements:
    """Read head-related (or binaural room) impulse responses from a SOFA file.

    Any convention with FIR data and two receivers is taken: SimpleFreeFieldHRIR, GeneralFIR,
    MultiSpeakerBRIR-like files with one source position a measurement.

    Raises
    ------
    HrirError
        If the file is missing, damaged, of another kind, or its numbers make no sense.
    """
    path = Path(path)
    if not path.is_file():
        raise HrirError("there is no such SOFA file", place=path, remedy="check the path")
    try:
        with h5py.File(path, "r") as sofa:
            measurements = _read(sofa, path)
    except (OSError, KeyError, RuntimeError, ValueError, TypeError, MemoryError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise HrirError(
            f"not a readable SOFA file ({reason})", place=path, remedy=_REMEDY
        ) from error
    return _left_ear_first(measurements)


def _read(sofa: h5py.File, path: Path) -> Measurements:
    for part in (sofa, *(sofa[name] for name in sofa)):
        list(part.attrs)  # raises if the file is damaged there
    kind = _text(sofa.attrs.get("DataType", "FIR"))
    if not kind.startswith("FIR"):
        raise HrirError(f"holds '{kind}' data, not impulse responses", place=path, remedy=_REMEDY)
    convention = _text(sofa.attrs.get("SOFAConventions", "unknown"))
    responses = _numbers(sofa, "Data.IR", path)
    if responses.ndim != 3 or responses.shape[1] != 2 or responses.shape[2] < 8:
        raise HrirError(
            f"Data.IR has shape {responses.shape} ({convention}), expected (directions, 2 ears, "
            "at least 8 taps)",
            place=path,
            remedy=_REMEDY,
        )
    rate = float(_numbers(sofa, "Data.SamplingRate", path).reshape(-1)[0])
    if not _SMALLEST_RATE_HZ <= rate <= _LARGEST_RATE_HZ:
        raise HrirError(f"sampling rate {rate:g} Hz is out of range", place=path, remedy=_REMEDY)
    count = len(responses)
    positions = _positions(sofa, path, count, convention)
    delays = _delays(sofa, path, count, rate)
    energies = np.sum(responses**2, axis=(1, 2))
    if not (energies > 0.0).all():
        raise HrirError(
            f"{int(np.sum(energies == 0.0))} of {count} responses are silent",
            place=path,
            remedy=_REMEDY,
        )
    return Measurements(responses, delays, positions, round(rate))


def _positions(sofa: h5py.File, path: Path, count: int, convention: str) -> NDArray[np.float64]:
    positions = _numbers(sofa, "SourcePosition", path)
    if positions.ndim != 2 or positions.shape[1] != 3 or len(positions) not in (1, count):
        raise HrirError(
            f"SourcePosition has shape {positions.shape} for {count} responses",
            place=path,
            remedy=_REMEDY,
        )
    if len(positions) == 1 and count > 1:
        raise HrirError(
            f"all {count} responses ({convention}) are of one position: no set of directions",
            place=path,
            remedy=_REMEDY,
        )
    if _text(sofa["SourcePosition"].attrs.get("Type", "spherical")).startswith("spherical"):
        if (np.abs(positions[:, 1]) > 90.5).any() or (positions[:, 2] < 0.0).any():
            raise HrirError(
                "SourcePosition holds elevations beyond 90 degrees or negative distances",
                place=path,
                remedy=_REMEDY,
            )
        radii = np.where(positions[:, 2] > 0.0, positions[:, 2], 1.0)  # 0 is written for unknown
        positions = to_cartesian(positions[:, 0], positions[:, 1], radii)
    if (np.linalg.norm(positions, axis=1) < 1e-3).any():
        raise HrirError("a measurement lies inside the listener", place=path, remedy=_REMEDY)
    return positions


def _delays(sofa: h5py.File, path: Path, count: int, rate_hz: float) -> NDArray[np.float64]:
    if "Data.Delay" not in sofa:
        return np.zeros((count, 2))
    delays = _numbers(sofa, "Data.Delay", path)
    if delays.ndim != 2 or delays.shape[1] != 2 or len(delays) not in (1, count):
        raise HrirError(
            f"Data.Delay has shape {delays.shape} for {count} responses of 2 ears",
            place=path,
            remedy=_REMEDY,
        )
    if np.abs(delays).max() > _LARGEST_DELAY_S * rate_hz:
        raise HrirError("Data.Delay is longer than a second", place=path, remedy=_REMEDY)
    return np.broadcast_to(delays, (count, 2)).copy()


def _left_ear_first(measurements: Measurements) -> Measurements:
    """Swap the ears where sources on the left are louder on the second channel.

    Files name their receivers by position, but some of them wrongly: the head's shadow does not
    lie.
    """
    energy = np.sum(measurements.responses**2, axis=2)
    spherical = to_spherical(measurements.positions_m)
    side = np.sin(np.radians(spherical[:, 0])) * np.cos(np.radians(spherical[:, 1]))
    level_db = 10.0 * np.log10(np.maximum(energy[:, 0], 1e-30) / np.maximum(energy[:, 1], 1e-30))
    if np.sum(side * level_db) >= 0.0:
        return measurements
    return Measurements(
        measurements.responses[:, ::-1].copy(),
        measurements.delays_samples[:, ::-1].copy(),
        measurements.positions_m,
        measurements.sample_rate_hz,
    )


def _numbers(sofa: h5py.File, name: str, path: Path) -> NDArray[np.float64]:
    if name not in sofa:
        raise HrirError(f"the SOFA file has no {name}", place=path, remedy=_REMEDY)
    stored = sofa[name]
    if not isinstance(stored, h5py.Dataset):
        raise HrirError(f"{name} is a group, not an array", place=path, remedy=_REMEDY)
    if stored.dtype.kind not in "iuf":
        raise HrirError(
            f"{name} holds {stored.dtype}, not real numbers", place=path, remedy=_REMEDY
        )
    if 8 * (stored.size or 0) > _LARGEST_ARRAY_BYTES:
        raise HrirError(
            f"{name} has shape {stored.shape}: too large for a set of heads' responses",
            place=path,
            remedy=_REMEDY,
        )
    with np.errstate(over="ignore", invalid="ignore"):  # becomes infinity or NaN, refused below
        values = np.asarray(stored[()] if stored.size else [], dtype=np.float64)
    if values.size == 0 or not (np.abs(values) < _LARGEST_NUMBER).all():
        raise HrirError(
            f"{name} is empty or holds NaN or absurd numbers", place=path, remedy=_REMEDY
        )
    return values


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
