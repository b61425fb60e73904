"""Pictures of every panel: ``python -m app.screenshots OUTDIR``, at 100 and 200 % scale.

The demo is analysed for it in a folder of its own; nothing of the user's is touched.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

SIZE = (1600, 1000)
PATIENCE_S = 300.0
_RECORDINGS = (
    "DOORWood_Heavy Slam_AB_BARN",
    "DOORMetl_Gate Rattle_AB_YARD",
    "RAINMetl_Rain on a Tin Roof_AB_HOME",
    "footsteps on gravel 01",
    "footsteps on gravel 02",
)


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
    from PySide6.QtWidgets import QApplication, QWidget

    from app import theme
    from app.main import make_window

    application = QApplication(["foleystage"])
    theme.apply(application)
    window = make_window()
    window.resize(*SIZE)
    window.show()

    def wait(done: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            application.processEvents()
            time.sleep(0.005)

    def keep(name: str, widget: QWidget = window) -> None:
        wait(lambda: False, 0.3)
        widget.grab().save(str(outdir / f"{name}{suffix}.png"))

    wait(lambda: False, 0.3)
    keep("welcome")
    session = window.session
    session.playback.start()
    if bundle.exists():
        session.open_bundle(bundle)
    else:
        window.verbs.open_demo()
        wait(lambda: bool(session.jobs.running) and session.jobs.running[0].state.fraction > 0.3)
        keep("analysing")
        wait(lambda: bool(session.project.tracks))
        session.save()
    wait(lambda: session.playback.status.state in ("running", "silent"), 60.0)
    wait(lambda: False, 2.0)
    _panels(window, keep, wait)
    _dialogs(window, keep)
    window.close()


def _panels(window: object, keep: Callable[..., None], wait: Callable[..., None]) -> None:
    """The workspace with each of the side panels in front."""
    from app.window import MainWindow

    assert isinstance(window, MainWindow)
    session = window.session
    session.locate(4.6)
    walker = max(session.project.tracks, key=lambda track: len(track.contacts))
    session.selection.select_keyframe(walker.id, 1)
    keep("window")
    clips = session.project.clips_of(walker.id)
    session.selection.select_clips({clips[0].id}, walker.id)
    keep("clip")
    for name in ("script", "history", "analysis", "jobs"):
        window.workspace.panels[name].raise_()
        keep(name)
    _library(window, keep, wait)
    window.workspace.panels["inspector"].raise_()
    window.envelope_menu.toggle(walker.id, "gain")
    window.envelope_menu.toggle(walker.id, "width")
    window.timeline.show_film(False)
    window.timeline.rows.scroll_to(10_000)
    keep("automation")
    window.envelope_menu.toggle_all(walker.id)
    _lanes(window, keep, walker.id)
    window.timeline.show_film(True)
    window.timeline.rows.scroll_to(0)
    session.selection.set_span((2.0, 4.0))
    window.verbs.add_region()
    window.timeline.axis.set_range(0.5, 5.5)
    keep("time")
    session.undo()
    session.selection.set_span(None)
    for name in ("side", "free"):
        window.stage.show_view(name)
        window.stage.fit()
        keep(f"stage_{name}", window.stage)
    window.stage.show_view("top")
    window.transport.monitor.setCurrentIndex(2)
    window.transport.monitor_chosen.emit("5.1")
    session.selection.select_track(session.project.tracks[0].id)
    window.timeline.zoom(4.0)
    session.playback.play()
    keep("playing")
    window.transport.monitor.setCurrentIndex(window.transport.monitor.findData("hoa3"))
    window.transport.monitor_chosen.emit("hoa3")
    window.workspace.panels["sphere"].show()
    window.workspace.panels["sphere"].raise_()
    session.locate(4.6)
    session.playback.play()
    wait(lambda: window.sphere.loudest_dbfs > -60.0, 10.0)
    keep("sphere")
    window.workspace.panels["sphere"].hide()
    window.transport.monitor_chosen.emit("5.1")
    window.actions_by_name["loudness_lane"].trigger()
    window.workspace.panels["goniometer"].show()
    window.workspace.panels["goniometer"].raise_()
    session.locate(1.0)
    window.timeline.axis.fit()
    session.playback.play()
    wait(lambda: session.playback.position_s > 6.5, 12.0)
    keep("meters")
    window.workspace.panels["goniometer"].hide()
    session.playback.stop()


def _library(window: object, keep: Callable[..., None], wait: Callable[..., None]) -> None:
    """The library, empty and with some recordings in a folder of its own."""
    import numpy as np
    import soundfile
    from platformdirs import user_data_dir

    from app.window import MainWindow

    assert isinstance(window, MainWindow)
    window.library.show()
    folder = Path(user_data_dir("foleystage")) / "recordings"
    if not folder.exists():
        keep("library_empty")
        folder.mkdir(parents=True)
        (folder / "LICENSE").write_text("CC BY 4.0\n", encoding="utf-8")
        rng = np.random.default_rng(1)
        for number, name in enumerate(_RECORDINGS, start=1):
            sound = 0.2 * rng.uniform(-1.0, 1.0, (9_600 * number, 2))
            soundfile.write(folder / f"{name}.wav", sound, 48_000)
        window.library.index(folder)
    wait(lambda: bool(window.library.panel.model.recordings) and not window.session.jobs.running)
    window.library.panel.table.selectRow(1)
    keep("library")


def _lanes(window: object, keep: Callable[..., None], track_id: str) -> None:
    """Take lanes, and the path's own lanes with an edit that is compared with what was detected."""
    from app.window import MainWindow
    from engine.pipeline.more_takes import more_takes
    from engine.project.edits import BendTrajectory
    from engine.project.model import Keyframe

    assert isinstance(window, MainWindow)
    session = window.session
    assert session.bundle is not None
    clip = session.project.clips_of(track_id)[0]
    event_id = session.project.take(clip.take_id).event_id
    assert event_id is not None
    session.do(more_takes(session.project, session.bundle.media, (event_id,)))
    window.timeline.toggle_takes(track_id)
    window.timeline.rows.scroll_to(10_000)
    keep("takes")
    window.timeline.toggle_takes(track_id)
    path = session.project.track(track_id).trajectory
    x_m, y_m, z_m = (float(value) for value in path.at(4.0))
    moved = Keyframe(time_s=4.0, x_m=x_m, y_m=y_m + 3.0, z_m=z_m + 1.0)
    session.do(BendTrajectory(track_id=track_id, time_s=4.0, keyframes=(moved,)))
    for name in ("azimuth", "distance"):
        window.envelope_menu.toggle(track_id, name)
    window.timeline.rows.scroll_to(10_000)
    keep("path_lanes")
    for name in ("azimuth", "distance"):
        window.envelope_menu.toggle(track_id, name)
    session.undo()
    session.undo()


def _dialogs(window: object, keep: Callable[..., None]) -> None:
    from PySide6.QtWidgets import QWidget

    from app import actions, minds, preferences
    from app.dialogs.analyse import AnalyseDialog
    from app.dialogs.blind_test import BlindTestDialog
    from app.dialogs.edit_shortcuts import EditShortcutsDialog
    from app.dialogs.export import ExportDialog
    from app.dialogs.mind import MindDialog
    from app.dialogs.palette import CommandPalette
    from app.dialogs.preferences import PreferencesDialog
    from app.dialogs.shortcuts import ShortcutsDialog
    from app.window import MainWindow
    from engine.project.blind_test import BlindTest

    assert isinstance(window, MainWindow)
    dialogs: dict[str, QWidget] = {
        "export": ExportDialog(Path.home() / "Foley", "−23 LUFS, true peak below −1 dBTP", window),
        "analyse": AnalyseDialog(window.session.project, window),
        "preferences": PreferencesDialog(preferences.load(), (), window),
        "mind": MindDialog(minds.known(), on=True, parent=window),
        "compare_blind": BlindTestDialog(BlindTest.of(("1", "2", "3")), {}, window),
        "commands": CommandPalette(window.actions_by_name, window),
        "edit_shortcuts": EditShortcutsDialog(window),
        "shortcuts": ShortcutsDialog(actions.shortcut_rows(window.actions_by_name), window),
    }
    for name, dialog in dialogs.items():
        dialog.show()
        keep(name, dialog)
        dialog.close()


if __name__ == "__main__":
    raise SystemExit(main())
