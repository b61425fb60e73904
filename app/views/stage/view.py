"""The stage: every source around the listener, from above, from the side and in 3D, in metres."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QStackedWidget, QToolButton

from app.intents import EditingWidget
from app.selection import Selection
from app.views.stage.canvas import StageCanvas
from app.views.stage.elevation import ElevationScale
from app.views.stage.readout import StageReadout
from app.views.stage.space_view import SpaceView
from app.views.stage.top_view import TopView
from app.words import tr
from engine.project.model import Project


class StageView(EditingWidget):
    """The views one at a time, with the elevation scale and the readout."""

    shown = Signal(str)
    """'top', 'side' or 'free' is in front now."""
    head_turned = Signal(float)
    """The listener's head was turned: degrees to the left."""

    def __init__(self, selection: Selection) -> None:
        super().__init__()
        self.top_view = TopView(selection)
        self.side_view = SpaceView(selection, "side")
        self.free_view = SpaceView(selection, "free")
        self.elevation = ElevationScale(selection)
        self.readout = StageReadout(selection)
        self.pages = QStackedWidget()
        self.views: dict[str, StageCanvas] = {
            "top": self.top_view, "side": self.side_view, "free": self.free_view,
        }  # fmt: skip
        for view in self.views.values():
            self.pages.addWidget(view)
            self.relay(view)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.pages, 0, 0)
        grid.addWidget(self.elevation, 0, 1)
        grid.addWidget(self.readout, 1, 0, 1, 2)
        self.top_view.head_turned.connect(self.head_turned)
        self.relay(self.elevation)
        self.relay(self.readout)

    @property
    def in_front(self) -> StageCanvas:
        """The view that is shown."""
        shown = self.pages.currentWidget()
        assert isinstance(shown, StageCanvas)
        return shown

    def show_view(self, name: str) -> None:
        """Bring 'top', 'side' or 'free' to the front."""
        self.pages.setCurrentWidget(self.views[name])
        self.shown.emit(name)

    def arm(self, on: bool) -> None:
        """Record what is dragged while it plays."""
        for view in self.views.values():
            view.armed = on
        self.readout.set_armed(on)

    def fit(self) -> None:
        """Show everything."""
        self.in_front.fit()

    def set_monitor_format(self, name: str) -> None:
        """Show the loudspeakers of the monitored format."""
        for view in self.views.values():
            view.set_monitor_format(name)

    def set_head(self, yaw_deg: float) -> None:
        """Show where the listener looks."""
        self.top_view.set_head(yaw_deg)

    def set_project(self, project: Project) -> None:
        """Show another project."""
        for view in self.views.values():
            view.set_project(project)
        self.elevation.set_project(project)
        self.readout.set_project(project)

    def set_position(self, position_s: float, *, playing: bool = False) -> None:
        """Move to another time."""
        for view in self.views.values():
            view.set_position(position_s, playing=playing)
        self.elevation.set_position(position_s)
        self.readout.set_position(position_s)

    def buttons(self) -> tuple[QToolButton, ...]:
        """Top, Side and 3D, for the panel's title."""
        group = QButtonGroup(self)
        made = []
        for name, text, tip in (
            ("top", "Top", "From above"), ("side", "Side", "From the right side"),
            ("free", "3D", "From anywhere"),
        ):  # fmt: skip
            button = QToolButton()
            button.setText(tr(text))
            button.setCheckable(True)
            button.setChecked(name == "top")
            button.setToolTip(tr(tip))
            button.setAccessibleName(f"Stage {tip.lower()}")
            button.clicked.connect(lambda _=False, name=name: self.show_view(name))
            group.addButton(button)
            made.append(button)
        self.shown.connect(lambda name: made[list(self.views).index(name)].setChecked(True))
        return tuple(made)
