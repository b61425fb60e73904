"""The dockable panels and their default places."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent, QResizeEvent, QScreen
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QSizePolicy,
    QTabBar,
    QTabWidget,
    QToolButton,
    QWidget,
)

from app import icons
from app.words import tr

LAYOUT_VERSION = 6
_STAGE_PX, _SIDE_PX = 356, 340
"""The narrowest stage and panel beside it, at first."""
SIDE = ("inspector", "script", "library", "history", "analysis", "jobs")
"""Panels in tabs beside the stage."""


def within(wanted: QRect, room: QRect) -> QRect:
    """A window's place in pixels, moved and if need be shrunk to lie on a screen with `room`."""
    size = wanted.size().boundedTo(room.size())
    left_px = min(max(wanted.left(), room.left()), room.left() + room.width() - size.width())
    top_px = min(max(wanted.top(), room.top()), room.top() + room.height() - size.height())
    return QRect(QPoint(left_px, top_px), size)


class Panel(QDockWidget):
    """A dock with a slim title; the title goes when the panel is one of several tabs."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__(title)
        self.setObjectName(name)
        self.setAllowedAreas(Qt.DockWidgetArea.AllDockWidgetAreas)
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable
            | QDockWidget.DockWidgetFeature.DockWidgetFloatable
            | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        self._none = QWidget()

    def fill(self, view: QWidget, tools: tuple[QToolButton, ...]) -> None:
        """Give a panel that has its place what it shows and the tools of its title."""
        self.setWidget(view)
        self._title = PanelTitle(self.windowTitle(), self, tools)
        self.setTitleBarWidget(self._title)

    def show_title(self, wanted: bool) -> None:
        """Show the title bar, or leave it to the tab."""
        bar = self._title if wanted else self._none
        if self.titleBarWidget() is not bar:
            self.setTitleBarWidget(bar)
            bar.show()

    def leave_full_screen(self) -> None:
        """Back to its place among the others."""
        self.showNormal()
        self.setFloating(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves the full screen."""
        if event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.leave_full_screen()
        else:
            super().keyPressEvent(event)


class PanelTitle(QWidget):
    """Title, the panel's own tools, and a button to float it."""

    def __init__(self, title: str, panel: QDockWidget, tools: tuple[QToolButton, ...]) -> None:
        super().__init__()
        self.setObjectName("panelTitle")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(28)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 4, 0)
        row.setSpacing(2)
        row.addWidget(QLabel(title), 1)
        for tool in tools:
            row.addWidget(tool)
        self._float = QToolButton()
        self._float.setIcon(icons.icon("float", 12))
        self._float.setToolTip(tr("Float this panel, or dock it again"))
        self._float.setAccessibleName(f"Float {title}")
        self._float.clicked.connect(lambda: panel.setFloating(not panel.isFloating()))
        row.addWidget(self._float)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.ignore()  # the dock moves


class Workspace(QMainWindow):
    """Picture, stage and side panels above, the timeline below."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("workspace")
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.panels: dict[str, Panel] = {}
        self._default: QByteArray | None = None
        self._tidy = QTimer(self)
        self._tidy.setSingleShot(True)
        self._tidy.timeout.connect(self._put_strays_away)

    def add(
        self, name: str, title: str, view: QWidget, tools: tuple[QToolButton, ...] = ()
    ) -> Panel:
        """Add a panel; `arrange` puts it in its place."""
        panel = Panel(name, tr(title))
        self.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, panel)
        panel.fill(view, tools)
        panel.visibilityChanged.connect(self._show_titles)
        panel.dockLocationChanged.connect(self._show_titles)
        panel.topLevelChanged.connect(self._show_titles)
        panel.installEventFilter(self)
        self.panels[name] = panel
        return panel

    def _arrange(self) -> None:
        """The default layout: picture | stage | tabs; sphere and goniometer wait in a menu.

        Done once: docks that are moved about leave many tab bars behind.
        """
        p = self.panels
        side = [
            p[name] for name in ("inspector", "script", "library", "history", "analysis", "jobs")
        ]
        for panel in p.values():
            panel.setFloating(False)
            panel.show()
        for panel in (p["picture"], p["stage"], side[0]):  # all in a row would widen the window
            self.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, panel)
        self.splitDockWidget(p["picture"], p["stage"], Qt.Orientation.Horizontal)
        self.splitDockWidget(p["stage"], side[0], Qt.Orientation.Horizontal)
        for panel in side[1:]:
            self.tabifyDockWidget(side[0], panel)
        for name in ("sphere", "goniometer"):
            self.tabifyDockWidget(side[0], p[name])
            p[name].hide()

    def _share_out(self, across_px: int, down_px: int) -> None:
        """The default sizes: fields beside the stage keep the room they need."""
        p = self.panels
        side_px = max(round(0.25 * across_px), _SIDE_PX)
        stage_px = max(round(0.3 * across_px), _STAGE_PX)
        across = [max(across_px - side_px - stage_px, 1), stage_px, side_px]
        three = [p["picture"], p["stage"], p["inspector"]]
        self.resizeDocks(three, across, Qt.Orientation.Horizontal)
        self.resizeDocks([p["picture"]], [max(down_px, 1)], Qt.Orientation.Vertical)

    def _calm_tabs(self) -> None:
        """Tabs as wide as their words, without a line under them.

        Qt forgets tab bars where panels were, in sight: they go below all panels, below the
        newest bar, which is the one in use, and out of sight once the panels are in their places.
        """
        self._tidy.start(0)
        for bar in reversed(self._tab_bars()):
            bar.lower()
            bar.setElideMode(Qt.TextElideMode.ElideNone)
            bar.setExpanding(False)
            bar.setDrawBase(False)
            bar.setUsesScrollButtons(True)

    def _tab_bars(self) -> list[QTabBar]:
        """Qt's own, of panels that share a place."""
        return self.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)

    def _put_strays_away(self) -> None:
        for bar in self._tab_bars():
            place = bar.geometry()
            if not any(
                panel.geometry().left() == place.left()
                and abs(panel.geometry().top() - place.bottom() - 1) <= 1
                for panel in self.panels.values()
            ):
                bar.move(-bar.width() - 1, -bar.height() - 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The panels above and the timeline keep their shares of a window that grows or shrinks."""
        before_px = event.oldSize().height()
        panel = self.panels.get("picture")
        super().resizeEvent(event)
        if before_px > 200 and panel is not None and panel.isVisible() and not panel.isFloating():
            share = panel.height() / before_px
            down_px = round(share * event.size().height())
            self.resizeDocks([panel], [down_px], Qt.Orientation.Vertical)

    def bring_back(self, name: str, behind: str) -> None:
        """Show a panel that lies in tabs behind another one."""
        panel, front = self.panels[name], self.panels[behind]
        if panel in self.tabifiedDockWidgets(front) and not front.visibleRegion().isEmpty():
            panel.raise_()

    def full_screen(self, name: str, own: QScreen) -> None:
        """A panel over a whole screen (another than `own` where there is one), or back again."""
        panel = self.panels[name]
        if panel.isFullScreen():
            panel.leave_full_screen()
            return
        screens = QGuiApplication.screens()
        target = next((screen for screen in screens if screen is not own), own)
        panel.setFloating(True)
        panel.setGeometry(target.geometry())
        panel.showFullScreen()
        self._show_titles()
        panel.activateWindow()
        panel.widget().setFocus()

    def reset(self) -> None:
        """Back to the default layout."""
        if self._default is None:
            self._arrange()
            self._default = self.saveState(LAYOUT_VERSION)
        else:
            self.restoreState(self._default, LAYOUT_VERSION)
        self.panels["inspector"].raise_()
        self._share_out(self.width(), round(self.height() * 0.51))
        self._show_titles()

    def state(self) -> QByteArray:
        """The layout, to be kept; what fills a screen is put back first."""
        for panel in self.panels.values():
            if panel.isFullScreen():
                panel.leave_full_screen()
        return self.saveState(LAYOUT_VERSION)

    def restore(self, state: QByteArray) -> bool:
        """Take up a kept layout; what would lie over a whole screen is docked."""
        done = self.restoreState(state, LAYOUT_VERSION)
        for panel in self.panels.values():
            room = panel.screen().availableGeometry().size()
            if panel.isFloating() and room.boundedTo(panel.size()) == room:
                panel.setFloating(False)
        self._show_titles()
        return done

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ParentChange, QEvent.Type.Show):
            self._show_titles()
        return super().eventFilter(watched, event)

    def _show_titles(self, *_: object) -> None:
        for panel in self.panels.values():
            tabbed = bool(self.tabifiedDockWidgets(panel)) and not panel.isFloating()
            panel.show_title(not tabbed and not panel.isFullScreen())
        self._calm_tabs()
