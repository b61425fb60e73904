"""Which actions can be used now, and what undo and redo are called."""

from __future__ import annotations

from PySide6.QtGui import QAction

from app import actions
from app.session import Session
from app.words import tr


def show_state(by_name: dict[str, QAction], session: Session) -> None:
    """Enable what makes sense for the open session and the selection."""
    chosen, document = session.selection.value, session.document
    video = session.project.video
    possible: dict[actions.Needs, bool] = {
        "": True,
        "session": session.is_open,
        "picture": video is not None and not session.is_analysing,
        "film_sound": video is not None and video.has_audio,
        "clips": bool(chosen.clip_ids),
        "track": chosen.track_id is not None,
        "keyframe": chosen.keyframe is not None,
        "span": session.is_open and session.selection.span_s is not None,
        "undo": document.can_undo,
        "redo": document.can_redo,
    }
    for spec in actions.TABLE:
        by_name[spec.name].setEnabled(possible[spec.needs])
    by_name["scenes_at_shots"].setChecked(session.project.scenes_at_shots)
    by_name["undo"].setText(f"{tr('Undo')} {document.undo_label}".strip())
    by_name["redo"].setText(f"{tr('Redo')} {document.redo_label}".strip())


def show_ripple(by_name: dict[str, QAction], mode: str) -> None:
    """Tick the chosen one of the ripple modes, or none."""
    by_name["ripple_track"].setChecked(mode == "track")
    by_name["ripple_all"].setChecked(mode == "all")
