"""Trajectories as arrays: simplification, and the CSV file that carries them in and out.

The file has a header ``time_s,azimuth_deg,elevation_deg,distance_m`` (further columns are
ignored). Between its rows, angles and distance run evenly, azimuth the shorter way round; inside
the house trajectories are straight lines between positions, so reading adds points along each arc.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.coordinates import to_cartesian, to_spherical
from engine.errors import TrajectoryError
from engine.units import wrap_degrees

COLUMNS = ("time_s", "azimuth_deg", "elevation_deg", "distance_m")
ARC_STEP_DEG = 1.0
_NEAREST_M = 0.25
_LEAST_M = 1e-3
_REMEDY = f"the header is {','.join(COLUMNS)}"


def simplify(
    times_s: ArrayLike, positions_m: ArrayLike, tolerance_deg: float = 0.5
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fewer keyframes for the same path: straight lines stay within an angle of every point.

    Parameters
    ----------
    times_s : (n,) array
        Strictly increasing.
    positions_m : (n, 3) array
    tolerance_deg : float
        Largest deviation, at the same moment, as seen from the listener; in distance the same
        fraction (0.5 degrees is 0.9 %).

    Returns
    -------
    (m,) and (m, 3) float64 arrays
        A subset that keeps the first and the last point.

    References
    ----------
    Ramer, 1972; Douglas and Peucker, 1973 (here against time, not against path length).
    """
    times = np.asarray(times_s, dtype=np.float64)
    positions = np.asarray(positions_m, dtype=np.float64)
    allowed = np.tan(np.radians(tolerance_deg))
    keep = np.zeros(len(times), dtype=bool)
    keep[[0, -1]] = True
    open_spans = [(0, len(times) - 1)]
    while open_spans:
        first, last = open_spans.pop()
        if last - first < 2:
            continue
        inner = slice(first + 1, last)
        share = ((times[inner] - times[first]) / (times[last] - times[first]))[:, None]
        line = positions[first] + share * (positions[last] - positions[first])
        nearness = np.maximum(np.linalg.norm(positions[inner], axis=1), _NEAREST_M)
        deviation = np.linalg.norm(positions[inner] - line, axis=1) / nearness
        worst = int(np.argmax(deviation))
        if deviation[worst] > allowed:
            middle = first + 1 + worst
            keep[middle] = True
            open_spans += [(first, middle), (middle, last)]
    return times[keep], positions[keep]


def read_trajectory_csv(
    path: str | Path, arc_step_deg: float | None = ARC_STEP_DEG
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times (n,) in seconds and positions (n, 3) in metres of a trajectory file.

    Parameters
    ----------
    path : str or Path
    arc_step_deg : float, optional
        Points are added so that no step turns more than this; None gives the rows alone.

    Raises
    ------
    TrajectoryError
        Naming file and line: no such file, missing column, not a number, NaN, times that do not
        increase, elevation beyond 90 degrees, a distance of 0 or less, no rows. Any azimuth is
        taken: 270 is -90.
    """
    path = Path(path)
    if not path.exists():
        raise TrajectoryError("there is no such file", place=path, remedy="check the path")
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = np.array(list(_rows(csv.reader(stream), path)), dtype=np.float64)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise TrajectoryError(
            f"cannot read the trajectory ({reason})", place=path, remedy=_REMEDY
        ) from error
    if not len(rows):
        raise TrajectoryError("the trajectory has no rows", place=path, remedy="add at least one")
    return _along_arcs(rows, arc_step_deg)


def write_trajectory_csv(path: str | Path, times_s: ArrayLike, positions_m: ArrayLike) -> None:
    """Write a trajectory file that `read_trajectory_csv` reads.

    Parameters
    ----------
    times_s : (n,) array
    positions_m : (n, 3) array
        Metres; what is nearer than a millimetre is written as that far in front.

    Raises
    ------
    TrajectoryError
        If the file cannot be written.
    """
    positions = np.array(positions_m, dtype=np.float64)
    positions[np.linalg.norm(positions, axis=-1) < _LEAST_M] = (_LEAST_M, 0.0, 0.0)
    angles = to_spherical(positions)
    lines = [",".join(COLUMNS)]
    for time_s, (azimuth, elevation, distance) in zip(
        np.asarray(times_s, dtype=np.float64), angles, strict=True
    ):
        lines.append(f"{time_s:.6f},{azimuth:.4f},{elevation:.4f},{distance:.6f}")
    try:
        Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise TrajectoryError(
            f"cannot write the trajectory ({error.strerror})",
            place=path,
            remedy="choose a folder that can be written to",
        ) from error


def _rows(reader: Iterator[list[str]], path: Path) -> Iterator[tuple[float, ...]]:
    header = [name.strip() for name in next(reader, [])]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise TrajectoryError(f"column {missing[0]} is missing", place=f"{path}:1", remedy=_REMEDY)
    places = [header.index(name) for name in COLUMNS]
    before = -math.inf
    for line, cells in enumerate(reader, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        place = f"{path}:{line}"
        values = tuple(_number(cells, i, header[i], place) for i in places)
        if values[0] <= before:
            raise TrajectoryError(
                f"time_s {values[0]:g} does not come after {before:g}",
                place=place,
                remedy="sort the rows by time and drop repetitions",
            )
        if not -90.0 <= values[2] <= 90.0:
            raise TrajectoryError(
                f"elevation_deg {values[2]:g} is beyond 90 degrees",
                place=place,
                remedy="elevation runs from -90 (below) to 90 (above)",
            )
        if values[3] <= 0.0:
            raise TrajectoryError(
                f"distance_m {values[3]:g} is not positive, so it has no direction",
                place=place,
                remedy="give metres, more than 0",
            )
        before = values[0]
        yield values


def _number(cells: list[str], index: int, name: str, place: str) -> float:
    text = cells[index].strip() if index < len(cells) else ""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise TrajectoryError(
            f"{name} is '{text}', not a number", place=place, remedy="mend or delete this row"
        )
    return value


def _along_arcs(
    rows: NDArray[np.float64], step_deg: float | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    turns = np.diff(rows[:, 1])
    half = np.abs(np.abs(turns) - 180.0) < 1e-9  # as far either way: as the numbers run
    turns = np.where(half, turns, wrap_degrees(turns))
    azimuth = rows[0, 1] + np.concatenate([[0.0], np.cumsum(turns)])
    rows = np.column_stack([rows[:, 0], azimuth, rows[:, 2:]])
    if step_deg is not None and len(rows) > 1:
        arcs = np.abs(np.diff(rows[:, 1:3], axis=0)).max(axis=1)
        pieces = np.maximum(np.ceil(arcs / step_deg), 1.0).astype(int)
        place = np.concatenate(
            [[0.0], *(k + np.arange(1, n + 1) / n for k, n in enumerate(pieces))]
        )
        index = np.arange(len(rows))
        rows = np.column_stack([np.interp(place, index, column) for column in rows.T])
    return rows[:, 0], to_cartesian(*rows[:, 1:].T)
