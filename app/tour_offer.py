"""When the tour begins: when asked for, if need be on the demo; offered once with the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app import places
from app.notices import Notice
from app.words import tr

if TYPE_CHECKING:
    from app.window import MainWindow

_OFFERED = "tour/offered"
_SETTLED_MS = 100
"""Panels of a session that opens have their places then."""


class TourOffer(QObject):
    """Begins the tour once there is something to show."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._wanted = self._demo_opens = False
        window.session.opened.connect(self._look)
        window.session.project_changed.connect(lambda old, new: self._look())

    def begin(self) -> None:
        """Now; without a session, on the demo as soon as it is open."""
        if self._window.session.is_open:
            self._window.workspace.reset()
            self._window.tour.begin()
        else:
            self._wanted = True
            self._window.verbs.open_demo()

    def demo_opens(self) -> None:
        """The demo was asked for: whoever sees it the first time is offered the tour."""
        self._demo_opens = True

    def _look(self) -> None:
        session = self._window.session
        if not session.is_open or not session.project.tracks:
            return
        if self._wanted:
            self._wanted = self._demo_opens = False
            QTimer.singleShot(_SETTLED_MS, self.begin)
        elif self._demo_opens:
            self._demo_opens = False
            self._offer()

    def _offer(self) -> None:
        if places.settings().value(_OFFERED):
            return
        places.settings().setValue(_OFFERED, "yes")
        words = tr("This is the demo. The tour shows four places to know, in a minute.")
        self._window.session.tell(Notice(words, "info", ((tr("Take the tour"), self.begin),)))
