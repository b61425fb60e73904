"""What the welcome page's buttons do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.window import MainWindow


def wire_welcome(window: MainWindow) -> None:
    """Connect its ways to begin."""
    welcome, verbs = window.welcome, window.verbs
    welcome.open_video_requested.connect(verbs.open_video)
    welcome.open_session_requested.connect(verbs.open_session)
    welcome.demo_requested.connect(verbs.open_demo)
    welcome.tour_requested.connect(verbs.tour)
    welcome.recent_chosen.connect(window.session.open_bundle)
