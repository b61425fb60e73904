"""The window is killed, or asked to end, by the system: a real process each time."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import live_window
import pytest
from pointing import drag
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.window import MainWindow
from engine.project.store import Bundle

LOST_S = 1.0
PATIENCE_S = 60.0


@contextmanager
def live(bundle_path: Path, task: str) -> Iterator[subprocess.Popen[str]]:
    """A window process with pipes on its output."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen(
        [sys.executable, live_window.__file__, str(bundle_path), task],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE_S)


def killed_amid_edits(bundle_path: Path, edits: int) -> tuple[list[tuple[int, float]], float]:
    """(number, time) of the edits that were made, and when the window was killed."""
    made = []
    with live(bundle_path, "edit") as process:
        assert process.stdout is not None
        while len(made) < edits:
            number, when = process.stdout.readline().split()
            made.append((int(number), float(when)))
        time.sleep(random.Random(edits).uniform(0.0, 0.03))
        process.kill()
        killed_s = time.monotonic()
        for line in process.stdout.read().splitlines():
            number, when = line.split()
            made.append((int(number), float(when)))
    return made, killed_s


def test_after_a_kill_amid_edits_the_window_offers_what_was_done(
    empty_window: MainWindow, bundle_path: Path
) -> None:
    made, killed_s = killed_amid_edits(bundle_path, 40)
    empty_window.session.open_bundle(bundle_path)
    start_s = empty_window.session.project.clips[0].start_s
    kept = round((start_s - live_window.FIRST_S) / live_window.STEP_S)
    lost = [number for number, when in made if number > kept and when < killed_s - LOST_S]
    assert len(lost) <= 1
    assert kept > 0
    assert "recovered" in empty_window.notices.text
    assert empty_window.isWindowModified()
    empty_window.session.save()
    assert not empty_window.isWindowModified()


def test_a_drag_since_the_last_save_is_offered_as_one_edit(
    window: MainWindow, bundle_path: Path, tmp_path: Path
) -> None:
    session, view = window.session, window.stage.top_view
    session.selection.select_track("one")
    start = view.projection.point(4.0, 0.0)
    drag(view, start, start + QPointF(-60, -10))
    QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    saved = session.project
    assert not window.isWindowModified()
    start = view.projection.point(*saved.track("one").trajectory.at(1.0)[:2])
    drag(view, start, start + QPointF(40, -20))
    dragged = session.project
    assert dragged != saved
    assert session.bundle is not None
    session.bundle.journal.flush()
    left = tmp_path / "left.foley"  # what is on the disk at that moment, as a kill leaves it
    shutil.copytree(bundle_path, left, ignore=shutil.ignore_patterns("lock"))
    session.open_bundle(left)
    assert session.project == dragged
    assert window.notices.text == "1 edit recovered, not saved yet"
    session.save_in_background()  # as it does by itself every now and then
    assert "recovered, not saved yet" in window.strip._state.text()
    assert window.isWindowModified()
    button = window.notices._buttons.itemAt(1).widget()
    assert isinstance(button, QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert session.project == saved
    assert window.strip._state.text().endswith("·   saved")
    assert not window.isWindowModified()


def test_asked_to_end_the_window_closes_the_engine_and_leaves_nothing(bundle_path: Path) -> None:
    with live(bundle_path, "wait") as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        workers = children_of(process.pid)
        assert workers
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
        assert "resource_tracker" not in errors
        assert "Traceback" not in errors
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and any(Path(f"/proc/{one}").exists() for one in workers):
        time.sleep(0.05)
    assert not [one for one in workers if Path(f"/proc/{one}").exists()]
    Bundle.open(bundle_path)[0].close()


def children_of(pid: int) -> list[int]:
    """Process ids of the direct children."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    if not listed.exists():
        pytest.skip("needs /proc")
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(one) for listing in found for one in listing.read_text().split()]
