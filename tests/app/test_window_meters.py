"""Meters in the window: numbers as they are read, and no more painting than needed."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.selection import Selection
from app.views.meters.loudness import LoudnessReadout
from app.views.timeline.header_painting import HeaderLayout, meter_px
from app.views.timeline.headers import Headers
from app.views.timeline.rows import Rows
from engine.playback.readings import ProgrammeLevels
from engine.project.model import Project, Track, TrackId, Trajectory

PATH = Trajectory.from_arrays([0.0], [(1.0, 0.0, 0.0)])


@pytest.fixture
def headers(qtbot) -> Headers:
    rows = Rows()
    widget = Headers(rows, Selection())
    qtbot.addWidget(widget)
    tracks = tuple(Track(id=TrackId(i), name=i, trajectory=PATH) for i in "ab")
    widget.set_project(Project(tracks=tracks))
    rows.set_tracks(("a", "b"), (1, 1))
    rows.set_height(400)
    widget.resize(widget.width(), 400)
    return widget


def test_a_tracks_meter_lights_and_goes_out(headers: Headers) -> None:
    area = headers.layout_of(0).meter.toAlignedRect()

    def lit() -> int:
        image = headers.grab().toImage()
        x = area.center().x()
        colours = [image.pixelColor(x, y).rgb() for y in range(area.top(), area.bottom())]
        return sum(colour != colours[0] for colour in colours)

    assert lit() == 0
    headers.set_levels({"a": -12.0, "b": -120.0})
    assert abs(lit() - meter_px(headers.layout_of(0), -12.0)) <= 2
    headers.set_levels({})
    assert lit() == 0


def test_only_what_changed_is_painted(headers: Headers, monkeypatch) -> None:
    painted = []
    monkeypatch.setattr(Headers, "update", lambda _, *area: painted.append(area))
    headers.set_levels({"a": -12.0, "b": -120.0})
    headers.set_levels({"a": -12.01, "b": -120.0})
    assert painted == [(headers.layout_of(0).meter.toAlignedRect(),)]


def test_meters_are_full_at_full_scale() -> None:
    layout = HeaderLayout(0.0, 60.0)
    assert meter_px(layout, 0.0) == round(layout.meter.height())
    assert meter_px(layout, -120.0) == 0


def test_loudness_is_shown_in_numbers(qtbot) -> None:
    readout = LoudnessReadout()
    qtbot.addWidget(readout)
    readout.set_levels(ProgrammeLevels(-0.42, -18.04, -np.inf, -23.0, 0.5))
    assert readout._texts == ("−0.4", "−18.0", "−∞", "−23.0")
    assert readout._hot
    with qtbot.waitSignal(readout.cleared):
        qtbot.mouseClick(readout, Qt.MouseButton.LeftButton)
