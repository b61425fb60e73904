"""Projects kept under names beside a session: its versions, and templates for new ones.

versions/NAME.json      in the bundle: the whole value as it was
templates/NAME.json     in the user's data folder: how a new session begins
"""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from engine.errors import ProjectError
from engine.project.durable import write_atomically
from engine.project.model import Project
from engine.project.project_file import encode_project_file, read_project_file

VERSIONS = "versions"
_LONGEST_NAME = 80
_UNUSABLE = frozenset('/\\:*?"<>|\0')


def keep(folder: Path, name: str, project: Project) -> Path:
    """Keep a project under a name; one that is kept under it already stays as it is.

    Raises
    ------
    ProjectError
        If the name is no file name, is taken, or the disk refuses.
    """
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or name.startswith(".") or _UNUSABLE & set(name):
        raise ProjectError(
            f"'{name}' cannot be a name here", remedy="use letters, digits, spaces and hyphens"
        )
    path = folder / f"{name}.json"
    if path.exists():
        raise ProjectError(f"there is a '{name}' already", place=path, remedy="choose another name")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError(f"cannot make the folder: {error}", place=folder) from error
    write_atomically(path, encode_project_file(project, 0))
    return path


def kept(folder: Path) -> list[Path]:
    """What is kept in a folder, the newest first."""
    files = [(file.stat().st_mtime_ns, file) for file in folder.glob("*.json")]
    return [file for _, file in sorted(files, reverse=True)]


def read_kept(path: Path) -> Project:
    """What was kept; ProjectError where it is damaged or gone."""
    return read_project_file(path)[0]


def template_of(project: Project) -> Project:
    """What of a session others can begin with: the scene, the mixer, and tracks made by hand.

    Film, script, sounds, markers and everything that was seen stay behind.
    """
    tracks = tuple(
        structs.replace(track, boxes=None, contacts=(), box_corrections=(), detected=None)
        for track in project.tracks
        if track.provenance == "hand" and track.boxes is None
    )
    return Project(
        scene=structs.replace(project.scene, prompt=()),
        master=project.master,
        master_provenance=project.master_provenance,
        tracks=tracks,
    )


def begun_with(project: Project, template: Project) -> Project:
    """A new session that begins as a template says; how it is mapped stays its own."""
    return structs.replace(
        project,
        scene=structs.replace(template.scene, mapping=project.scene.mapping),
        master=template.master,
        master_provenance=template.master_provenance,
        tracks=template.tracks,
    )
