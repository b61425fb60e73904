"""Trajectory files and simplification."""

from pathlib import Path

import numpy as np
import pytest

from engine.coordinates import angle_between_deg, to_cartesian, to_spherical
from engine.errors import TrajectoryError
from engine.spatial.trajectory import read_trajectory_csv, simplify

HEADER = "time_s,azimuth_deg,elevation_deg,distance_m\n"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "path.csv"
    path.write_text(text)
    return path


def test_rows_come_back(tmp_path: Path) -> None:
    positions = to_cartesian([0.0, 10.0, -20.0], [0.0, 5.0, -5.0], [1.0, 2.0, 3.0])
    path = write(tmp_path, HEADER + "0,0,0,1\n1,10,5,2\n2.5,-20,-5,3\n")
    times, read = read_trajectory_csv(path, arc_step_deg=None)
    np.testing.assert_allclose(times, [0.0, 1.0, 2.5])
    np.testing.assert_allclose(read, positions, atol=1e-4)


def test_angles_run_evenly_along_the_arc(tmp_path: Path) -> None:
    times, positions = read_trajectory_csv(write(tmp_path, HEADER + "0,-90,0,2\n1,90,0,2\n"))
    spherical = to_spherical(positions)
    np.testing.assert_allclose(spherical[:, 2], 2.0)
    np.testing.assert_allclose(spherical[:, 0], np.interp(times, [0, 1], [-90, 90]), atol=1e-9)


def test_azimuth_takes_the_shorter_way(tmp_path: Path) -> None:
    _, positions = read_trajectory_csv(write(tmp_path, HEADER + "0,170,0,1\n1,-170,0,1\n"))
    assert np.abs(to_spherical(positions)[:, 0]).min() > 169.0


def test_azimuth_beyond_a_half_turn_is_wrapped(tmp_path: Path) -> None:
    _, positions = read_trajectory_csv(write(tmp_path, HEADER + "0,270,0,1\n1,-450,0,1\n"))
    np.testing.assert_allclose(to_spherical(positions)[:, 0], -90.0)


def test_columns_in_any_order_with_byte_order_mark(tmp_path: Path) -> None:
    text = "\ufeffdistance_m,note,time_s,elevation_deg,azimuth_deg\n2,x,0,0,90\n\n"
    _, positions = read_trajectory_csv(write(tmp_path, text))
    np.testing.assert_allclose(positions, [[0.0, 2.0, 0.0]], atol=1e-9)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ":1: column time_s is missing"),
        ("time_s,azimuth_deg,distance_m\n0,0,1\n", "column elevation_deg is missing"),
        (HEADER, "no rows"),
        (HEADER + "0,0,0,1\n0,1,0,1\n", ":3: time_s 0 does not come after 0"),
        (HEADER + "0,nan,0,1\n", ":2: azimuth_deg is 'nan'"),
        (HEADER + "0,left,0,1\n", "azimuth_deg is 'left'"),
        (HEADER + "0,0\n", "elevation_deg is ''"),
        (HEADER + "0,0,95,1\n", "beyond 90"),
        (HEADER + "0,0,0,-1\n", ":2: distance_m -1 is not positive"),
        (HEADER + "0,0,0,1\n1,0,0,0\n", ":3: distance_m 0 is not positive"),
        (HEADER + "0,0,-90.5,1\n", "beyond 90"),
        (HEADER + "0,0,0,inf\n", "distance_m is 'inf'"),
    ],
)
def test_malformed_files_name_the_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(TrajectoryError) as caught:
        read_trajectory_csv(write(tmp_path, text))
    assert words in str(caught.value)
    assert "path.csv" in str(caught.value)
    assert caught.value.remedy


def test_unreadable(tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x81" * 20)
    for name in ("missing.csv", "binary.csv"):
        with pytest.raises(TrajectoryError, match=name):
            read_trajectory_csv(tmp_path / name)


def test_simplified_path_stays_close() -> None:
    times = np.linspace(0.0, 10.0, 501)
    path = to_cartesian(60.0 * np.cos(times), 10.0 * np.sin(times), 3.0 + np.sin(0.5 * times))
    fewer, kept = simplify(times, path, tolerance_deg=0.5)
    assert len(fewer) < 120
    rebuilt = np.stack([np.interp(times, fewer, column) for column in kept.T], axis=-1)
    assert angle_between_deg(rebuilt, path).max() < 0.55
    straight = np.stack([np.full(50, 2.0), np.linspace(-2.0, 2.0, 50), np.zeros(50)], axis=-1)
    assert len(simplify(np.arange(50.0), straight)[0]) == 2
    assert len(simplify([0.0], [[1.0, 0.0, 0.0]])[0]) == 1
