"""Ripple: what lies behind an edited place goes along, as one edit that names where all of it is.

Places are absolute, so that doing the edit again (a drag does, with every movement) changes
nothing more, and what a drag has left again is put back.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.errors import ProjectError
from engine.project.checks import check_marker, check_trajectory
from engine.project.edits.base import EditBase, by_hand, with_path
from engine.project.limits import check_gain_curve, check_occlusion, check_time, check_width
from engine.project.model import Curve, Project, Track, Trajectory


class RippleTime(EditBase, frozen=True, kw_only=True, tag="ripple_time"):
    """Put clips, markers, automation and paths where a ripple has taken them.

    Parameters
    ----------
    starts_s : dict
        Start of clips in seconds, by id.
    markers_s : dict
        (time, length) of markers and regions in seconds, by id.
    volume_db, occlusion, width_deg : dict
        Curves by the track's id.
    paths : dict
        Paths by the track's id.
    """

    text: ClassVar[str] = "Ripple"
    starts_s: dict[str, float] = {}  # noqa: RUF012 (a copy for every value)
    markers_s: dict[str, tuple[float, float]] = {}  # noqa: RUF012 (likewise)
    volume_db: dict[str, Curve] = {}  # noqa: RUF012 (likewise)
    occlusion: dict[str, Curve] = {}  # noqa: RUF012 (likewise)
    width_deg: dict[str, Curve] = {}  # noqa: RUF012 (likewise)
    paths: dict[str, Trajectory] = {}  # noqa: RUF012 (likewise)

    @property
    def coalesce_key(self) -> str | None:
        return "RippleTime"

    def apply(self, project: Project) -> Project:
        self._check(project)
        clips = tuple(
            by_hand(structs.replace(clip, start_s=self.starts_s[clip.id]))
            if self.starts_s.get(clip.id, clip.start_s) != clip.start_s else clip
            for clip in project.clips
        )  # fmt: skip
        markers = [
            structs.replace(
                marker,
                time_s=self.markers_s[marker.id][0],
                length_s=self.markers_s[marker.id][1],
            )
            if marker.id in self.markers_s else marker
            for marker in project.markers
        ]  # fmt: skip
        for marker in markers:
            check_marker(marker)
        ordered = tuple(sorted(markers, key=lambda one: (one.time_s, one.id)))
        tracks = tuple(self._moved(track) for track in project.tracks)
        return structs.replace(project, clips=clips, markers=ordered, tracks=tracks)

    def _moved(self, track: Track) -> Track:
        if track.id in self.volume_db and self.volume_db[track.id] != track.gain_curve_db:
            track = structs.replace(
                track, gain_curve_db=self.volume_db[track.id], gain_curve_provenance="hand"
            )
        if track.id in self.occlusion:
            track = structs.replace(track, occlusion=self.occlusion[track.id])
        if track.id in self.width_deg:
            track = structs.replace(track, width_deg=self.width_deg[track.id])
        path = self.paths.get(track.id, track.trajectory)
        return with_path(track, path) if path != track.trajectory else track

    def _check(self, project: Project) -> None:
        for start_s in self.starts_s.values():
            check_time(start_s, "clip start")
        for clip_id in self.starts_s:
            project.clip(clip_id)
        lost = set(self.markers_s) - {marker.id for marker in project.markers}
        if lost:
            raise ProjectError(f"there is no marker '{min(lost)}'", remedy="it may be deleted")
        for track_id in {*self.volume_db, *self.occlusion, *self.width_deg, *self.paths}:
            project.track(track_id)
        for check, curves in (
            (check_gain_curve, self.volume_db),
            (check_occlusion, self.occlusion),
            (check_width, self.width_deg),
        ):
            for curve in curves.values():
                check(curve)
        for path in self.paths.values():
            check_trajectory(path)
