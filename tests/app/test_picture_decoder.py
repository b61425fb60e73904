"""The decoding thread ends with the view it decodes for, whether that was closed or not."""

from __future__ import annotations

from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.views.picture.decoder import PictureDecoder


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="counts threads in /proc")
def test_a_view_that_is_deleted_takes_its_thread_along(qtbot: QtBot, short_video: Path) -> None:
    view = QWidget()
    decoder = PictureDecoder(view)
    assert not decoder.isRunning()  # nothing to decode yet
    with qtbot.waitSignal(decoder.decoded, timeout=10_000):
        decoder.open(str(short_video))
    assert decoder.isRunning()
    threads = decoder_threads()
    shiboken6.delete(view)
    assert decoder_threads() < threads


def decoder_threads() -> int:
    """Threads of this process, by the system's count."""
    return len(list(Path("/proc/self/task").iterdir()))
