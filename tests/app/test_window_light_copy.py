"""A heavy film is shown by its light copy, which says so; exports read the film itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from engine.media import light_copy


def grey(image: QImage | None) -> float:
    assert image is not None
    return float(np.frombuffer(image.constBits(), np.uint8).mean())


def test_a_heavy_film_gets_a_light_copy_that_the_picture_shows(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, session = window.picture, window.session
    qtbot.waitUntil(lambda: picture._image is not None, timeout=10_000)
    bright, film = grey(picture._image), session.project.video
    assert film is not None
    without = picture.grab().toImage()
    monkeypatch.setattr(light_copy, "HEAVY_PX_PER_S", 1)
    monkeypatch.setattr(light_copy, "folder", lambda: tmp_path / "pictures")
    window.light_copies.look()
    qtbot.waitUntil(lambda: bool(picture._light_copy), timeout=60_000)
    assert [job.name for job in session.jobs.jobs] == ["Light copy of square.mp4"]
    assert str(picture._light_copy).startswith(str(tmp_path / "pictures"))
    qtbot.waitUntil(lambda: picture._image is not None, timeout=10_000)
    assert grey(picture._image) == pytest.approx(bright, abs=3.0)
    session.locate(1.0)
    qtbot.waitUntil(lambda: picture.shown_s == pytest.approx(1.0, abs=1e-6), timeout=10_000)
    assert picture.grab().toImage() != without
    assert session.project.video == film, "what is delivered and measured is the film's"
    window.actions_by_name["light_copies"].trigger()
    assert picture._light_copy is None
    window.actions_by_name["light_copies"].trigger()
    assert picture._light_copy is not None
    assert len(session.jobs.jobs) == 1, "it is made once"
