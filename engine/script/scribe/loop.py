"""FilmScribe's closed loop: propose, verify, mend, until nothing is found or the budget ends.

FoleyDesigner, section 3.1, Eq. 1: the next script is made from the last and what the validator
said of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.project.model import Project
from engine.script.rules import Rules, shipped_rules
from engine.script.scribe.description import FilmDescription
from engine.script.scribe.lines import lines_of_drafts
from engine.script.scribe.observe import describe
from engine.script.scribe.repair import Drafts, repaired
from engine.script.scribe.validate import Finding, validate
from engine.script.writer import Drafted, draft_script

BUDGET = 4
"""Rounds of mending, where nothing else is said."""

Proposer = Callable[[FilmDescription, Drafts, tuple[Finding, ...]], Drafts]
"""From the description, the last drafts (none at first) and what was found, the next drafts."""


@dataclass(frozen=True)
class Scribed:
    """What the loop ended with.

    Attributes
    ----------
    description : FilmDescription
        The evidence.
    drafted : Drafted
        The script as far as it was verified.
    rounds : tuple
        What was found in each round, the first of the first proposal; the last of `drafted`.
    """

    description: FilmDescription
    drafted: Drafted
    rounds: tuple[tuple[Finding, ...], ...]

    @property
    def passed(self) -> bool:
        """Whether the validator had nothing left to say."""
        return not self.rounds[-1]

    @property
    def told(self) -> str:
        """What came of it, in a sentence."""
        first, last = len(self.rounds[0]), len(self.rounds[-1])
        if not first:
            return "the script fits what is seen"
        mended = f"{first} objections, {len(self.rounds) - 1} rounds of mending"
        return f"{mended}; " + ("none is left" if self.passed else f"{last} are left")


def film_scribe(
    project: Project,
    rules: Rules | None = None,
    budget: int = BUDGET,
    description: FilmDescription | None = None,
) -> Scribed:
    """Describe a film and write a script for it that the evidence carries.

    Parameters
    ----------
    project : Project
        With analysed tracks.
    rules : Rules, optional
        Default: those shipped with the program.
    budget : int
        Rounds of mending, at the most; 0 only looks.
    description : FilmDescription, optional
        Where the film is described already.
    """
    rules = shipped_rules() if rules is None else rules
    first = draft_script(project, rules)
    description = describe(project, rules) if description is None else description

    def mend(seen: FilmDescription, drafts: Drafts, found: tuple[Finding, ...]) -> Drafts:
        return repaired(drafts, found, project, seen, rules)

    free: list[str] = [track.id for track in first.tracks]
    drafts, rounds = verified(description, first.drafts, mend, budget, free)
    return Scribed(description, Drafted(first.tracks, drafts), rounds)


def verified(
    description: FilmDescription,
    drafts: Drafts,
    propose: Proposer,
    budget: int,
    free: list[str],
) -> tuple[Drafts, tuple[tuple[Finding, ...], ...]]:
    """Drafts proposed again until the validator is content, or the budget (rounds) ends.

    A proposal with more objections than the last is not taken.
    """
    rounds = [validate(description, lines_of_drafts(drafts), free)]
    for _ in range(budget):
        if not rounds[-1]:
            break
        proposed = propose(description, drafts, rounds[-1])
        found = validate(description, lines_of_drafts(proposed), free)
        if len(found) > len(rounds[-1]) or proposed == drafts:
            break
        drafts = proposed
        rounds.append(found)
    return drafts, tuple(rounds)
