"""The picture's overlays: which there are, and the button that offers them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from app import icons
from app.views.picture.overlay import Overlays
from app.words import tr

OVERLAYS = {
    "boxes": "boxes",
    "box_names": "names",
    "box_confidence": "confidence",
    "box_distance": "distance",
    "trails": "trails",
    "safe_areas": "safe_areas",
    "saliency": "saliency",
}
"""Actions, and the field of `Overlays` each one switches."""


def overlays_button(actions: Mapping[str, QAction], parent: QWidget) -> QToolButton:
    """A button that drops down all overlays."""
    button = QToolButton()
    button.setIcon(icons.icon("layers"))
    button.setToolTip(tr("What is drawn over the picture"))
    button.setAccessibleName(tr("Overlays"))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu = QMenu(parent)
    for name in OVERLAYS:
        menu.addAction(actions[name])
    button.setMenu(menu)
    return button


def overlays_of(actions: Mapping[str, QAction]) -> Overlays:
    """What the actions say is to be drawn."""
    return Overlays(**{field: actions[name].isChecked() for name, field in OVERLAYS.items()})
