"""What in the picture strikes the eye: measured once a video, in the background, kept here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app import work
from app.jobs import JobBoard, ListedJob
from engine.project.model import Video

_LEAST = 0.1

Maps = tuple[NDArray[np.float64], NDArray[np.float64]]
"""(t,) seconds and (t, h, w) energies."""


class SaliencyMaps(QObject):
    """`want` measures a video if need be; `at` answers with what is at hand."""

    arrived = Signal()

    def __init__(self, jobs: JobBoard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._maps: dict[str, Maps] = {}
        self._measuring: dict[str, ListedJob] = {}

    def want(self, video: Video | None) -> None:
        """Measure a video, unless that is done or under way."""
        if video is None or video.fingerprint in self._maps:
            return
        under_way = self._measuring.get(video.fingerprint)
        if under_way is not None and under_way.running:
            return
        key = video.fingerprint
        self._measuring[key] = self._jobs.start(
            "Measure saliency", lambda maps: self._take(key, maps), work.saliency, Path(video.path)
        )

    def at(self, video: Video, time_s: float) -> NDArray[np.float64] | None:
        """(h, w) glow of the picture nearest to a time; None if unknown.

        The patches that stand out are stretched to 0.1..1, the others are 0.
        """
        maps = self._maps.get(video.fingerprint)
        if maps is None or not len(maps[0]):
            return None
        times, energy = maps
        nearest = energy[int(np.argmin(np.abs(times - time_s)))]
        kept = nearest > 0.0
        least, most = float(nearest[kept].min(initial=1.0)), float(nearest.max())
        glow = _LEAST + (1.0 - _LEAST) * (nearest - least) / max(most - least, 1e-12)
        return np.where(kept, glow, 0.0) if most > least else kept.astype(np.float64)

    def _take(self, key: str, maps: Maps) -> None:
        self._maps[key] = maps
        self.arrived.emit()
