"""The wheel over a source on the picture: farther or nearer, one step of the history a turn."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from app.session import Session
from engine.project.bending import bent_stretch
from engine.project.edits import BendTrajectory

RESTS_MS = 500
"""Notches that follow each other this closely are one step."""
NOTCH = 1.06
_NEAREST_M, _FARTHEST_M = 0.1, 500.0


class DistanceWheel(QObject):
    """What is near in time follows, as when a source is dragged on the stage."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._document: object = None
        self._rests = QTimer(self)
        self._rests.setSingleShot(True)
        self._rests.setInterval(RESTS_MS)
        self._rests.timeout.connect(self._end)

    def turn(self, track_id: str, time_s: float, notches: float) -> None:
        """Turned away from the user it goes away."""
        session = self._session
        if self._document is not session.document:
            self._end()
            self._document = session.document
            session.document.begin_gesture()
        self._rests.start()
        path = session.project.track(track_id).trajectory
        near = (k.time_s for k in path.keyframes if abs(k.time_s - time_s) <= 0.004)
        there_s = next(near, time_s)
        place = path.at(there_s)
        distance_m = float((place**2).sum() ** 0.5)
        wanted_m = min(max(distance_m * NOTCH**notches, _NEAREST_M), _FARTHEST_M)
        if distance_m <= 0.0:
            return
        x_m, y_m, z_m = (float(value) for value in place * wanted_m / distance_m)
        keyframes = bent_stretch(path, there_s, (x_m, y_m, z_m))
        session.do(BendTrajectory(track_id=track_id, time_s=there_s, keyframes=keyframes))

    def _end(self) -> None:
        if self._document is self._session.document:
            self._session.document.end_gesture()
        self._document = None
