"""What stays while a source is dragged: rings, loudspeakers, head and the other sources' paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from engine.project.model import Track


class StageGround:
    """A picture that is drawn anew only when something in it changed."""

    def __init__(self) -> None:
        self._key: object = None
        self._tracks: tuple[Track, ...] = ()
        self._picture = QPixmap()

    def picture(
        self,
        widget: QWidget,
        key: tuple[object, ...],
        tracks: Sequence[Track],
        paint: Callable[[QPainter], None],
    ) -> QPixmap:
        """What `paint` paints over a widget, kept while `key` and the paths of `tracks` stay."""
        ratio = widget.devicePixelRatioF()
        key = (widget.width(), widget.height(), ratio, *key)
        same = len(tracks) == len(self._tracks) and all(
            _looks_alike(new, old) for new, old in zip(tracks, self._tracks, strict=True)
        )
        if key != self._key or not same:
            self._key, self._tracks = key, tuple(tracks)
            self._picture = QPixmap(widget.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            painter = QPainter(self._picture)
            paint(painter)
            painter.end()
        return self._picture


def _looks_alike(new: Track, old: Track) -> bool:
    return new is old or (new.trajectory is old.trajectory and new.colour == old.colour)
