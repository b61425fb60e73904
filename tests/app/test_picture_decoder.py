"""The decoding thread ends with the view it decodes for, whether that was closed or not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shiboken6
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.views.picture.decoder import PictureDecoder
from engine.media.both_ways import BothWaysReader
from tests.media.drawn import write_video


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


@pytest.mark.parametrize("width", [96, 250, 854])
def test_pictures_of_any_width_are_shown_as_they_are(
    qtbot: QtBot, tmp_path: Path, width: int
) -> None:
    """Left is dark, right is light, in every row: nothing is sheared."""
    half = np.where(np.arange(width) < width // 2, 30, 220).astype(np.uint8)
    drawn = np.ascontiguousarray(np.broadcast_to(half[None, :, None], (64, width, 3)))
    video = write_video(tmp_path / "halves.mp4", [drawn] * 3)
    view = QWidget()
    qtbot.addWidget(view)
    decoder = PictureDecoder(view)
    with qtbot.waitSignal(decoder.decoded, timeout=10_000) as shown:
        decoder.open(str(video))
    _, image = shown.args
    assert (image.width(), image.height()) == (width, 64)
    for y in (0, 31, 63):
        assert image.pixelColor(width // 4, y).lightness() < 80
        assert image.pixelColor(3 * width // 4, y).lightness() > 170


def test_a_picture_that_breaks_does_not_end_those_that_follow(
    qtbot: QtBot, short_video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = QWidget()
    qtbot.addWidget(view)
    decoder = PictureDecoder(view)
    with qtbot.waitSignal(decoder.decoded, timeout=10_000):
        decoder.open(str(short_video))
    read = BothWaysReader.at

    def broken(reader: BothWaysReader, time_s: float) -> tuple[float, NDArray[np.uint8]]:
        if time_s == 0.5:
            raise BufferError("rows with gaps")
        return read(reader, time_s)

    monkeypatch.setattr(BothWaysReader, "at", broken)
    with qtbot.waitSignal(decoder.failed, timeout=10_000) as problem:
        decoder.request(0.5)
    assert "rows with gaps" in problem.args[0]
    with qtbot.waitSignal(decoder.decoded, timeout=10_000):
        decoder.request(1.0)


def decoder_threads() -> int:
    """Threads of this process, by the system's count."""
    return len(list(Path("/proc/self/task").iterdir()))
