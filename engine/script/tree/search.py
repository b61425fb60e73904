"""The Foley script writer: a Tree of Thought over candidate scripts (FoleyDesigner, Algorithm 1).

Expand, score, stop where a candidate is good enough; else refine what can be corrected,
regenerate what failed in principle, and keep the best few of each level. Everything follows from
the project and the seed: there is no chance in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec import structs

from engine.project.script_tree import ScriptNode, ScriptTree, Step
from engine.script.separation import SEPARATIONS, TURNS
from engine.script.tree.candidates import Candidates
from engine.script.tree.moves import (
    CLEARER,
    DETAIL,
    PLAIN,
    REFINED,
    SEPARATION,
    SPARE,
    TOLD,
    TONE,
    Choices,
    choices_in_words,
)
from engine.script.tree.score import Judgement
from engine.script.tree.tones import NEUTRAL, shipped_tones

_REASONS = {
    SEPARATION: "how movers are kept apart",
    DETAIL: "how detailed what is seen sounds",
    TONE: "the tone of the film",
    REFINED: "what covers others is softer",
}


@dataclass(frozen=True)
class Limits:
    """Where the search stops.

    Attributes
    ----------
    threshold : float
        A score that is good enough, 0 to 1.
    depth : int
        Levels below the root.
    branches : int
        Candidates that are judged, at the most.
    kept : int
        Candidates of a level that are expanded further (the paper's top k).
    margin : float
        By so much another candidate must be better than the rules' own to be taken.
    """

    threshold: float = 0.97
    depth: int = 3
    branches: int = 24
    kept: int = 3
    margin: float = 0.02


class Search:
    """One search; `tree` is its result."""

    def __init__(self, candidates: Candidates, limits: Limits) -> None:
        self._candidates = candidates
        self._limits = limits
        self._nodes: list[ScriptNode] = []
        self._judged: dict[str, Judgement] = {}
        self._choices: dict[str, Choices] = {}

    def tree(self, seed: int, asked: Choices) -> ScriptTree:
        """Search, and choose the best; of equals the one that was thought of first.

        What is `asked` for is part of every candidate.
        """
        root = self._add(None, "root", asked)
        assert root is not None
        level, stop = [root], "the deepest level is reached"
        for _ in range(self._limits.depth):
            level = self._kept(self._next_level(level))
            if self._best().score >= self._limits.threshold:
                stop = f"a score of {self._best().score:.2f} is enough"
                break
            if len(self._nodes) >= self._limits.branches:
                stop = f"{self._limits.branches} branches are enough"
                break
            if not level:
                stop = "nothing else is left to think of"
                break
        return ScriptTree(nodes=tuple(self._nodes), chosen=self._best().id, stop=stop, seed=seed)

    def _next_level(self, level: list[ScriptNode]) -> list[ScriptNode]:
        """Children by every principle; corrections and retries of those that need one."""
        fresh: list[ScriptNode | None] = []
        for parent in level:
            for choices in self._expansions(self._choices[parent.id]):
                fresh.append(self._add(parent, "expand", choices))
        for node in [parent for parent in level if parent.kept or parent.step == "root"]:
            judged, own = self._judged[node.id], self._choices[node.id]
            if judged.fainter and REFINED not in own:
                fresh.append(self._add(node, "refine", {**own, REFINED: CLEARER}))
            if judged.tone_conflict and node.parent is not None:
                sibling = {**own, TONE: self._candidates.tone.value}
                fresh.append(self._add(self._node(node.parent), "regenerate", sibling))
        return [node for node in fresh if node is not None]

    def _expansions(self, choices: Choices) -> Iterator[dict[str, str]]:
        for principle, options in self._options().items():
            if principle not in choices:
                for option in options:
                    yield {**choices, principle: option}

    def _options(self) -> Mapping[str, tuple[str, ...]]:
        """What there is to choose, what the film asks for first; not what the rules do anyway."""
        asked = self._candidates.tone.value
        tones = (asked,) if asked != NEUTRAL else tuple(shipped_tones())[:2]
        details = (TOLD, SPARE) if self._candidates.tells_details else (SPARE,)
        apart = tuple(name for name in SEPARATIONS if name != TURNS)
        return {
            TONE: tones,
            DETAIL: tuple(name for name in details if name != PLAIN),
            SEPARATION: apart if self._candidates.has_rivals else (),
        }

    def _add(self, parent: ScriptNode | None, step: Step, choices: Choices) -> ScriptNode | None:
        """A new node, judged; None where there is one of these choices, or no budget."""
        if len(self._nodes) >= self._limits.branches or choices in self._choices.values():
            return None
        judged = self._candidates.judged(choices)
        new = [p for p in choices if parent is None or p not in self._choices[parent.id]]
        node = ScriptNode(
            id=f"n{len(self._nodes)}",
            parent=None if parent is None else parent.id,
            step=step,
            moves=choices_in_words(choices),
            scores=judged.scores,
            score=judged.score,
            reasons=(*(f"changes {_REASONS[p]}" for p in new), *judged.reasons),
            kept=parent is None,
        )
        self._nodes.append(node)
        self._judged[node.id] = judged
        self._choices[node.id] = dict(choices)
        return node

    def _kept(self, level: list[ScriptNode]) -> list[ScriptNode]:
        """The best of a level, marked so."""
        best = sorted(level, key=lambda node: -node.score)[: self._limits.kept]
        kept = [structs.replace(node, kept=True) for node in best]
        marked = {node.id: node for node in kept}
        self._nodes = [marked.get(node.id, node) for node in self._nodes]
        return kept

    def _best(self) -> ScriptNode:
        root, best = self._nodes[0], max(self._nodes, key=lambda node: node.score)
        return best if best.score >= root.score + self._limits.margin else root

    def _node(self, node_id: str) -> ScriptNode:
        return next(node for node in self._nodes if node.id == node_id)
