"""Heavy films are shown by a light copy: made once in the background, taken when it is there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app import work
from app.jobs import ListedJob
from app.words import tr
from engine.media.light_copy import copy_of, is_heavy
from engine.project.model import Video

if TYPE_CHECKING:
    from app.session import Session
    from app.views.picture.view import PictureView


class LightCopies(QObject):
    """Gives the picture view the copy of the session's film; exports never see it."""

    def __init__(self, session: Session, picture: PictureView) -> None:
        super().__init__(picture)
        self._session = session
        self._picture = picture
        self._on = True
        self._jobs: dict[Path, ListedJob] = {}
        session.project_changed.connect(lambda old, new: self._look_at(old.video, new.video))
        session.jobs.finished.connect(lambda _: self.look())

    def switch(self, on: bool) -> None:
        """Use light copies of heavy films, or show all films as they are."""
        self._on = on
        self.look()

    def look(self) -> None:
        """Take the copy that is there; have it made when it is wanted and nothing else is."""
        video = self._session.project.video
        if video is None or not self._on or not is_heavy(video.width, video.height, video.rate):
            self._picture.set_light_copy(None)
            return
        copy = copy_of(video.fingerprint, self._picture.decoded_width_px)
        there = copy.is_file()
        if there:
            os.utime(copy)
        elif copy not in self._jobs and not self._session.is_analysing:
            self._make(video, copy)
        self._picture.set_light_copy(str(copy) if there else None)

    def _look_at(self, old: Video | None, new: Video | None) -> None:
        if old != new:
            self.look()

    def _make(self, video: Video, copy: Path) -> None:
        if Path(video.path).is_file():
            self._jobs[copy] = self._session.jobs.start(
                f"{tr('Light copy of')} {Path(video.path).name}",
                lambda _: self.look(),
                work.light_copy,
                Path(video.path),
                copy,
                self._picture.decoded_width_px,
                outlives=True,
            )
