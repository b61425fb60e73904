"""The film strip: pictures at their own times, made in the background, within bounded memory."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app import thumbnails
from app.thumbnails import Thumbnails
from app.window import MainWindow


def bright_x(image: QImage) -> float:
    """Middle of what is bright, as a share of the width."""
    y = image.height() // 2
    lit = [x for x in range(image.width()) if QColor(image.pixel(x, y)).lightness() > 140]
    return sum(lit) / len(lit) / image.width()


def wait_for(qtbot: QtBot, source: Thumbnails, time_s: float) -> QImage:
    qtbot.waitUntil(lambda: source.at(time_s) is not None, timeout=10_000)
    image = source.at(time_s)
    assert image is not None
    return image


def test_a_picture_is_of_its_own_time(window: MainWindow, qtbot: QtBot) -> None:
    """The square crosses at 3 of 160 pixels a video frame."""
    for number in (2, 25, 40):
        image = wait_for(qtbot, window.thumbnails, number / 25)
        assert bright_x(image) == pytest.approx((10 + 3 * number) / 160, abs=0.02)


def test_steps_are_powers_of_two_so_that_zooming_finds_them_again(window: MainWindow) -> None:
    film, axis = window.timeline.film, window.timeline.axis
    found = set()
    for px_per_s in (20.0, 37.0, 80.0, 300.0, 5_000.0):
        axis.px_per_s = px_per_s
        pictures = film.step_s * 25
        found.add(round(pictures))
        assert round(pictures) & (round(pictures) - 1) == 0
        assert film.step_s == 0.04 or 0.5 <= film.step_s * px_per_s / film.picture_px <= 1.0
    assert len(found) > 2


def test_memory_is_bounded(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.timeline.film.hide()  # the strip itself asks for more pictures than there is room for
    one = wait_for(qtbot, window.thumbnails, 0.0).sizeInBytes()
    monkeypatch.setattr(thumbnails, "ROOM_BYTES", 5 * one)
    for number in range(12):
        wait_for(qtbot, window.thumbnails, number / 25)
    assert window.thumbnails.kept_bytes <= 5 * one


def test_none_are_made_while_it_plays(window: MainWindow, qtbot: QtBot) -> None:
    source = window.thumbnails
    source.rest(True)
    assert source.at(1.52) is None
    qtbot.wait(150)
    assert source.at(1.52) is None
    source.rest(False)
    wait_for(qtbot, source, 1.52)


def test_a_click_puts_the_playhead_there_and_a_key_hides_the_strip(window: MainWindow) -> None:
    film, axis = window.timeline.film, window.timeline.axis
    point = QPointF(axis.x_of(1.2), 10).toPoint()
    QTest.mouseClick(film, Qt.MouseButton.LeftButton, pos=point)
    assert window.session.playback.position_s == pytest.approx(1.2, abs=0.01)
    assert film.isVisible()
    window.actions_by_name["film_strip"].trigger()
    assert not film.isVisible()


def test_the_film_is_painted(window: MainWindow, qtbot: QtBot) -> None:
    film = window.timeline.film

    def painted() -> bool:
        image = film.grab().toImage()
        x = round(window.timeline.axis.x_of(0.02))
        return QColor(image.pixel(max(x, 4), 4)).lightness() > 25

    qtbot.waitUntil(painted, timeout=10_000)
