"""Small pictures of the film for the timeline: made in the background, kept while there is room."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.background import Background
from engine.media.decode import VideoReader
from engine.project.model import Video

WIDTH_PX = 160
ROOM_BYTES = 24 * 2**20
_MOST_WISHES = 64
"""Older wishes are for what was scrolled out of sight."""


class Thumbnails(QObject):
    """`at` answers with what is at hand and wishes for the rest; `arrived` says when more is."""

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path: str | None = None
        self._reader: VideoReader | None = None
        self._kept: OrderedDict[float, QImage] = OrderedDict()
        self._bytes = 0
        self._wishes: OrderedDict[float, None] = OrderedDict()
        self._making: float | None = None
        self._resting = self._broken = False
        self._background = Background(self)

    @property
    def kept_bytes(self) -> int:
        """Memory that the pictures at hand take."""
        return self._bytes

    def show(self, video: Video | None) -> None:
        """Show a video, or none."""
        path = video.path if video is not None else None
        if path == self._path:
            return
        self.close()
        self._path, self._broken = path, False
        self.arrived.emit()

    def rest(self, resting: bool) -> None:
        """Make none for now: what plays comes first."""
        self._resting = resting
        self._next()

    def at(self, time_s: float) -> QImage | None:
        """The small picture of a time, to the millisecond; None while it is being made."""
        key = round(time_s, 3)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        elif self._path is not None and not self._broken and key != self._making:
            self._wishes[key] = None
            self._wishes.move_to_end(key)
            while len(self._wishes) > _MOST_WISHES:
                self._wishes.popitem(last=False)
            self._next()
        return found

    def at_hand(self, time_s: float) -> QImage | None:
        """The small picture of a time if there is one; none is wished for."""
        return self._kept.get(round(time_s, 3))

    def close(self) -> None:
        """Let go of the file and of all pictures."""
        self._background.finish()
        if self._reader is not None:
            self._reader.close()
        self._reader = self._making = None
        self._kept.clear()
        self._wishes.clear()
        self._bytes = 0

    def _next(self) -> None:
        if self._making is not None or self._resting or not self._wishes or self._path is None:
            return
        key, _ = self._wishes.popitem()
        self._making, path = key, self._path
        self._background.run(
            lambda: self._make(path, key),
            lambda image: self._keep(path, key, image),
            lambda error: self._give_up(path),
        )

    def _make(self, path: str, time_s: float) -> QImage:
        """Decode one picture (on the background's thread)."""
        if self._reader is None:
            self._reader = VideoReader(path, WIDTH_PX)
        _, image = self._reader.at(time_s)
        height, width, _ = image.shape
        view = QImage(image.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        return view.convertToFormat(QImage.Format.Format_RGB32)

    def _keep(self, path: str, key: float, image: QImage) -> None:
        if path != self._path:
            return
        self._making = None
        self._kept[key] = image
        self._bytes += image.sizeInBytes()
        while self._bytes > ROOM_BYTES and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].sizeInBytes()
        self.arrived.emit()
        self._next()

    def _give_up(self, path: str) -> None:
        """The picture's own panel says what is wrong with the file."""
        if path == self._path:
            self._making, self._broken = None, True
            self._wishes.clear()
