"""The hand in a film of everything all around: drag to look around, Ctrl and the wheel to widen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.views.picture.around import WIDER_A_NOTCH
from app.words import tr
from engine.vision.viewport import Viewport


class LookAround(QWidget):
    """Holds the viewport; its two buttons lie on the picture where there is all around to see."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.view = Viewport()
        self.offered = False
        """Whether there is all around to see."""
        self._held: QPointF | None = None
        self.ahead = QPushButton(tr("Straight ahead"))
        self.ahead.setToolTip(tr("Look straight ahead again (double-click beside the boxes)"))
        self.ahead.clicked.connect(self.reset)
        self.whole = QPushButton(tr("Whole picture"))
        self.whole.setCheckable(True)
        self.whole.setToolTip(tr("Show everything all around in one flat picture"))
        self.whole.toggled.connect(self._toggle)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for button in (self.ahead, self.whole):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        self.hide()

    @property
    def on(self) -> bool:
        """Whether the picture is seen through the viewport."""
        return self.offered and not self.whole.isChecked()

    @property
    def held(self) -> bool:
        """Whether the view is being dragged."""
        return self._held is not None

    def offer(self, offered: bool) -> None:
        """Whether there is all around to see."""
        self.offered = offered
        self.setVisible(offered)

    def reset(self) -> None:
        """Look straight ahead, as widely as at first."""
        self.view = Viewport()
        self.changed.emit()

    def hold(self, point: QPointF) -> None:
        """The picture is taken hold of."""
        self._held = point

    def drag(self, point: QPointF, width: float) -> None:
        """It is dragged to another place in a window `width` wide."""
        if self._held is not None:
            way = point - self._held
            self.view, self._held = self.view.turned(way.x(), way.y(), width), point
            self.changed.emit()

    def let_go(self) -> None:
        """It is let go."""
        self._held = None

    def widen(self, notches: float) -> None:
        """See less for notches of the wheel away from the user, more for those towards them."""
        self.view = self.view.zoomed(WIDER_A_NOTCH**-notches)
        self.changed.emit()

    def _toggle(self) -> None:
        self.ahead.setEnabled(not self.whole.isChecked())
        self.changed.emit()
