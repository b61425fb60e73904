"""What is odd about a set is put right and said, and a set of any grid is heard all around."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from sofa_files import write_tiny_set

from engine.coordinates import to_cartesian
from engine.spatial.alignment import onset_delays
from engine.spatial.hrir import HrirSet, load_hrirs
from engine.spatial.sphere import fibonacci_sphere


def ring_set(path: Path, **changes) -> HrirSet:
    return load_hrirs(write_tiny_set(path, np.arange(0.0, 360.0, 10.0), **changes), 48000)


def ring_positions(count: int = 36, turn: float = 10.0, distance: float = 1.0) -> np.ndarray:
    return np.column_stack([np.arange(count) * turn, np.zeros(count), np.full(count, distance)])


@pytest.mark.parametrize(("distance", "words"), [(140.0, "centimetres"), (1400.0, "millimetres")])
def test_distances_of_another_unit_are_put_right(
    tmp_path: Path, distance: float, words: str
) -> None:
    hrirs = ring_set(tmp_path / "cm.sofa", SourcePosition=ring_positions(distance=distance))
    assert hrirs.distance_m == pytest.approx(1.4)
    assert f"distances of {distance:.0f} m, taken as {words}" in hrirs.notes[0]


def test_radians_called_degrees_are_put_right(tmp_path: Path) -> None:
    """All within 6.3 degrees, yet the ears hear 0.4 ms apart: no head does."""
    wrong = ring_positions()
    wrong[:, 0] = np.radians(wrong[:, 0])
    hrirs = ring_set(tmp_path / "rad.sofa", SourcePosition=wrong)
    assert "taken as radians" in hrirs.notes[0]
    left = hrirs.responses[hrirs.nearest([0.0, 1.0, 0.0])]
    assert np.sum(left[0] ** 2) > 4.0 * np.sum(left[1] ** 2)


def test_swapped_ears_are_said(tmp_path: Path) -> None:
    azimuths = -np.arange(0.0, 360.0, 10.0)
    mirrored = np.column_stack([azimuths, np.zeros(36), np.ones(36)])
    hrirs = ring_set(tmp_path / "swap.sofa", SourcePosition=mirrored)
    assert "left and right exchanged" in hrirs.notes[0]
    left = hrirs.responses[hrirs.nearest([0.0, 1.0, 0.0])]
    assert np.sum(left[0] ** 2) > 4.0 * np.sum(left[1] ** 2)


def test_a_few_silent_measurements_are_left_out(tmp_path: Path) -> None:
    path = write_tiny_set(tmp_path / "few.sofa", np.arange(0.0, 360.0, 10.0))
    with h5py.File(path, "r+") as sofa:
        sofa["Data.IR"][5:7] = 0.0
    hrirs = load_hrirs(path, 48000)
    assert hrirs.measured == 34
    assert "2 silent measurements left out" in hrirs.notes[0]


def test_directions_that_occur_twice(tmp_path: Path) -> None:
    twice = ring_positions()
    twice[20] = twice[3]
    hrirs = ring_set(tmp_path / "twice.sofa", SourcePosition=twice)
    assert hrirs.measured == 35
    assert any("1 directions occur twice" in note for note in hrirs.notes)


def test_one_direction_is_everywhere(tmp_path: Path) -> None:
    hrirs = load_hrirs(write_tiny_set(tmp_path / "one.sofa", np.array([90.0])), 48000)
    assert any("one direction" in note for note in hrirs.notes)
    everywhere = hrirs.interpolate(fibonacci_sphere(20))
    np.testing.assert_allclose(everywhere, np.repeat(hrirs.responses[:1], 20, axis=0), atol=1e-9)


def test_a_half_sphere_is_said(tmp_path: Path) -> None:
    grid = fibonacci_sphere(200)
    upper = grid[grid[:, 2] > 0.0]
    angles = np.degrees([np.arctan2(upper[:, 1], upper[:, 0]), np.arcsin(upper[:, 2])])
    places = np.column_stack([*angles, np.ones(len(upper))])
    path = write_tiny_set(tmp_path / "half.sofa", angles[0], SourcePosition=places)
    (note,) = load_hrirs(path, 48000).notes
    assert "measures nothing within" in note


def test_a_ring_keeps_interaural_time_off_its_plane(tmp_path: Path) -> None:
    """Above the horizon a source is as far to the side as on the horizon's same cone."""
    hrirs = ring_set(tmp_path / "ring.sofa")
    above = hrirs.interpolate(to_cartesian([90.0], [45.0]))
    on_cone = hrirs.interpolate(to_cartesian([45.0], [0.0]))
    times = [np.diff(onset_delays(r, 48000)[0])[0] for r in (above, on_cone)]
    assert times[0] == pytest.approx(times[1], abs=1.5)
    assert times[1] > 10.0


def test_responses_too_long_to_be_told_finely_are_named() -> None:
    (note,) = load_hrirs("kemar", 192_000).notes
    assert "at 192 kHz are not told between their measurements" in note
    assert load_hrirs("kemar", 96_000).notes == ()
