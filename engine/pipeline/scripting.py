"""The script of a run: the user's own, or one thought of; and another branch of its tree."""

from __future__ import annotations

from engine.pipeline.settings import RunSettings
from engine.project.model import Project
from engine.project.script_tree import ScriptTree
from engine.script.screenplay.implied import implied
from engine.script.screenplay.reading import read_screenplay
from engine.script.script import Script
from engine.script.script_file import load_script
from engine.script.tree.writing import Told, think_script


def script_for(project: Project, settings: RunSettings) -> tuple[Script, ScriptTree | None]:
    """The script for an analysed project, and the tree it was taken from.

    Raises
    ------
    ScriptError
        If ``settings.script`` or ``settings.screenplay`` cannot be read.
    """
    if settings.script is not None:
        return load_script(settings.script, project), None
    told = Told()
    if settings.screenplay is not None:
        told = implied(project, read_screenplay(settings.screenplay), settings.seed)
    written = think_script(project, settings.seed, told)
    return written.script, written.tree
