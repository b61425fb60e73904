"""The menu bar, and the menus of clips and tracks."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu

from app import actions
from app.words import tr

_ON_CLIP = (
    "split", "cut", "copy", "paste", "duplicate", "mute_clips", "group_clips", "ungroup_clips",
    "cross_fade", "next_take", "another_take", "listen_to_take", "comp_take", "remake_part",
    "compare_blind", "lock_take", "delete_take", "delete",
)  # fmt: skip
_ON_GROUND = ("paste", "add_marker", "select_all")
_ON_TRACK = (
    "rename_track", "take_lanes", "mute_track", "solo_track", "track_up", "track_down",
    "delete_track",
)  # fmt: skip


class Menus:
    """Built from the table of actions."""

    def __init__(self, window: QMainWindow, by_name: dict[str, QAction]) -> None:
        self._window = window
        self._by_name = by_name

    def fill_bar(self, in_file: Iterable[QMenu], in_view: Iterable[QMenu | QAction]) -> None:
        """The menu bar; `in_file` are menus in the File menu, `in_view` entries of the View's."""
        for title in actions.MENUS:
            menu = self._window.menuBar().addMenu(tr(title))
            for spec in actions.TABLE:
                if spec.menu == title:
                    if spec.starts_group:
                        menu.addSeparator()
                    menu.addAction(self._by_name[spec.name])
                    if spec.name == "open_session":
                        for inner in in_file:
                            menu.addMenu(inner)
            if title == "View":
                menu.addSeparator()
                for entry in in_view:
                    if isinstance(entry, QMenu):
                        menu.addMenu(entry)
                    else:
                        menu.addAction(entry)

    def of_clip(self, clip_id: str | None, place: QPoint) -> None:
        """What can be done with a clip, or (None) on the ground."""
        self._show(_ON_CLIP if clip_id else _ON_GROUND, place)

    def of_track(self, track_id: str, place: QPoint) -> None:
        """What can be done with the selected track."""
        self._show(_ON_TRACK, place)

    def _show(self, names: tuple[str, ...], place: QPoint) -> None:
        menu = QMenu(self._window)
        menu.addActions([self._by_name[name] for name in names])
        menu.popup(place)
