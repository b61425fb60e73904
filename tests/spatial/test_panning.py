"""Loudspeaker panning: power, order of hand-over, fold-downs, the fields' decoders."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from engine.coordinates import to_cartesian
from engine.layouts import STEREO, SURROUND_51, SURROUND_514, SURROUND_714, Layout
from engine.spatial.ambisonics import field_to_layout
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.panning import (
    fold_down,
    loudspeaker_directions,
    pan,
    pan_stereo,
)
from engine.spatial.point_source import panner_of
from engine.spatial.sphere import fibonacci_sphere

FULL_BAND = [0, 1, 2, 4, 5]


EAR = json.loads((Path(__file__).parent / "ear_gains.json").read_text())
"""Gains of the reference renderer of BS.2127; where they come from is in the file."""
EAR_NAMES = {
    SURROUND_51: ("0+5+0", "M+030 M-030 M+000 M+110 M-110"),
    SURROUND_514: ("4+5+0", "M+030 M-030 M+000 M+110 M-110 U+030 U-030 U+110 U-110"),
    SURROUND_714: (
        "4+7+0",
        "M+030 M-030 M+000 M+135 M-135 M+090 M-090 U+045 U-045 U+135 U-135",
    ),
}


def ear_directions() -> np.ndarray:
    azimuth_deg, elevation_deg = np.array(EAR["directions_deg"], float).T
    return to_cartesian(azimuth_deg, elevation_deg)


@pytest.mark.parametrize("layout", EAR_NAMES, ids=lambda layout: layout.name)
def test_gains_are_those_of_the_reference_renderer(layout: Layout) -> None:
    name, speakers = EAR_NAMES[layout]
    columns = [EAR[name]["channels"].index(speaker) for speaker in speakers.split()]
    expected = np.array(EAR[name]["gains"])[:, columns]
    np.testing.assert_allclose(panner_of(layout).gains(ear_directions()), expected, atol=1e-6)


def test_stereo_is_the_reference_renderers_but_for_the_level_behind() -> None:
    expected = np.array(EAR["0+2+0"]["gains"])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    directions = ear_directions()
    gains = pan_stereo(directions, np.ones(len(directions)))
    np.testing.assert_allclose(gains, expected, atol=1e-6)


def test_power_is_constant_everywhere() -> None:
    directions = fibonacci_sphere(1000)
    for focus in (1.0, 0.4, 0.0):
        for panning, full_band in (
            (partial(pan, SURROUND_51), FULL_BAND),
            (partial(pan, SURROUND_514), panner_of(SURROUND_514).channels),
            (partial(pan, SURROUND_714), panner_of(SURROUND_714).channels),
            (pan_stereo, [0, 1]),
        ):
            gains = panning(directions, np.full(1000, focus))[:, full_band]
            np.testing.assert_allclose(10 * np.log10(np.sum(gains**2, 1)), 0.0, atol=0.01)


def test_at_ear_level_the_two_loudspeakers_around_play_as_vectors_say() -> None:
    azimuth_deg = np.linspace(-179.5, 179.5, 360)
    gains = panner_of(SURROUND_51).gains(to_cartesian(azimuth_deg, 0.0))
    ring = np.array([0.0, 30.0, 110.0, 250.0, 330.0])  # C L Ls Rs R
    for azimuth, found in zip(azimuth_deg, gains[:, [2, 0, 3, 4, 1]], strict=True):
        first = np.searchsorted(ring, azimuth % 360.0, side="right") - 1
        second = (first + 1) % 5
        width = np.radians((ring[second] - ring[first]) % 360.0)
        place = np.radians((azimuth - ring[first]) % 360.0)
        expected = np.zeros(5)
        expected[first], expected[second] = np.sin(width - place), np.sin(place)
        np.testing.assert_allclose(found, expected / np.linalg.norm(expected), atol=1e-9)


@pytest.mark.parametrize("layout", EAR_NAMES, ids=lambda layout: layout.name)
def test_a_loudspeaker_plays_alone_in_its_own_direction(layout: Layout) -> None:
    directions = loudspeaker_directions(layout)
    full_band = panner_of(layout).channels
    gains = pan(layout, directions, np.ones(len(directions)))
    np.testing.assert_allclose(
        gains[np.ix_(full_band, full_band)], np.eye(len(full_band)), atol=1e-6
    )


def test_folding_down_in_steps_is_folding_down_at_once() -> None:
    steps = fold_down("stereo", "mono") @ fold_down("5.1", "stereo") @ fold_down("7.1.4", "5.1")
    np.testing.assert_allclose(fold_down("7.1.4", "mono"), steps)
    # BS.775-4 table 2: C keeps its level in mono, the surrounds are 3 dB below L and R
    np.testing.assert_allclose(
        fold_down("5.1", "mono")[0], [np.sqrt(0.5), np.sqrt(0.5), 1.0, 0.0, 0.5, 0.5]
    )
    assert (fold_down("5.1", "stereo")[:, 3] == 0.0).all()


@pytest.mark.parametrize("layout", [SURROUND_514, SURROUND_714], ids=lambda layout: layout.name)
def test_every_loudspeaker_keeps_its_power_and_side_in_5_1(layout: Layout) -> None:
    fold = fold_down(layout.name, "5.1")
    np.testing.assert_allclose(np.sum(fold**2, axis=0), 1.0)
    left = [i for i, name in enumerate(layout.channel_names) if name[0] == "L" != name]
    left = [i for i in left if layout.channel_names[i] != "LFE"]
    assert (fold[np.ix_([1, 5], left)] == 0.0).all()
    assert fold[3, 3] == 1.0


def test_front_channels_hand_over_left_centre_right() -> None:
    azimuth_deg = np.linspace(30.0, -30.0, 121)
    gains = pan(SURROUND_51, to_cartesian(azimuth_deg, 0.0), np.ones(121))
    left, right, centre = gains[:, 0], gains[:, 1], gains[:, 2]
    assert (np.diff(left) <= 1e-12).all()
    assert (np.diff(right) >= -1e-12).all()
    assert np.argmax(centre) == 60
    assert (gains[:, 4:] == 0.0).all()
    assert ((gains > 0.0).sum(1) <= 2).all()  # two loudspeakers


def test_the_rear_arc_is_symmetric() -> None:
    behind = pan(SURROUND_51, to_cartesian([180.0], [0.0]), np.ones(1))[0]
    np.testing.assert_allclose(behind[4:], np.sqrt(0.5), atol=1e-9)
    left, right = (
        pan(SURROUND_51, to_cartesian([a], [0.0]), np.ones(1))[0] for a in (140.0, -140.0)
    )
    np.testing.assert_allclose(left[[0, 4, 5]], right[[1, 5, 4]], atol=1e-12)


def test_gains_are_continuous_over_the_sphere() -> None:
    for layout in EAR_NAMES:
        panner = panner_of(layout)
        turns_deg, tilts_deg = np.arange(0.0, 360.5, 0.5), np.arange(-90.0, 90.25, 0.25)
        for elevation_deg in (-80.0, 0.0, 29.0, 30.0, 31.0, 89.0):
            gains = panner.gains(to_cartesian(turns_deg, elevation_deg))
            assert np.abs(np.diff(gains, axis=0)).max() < 0.04
        for azimuth_deg in (0.0, 45.0, 70.0, 100.0, 135.0, 180.0):
            gains = panner.gains(to_cartesian(azimuth_deg, tilts_deg))
            assert np.abs(np.diff(gains, axis=0)).max() < 0.04


def test_ambience_keeps_its_power_and_its_sides() -> None:
    waves = spherical_harmonics(1, fibonacci_sphere(500)).T
    for decoder in (field_to_layout(1, SURROUND_51), field_to_layout(1, STEREO)):
        power = np.sum((decoder @ waves) ** 2, axis=0)
        np.testing.assert_allclose(np.mean(power), 1.0, rtol=1e-4)
        left = decoder @ spherical_harmonics(1, to_cartesian(90.0, 0.0))
        assert abs(left[0]) > 1.5 * abs(left[1])
    surround = field_to_layout(1, SURROUND_51)
    assert (surround[3] == 0.0).all()
    behind = surround @ spherical_harmonics(1, to_cartesian(180.0, 0.0))
    assert behind[4] > 2.0 * abs(behind[2])
    power = np.sum((surround @ waves) ** 2, axis=0)
    assert 10 * np.log10(power.max() / power.min()) < 6.0


@pytest.mark.parametrize("layout", [SURROUND_514, SURROUND_714], ids=lambda layout: layout.name)
@pytest.mark.parametrize("order", [1, 3, 7])
def test_a_field_reaches_height_from_where_it_comes(order: int, layout: Layout) -> None:
    decoder = field_to_layout(order, layout)
    assert (decoder[3] == 0.0).all()
    grid = fibonacci_sphere(2000)
    grid = grid[grid[:, 2] > -0.2]
    gains = decoder @ spherical_harmonics(order, grid).T
    energy = (gains**2).T @ loudspeaker_directions(layout)
    energy /= np.linalg.norm(energy, axis=1, keepdims=True)
    apart_deg = np.degrees(np.arccos(np.clip(np.sum(energy * grid, axis=1), -1.0, 1.0)))
    assert np.median(apart_deg) < 15.0
    level_db = 10 * np.log10(np.sum(gains**2, axis=0))
    assert np.ptp(level_db) < 6.0
