"""Pictures of the window in its rarer states: narrow, on a tour, with notices, on a full screen."""

from __future__ import annotations

from msgspec import structs
from PySide6.QtWidgets import QScrollArea

from app.camera import Camera
from app.recovery_offer import offer_recovery
from engine.project.edits import SetVideo
from engine.project.store import Recovery

NARROW_PX = ((1440, 900), (1280, 760), (1024, 720), (960, 700))


def take(camera: Camera) -> None:
    """All of them; the session is as it was behind it."""
    _inspector(camera)
    _narrow(camera)
    _tour(camera)
    _full_screen(camera)
    _notices(camera)


def _inspector(camera: Camera) -> None:
    """All of the inspector, with a clip and a keyframe selected, a panel's height at a time."""
    window, selection = camera.window, camera.window.session.selection
    project = window.session.project
    walker = max(project.tracks, key=lambda track: len(track.contacts))
    selection.select_keyframe(walker.id, 1)
    camera.front("inspector")
    camera.rest(0.3)
    area = window.inspector.findChild(QScrollArea) or window.inspector
    assert isinstance(area, QScrollArea)
    bar, number = area.verticalScrollBar(), 1
    bar.setValue(0)
    while True:
        camera.keep(f"inspector_{number}", window.inspector)
        if bar.value() >= bar.maximum():
            break
        bar.setValue(bar.value() + round(0.9 * bar.pageStep()))
        number += 1
    selection.select_clips({project.clips_of(walker.id)[0].id}, walker.id)
    bar.setValue(0)
    camera.keep("inspector_clip", window.inspector)


def _narrow(camera: Camera) -> None:
    """Windows of smaller screens; dimmed and muted, which has to be in sight in all of them."""
    window, before = camera.window, camera.window.size()
    for name in ("dim", "mute_monitor"):
        window.actions_by_name[name].trigger()
    for width_px, height_px in NARROW_PX:
        window.resize(width_px, height_px)
        window.workspace.reset()
        camera.keep(f"window_{width_px}")
    for name in ("dim", "mute_monitor"):
        window.actions_by_name[name].trigger()
    window.resize(before)
    window.workspace.reset()


def _tour(camera: Camera) -> None:
    window = camera.window
    window.actions_by_name["tour"].trigger()
    for number in range(1, 5):
        camera.keep(f"tour_{number}")
        window.tour.go_on()


def _full_screen(camera: Camera) -> None:
    window = camera.window
    window.actions_by_name["full_screen_picture"].trigger()
    camera.keep("full_screen", window.workspace.panels["picture"])
    window.workspace.panels["picture"].leave_full_screen()


def _notices(camera: Camera) -> None:
    """A picture that is lost, and work that was recovered."""
    window, session = camera.window, camera.window.session
    bundle, video = session.bundle, session.project.video
    assert bundle is not None
    assert video is not None
    session.do(SetVideo(video=structs.replace(video, path="/films/gone.mp4")))
    window.lost_media.look()
    camera.wait(lambda: bool(window.notices.text), 10.0)
    camera.keep("missing_media")
    session.undo()
    camera.rest(1.0)
    window.notices.next()
    offer_recovery(session, bundle, Recovery(3, session.project, ()))
    camera.keep("recovery")
    window.notices.close_notice()
