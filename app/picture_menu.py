"""What can be done with a place on the picture: follow it, part or join the tracks there."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from app.views.picture.overlay import box_at
from app.words import tr
from engine.project.bending import BEND_REACH_S, bent_stretch
from engine.project.box_correction import BoxCorrection
from engine.project.edits import BendTrajectory, EditGroup, MergeTracks, SetTrackBoxes, SplitTrack
from engine.project.edits.identity import merged_boxes
from engine.project.model import ContentHash
from engine.vision.box_pull import pulled
from engine.vision.correct import corrected_position
from engine.vision.geometry import scene_geometry
from engine.vision.round_pictures import on_the_turn_of

if TYPE_CHECKING:
    from app.session import Session


class PictureMenu:
    """Offers the verbs of the picture at a point; each is one step of the history."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        self._session = session
        self._parent = parent
        self.menu: QMenu | None = None
        """The one shown last."""

    def popup(
        self, time_s: float, point_px: tuple[float, float], track_id: str | None, place: QPoint
    ) -> None:
        """Show the menu for a point in pixels of the video, and the track whose box is there."""
        session = self._session
        menu = QMenu(self._parent)
        menu.addAction(tr("Follow this"), lambda: session.follow(time_s, point_px))
        chosen = session.selection.value.track_id
        if track_id is not None:
            name = session.project.track(track_id).name
            menu.addAction(f"Split “{name}” here", lambda: split_track(session, track_id, time_s))
            if chosen is not None and chosen != track_id:
                kept = session.project.track(chosen)
                if kept.kind == "object":
                    menu.addAction(
                        f"Merge “{name}” into “{kept.name}”",
                        lambda: merge_tracks(session, (chosen, track_id)),
                    )
        self.menu = menu
        menu.popup(place)


def merge_tracks(session: Session, track_ids: tuple[str, ...]) -> bool:
    """Make one of several tracks, the first one believed; it is selected."""
    tracks = [session.project.track(track_id) for track_id in track_ids]
    boxes = [found for track in tracks if (found := session.media.boxes(track)) is not None]
    video = session.project.video
    if boxes and video is not None and video.spherical:
        boxes = [on_the_turn_of(rows, boxes[0], video.width) for rows in boxes]
    content = session.media.put_boxes(merged_boxes(boxes)) if boxes else None
    new_id = _new_id()
    done = session.do(MergeTracks(track_ids=track_ids, new_id=new_id, boxes=content))
    if done:
        session.selection.select_track(new_id)
    return done


def split_track(session: Session, track_id: str, time_s: float) -> bool:
    """Part a track at a time; the later part is selected."""
    boxes = session.media.boxes(session.project.track(track_id))
    halves: list[ContentHash | None] = [None, None]
    if boxes is not None:
        later = boxes[:, 0] >= time_s
        halves = [
            session.media.put_boxes(rows) if len(rows) else None
            for rows in (boxes[~later], boxes[later])
        ]
    edit = SplitTrack(
        track_id=track_id,
        time_s=time_s,
        first_id=_new_id(),
        second_id=_new_id(),
        first_boxes=halves[0],
        second_boxes=halves[1],
    )
    done = session.do(edit)
    if done:
        session.selection.select_track(edit.second_id)
    return done


def move_box(
    session: Session, track_id: str, time_s: float, shift_px: tuple[float, float, float, float]
) -> None:
    """Put a track's box right at one time: its neighbours and the path follow, as one step.

    `shift_px` is how far the left, top, right and bottom edge went. The path follows the middle;
    a box that only grows about it moves nothing.
    """
    project = session.project
    track, video = project.track(track_id), project.video
    boxes = session.media.boxes(track)
    box = box_at(boxes, time_s) if boxes is not None else None
    if video is None or boxes is None or box is None:
        return
    position_m = corrected_position(
        track.trajectory.at(time_s),
        (0.5 * float(box[0] + box[2]), 0.5 * float(box[1] + box[3])),
        (0.5 * (shift_px[0] + shift_px[2]), 0.5 * (shift_px[1] + shift_px[3])),
        (video.width, video.height),
        scene_geometry(video, project.scene),
    )
    keyframes = bent_stretch(track.trajectory, time_s, position_m)
    content = session.media.put_boxes(pulled(boxes, time_s, shift_px, BEND_REACH_S))
    x0, y0, x1, y1 = (float(edge + shift) for edge, shift in zip(box, shift_px, strict=True))
    if x1 <= x0 or y1 <= y0:
        return
    correction = BoxCorrection(time_s=time_s, x0=x0, y0=y0, x1=x1, y1=y1, reach_s=BEND_REACH_S)
    session.do(
        EditGroup(
            name="Correct box",
            edits=(
                SetTrackBoxes(track_id=track_id, boxes=content, correction=correction),
                BendTrajectory(track_id=track_id, time_s=time_s, keyframes=keyframes),
            ),
        )
    )


def _new_id() -> str:
    return f"track-{uuid.uuid4().hex[:8]}"
