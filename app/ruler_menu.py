"""Which way of writing times the ruler uses: chosen in a menu, kept for the next run."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from app import places
from app.views.timeline.axis import TimeAxis
from app.views.timeline.time_formats import FORMATS, TITLES, TimeFormat

_KEY = "ruler/format"


class RulerMenu:
    """One menu for the View menu and for a right click on the ruler."""

    def __init__(self, axis: TimeAxis, parent: QWidget) -> None:
        self._axis = axis
        self.menu = QMenu("Ruler", parent)
        group = QActionGroup(self.menu)
        for name in FORMATS:
            action = self.menu.addAction(TITLES[name], partial(self.choose, name))
            action.setCheckable(True)
            action.setData(name)
            group.addAction(action)
        stored = places.settings().value(_KEY)
        self.choose(next((name for name in FORMATS if name == stored), FORMATS[0]))

    def choose(self, name: TimeFormat) -> None:
        """Write times like this."""
        for action in self.menu.actions():
            action.setChecked(action.data() == name)
        places.settings().setValue(_KEY, name)
        self._axis.set_format(name)

    def popup(self, place: QPoint) -> None:
        """Show the menu at a place on the screen."""
        self.menu.popup(place)
