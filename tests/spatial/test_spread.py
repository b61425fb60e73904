"""How wide sources sound from loudspeakers: caps of directions, panned and summed in power."""

import numpy as np
import pytest

from engine.coordinates import to_cartesian
from engine.layouts import SURROUND_51, SURROUND_514, SURROUND_714, Layout
from engine.realtime.width_law import width_focus
from engine.spatial.panning import loudspeaker_directions, pan, pan_stereo
from engine.spatial.point_source import panner_of
from engine.spatial.sphere import fibonacci_sphere

LAYOUTS = (SURROUND_51, SURROUND_514, SURROUND_714)
EVERY_LAYOUT = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)


def panned(layout: Layout, width_deg, azimuth_deg=0.0, elevation_deg=0.0) -> dict[str, np.ndarray]:
    """Gains by the loudspeakers' names, for widths (n,)."""
    widths = np.atleast_1d(np.asarray(width_deg, float))
    directions = np.tile(to_cartesian([azimuth_deg], [elevation_deg]), (len(widths), 1))
    return dict(
        zip(layout.channel_names, pan(layout, directions, width_focus(widths)).T, strict=True)
    )


def test_a_front_source_reaches_as_far_as_it_is_wide() -> None:
    widths = np.array([0.0, 1.0, 10.0, 30.0, 60.0, 90.0, 120.0])
    gains = panned(SURROUND_51, widths)
    np.testing.assert_allclose(gains["L"], gains["R"], atol=1e-12)
    assert (np.diff(gains["L"]) > 0.0).all()
    assert (np.diff(gains["C"]) < 0.0).all()
    assert gains["L"][0] == 0.0
    assert gains["C"][0] == 1.0
    assert 0.35 < gains["L"][4] < 0.6  # at 60 degrees
    for name in ("Ls", "Rs"):
        assert (gains[name][:5] == 0.0).all()
        assert (gains[name][5:] > 0.0).all()


@EVERY_LAYOUT
def test_power_is_constant_and_a_point_is_the_point_source(layout: Layout) -> None:
    directions = np.concatenate([fibonacci_sphere(300), [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]])
    for width_deg in (0.0, 5.0, 60.0, 119.0, 121.0, 250.0, 360.0):
        focus = np.full(len(directions), float(width_focus(np.array(width_deg))))
        for gains in (pan(layout, directions, focus), pan_stereo(directions, focus)):
            assert np.abs(10 * np.log10(np.sum(gains**2, axis=1))).max() < 0.01
    nearly = pan(layout, directions, np.full(len(directions), 1.0 - 1e-9))
    np.testing.assert_allclose(nearly, pan(layout, directions, np.ones(len(directions))), atol=2e-3)


@EVERY_LAYOUT
def test_all_around_every_loudspeaker_plays_alike(layout: Layout) -> None:
    full_band = panner_of(layout).channels
    gains = pan(layout, fibonacci_sphere(50), width_focus(np.full(50, 360.0)))[:, full_band]
    np.testing.assert_allclose(gains, 1.0 / np.sqrt(len(full_band)), atol=1e-7)


def test_the_energy_stays_where_the_source_is() -> None:
    speakers = loudspeaker_directions(SURROUND_51)
    azimuth_deg = np.arange(0.0, 360.0, 5.0)
    directions = to_cartesian(azimuth_deg, 0.0)

    def energy_deg(width_deg: float) -> np.ndarray:
        focus = width_focus(np.full(len(directions), width_deg))
        vectors = pan(SURROUND_51, directions, focus) ** 2 @ speakers
        return np.degrees(np.arctan2(vectors[:, 1], vectors[:, 0]))

    for width_deg, most_deg in ((10.0, 1.0), (30.0, 4.0), (60.0, 8.0), (90.0, 11.0)):
        off_deg = (energy_deg(width_deg) - energy_deg(0.0) + 180.0) % 360.0 - 180.0
        assert np.abs(off_deg).max() < most_deg
        assert np.abs(off_deg[azimuth_deg % 180.0 == 0.0]).max() < 1e-6


def test_loudspeakers_above_play_only_what_the_cap_reaches() -> None:
    widths = np.array([20.0, 50.0, 75.0, 150.0])
    above = {name: g for name, g in panned(SURROUND_714, widths, 0.0, -40.0).items() if "t" in name}
    assert len(above) == 4
    for gains in above.values():
        assert (gains[:3] == 0.0).all()  # the cap ends below the ears
    assert above["Ltf"][3] > 0.01
    front = panned(SURROUND_714, [20.0, 60.0])
    for name in ("Ltr", "Rtr", "Lss", "Rss", "Lrs", "Rrs"):
        assert (front[name] == 0.0).all()


@pytest.mark.parametrize("layout", [SURROUND_514, SURROUND_714], ids=lambda layout: layout.name)
def test_width_is_to_the_sides_and_does_not_lift_a_source(layout: Layout) -> None:
    speakers = loudspeaker_directions(layout)
    directions = to_cartesian(np.arange(0.0, 360.0, 5.0), 0.0)
    for width_deg, most_deg, most_db in ((30.0, 0.1, -28.0), (60.0, 1.0, -15.0), (90.0, 4.0, -9.0)):
        powers = pan(layout, directions, width_focus(np.full(len(directions), width_deg))) ** 2
        vectors = powers @ speakers
        lift_deg = np.degrees(np.arctan2(vectors[:, 2], np.hypot(vectors[:, 0], vectors[:, 1])))
        assert lift_deg.max() < most_deg
        assert 10 * np.log10(powers[:, speakers[:, 2] > 0.1].sum(axis=1).max()) < most_db
    above = pan(layout, to_cartesian([30.0], 89.9), width_focus(np.array([60.0])))
    turned = pan(layout, to_cartesian([120.0], 89.9), width_focus(np.array([60.0])))
    np.testing.assert_allclose(above, turned, atol=0.01)  # round above the head


@EVERY_LAYOUT
def test_gains_move_without_steps(layout: Layout) -> None:
    widths = np.linspace(0.0, 360.0, 3601)
    gains = pan(layout, to_cartesian(np.full(3601, 20.0), 5.0), width_focus(widths))
    assert np.abs(np.diff(gains, axis=0)).max() < 0.002
    azimuth_deg = np.linspace(0.0, 360.0, 3601)
    for width_deg in (30.0, 90.0, 200.0):
        focus = width_focus(np.full(3601, width_deg))
        gains = pan(layout, to_cartesian(azimuth_deg, 0.0), focus)
        assert np.abs(np.diff(gains, axis=0)).max() < 0.005
    tilt_deg = np.linspace(85.0, 95.0, 101)  # over the zenith
    gains = pan(layout, to_cartesian(30.0, tilt_deg), width_focus(np.full(101, 60.0)))
    assert np.abs(np.diff(gains, axis=0)).max() < 0.01


def test_gains_have_the_same_bits_however_many_are_asked_for() -> None:
    directions = fibonacci_sphere(40)
    focus = width_focus(np.linspace(0.0, 300.0, 40))
    together = pan(SURROUND_714, directions, focus)
    for first, last in ((0, 1), (1, 2), (3, 10), (10, 40)):
        alone = pan(SURROUND_714, directions[first:last], focus[first:last])
        assert np.array_equal(alone, together[first:last])
