"""Decodes pictures on a thread of its own: the latest wish wins, the window never waits."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtGui import QImage

from engine.errors import FoleystageError
from engine.media.both_ways import BothWaysReader

DISPLAY_WIDTH_PX = 1280
"""Wider pictures are shown at this width."""


class PictureDecoder(QThread):
    """`open` a video, `request` times; `decoded` brings the pictures.

    Requests made while a picture is being decoded replace each other.
    """

    decoded = Signal(float, QImage)
    """(time of the picture in seconds, the picture)."""
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.width_px = DISPLAY_WIDTH_PX
        """Taken up when a video is opened."""
        self._wake = threading.Condition()
        self._path: str | None = None
        self._path_changed = False
        self._wish_s: float | None = None
        self._ending = False
        self._reader: BothWaysReader | None = None
        if parent is not None:
            parent.destroyed.connect(self.finish)  # a thread must not outlive its object

    def open(self, path: str | None) -> None:
        """Show another video, or none."""
        with self._wake:
            self._path, self._path_changed, self._wish_s = path, True, 0.0
            self._wake.notify()
        if not self._ending:
            self.start()  # does nothing when it runs

    def request(self, time_s: float) -> None:
        """Bring the picture on screen at a time."""
        with self._wake:
            self._wish_s = time_s
            self._wake.notify()

    def finish(self) -> None:
        """End the thread and let go of the file."""
        with self._wake:
            self._ending = True
            self._wake.notify()
        self.wait()

    def run(self) -> None:
        last_s = None
        while (wish := self._next_wish()) is not None:
            reopen, path, time_s = wish
            if reopen:
                last_s = None
                self._reopen(path)
            if self._reader is not None:
                last_s = self._decode(self._reader, time_s, last_s)
        self._reopen(None)

    def _next_wish(self) -> tuple[bool, str | None, float] | None:
        with self._wake:
            while self._wish_s is None and not self._ending:
                self._wake.wait()
            if self._ending:
                return None
            assert self._wish_s is not None
            wish = (self._path_changed, self._path, self._wish_s)
            self._wish_s, self._path_changed = None, False
            return wish

    def _reopen(self, path: str | None) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        if path is None:
            return
        try:
            self._reader = BothWaysReader(path, self.width_px)
        except FoleystageError as error:
            self.failed.emit(str(error))

    def _decode(self, reader: BothWaysReader, time_s: float, last_s: float | None) -> float | None:
        """Decode one picture; the one already shown is not sent again."""
        try:
            picture_s, image = reader.at(time_s)
            if picture_s != last_s:
                height, width, _ = image.shape
                view = QImage(image.data, width, height, 3 * width, QImage.Format.Format_RGB888)
                self.decoded.emit(picture_s, view.copy())
        except FoleystageError as error:
            self.failed.emit(str(error))
            return last_s
        except Exception as error:  # the thread's edge: one picture must not end all that follow
            self.failed.emit(f"the picture at {time_s:.3f} s cannot be shown: {error}")
            return last_s
        return picture_s
