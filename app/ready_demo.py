"""The demo, ready at once: its analysis ships with the program, its sounds are made on the spot."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from app import places, preferences
from engine import resources
from engine.errors import FoleystageError
from engine.project.project_file import read_project_file
from engine.project.store import Bundle

if TYPE_CHECKING:
    from app.window import MainWindow


def open_demo(window: MainWindow) -> None:
    """Open the user's own copy of the demo, made the first time; else analyse the clip."""
    film = resources.path("demo/demo.mp4")
    place = places.folder_for(film) / f"demo{places.SUFFIX}"
    window.tour_offer.demo_opens()
    if not place.exists():
        try:
            _make(place, film)
        except (FoleystageError, OSError):
            window.session.open_video(film)
            return
        window.lost_media.fill_next(place)
    window.session.open_bundle(place)


def _make(place: Path, film: Path) -> None:
    """Put what ships where the user may work on it."""
    shipped = resources.path("demo/session.foley")
    project, _ = read_project_file(shipped / "project.json")
    assert project.video is not None
    video = structs.replace(project.video, path=str(film))
    scene = structs.replace(project.scene, hrir=preferences.load().hrir)
    with Bundle.create(place, structs.replace(project, video=video, scene=scene)) as bundle:
        for file in (shipped / "arrays").glob("*.npy"):
            shutil.copy(file, bundle.path / "arrays")
