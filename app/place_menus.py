"""What a right click offers on the stage, the film strip, the overview and in the history."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from app.words import tr

if TYPE_CHECKING:
    from app.window import MainWindow

StagePlace = Literal["source", "keyframe", "head", "ground"]
_HEAD_DEG = (0.0, 45.0, 90.0, 180.0, -90.0, -45.0)
_ON_STAGE: dict[str, tuple[str, ...]] = {
    "source": (
        "add_keyframe", "", "path_fly_by", "path_orbit", "path_approach", "", "path_smooth",
        "path_simplify", "path_offset", "path_copy", "path_paste", "", "path_lock", "path_revert",
        "", "rename_track", "mute_track", "solo_track", "delete_track",
    ),
    "keyframe": ("keyframe_curve", "add_keyframe", "", "path_lock", "path_revert", "", "delete"),
    "head": (),
    "ground": (
        "add_track", "", "stage_snap", "touch", "", "stage_fit", "stage_top", "stage_side",
        "stage_free",
    ),
}  # fmt: skip
_ON_FILM = ("add_marker", "", "play", "analyse", "", "zoom_fit", "zoom_selection", "film_strip")
_ON_OVERVIEW = ("zoom_fit", "zoom_selection", "zoom_in", "zoom_out", "", "to_start", "to_end")
_ON_HISTORY = ("undo", "redo")


class PlaceMenus(QObject):
    """Built from the table of actions; `menu` is the one shown last."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.menu: QMenu | None = None
        for view in window.stage.views.values():
            view.menu_requested.connect(self.on_stage)
        film, overview = window.timeline.film, window.timeline.overview
        film.menu_requested.connect(lambda place: self._show(self._made(_ON_FILM), place))
        overview.menu_requested.connect(lambda place: self._show(self._made(_ON_OVERVIEW), place))
        window.history.menu_requested.connect(self.on_history)

    def on_stage(self, what: StagePlace, place: QPoint) -> None:
        """A source, a keyframe, the head or the ground; sources are selected by then."""
        menu = self._made(_ON_STAGE[what])
        if what in ("head", "ground"):
            looks = menu if what == "head" else menu.addMenu(tr("Turn the head"))
            for yaw_deg in _HEAD_DEG:
                looks.addAction(_look(yaw_deg), partial(self._turn_head, yaw_deg))
        self._show(menu, place)

    def on_history(self, step: int | None, place: QPoint) -> None:
        """A step of the history, or (None) beside them."""
        menu, window = self._made(_ON_HISTORY), self._window
        if step is not None:
            first = menu.actions()[0]
            go = menu.addAction(tr("Go to this step"), lambda: window.session.jump(step))
            menu.insertAction(first, go)
            menu.insertSeparator(first)
        menu.addSeparator()
        menu.addAction(tr("Keep this state as a version…"), window.versions_menu.keep)
        self._show(menu, place)

    def _turn_head(self, yaw_deg: float) -> None:
        self._window.stage.head_turned.emit(yaw_deg)

    def _made(self, names: tuple[str, ...]) -> QMenu:
        """A menu of actions; '' is a line between them."""
        menu = QMenu(self._window)
        for name in names:
            if name:
                menu.addAction(self._window.actions_by_name[name])
            else:
                menu.addSeparator()
        return menu

    def _show(self, menu: QMenu, place: QPoint) -> None:
        self.menu = menu
        menu.popup(place)


def _look(yaw_deg: float) -> str:
    if yaw_deg in (0.0, 180.0):
        return tr("Look ahead") if yaw_deg == 0.0 else tr("Look back")
    side = tr("to the left") if yaw_deg > 0.0 else tr("to the right")
    return f"{tr('Look')} {abs(yaw_deg):g}° {side}"
