"""Pictures of the workspace with each panel in front, at work on the demo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from platformdirs import user_data_dir

from app.camera import Camera
from engine.pipeline.more_takes import more_takes
from engine.project.edits import BendTrajectory
from engine.project.model import Keyframe, Track

_RECORDINGS = (
    "DOORWood_Heavy Slam_AB_BARN",
    "DOORMetl_Gate Rattle_AB_YARD",
    "RAINMetl_Rain on a Tin Roof_AB_HOME",
    "footsteps on gravel 01",
    "footsteps on gravel 02",
)

_TRIES, _TOGETHER_S = 20, 0.08


def take(camera: Camera) -> None:
    """All panels; the session is as it was behind it."""
    project = camera.window.session.project
    walker = max(project.tracks, key=lambda track: len(track.contacts))
    _front_panels(camera, walker)
    _library(camera)
    _lanes(camera, walker)
    _takes(camera, walker)
    _path_lanes(camera, walker)
    _time(camera)
    _stage(camera)
    _listening(camera)
    _meters(camera)


def _front_panels(camera: Camera, walker: Track) -> None:
    window = camera.window
    session = window.session
    session.locate(4.6)
    session.selection.select_keyframe(walker.id, 1)
    camera.keep("window")
    session.selection.select_clips({session.project.clips_of(walker.id)[0].id}, walker.id)
    camera.keep("clip")
    for name in ("script", "history", "analysis", "jobs"):
        camera.front(name)
        camera.keep(name)


def _library(camera: Camera) -> None:
    """The library, empty and with some recordings in a folder of its own."""
    window = camera.window
    window.library.show()
    folder = Path(user_data_dir("foleystage")) / "recordings"
    if not folder.exists():
        camera.keep("library_empty")
        folder.mkdir(parents=True)
        (folder / "LICENSE").write_text("CC BY 4.0\n", encoding="utf-8")
        rng = np.random.default_rng(1)
        for number, name in enumerate(_RECORDINGS, start=1):
            sound = 0.2 * rng.uniform(-1.0, 1.0, (9_600 * number, 2))
            soundfile.write(folder / f"{name}.wav", sound, 48_000)
        window.library.index(folder)
    camera.wait(
        lambda: bool(window.library.panel.model.recordings) and not window.session.jobs.running
    )
    window.library.panel.table.selectRow(1)
    camera.keep("library")
    camera.front("inspector")


def _lanes(camera: Camera, walker: Track) -> None:
    """Automation below a track."""
    window = camera.window
    for name in ("gain", "width"):
        window.envelope_menu.toggle(walker.id, name)
    window.timeline.show_film(False)
    window.timeline.rows.scroll_to(10_000)
    camera.keep("automation")
    window.envelope_menu.toggle_all(walker.id)


def _takes(camera: Camera, walker: Track) -> None:
    """Take lanes, with a second take of a clip's event."""
    window = camera.window
    session = window.session
    assert session.bundle is not None
    clip = session.project.clips_of(walker.id)[0]
    event_id = session.project.take(clip.take_id).event_id
    assert event_id is not None
    session.do(more_takes(session.project, session.bundle.media, (event_id,)))
    window.timeline.toggle_takes(walker.id)
    window.timeline.rows.scroll_to(10_000)
    camera.keep("takes")
    window.timeline.toggle_takes(walker.id)
    session.undo()


def _path_lanes(camera: Camera, walker: Track) -> None:
    """The path's own lanes, with an edit that is compared with what was detected."""
    window = camera.window
    session = window.session
    x_m, y_m, z_m = (float(value) for value in walker.trajectory.at(4.0))
    moved = Keyframe(time_s=4.0, x_m=x_m, y_m=y_m + 3.0, z_m=z_m + 1.0)
    session.do(BendTrajectory(track_id=walker.id, time_s=4.0, keyframes=(moved,)))
    for name in ("azimuth", "distance"):
        window.envelope_menu.toggle(walker.id, name)
    window.timeline.rows.scroll_to(10_000)
    camera.keep("path_lanes")
    for name in ("azimuth", "distance"):
        window.envelope_menu.toggle(walker.id, name)
    session.undo()
    window.timeline.show_film(True)
    window.timeline.rows.scroll_to(0)


def _time(camera: Camera) -> None:
    """A selected time that is a region."""
    window = camera.window
    session = window.session
    session.selection.set_span((2.0, 4.0))
    window.verbs.add_region()
    window.timeline.axis.set_range(0.5, 5.5)
    camera.keep("time")
    session.undo()
    session.selection.set_span(None)


def _stage(camera: Camera) -> None:
    window = camera.window
    for name in ("side", "free"):
        window.stage.show_view(name)
        window.stage.fit()
        camera.keep(f"stage_{name}", window.stage)
    window.stage.show_view("top")


def _listening(camera: Camera) -> None:
    """Playing on loudspeakers, and a sound field on the sphere."""
    window = camera.window
    session = window.session
    _listen(camera, "5.1")
    session.selection.select_track(session.project.tracks[0].id)
    window.timeline.zoom(4.0)
    camera.wait(lambda: not window.notices.text, 10.0)
    _play_from(camera, 4.6)
    camera.keep("playing", settled_s=0.0)
    _listen(camera, "hoa3")
    camera.front("sphere")
    _play_from(camera, 4.6)
    camera.wait(lambda: window.sphere.loudest_dbfs > -60.0, 10.0)
    camera.keep("sphere", settled_s=0.0)
    window.workspace.panels["sphere"].hide()


def _play_from(camera: Camera, time_s: float) -> None:
    """Play until the picture goes with the sound; a busy machine may need several tries."""
    session, picture = camera.window.session, camera.window.picture
    for _ in range(_TRIES):
        session.locate(time_s)
        session.playback.play()
        camera.wait(lambda: session.playback.position_s > time_s + 0.3, 10.0)
        here_s = session.playback.position_s
        if here_s < time_s + 1.5 and abs(picture.shown_s - here_s) < _TOGETHER_S:
            return


def _meters(camera: Camera) -> None:
    """Goniometer, loudness lane and all meters, while it plays."""
    window = camera.window
    session = window.session
    _listen(camera, "5.1")
    window.actions_by_name["loudness_lane"].trigger()
    camera.front("goniometer")
    session.locate(1.0)
    window.timeline.axis.fit()
    session.playback.play()
    camera.wait(lambda: session.playback.position_s > 6.5, 12.0)
    camera.keep("meters")
    window.workspace.panels["goniometer"].hide()
    session.playback.stop()


def _listen(camera: Camera, monitor_format: str) -> None:
    window = camera.window
    window.transport.show_monitor(monitor_format)
    window.transport.monitor_chosen.emit(monitor_format)
