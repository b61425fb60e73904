"""The tree of scripts that were thought of, kept in the session: nodes, scores, reasons, choices.

A node holds choices, not events: chosen again, it is written anew for the session as it is then.
"""

from __future__ import annotations

from typing import Literal

from engine.errors import ProjectError
from engine.project.value import Value

Step = Literal["root", "expand", "refine", "regenerate"]


class ScriptNode(Value, frozen=True, kw_only=True):
    """One candidate script.

    `moves` are its choices, such as 'tone: tense'; `scores` what each criterion gave, 0 to 1, and
    `score` all of them together. `kept` tells whether pruning left it to be expanded further.
    """

    id: str
    parent: str | None = None
    step: Step = "root"
    moves: tuple[str, ...] = ()
    scores: dict[str, float] = {}  # noqa: RUF012 (a copy for every value)
    score: float = 0.0
    reasons: tuple[str, ...] = ()
    kept: bool = False


class ScriptTree(Value, frozen=True, kw_only=True):
    """Candidates in the order they were thought of; `chosen` is the id of the one in use.

    `stop` says why the search ended, `mind` who thought, `scribe` what the validator said.
    """

    nodes: tuple[ScriptNode, ...]
    chosen: str
    stop: str = ""
    mind: str = "rules"
    scribe: str = ""
    seed: int = 0

    def node(self, node_id: str) -> ScriptNode:
        """The node of that id.

        Raises
        ------
        ProjectError
            If there is none.
        """
        for node in self.nodes:
            if node.id == node_id:
                return node
        known = ", ".join(node.id for node in self.nodes)
        raise ProjectError(
            f"the script's tree has no branch '{node_id}'", remedy=f"choose one of {known}"
        )

    def depth(self, node_id: str) -> int:
        """How far a node is from the root."""
        depth, parent = 0, self.node(node_id).parent
        while parent is not None and depth < len(self.nodes):
            depth, parent = depth + 1, self.node(parent).parent
        return depth


def check_script_tree(tree: ScriptTree) -> None:
    """Ids once each, parents before their children, the chosen one there.

    Raises
    ------
    ProjectError
        Naming the branch.
    """
    before: set[str] = set()
    for node in tree.nodes:
        if node.id in before:
            raise ProjectError(f"the script's tree has the branch '{node.id}' twice")
        if node.parent is not None and node.parent not in before:
            raise ProjectError(f"branch '{node.id}' of the script's tree has no parent before it")
        before.add(node.id)
    tree.node(tree.chosen)
