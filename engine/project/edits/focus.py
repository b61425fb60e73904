"""The edit by which the machine lets movers be heard: volume automation, and what it measured."""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.project.edits.base import EditBase
from engine.project.limits import check_gain_curve
from engine.project.model import Curve, Project, Track, Value


class HeardMover(Value, frozen=True, kw_only=True):
    """Whether one mover is heard to move: correlations of ranks with its azimuth, or None.

    `itd_before`, `ild_before` were measured before anything was `done` about it, `itd`, `ild`
    after; `active_s` is how long it sounds in sight.
    """

    track_id: str
    active_s: float
    itd_before: float | None
    ild_before: float | None
    itd: float | None
    ild: float | None
    followed: bool
    done: tuple[str, ...] = ()


class ApplyFocus(EditBase, frozen=True, kw_only=True, tag="apply_focus"):
    """Automate volumes so that what crosses the picture is heard to cross.

    Replaces the automation of an earlier focus on all tracks; what a hand has drawn, or taken
    away, stays. `heard` tells what was measured; it changes nothing.
    """

    text: ClassVar[str] = "Focus on movers"
    curves: dict[str, Curve] = {}  # noqa: RUF012 (a copy for every value)
    heard: tuple[HeardMover, ...] = ()

    def apply(self, project: Project) -> Project:
        for track_id, curve in self.curves.items():
            project.track(track_id)
            check_gain_curve(curve, f"focus of '{track_id}'")
        tracks = (
            _focused(track, self.curves.get(track.id, ())) if may_be_focused(track) else track
            for track in project.tracks
        )
        return structs.replace(project, tracks=tuple(tracks))


def may_be_focused(track: Track) -> bool:
    """Whether the volume automation of a track is the machine's to draw."""
    if track.gain_curve_provenance is None:
        return not track.gain_curve_db
    return track.gain_curve_provenance == "machine"


def _focused(track: Track, curve: Curve) -> Track:
    if not curve and not track.gain_curve_db:
        return track
    return structs.replace(track, gain_curve_db=curve, gain_curve_provenance="machine")
