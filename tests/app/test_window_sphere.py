"""The energy sphere: off by default, bright where the sound comes from."""

from __future__ import annotations

import numpy as np
import pytest
from engines import start_engine
from pytestqt.qtbot import QtBot

from app.views.meters.sphere import SphereView, hammer
from app.window import MainWindow
from engine.coordinates import to_cartesian
from engine.playback.gauges import beams, direction_grid
from engine.project.model import Project
from engine.spatial.harmonics import spherical_harmonics


@pytest.fixture
def sphere(qtbot: QtBot, themed: None) -> SphereView:
    view = SphereView()
    qtbot.addWidget(view)
    view.resize(420, 240)
    view.show()
    qtbot.waitExposed(view)
    return view


def brightness(view: SphereView, azimuth_deg: float, elevation_deg: float) -> int:
    point = view.place_of(azimuth_deg, elevation_deg).toPoint()
    return view.grab().toImage().pixelColor(point).lightness()


@pytest.mark.parametrize("place", [(0.0, 8.0), (100.0, 5.0), (-60.0, 40.0), (160.0, -30.0)])
def test_a_plane_wave_is_bright_where_it_comes_from(sphere: SphereView, place) -> None:
    wave = spherical_harmonics(3, to_cartesian([place[0]], place[1], 1.0))[0]
    energy = ((beams(3) @ wave) ** 2 * 0.01).astype(np.float32)
    sphere.set_energy(energy)
    assert sphere.loudest_dbfs == pytest.approx(-20.0, abs=3.0)
    there = brightness(sphere, *place)
    for away in ((place[0] + 70.0, place[1]), (place[0] - 90.0, 0.0)):
        turned = (away[0] + 180.0) % 360.0 - 180.0
        assert there > brightness(sphere, turned, away[1]) + 60


def test_a_few_decibels_stand_out_of_a_diffuse_field(sphere: SphereView) -> None:
    wave = spherical_harmonics(3, to_cartesian([30.0], 7.0, 1.0))[0]
    energy = (beams(3) @ wave) ** 2 + 1.0
    sphere.set_energy((1e-3 * energy).astype(np.float32))
    assert brightness(sphere, 30.0, 7.0) > brightness(sphere, -120.0, -25.0) + 40


def test_without_a_sound_field_it_says_what_to_do(sphere: SphereView) -> None:
    sphere.set_project(Project())
    sphere.set_energy(np.zeros(0, np.float32))
    assert brightness(sphere, 30.0, 20.0) < 40


def test_hammers_projection_keeps_areas() -> None:
    def area(azimuth: float, elevation: float) -> float:
        step = 0.01
        here, right, up = (
            np.array(hammer(azimuth + a, elevation + e)) for a, e in ((0, 0), (step, 0), (0, step))
        )
        (ax, ay), (bx, by) = right - here, up - here
        return abs(ax * by - ay * bx) / np.cos(np.radians(elevation))

    areas = [area(a, e) for a in (-150.0, 0.0, 80.0) for e in (-60.0, 0.0, 45.0)]
    np.testing.assert_allclose(areas, areas[0], rtol=1e-2)


def test_the_panel_is_off_and_follows_the_engine_once_shown(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel = window.workspace.panels["sphere"]
    assert panel.isHidden()
    panel.toggleViewAction().trigger()
    panel.raise_()
    start_engine(window, qtbot)
    window.session.playback.set_monitor_format("foa")
    window.session.set_loop((0.0, 1.5))  # a slow machine may ask only after the two seconds
    window.session.play_or_stop()
    qtbot.waitUntil(lambda: len(window.sphere._energy) == len(direction_grid()), timeout=30_000)
    qtbot.waitUntil(lambda: window.sphere.loudest_dbfs > -60.0, timeout=30_000)
    window.session.play_or_stop()
