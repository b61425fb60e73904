"""Pictures of every panel: ``python -m app.screenshots OUTDIR``, at 100 and 200 % scale.

The demo is analysed for it in a folder of its own; nothing of the user's is touched.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine import resources

SIZE = (1600, 1000)


def main(argv: Sequence[str] | None = None) -> int:
    """Take all pictures; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m app.screenshots", description=__doc__)
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--session", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--suffix", default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    arguments.outdir.mkdir(parents=True, exist_ok=True)
    if arguments.session is not None:
        _take(arguments.outdir, arguments.session, arguments.suffix)
        return 0
    with tempfile.TemporaryDirectory(prefix="foleystage-pictures-") as home:
        return _both_scales(arguments.outdir, Path(home))


def _both_scales(outdir: Path, home: Path) -> int:
    """One process a scale: Qt takes it from the environment when it starts."""
    for scale, suffix in (("1", ""), ("2", "@2x")):
        environment = {
            **os.environ,
            "QT_SCALE_FACTOR": scale,
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
        }
        if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
            environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        command = [sys.executable, "-m", "app.screenshots", str(outdir)]
        session = home / "data" / "foleystage" / "sessions" / "demo.foley"
        done = subprocess.run(
            [*command, "--session", str(session), "--suffix", suffix], env=environment, check=False
        )
        if done.returncode:
            return done.returncode
    return 0


def _take(outdir: Path, bundle: Path, suffix: str) -> None:
    from PySide6.QtWidgets import QApplication

    from app import screenshots_of_dialogs, screenshots_of_panels, screenshots_of_states, theme
    from app.camera import Camera
    from app.main import make_window

    application = QApplication(["foleystage"])
    theme.apply(application)
    window = make_window()
    window.resize(*SIZE)
    window.show()
    camera = Camera(application, window, outdir, suffix)
    camera.rest(0.3)
    camera.keep("welcome")
    session = window.session
    session.playback.start()
    if bundle.exists():
        session.open_bundle(bundle)
    else:
        session.open_video(resources.path("demo/demo.mp4"))
        camera.wait(
            lambda: bool(session.jobs.running) and session.jobs.running[0].state.fraction > 0.3
        )
        camera.keep("analysing")
        camera.wait(lambda: bool(session.project.tracks))
        session.save()
    camera.wait(lambda: session.playback.status.state in ("running", "silent"), 60.0)
    camera.rest(2.0)
    screenshots_of_panels.take(camera)
    screenshots_of_dialogs.take(camera)
    screenshots_of_states.take(camera)
    window.close()


if __name__ == "__main__":
    raise SystemExit(main())
