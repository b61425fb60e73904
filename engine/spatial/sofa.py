"""SOFA files (AES69): impulse responses of any convention, with where everything was.

References
----------
AES69-2022, "AES standard for file exchange - Spatial acoustic data file format": conventions,
data types FIR (M, R, N) and FIR-E (M, R, N, E), coordinate types and units.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from engine.coordinates import to_cartesian
from engine.errors import HrirError
from engine.spatial.sofa_arrays import REMEDY, has, numbers, opened, text

SMALLEST_RATE_HZ, LARGEST_RATE_HZ = 8_000, 384_000
_CONVERT = "convert it to SimpleFreeFieldHRIR, or choose another file"
_LARGEST_DELAY_S = 1.0
_FEWEST_TAPS = 8

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SofaContents:
    """What a SOFA file holds: M measurements, R receivers, E emitters, N samples.

    Positions are cartesian metres, x front, y left, z up, in the room's axes; rows are M or 1
    (the same for all measurements).

    Parameters
    ----------
    responses : (M, R, E, N) float64
    delays_samples : (M, R, E) float64
        Come before the responses; may be fractional.
    sample_rate_hz : int
    source_m : (M or 1, 3)
    listener_m : (M or 1, 3)
    listener_view, listener_up : (M or 1, 3)
        Unit vectors: where the listener looks, and where the crown points.
    receivers_m : (R, 3)
        Relative to the listener, in the listener's axes.
    emitters_m : (E, 3)
        Relative to the source.
    conventions, data_type, room_type, title, licence : str
        As written in the file; empty where it says nothing.
    angle_units : str
        Units attribute of the source's positions.
    """

    responses: Floats
    delays_samples: Floats
    sample_rate_hz: int
    source_m: Floats
    listener_m: Floats
    listener_view: Floats
    listener_up: Floats
    receivers_m: Floats
    emitters_m: Floats
    conventions: str
    data_type: str
    room_type: str
    title: str
    licence: str
    angle_units: str

    @property
    def measurements(self) -> int:
        """M."""
        return len(self.responses)

    def heard_from_m(self) -> Floats:
        """(M, E, 3) every emitter as the listener meets it: x where the listener looks."""
        world = self.source_m[:, None] - self.listener_m[:, None] + self.emitters_m
        axes = _axes(self.listener_view, self.listener_up)
        heard = np.einsum("mij,mej->mei", *_same_rows(axes, world))
        return np.broadcast_to(heard, (self.measurements, *heard.shape[1:])).copy()


def read_sofa(path: str | Path) -> SofaContents:
    """Read impulse responses from a SOFA file of any convention.

    Raises
    ------
    HrirError
        If the file is missing, damaged, hostile, holds no impulse responses, or its numbers make
        no sense. Whether they are a head's, a room's or headphones' is for the reader to judge.
    """
    path = Path(path)
    with opened(path) as sofa:
        data_type = text(sofa, "DataType", default="FIR")
        if not data_type.startswith("FIR"):
            raise HrirError(
                f"holds '{data_type}' data, not impulse responses", place=path, remedy=_CONVERT
            )
        conventions = text(sofa, "SOFAConventions", default="unknown")
        responses = _responses(sofa, data_type, conventions)
        count, receivers, emitters, _ = responses.shape
        rate = float(numbers(sofa, "Data.SamplingRate").reshape(-1)[0])
        if not SMALLEST_RATE_HZ <= rate <= LARGEST_RATE_HZ:
            raise HrirError(f"sampling rate {rate:g} Hz is out of range", place=path, remedy=REMEDY)
        return SofaContents(
            responses=responses,
            delays_samples=_delays(sofa, responses.shape, rate),
            sample_rate_hz=round(rate),
            source_m=_positions(sofa, "SourcePosition", count, "spherical"),
            listener_m=_optional(sofa, "ListenerPosition", count, (0.0, 0.0, 0.0)),
            listener_view=_unit(_optional(sofa, "ListenerView", count, (1.0, 0.0, 0.0)), path),
            listener_up=_unit(_optional(sofa, "ListenerUp", count, (0.0, 0.0, 1.0)), path),
            receivers_m=_parts(sofa, "ReceiverPosition", receivers),
            emitters_m=_parts(sofa, "EmitterPosition", emitters),
            conventions=conventions,
            data_type=data_type,
            room_type=text(sofa, "RoomType"),
            title=text(sofa, "Title"),
            licence=text(sofa, "License"),
            angle_units=text(sofa, "Units", "SourcePosition"),
        )


def _responses(sofa: h5py.File, data_type: str, conventions: str) -> Floats:
    """(M, R, E, N): FIR holds (M, R, N), FIR-E (M, R, N, E), the older FIRE (M, R, E, N)."""
    stored = numbers(sofa, "Data.IR")
    axes = 3 if data_type == "FIR" else 4
    if stored.ndim != axes:
        raise _shape_error(sofa, stored, conventions)
    if axes == 3:
        responses = stored[:, :, None]
    else:
        responses = stored.transpose(0, 1, 3, 2) if data_type == "FIR-E" else stored
    if responses.shape[3] < _FEWEST_TAPS:
        raise _shape_error(sofa, stored, conventions)
    return responses


def _shape_error(sofa: h5py.File, stored: Floats, conventions: str) -> HrirError:
    return HrirError(
        f"Data.IR has shape {stored.shape} ({conventions}), expected (directions, 2 ears, "
        f"at least {_FEWEST_TAPS} taps)",
        place=Path(sofa.filename),
        remedy=REMEDY,
    )


def _delays(sofa: h5py.File, shape: tuple[int, ...], rate_hz: float) -> Floats:
    """(M, R, E) samples; one row serves all measurements, one column all emitters."""
    wanted = shape[:3]
    if not has(sofa, "Data.Delay"):
        return np.zeros(wanted)
    stored = numbers(sofa, "Data.Delay")
    delays = stored[..., None] if stored.ndim == 2 else stored
    fits = delays.ndim == 3 and all(
        have in (1, want) for have, want in zip(delays.shape, wanted, strict=True)
    )
    if not fits or (wanted[1] > 1 and delays.shape[1] == 1):
        raise HrirError(
            f"Data.Delay has shape {stored.shape} for {wanted[0]} responses of {wanted[1]} ears",
            place=Path(sofa.filename),
            remedy=REMEDY,
        )
    if np.abs(delays).max() > _LARGEST_DELAY_S * rate_hz:
        raise HrirError(
            "Data.Delay is longer than a second", place=Path(sofa.filename), remedy=REMEDY
        )
    return np.broadcast_to(delays, wanted).copy()


def _positions(sofa: h5py.File, name: str, count: int, usual: str) -> Floats:
    """(M or 1, 3) cartesian metres of an array of positions."""
    path = Path(sofa.filename)
    stored = numbers(sofa, name)
    if stored.ndim != 2 or stored.shape[1] != 3 or len(stored) not in (1, count):
        raise HrirError(
            f"{name} has shape {stored.shape} for {count} responses", place=path, remedy=REMEDY
        )
    return _cartesian(stored, sofa, name, usual)


def _cartesian(stored: Floats, sofa: h5py.File, name: str, usual: str) -> Floats:
    if not text(sofa, "Type", name, usual).lower().startswith("spherical"):
        return stored
    if "rad" in text(sofa, "Units", name).lower():
        stored = np.column_stack([np.degrees(stored[:, :2]), stored[:, 2]])
    if (np.abs(stored[:, 1]) > 90.5).any() or (stored[:, 2] < 0.0).any():
        raise HrirError(
            f"{name} holds elevations beyond 90 degrees or negative distances",
            place=Path(sofa.filename),
            remedy=REMEDY,
        )
    distances = stored[:, 2]
    if name == "SourcePosition":  # 0 is written for unknown; the direction must not be lost
        distances = np.where(distances > 0.0, distances, 1.0)
    return to_cartesian(stored[:, 0], stored[:, 1], distances)


def _optional(
    sofa: h5py.File, name: str, count: int, otherwise: tuple[float, float, float]
) -> Floats:
    return _positions(sofa, name, count, "cartesian") if has(sofa, name) else np.array([otherwise])


def _parts(sofa: h5py.File, name: str, count: int) -> Floats:
    """(count, 3) places of receivers or emitters; of several measurements, those of the first."""
    if not has(sofa, name):
        return np.zeros((count, 3))
    stored = numbers(sofa, name)
    stored = stored[..., 0] if stored.ndim == 3 else stored
    if stored.ndim != 2 or stored.shape[1] != 3 or len(stored) not in (1, count):
        return np.zeros((count, 3))  # spherical harmonics and other things that are no places
    return np.broadcast_to(_cartesian(stored, sofa, name, "cartesian"), (count, 3)).copy()


def _unit(vectors: Floats, path: Path) -> Floats:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if (lengths < 1e-9).any():
        raise HrirError("the listener looks nowhere (view of length 0)", place=path, remedy=REMEDY)
    return vectors / lengths


def _axes(view: Floats, up: Floats) -> Floats:
    """(M or 1, 3, 3) rows: front, left and up of the listener, in the room's axes."""
    view, up = _same_rows(view, up)
    left = np.cross(up, view)
    length = np.linalg.norm(left, axis=-1, keepdims=True)
    left = np.where(length > 1e-6, left / np.maximum(length, 1e-6), [0.0, 1.0, 0.0])
    return np.stack([view, left, np.cross(view, left)], axis=-2)


def _same_rows(*arrays: Floats) -> list[Floats]:
    rows = max(len(array) for array in arrays)
    return [np.broadcast_to(array, (rows, *array.shape[1:])) for array in arrays]
