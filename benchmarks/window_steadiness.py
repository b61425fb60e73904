"""Does the sound hold while the real window paints at full speed and analyses a film?

64 moving sources play at 48 kHz in blocks of 512 into a null sink of a private PulseAudio, from the
program's own window on a session of them with the demo as its film. The window scrolls, zooms,
turns and repaints timeline, stage, picture and meters as fast as it can; a job analyses the film
and writes, makes and places its sounds, again and again:
``python -m benchmarks.window_steadiness``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from msgspec import structs
from PySide6.QtWidgets import QApplication

from app import theme, work
from app.main import make_window
from app.window import MainWindow
from benchmarks.moving_scene import moving_scene
from benchmarks.steadiness import SCENE_S, SETTLE_S, SOURCES, Phase, phase
from engine import resources
from engine.media.probe import probe_video
from engine.pipeline.settings import RunSettings
from engine.playback.client import PlaybackClient
from engine.project.model import Project
from engine.project.store import Bundle

_STARTS_WITHIN_S = 120.0
_LOAD = "the window paints, a job analyses"


@dataclass(frozen=True)
class Report:
    """What happened: the phase, and how many jobs ended and pictures of the window were painted."""

    phase: Phase
    jobs: int
    pictures_per_s: float

    @property
    def held(self) -> bool:
        """Whether the ring never ran dry, and one engine played."""
        return self.phase.underruns == 0 and self.phase.engines == 1


class Jobs:
    """One analysis after the other, each in a worker, its answer thrown away."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.ended = 0
        window.session.jobs.finished.connect(lambda _: self._next())

    def begin(self) -> None:
        """Start the first one."""
        session = self._window.session
        video, bundle = session.project.video, session.bundle
        assert video is not None
        assert bundle is not None
        empty = Project(title="again", video=video)
        session.jobs.start(
            "Analyse again", lambda _: None, work.analyse, Path(video.path), empty,
            bundle.path, RunSettings(),
        )  # fmt: skip

    def _next(self) -> None:
        self.ended += 1
        self.begin()


def paint(window: MainWindow, until_s: float) -> int:
    """Move and repaint everything until a monotonic time; how often."""
    application = _application()
    axis, timeline = window.timeline.axis, window.timeline
    for number in itertools.count():
        if time.monotonic() >= until_s:
            return number
        axis.zoom_at(300.0, 1.05 if number // 60 % 2 else 1 / 1.05)
        axis.scroll_to(SCENE_S * (number % 500) / 500.0)
        window.stage.show_view(("top", "free", "side")[number // 100 % 3])
        window.stage.in_front.redraw()
        for view in (timeline.lanes, timeline.ruler, timeline.overview, window.stage.in_front,
                     window.picture, window.transport):  # fmt: skip
            view.repaint()
        application.processEvents()
    return 0


def _application() -> QApplication:
    running = QApplication.instance()
    return running if isinstance(running, QApplication) else QApplication(["steadiness"])


def open_session(folder: Path, sources: int) -> Path:
    """A session of the moving sources, with the demo as its film."""
    path = folder / "steady.foley"
    with Bundle.create(path, Project(title="steady")) as bundle:
        film = probe_video(resources.path("demo/demo.mp4"))
        bundle.save(structs.replace(moving_scene(path, sources, SCENE_S), video=film))
    return path


def run(seconds: float, sources: int = SOURCES) -> Report:
    """Play for so long into the audio server that the environment names."""
    os.environ["FOLEYSTAGE_ANALYSES"] = "off"
    theme.apply(_application())
    with tempfile.TemporaryDirectory(prefix="foleystage-window-") as name:
        folder = Path(name)
        os.environ |= {"XDG_DATA_HOME": f"{name}/data", "XDG_CONFIG_HOME": f"{name}/config"}
        client = PlaybackClient(block_samples=512)
        window = make_window(client)
        window.show()
        client.start()
        window.session.open_bundle(open_session(folder, sources))
        window.session.set_loop((0.0, SCENE_S))
        jobs = Jobs(window)
        try:
            _until(lambda: client.status.state == "running")
            window.session.play_or_stop()
            _until(lambda: client.is_playing)
            jobs.begin()
            paint(window, time.monotonic() + SETTLE_S)
            found = phase(client, _LOAD, lambda until_s: paint(window, until_s), seconds)
        finally:
            window.close()
    return Report(found, jobs.ended, round(found.work / found.seconds, 1))


def _until(condition: Callable[[], bool]) -> None:
    """Let the window live until something holds."""
    application = _application()
    began_s = time.monotonic()
    while not condition():
        if time.monotonic() - began_s > _STARTS_WITHIN_S:
            raise TimeoutError("the engine does not play")
        application.processEvents()
        time.sleep(0.01)


def main() -> int:
    """The command; exit status 1 when there was an underrun, or an engine was replaced."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("-o", "--out", type=Path, help="write the figures as JSON")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from tests.audio_server import running_audio_server  # needs the development set-up

    with running_audio_server():
        report = run(arguments.minutes * 60.0)
    found = report.phase
    print(
        f"{SOURCES} moving sources, blocks of 512 at 48 kHz, {found.seconds:.0f} s, played "
        f"{found.played_s:.0f} s, {report.pictures_per_s:.1f} pictures of the window a second, "
        f"{report.jobs} analyses ended, load average {os.getloadavg()[0]:.1f}\n"
        f"underruns of the ring {found.underruns}, of the device {found.device_underflows}, "
        f"drop-outs of the disk {found.disk_dropouts}, faulty blocks {found.faulty_blocks}, "
        f"rendered ahead {1000 * found.ahead_s:.0f} ms, engines {found.engines}, the machine stood "
        f"still {len(found.standstills_s)} times, "
        f"longest {1000 * max(found.standstills_s, default=0.0):.0f} ms"
    )
    if arguments.out is not None:
        arguments.out.write_text(json.dumps(asdict(report), indent=2) + "\n", encoding="utf-8")
    return int(not report.held)


if __name__ == "__main__":
    sys.exit(main())
