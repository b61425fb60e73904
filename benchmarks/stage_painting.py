"""How fast the stage paints: ``python -m benchmarks.stage_painting``.

32 paths of 2,000 points each, with one source selected: what a picture costs while it plays (the
sources move), while the selected source is dragged (its path is drawn anew), and while the view is
zoomed or turned (everything is), in processor time, in each view.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.results import Figure, as_table

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.views.stage.canvas import StageCanvas
    from engine.project.model import Project

TRACKS, POINTS, LENGTH_S = 32, 2_000, 60.0
REPEATS = 60
SIZE = (720, 460)


def project() -> Project:
    """Wandering paths around the listener."""
    from engine.project.model import Project, Track, TrackId, Trajectory
    from engine.project.palette import TRACK_COLOURS

    rng = np.random.default_rng(5)
    times = np.linspace(0.0, LENGTH_S, POINTS)
    tracks = []
    for number in range(TRACKS):
        steps = rng.normal(0.0, 0.05, (POINTS, 3)) * (1.0, 1.0, 0.2)
        places = rng.uniform(-6.0, 6.0, 3) * (1.0, 1.0, 0.2) + np.cumsum(steps, axis=0)
        tracks.append(
            Track(
                id=TrackId(f"t{number}"), name=f"Source {number}", end_s=LENGTH_S,
                colour=TRACK_COLOURS[number % len(TRACK_COLOURS)],
                trajectory=Trajectory.from_arrays(times, places),
            )
        )  # fmt: skip
    return Project(tracks=tuple(tracks))


def measure_stage() -> list[Figure]:
    """Medians and 95th percentiles in milliseconds."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from app import theme
    from app.selection import Selection
    from app.views.stage.view import StageView

    application = QApplication.instance() or QApplication(["foleystage"])
    assert isinstance(application, QApplication)
    theme.apply(application)
    selection = Selection()
    view = StageView(selection)
    view.resize(*SIZE)
    view.show()
    session = project()
    view.set_project(session)
    selection.select_track("t3")
    steps = dragged(session)
    figures: list[Figure] = []
    for name, canvas in view.views.items():
        view.show_view(name)
        application.processEvents()
        canvas.fit()
        turn_wheel(canvas)
        for kind, step in _kinds(canvas, steps).items():
            times_s = [_timed(step, k, canvas.repaint) for k in range(REPEATS)]
            for word, value in (
                ("median", np.median(times_s)), ("p95", np.percentile(times_s, 95)),
            ):  # fmt: skip
                label = f"stage_{name}_{kind}_{word}"
                figures.append(Figure(label, round(1e3 * float(value), 2), "ms"))
    view.close()
    return figures


def dragged(session: Project) -> list[Project]:
    """The session as it becomes while a hand bends a path."""
    from engine.project.bending import bent_stretch
    from engine.project.edits import BendTrajectory

    path = session.track("t3").trajectory
    x_m, y_m, z_m = (float(value) for value in path.at(30.0))
    steps = []
    for number in range(REPEATS):
        keyframes = bent_stretch(path, 30.0, (x_m + 0.01 * number, y_m, z_m))
        edit = BendTrajectory(track_id="t3", time_s=30.0, keyframes=keyframes)
        steps.append(edit.apply(session))
    return steps


def _kinds(canvas: StageCanvas, steps: list[Project]) -> dict[str, Callable[[int], None]]:
    """What happens before each picture, by name."""
    from PySide6.QtCore import QPointF

    def play(number: int) -> None:
        canvas.set_position(20.0 + 0.04 * number)

    def drag(number: int) -> None:
        canvas.set_project(steps[number])

    def change(number: int) -> None:
        canvas.zoom_at(QPointF(200, 200), 1.01 if number % 2 else 0.99)
        canvas.pan_by(QPointF(2.0, 1.0))
        canvas.hurry()

    return {"playing": play, "dragging": drag, "changing": change}


def turn_wheel(canvas: QWidget) -> None:
    """As a user does who wants a closer look: from then on the view stays where it is."""
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    middle = QPointF(canvas.rect().center())
    event = QWheelEvent(
        middle, QPointF(canvas.mapToGlobal(middle.toPoint())), QPoint(), QPoint(0, 12),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)
    time.sleep(0.2)
    QApplication.processEvents()


def _timed(step: Callable[[int], None], number: int, repaint: Callable[[], None]) -> float:
    begin_s = time.thread_time()
    step(number)
    repaint()
    return time.thread_time() - begin_s


if __name__ == "__main__":
    print(as_table(measure_stage()))
    sys.exit(0)
