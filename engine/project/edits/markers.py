"""Edits of markers."""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.errors import ProjectError
from engine.project.checks import check_marker
from engine.project.edits.base import EditBase, refuse_taken, remember_removed
from engine.project.model import Marker, Project


class AddMarker(EditBase, frozen=True, kw_only=True, tag="add_marker"):
    """Name a moment."""

    text: ClassVar[str] = "Add marker"
    marker: Marker

    def apply(self, project: Project) -> Project:
        refuse_taken(project, "marker", self.marker.id)
        return _with_marker(project, self.marker)


class MoveMarker(EditBase, frozen=True, kw_only=True, tag="move_marker"):
    """Move a marker in time."""

    text: ClassVar[str] = "Move marker"
    marker_id: str
    time_s: float

    @property
    def coalesce_key(self) -> str | None:
        return f"MoveMarker:{self.marker_id}"

    def apply(self, project: Project) -> Project:
        marker = _marker(project, self.marker_id)
        return _with_marker(project, structs.replace(marker, time_s=self.time_s))


class ResizeRegion(EditBase, frozen=True, kw_only=True, tag="resize_region"):
    """Set where a region begins and how long it is; 0 s makes it a marker."""

    text: ClassVar[str] = "Resize region"
    marker_id: str
    time_s: float
    length_s: float

    @property
    def coalesce_key(self) -> str | None:
        return f"ResizeRegion:{self.marker_id}"

    def apply(self, project: Project) -> Project:
        marker = _marker(project, self.marker_id)
        changed = structs.replace(marker, time_s=self.time_s, length_s=self.length_s)
        return _with_marker(project, changed)


class RenameMarker(EditBase, frozen=True, kw_only=True, tag="rename_marker"):
    """Give a marker another name."""

    text: ClassVar[str] = "Rename marker"
    marker_id: str
    name: str

    @property
    def coalesce_key(self) -> str | None:
        return f"RenameMarker:{self.marker_id}"

    def apply(self, project: Project) -> Project:
        marker = _marker(project, self.marker_id)
        return _with_marker(project, structs.replace(marker, name=self.name))


class DeleteMarker(EditBase, frozen=True, kw_only=True, tag="delete_marker"):
    """Remove a marker."""

    text: ClassVar[str] = "Delete marker"
    marker_id: str

    def apply(self, project: Project) -> Project:
        gone = _marker(project, self.marker_id)
        rest = structs.replace(project, markers=tuple(m for m in project.markers if m != gone))
        return remember_removed(rest, gone.id) if gone.provenance == "machine" else rest


def _marker(project: Project, marker_id: str) -> Marker:
    for marker in project.markers:
        if marker.id == marker_id:
            return marker
    raise ProjectError(f"there is no marker '{marker_id}'", remedy="it may have been deleted")


def _with_marker(project: Project, marker: Marker) -> Project:
    """Markers are kept in time order; this one is a hand's from now on."""
    check_marker(marker)
    marker = structs.replace(marker, provenance="hand")
    others = [other for other in project.markers if other.id != marker.id]
    markers = sorted((*others, marker), key=lambda one: (one.time_s, one.id))
    return structs.replace(project, markers=tuple(markers))
