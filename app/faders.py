"""What of a project is faders alone: these reach the engine without compiling."""

from __future__ import annotations

from msgspec import structs

from engine.project.model import Project


def without_strips(project: Project) -> Project:
    """The project with all faders at rest: what is left (equalisers too) has to be compiled."""
    plain = Project().master
    tracks = tuple(
        structs.replace(track, strip=structs.replace(plain, eq=track.strip.eq))
        for track in project.tracks
    )
    return structs.replace(
        project,
        tracks=tracks,
        scene=structs.replace(project.scene, format_trims=()),
        master=plain,
        master_provenance=None,
        composed_master_db=None,
    )
