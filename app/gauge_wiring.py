"""Which of the engine's readings each meter shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from engine.playback.monitor_formats import measured_format

if TYPE_CHECKING:
    from app.window import MainWindow


def _show_measured(view: Callable[[str], None], monitor_format: str) -> None:
    view(measured_format(monitor_format))


def wire_gauges(window: MainWindow) -> None:
    """Connect what the bridge polls with all that shows levels."""
    bridge, transport = window.session.bridge, window.transport
    bridge.levels_changed.connect(transport.meter.set_levels)
    bridge.tracks_changed.connect(window.timeline.headers.set_levels)
    bridge.loudness_changed.connect(transport.loudness.set_levels)
    bridge.loudness_changed.connect(window.goniometer.set_levels)
    bridge.scope_changed.connect(window.goniometer.set_samples)
    bridge.directions_changed.connect(window.sphere.set_energy)
    bridge.channels_changed.connect(window.sphere.set_channels)
    bridge.status_changed.connect(transport.engine.set_status)
    bridge.status_changed.connect(window.strip.show_engine)
    heard = window.listening
    for view in (window.stage, window.sphere, window.picture):
        heard.format_changed.connect(partial(_show_measured, view.set_monitor_format))
    heard.format_changed.connect(transport.show_monitor)
    heard.head_turned.connect(window.stage.set_head)
    window.stage.head_turned.connect(heard.turn_head)
    heard.history.changed.connect(window.timeline.loudness.show_stretch)
