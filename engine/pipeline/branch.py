"""Another branch of the script's tree, with its sounds, as one step of the history."""

from __future__ import annotations

from engine.jobs import Progress, silent_progress
from engine.pipeline.compose import sound_script
from engine.pipeline.settings import RunSettings
from engine.project.edits import EditGroup, SetScriptTree
from engine.project.media_folder import MediaFolder
from engine.project.model import Project
from engine.script.tree.writing import separation_of, take_branch


def other_branch(
    project: Project, media: MediaFolder, node_id: str, progress: Progress = silent_progress
) -> EditGroup:
    """Write and sound another branch; what a hand has made stays.

    Raises
    ------
    FoleystageError
        If there is no such branch, or its sounds cannot be made.
    CancelledError
        From `progress`.
    """
    progress("writing the Foley script", 0.0)
    script, tree = take_branch(project, node_id)
    settings = RunSettings(seed=tree.seed, separation=separation_of(tree))
    edits = sound_script(project, script, media, settings, progress)
    return EditGroup(name=f"Take branch {node_id}", edits=(SetScriptTree(tree=tree), *edits))
