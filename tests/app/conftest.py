"""A small session, a window on it, and a watch over threads and processes left behind."""

from __future__ import annotations

import multiprocessing
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from jobs_here import JobHere
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.main import make_window
from app.window import MainWindow
from engine.media.probe import probe_video
from engine.project.model import (
    Clip,
    ClipId,
    Contact,
    Project,
    Take,
    TakeId,
    Track,
    TrackId,
    Trajectory,
)
from engine.project.store import Bundle

RATE_HZ = 48_000
PATIENCE_MS = 60_000
_LOCK = shutil.ignore_patterns("lock")


class PatientBot(QtBot):
    """Waits for what comes late on a crowded machine; what never comes fails all the same."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=max(timeout, PATIENCE_MS))


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """Qt's robot, with patience."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and data of the user stay out of it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    QSettings.setPath(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "config")
    )


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """No test leaves a thread or a process running."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 1e-3 * PATIENCE_MS
    while time.monotonic() < deadline:
        threads = [t for t in threading.enumerate() if t not in before and t.is_alive()]
        if not threads and not multiprocessing.active_children():
            return
        time.sleep(0.02)
    left = [thread.name for thread in threads]
    pytest.fail(f"left behind: threads {left}, processes {multiprocessing.active_children()}")


@pytest.fixture(scope="session")
def short_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds, 25 frames a second, a square that crosses from left to right."""
    path = tmp_path_factory.mktemp("video") / "square.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=Fraction(25))
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number in range(50):
            image = np.full((96, 160, 3), 40, dtype=np.uint8)
            image[40:56, 2 + 3 * number : 18 + 3 * number] = 220
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def make_bundle(folder: Path, video: Path) -> Bundle:
    """Two tracks, three clips, contacts and boxes."""
    facts = probe_video(video)
    bundle = Bundle.create(folder, Project(title="square", video=facts))
    noise = np.random.default_rng(1).uniform(-0.4, 0.4, (1, 2 * RATE_HZ)).astype(np.float32)
    audio = bundle.put_audio(noise, RATE_HZ)
    take = Take(
        id=TakeId("take-1"), name="noise", audio=audio, sample_rate_hz=RATE_HZ, channels=1,
        samples=noise.shape[1],
    )  # fmt: skip
    times = np.linspace(0.0, 1.96, 50)
    columns = [times, *(np.full(50, v) for v in (10, 40, 26, 56)), np.full(50, 0.9)]
    boxes = bundle.put_array(np.stack(columns, axis=-1))
    tracks = (
        Track(
            id=TrackId("one"), name="Square", label="square",
            trajectory=Trajectory.from_arrays(
                [0.0, 1.0, 2.0], [[4.0, 3.0, 0.0], [4.0, 0.0, 0.0], [4.0, -3.0, 0.0]]
            ),
            contacts=(Contact(time_s=0.5, kind="impact"), Contact(time_s=1.0, kind="impact")),
            boxes=boxes, end_s=2.0,
        ),
        Track(
            id=TrackId("two"), name="Other", colour="#e69f00", end_s=2.0,
            trajectory=Trajectory.from_arrays([0.0], [[2.0, -2.0, 0.5]]),
        ),
    )  # fmt: skip

    project = Project(
        title="square", video=facts, tracks=tracks, takes=(take,),
        clips=(clip("a", "one", 0.2, 0.6, 0.3), clip("b", "one", 1.2, 0.4, 0.0),
               clip("c", "two", 0.4, 1.0, 0.0)),
    )  # fmt: skip
    bundle.save(project)
    return bundle


def clip(name: str, track: str, start_s: float, duration_s: float, offset_s: float) -> Clip:
    """A piece of the take."""
    return Clip(
        id=ClipId(name), track_id=TrackId(track), take_id=TakeId("take-1"), name=name,
        start_s=start_s, duration_s=duration_s, offset_s=offset_s,
    )  # fmt: skip


@pytest.fixture(scope="session")
def themed(qapp: QApplication) -> None:
    """The look, once."""
    theme.apply(qapp)


@pytest.fixture(scope="session")
def kept_bundle(tmp_path_factory: pytest.TempPathFactory, short_video: Path) -> Path:
    """The session of `make_bundle`, made once; for tests that write, there are copies."""
    bundle = make_bundle(tmp_path_factory.mktemp("bundle") / "square.foley", short_video)
    bundle.close()
    return bundle.path


@pytest.fixture
def bundle_path(tmp_path: Path, kept_bundle: Path) -> Path:
    """A saved session on disk."""
    return Path(shutil.copytree(kept_bundle, tmp_path / "square.foley", ignore=_LOCK))


@pytest.fixture
def jobs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """All jobs of the window are done in this process."""
    monkeypatch.setattr("engine.job_queue.Job", JobHere)
    monkeypatch.setattr("app.work.leave_interrupts_to_the_window", lambda: None)


def make_active(window: MainWindow, qtbot: QtBot) -> None:
    """Keys are shortcuts in the active window alone, and who is that may come late."""
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window, timeout=10_000)


@pytest.fixture
def empty_window(qtbot: QtBot, themed: None) -> Iterator[MainWindow]:
    """The window without a session; the engine is not started."""
    window = make_window()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    make_active(window, qtbot)
    yield window
    if QApplication.mouseButtons() != Qt.MouseButton.NoButton:  # an abandoned drag holds it
        QTest.mouseRelease(window, Qt.MouseButton.LeftButton)
    window.close()


@pytest.fixture
def window(qtbot: QtBot, empty_window: MainWindow, bundle_path: Path) -> MainWindow:
    """The window with the small session open."""
    empty_window.session.open_bundle(bundle_path)
    lanes = empty_window.timeline.lanes
    qtbot.waitUntil(lambda: lanes.isVisible() and empty_window._arranged)
    QTest.qWait(30)  # the panels find their widths
    empty_window.timeline.axis.fit()
    make_active(empty_window, qtbot)
    lanes.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.waitUntil(lanes.hasFocus)
    return empty_window
