"""The picture on a whole screen: without its title, left by Escape, forgotten at the next start."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.main import make_window
from app.window import MainWindow


def fill_screen(window: MainWindow) -> None:
    QTest.keyClick(window.timeline.lanes, Qt.Key.Key_F11)
    assert window.workspace.panels["picture"].isFullScreen()


def test_only_the_picture_fills_the_screen(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.workspace.panels["picture"]
    assert any(label.text() == "Picture" and label.isVisible() for label in titles(window))
    fill_screen(window)
    qtbot.waitUntil(lambda: not any(label.isVisible() for label in titles(window)))
    left_px = panel.size() - window.picture.size()
    assert max(left_px.width(), left_px.height()) <= 2  # a floating dock's own line


def test_escape_puts_it_back_with_its_title(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.workspace.panels["picture"]
    before = panel.geometry()
    fill_screen(window)
    QTest.keyClick(window.picture, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not panel.isFloating() and panel.geometry() == before)
    qtbot.waitUntil(lambda: any(label.isVisible() for label in titles(window)))
    QTest.keyClick(window.picture, Qt.Key.Key_Escape)
    assert not panel.isFloating()


def test_who_quits_with_it_finds_the_panels_in_their_places(
    window: MainWindow, qtbot: QtBot
) -> None:
    fill_screen(window)
    path = window.session.bundle.path
    window.close()
    later = make_window()
    qtbot.addWidget(later)
    later.show()
    later.session.open_bundle(path)
    qtbot.waitUntil(lambda: later._arranged and later.picture.isVisible())
    assert not later.workspace.panels["picture"].isFloating()
    later.close()


def test_a_layout_kept_with_a_panel_over_everything_is_mended(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel, screen = window.workspace.panels["picture"], window.screen().geometry()
    panel.setFloating(True)
    panel.setGeometry(screen)
    state = window.workspace.state()
    window.workspace.reset()
    assert window.workspace.restore(state)
    assert not panel.isFloating()
    panel.setFloating(True)
    panel.resize(400, 300)
    state = window.workspace.state()
    window.workspace.reset()
    assert window.workspace.restore(state)
    assert panel.isFloating()


def titles(window: MainWindow) -> list[QLabel]:
    """The words in the panel's own title bar."""
    panel = window.workspace.panels["picture"]
    return [label for label in panel.findChildren(QLabel) if label.text() == "Picture"]
