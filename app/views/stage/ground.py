"""What stays while a source is dragged: rings, loudspeakers, head and the other sources' paths."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from app.views.stage import painting
from app.views.stage.projection import Projection
from engine.project.model import Track


class StageGround:
    """A picture that is drawn anew only when something in it changed."""

    def __init__(self) -> None:
        self._key: object = None
        self._tracks: tuple[Track, ...] = ()
        self._picture = QPixmap()

    def picture(
        self, widget: QWidget, projection: Projection, monitor: str, tracks: Sequence[Track]
    ) -> QPixmap:
        """The ground of a widget with the paths of `tracks`."""
        ratio = widget.devicePixelRatioF()
        key = (widget.width(), widget.height(), ratio, projection, monitor)
        same = len(tracks) == len(self._tracks) and all(
            _looks_alike(new, old) for new, old in zip(tracks, self._tracks, strict=True)
        )
        if key != self._key or not same:
            self._key, self._tracks = key, tuple(tracks)
            self._picture = QPixmap(widget.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            painter = QPainter(self._picture)
            painting.paint_ground(painter, QRectF(widget.rect()), projection)
            painting.paint_loudspeakers(painter, projection, monitor)
            painting.paint_head(painter, projection)
            for track in tracks:
                painting.paint_path(painter, projection, track, chosen=False)
            painter.end()
        return self._picture


def _looks_alike(new: Track, old: Track) -> bool:
    return new is old or (new.trajectory is old.trajectory and new.colour == old.colour)
