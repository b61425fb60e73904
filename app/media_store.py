"""What views show from the bundle: waveforms and boxes, read off the window's thread, kept here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.background import Background
from app.views.timeline.columns import TakeWaveform
from engine.errors import FoleystageError
from engine.media.peaks import build_peaks
from engine.project.media_folder import MediaFolder
from engine.project.model import ContentHash, Take, Track


class MediaStore(QObject):
    """Answers at once with what is at hand; `arrived` says when more is."""

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder: MediaFolder | None = None
        self._waveforms: dict[str, TakeWaveform | None] = {}
        self._lost: set[str] = set()
        self._boxes: dict[str, NDArray[np.float64] | None] = {}
        self._background = Background(self)

    def open(self, folder: MediaFolder | None) -> None:
        """Show another bundle's media."""
        self._background.finish()
        self._folder = folder
        self._waveforms.clear()
        self._lost.clear()
        self._boxes.clear()

    def close(self) -> None:
        """Wait for what is being read."""
        self._background.finish()

    def peaks(self, take: Take) -> TakeWaveform | None:
        """The waveform of a take; None while it is being read, or when it is missing."""
        if take.audio not in self._waveforms and self._folder is not None:
            self._waveforms[take.audio] = None
            folder, content = self._folder, take.audio
            self._background.run(
                lambda: _read_waveform(folder, content),
                lambda waveform: self._take(folder, content, waveform),
                lambda error: self._miss(folder, content),
            )
        return self._waveforms.get(take.audio)

    def is_lost(self, take: Take) -> bool:
        """Whether a take's sound was looked for in vain."""
        return take.audio in self._lost

    def read_again(self, sounds: Iterable[ContentHash]) -> None:
        """These sounds are in the bundle now."""
        for content in sounds:
            self._waveforms.pop(content, None)
            self._lost.discard(content)
        self.arrived.emit()

    def boxes(self, track: Track) -> NDArray[np.float64] | None:
        """(n, 6) boxes of a track: time_s, x0, y0, x1, y1, confidence."""
        if track.boxes is None or self._folder is None:
            return None
        if track.boxes not in self._boxes:
            self._boxes[track.boxes] = self._read_boxes(self._folder, track.boxes)
        return self._boxes[track.boxes]

    def put_boxes(self, boxes: NDArray[np.float64]) -> ContentHash | None:
        """Keep boxes (n, 6) in the bundle for an edit to name; None while nothing is open.

        Raises
        ------
        ProjectError
            If they cannot be written.
        """
        return None if self._folder is None else self._folder.put_array(boxes)

    @staticmethod
    def _read_boxes(folder: MediaFolder, content: ContentHash) -> NDArray[np.float64] | None:
        try:
            boxes = np.asarray(folder.array(content), dtype=np.float64)
        except FoleystageError:
            return None
        return boxes if boxes.ndim == 2 and boxes.shape[1] == 6 else None

    def _miss(self, folder: MediaFolder, content: ContentHash) -> None:
        if folder is self._folder:
            self._lost.add(content)
            self.arrived.emit()

    def _take(self, folder: MediaFolder, content: ContentHash, waveform: TakeWaveform) -> None:
        if folder is self._folder:
            self._waveforms[content] = waveform
            self.arrived.emit()


def _read_waveform(folder: MediaFolder, content: ContentHash) -> TakeWaveform:
    peaks = build_peaks(folder.audio_path(content), Path(folder.path) / "cache")
    audio, _ = folder.audio(content)
    return TakeWaveform(peaks, audio)
