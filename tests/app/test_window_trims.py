"""The trim of the monitored format: beside the master, heard at once, one step of the history."""

from __future__ import annotations

import pytest
from pointing import drag
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.window import MainWindow
from engine.project.edits import ApplyFormatTrims
from engine.project.format_trims import trim_db


def test_the_trim_is_that_of_the_format_one_listens_in(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, bar = window.session, window.transport
    session.do(ApplyFormatTrims(gains_db={"stereo": -1.5, "5.1": -3.0}))
    compiled: list[object] = []
    monkeypatch.setattr(session.playback, "set_project", lambda *given: compiled.append(given))
    before = session.project
    for name, shown in (("5.1", "-3.0"), ("stereo", "-1.5"), ("hoa3", "-3.0"), ("binaural", "0")):
        bar.monitor_chosen.emit(name)
        assert bar.trim.gain_db == float(shown)
        assert name in bar.trim.toolTip()
    assert session.project == before
    bar.monitor_chosen.emit("5.1")
    drag(bar.trim, QPointF(40, 28), QPointF(60, 28))
    by_hand = trim_db(session.project.scene, "5.1")
    assert by_hand > 0.0
    assert trim_db(session.project.scene, "stereo") == -1.5
    put = session.playback._block.get("master_db")
    assert put == pytest.approx(session.project.master.gain_db + by_hand, abs=1e-4)
    QTest.mouseDClick(bar.trim, Qt.MouseButton.LeftButton, pos=bar.trim.rect().center())
    assert trim_db(session.project.scene, "5.1") == -3.0
    session.undo()
    session.undo()
    assert session.project == before
    QTest.qWait(300)
    assert not compiled, "faders skip the compiler"
