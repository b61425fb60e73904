"""The edit of the script's tree."""

from __future__ import annotations

from typing import ClassVar

from msgspec import structs

from engine.project.edits.base import EditBase
from engine.project.model import Project
from engine.project.script_tree import ScriptTree, check_script_tree


class SetScriptTree(EditBase, frozen=True, kw_only=True, tag="set_script_tree"):
    """Keep a tree of scripts in the session, or none; its branch comes in by `ApplyScript`."""

    text: ClassVar[str] = "Think of scripts"
    tree: ScriptTree | None

    def apply(self, project: Project) -> Project:
        if self.tree is not None:
            check_script_tree(self.tree)
        return structs.replace(project, script_tree=self.tree)
