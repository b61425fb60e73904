"""How long a cold start takes, and opening half an hour: ``python -m benchmarks.window_opening``.

Each measurement is a process of its own, from its first instruction to a window that has painted
and waits for the user; in wall-clock time and in processor time. The session has 64 tracks and
5,000 clips over 30 minutes. Programs are read from the disk's cache. Torch must not be imported.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.results import Figure, as_table

REPEATS = 5


def measure_opening(folder: str) -> list[Figure]:
    """Medians in seconds."""
    bundle = Path(folder) / "half_hour.foley"
    _make_session(bundle)
    figures = []
    for name, argument in (("cold_start", ""), ("open_half_hour", str(bundle))):
        found = [_once(argument, folder) for _ in range(REPEATS)]
        for clock in ("wall_s", "processor_s"):
            value = float(np.median([one[clock] for one in found]))
            figures.append(
                Figure(f"window_{name}_{clock.removesuffix('_s')}", round(value, 2), "s")
            )
    return figures


def _once(argument: str, folder: str) -> dict[str, float]:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        "XDG_CONFIG_HOME": f"{folder}/config",
        "XDG_DATA_HOME": f"{folder}/data",
    }
    command = [sys.executable, "-m", "benchmarks.window_opening", "--once", argument]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _make_session(path: Path) -> None:
    from benchmarks.timeline_painting import project
    from engine.project.model import Project
    from engine.project.store import Bundle

    session = project()
    assert isinstance(session, Project)
    with Bundle.create(path, session) as bundle:
        bundle.save(session)


def once(argument: str) -> dict[str, float]:
    """Start, open what is asked for, paint; how long since the process (or the asking) began."""
    from PySide6.QtWidgets import QApplication

    from app import theme
    from app.main import make_window

    application = QApplication(["foleystage"])
    theme.apply(application)
    window = make_window()
    window.show()
    application.processEvents()
    began = (time.monotonic(), time.process_time()) if argument else (_BEGAN_S, 0.0)
    if argument:
        window.session.open_bundle(Path(argument))
        application.processEvents()
        application.processEvents()
    assert "torch" not in sys.modules, "the window imports torch"
    answer = {"wall_s": time.monotonic() - began[0], "processor_s": time.process_time() - began[1]}
    window.close()
    return answer


_BEGAN_S = time.monotonic() - time.process_time()

if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        print(json.dumps(once(sys.argv[2])))
    else:
        with tempfile.TemporaryDirectory() as home:
            print(as_table(measure_opening(home)))
    sys.exit(0)
