"""How well the picture keeps to the sound: ``python -m benchmarks.picture_sync``.

The real window plays a clip of numbered pictures, forwards, backwards and at double speed. Each
time the picture view paints another picture, the position that is heard at that moment is noted.
The lag of a picture is by how much it comes later than its time; drift is how the lag changes
from the beginning to the end, jitter how far 95 of 100 pictures are from the usual lag.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.results import Figure, as_table

LENGTH_S = 24.0
SPEEDS = (1, -1, 2, -2)
_RATE = 25
_SIZE = (1280, 720)
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Sync:
    """Lags in seconds of the pictures that were shown, in the order of showing.

    `shown` is the share of the pictures passed that were shown at all.
    """

    lags_s: tuple[float, ...]
    shown: float

    @property
    def drift_s(self) -> float:
        """Change of the lag over the run, by a straight line."""
        numbers = np.arange(len(self.lags_s))
        return float(np.polyfit(numbers, self.lags_s, 1)[0] * len(self.lags_s))

    @property
    def jitter_s(self) -> float:
        """How far 95 of 100 pictures are from the median lag."""
        return float(np.percentile(np.abs(np.array(self.lags_s) - self.lag_s), 95))

    @property
    def lag_s(self) -> float:
        """The median lag."""
        return float(np.median(self.lags_s))


def draw_clip(path: Path) -> None:
    """A clip in which every picture differs."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=_RATE)
        stream.width, stream.height, stream.pix_fmt = *_SIZE, "yuv420p"
        for number in range(round(LENGTH_S * _RATE)):
            image = np.full((_SIZE[1], _SIZE[0], 3), 40, dtype=np.uint8)
            x = number * 7 % (_SIZE[0] - 80)
            image[300:380, x : x + 80] = 220
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def measure_sync(folder: str, seconds: float = 5.0) -> list[Figure]:
    """Drift, jitter and lag at every speed, in milliseconds."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from app import theme
    from app.main import make_window
    from engine.media.probe import probe_video
    from engine.project.model import Project
    from engine.project.store import Bundle

    application = QApplication.instance() or QApplication(["foleystage"])
    assert isinstance(application, QApplication)
    theme.apply(application)
    clip = Path(folder) / "numbers.mp4"
    draw_clip(clip)
    Bundle.create(Path(folder) / "numbers.foley", Project(video=probe_video(clip))).close()
    window = make_window()
    window.resize(1600, 1000)
    window.show()
    window.session.playback.start()
    window.session.open_bundle(Path(folder) / "numbers.foley")
    figures: list[Figure] = []
    try:
        _wait_for_engine(application, window)
        for speed in SPEEDS:
            figures += _figures(speed, _measure(application, window, speed, seconds))
    finally:
        window.close()
    return figures


def _wait_for_engine(application: object, window: object) -> None:
    from PySide6.QtWidgets import QApplication

    from app.window import MainWindow

    assert isinstance(application, QApplication)
    assert isinstance(window, MainWindow)
    end_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end_s:
        application.processEvents()
        ready = window.session.playback.status.state in ("running", "silent")
        if ready and len(window.session.playback.meters()):
            return
        time.sleep(0.01)
    raise TimeoutError("the engine did not start")


def _measure(application: object, window: object, speed: int, seconds: float) -> Sync:
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication

    from app.window import MainWindow

    assert isinstance(application, QApplication)
    assert isinstance(window, MainWindow)
    picture, playback = window.picture, window.session.playback
    seen: list[tuple[float, float]] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and playback.is_playing:
                shown_s = picture.shown_s
                if not seen or seen[-1][0] != shown_s:
                    seen.append((shown_s, playback.position_s))
            return False

    watch = Watch()
    window.session.locate(0.5 if speed > 0 else LENGTH_S - 0.5)
    application.processEvents()
    picture.installEventFilter(watch)
    for _ in range(abs(speed)):
        (window.verbs.shuttle_forward if speed > 0 else window.verbs.shuttle_back)()
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        application.processEvents()
        time.sleep(0.0005)
    picture.removeEventFilter(watch)
    window.verbs.shuttle_stop()
    settled = seen[len(seen) // 5 :]
    lags = [
        (heard_s - shown_s if speed > 0 else shown_s + 1 / _RATE - heard_s) / abs(speed)
        for shown_s, heard_s in settled
    ]
    passed = abs(settled[-1][0] - settled[0][0]) * _RATE
    return Sync(tuple(lags), (len(settled) - 1) / max(passed, 1.0))


def _figures(speed: int, sync: Sync) -> list[Figure]:
    name = f"picture_{'forward' if speed > 0 else 'backward'}_{abs(speed)}x"
    values = {"lag": sync.lag_s, "drift": sync.drift_s, "jitter": sync.jitter_s}
    made = [Figure(f"{name}_{word}", round(1e3 * value, 2), "ms") for word, value in values.items()]
    return [*made, Figure(f"{name}_shown", round(sync.shown, 3), "of 1")]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        print(as_table(measure_sync(home)))
    sys.exit(0)
