"""FilmScribe's loop with a language model as its generator: asked, verified, asked again.

The model proposes, the same validator as for the rules' scripts objects, and what is left in the
end is mended by rules. A model can so fail, but not write what was not seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from engine import plugins
from engine.errors import MindError
from engine.minds.budget import Estimate, check_limits, estimate
from engine.minds.endpoint import MindSettings, Said, ask, check_mind
from engine.minds.json_in_text import read_json
from engine.project.model import Project
from engine.script.minds.asking import first_question, objections
from engine.script.minds.proposal import Proposal, drafts_of
from engine.script.rules import Rules, shipped_rules
from engine.script.scribe.lines import lines_of_drafts
from engine.script.scribe.loop import BUDGET, verified
from engine.script.scribe.observe import describe
from engine.script.scribe.repair import Drafts, repaired
from engine.script.scribe.validate import Finding, validate
from engine.script.tree.writing import Told
from engine.script.writer import Drafted, draft_script

ROUNDS = 3
"""How often the model is asked for a script, objections in between."""


@dataclass(frozen=True)
class Proposed:
    """What a model's script came to: the drafts, and how it went in a sentence."""

    drafted: Drafted
    told: str


def ask_for_script(
    project: Project,
    settings: MindSettings,
    told: Told,
    pictures: tuple[bytes, ...] = (),
    tell: Callable[[str], None] = lambda text: None,
    rules: Rules | None = None,
) -> Proposed:
    """A verified script of a language model's.

    Parameters
    ----------
    project : Project
        With analysed tracks, and those off the screen.
    settings : MindSettings
        Which model, and limits.
    told : Told
        What words tell beside the picture; its drafts are part of the script.
    pictures : tuple of bytes
        JPEG files, for models that see.
    tell : callable
        Is told what it may cost before it is spent.

    Raises
    ------
    MindError
        If it would pass its limits (before anything is sent), or no answer could be used.
    """
    check_mind(settings)
    rules = shipped_rules() if rules is None else rules
    talk = _Talk(project, settings, told, pictures, rules)
    expected = talk.estimate()
    check_limits(expected, settings.most_tokens, settings.most_cost)
    tell(f"asking {settings.model}: {expected}")
    drafts, left = talk.best()
    free: list[str] = [*talk.beds, *(track.id for track in told.tracks)]

    def mend(_: object, last: Drafts, found: tuple[Finding, ...]) -> Drafts:
        return repaired(last, found, project, talk.description, rules)

    mended, rounds = verified(talk.description, drafts, mend, BUDGET, free)
    story = f"{settings.model} wrote it, asked {talk.asked}; {left} objections were left to rules"
    if rounds[-1]:
        story = f"{story}, {len(rounds[-1])} of them for good"
    whole = (*mended, *talk.missing_beds(mended), *told.drafts)
    return Proposed(Drafted(talk.written.tracks, whole), story)


def most_taken(
    project: Project, settings: MindSettings, told: Told, pictures: tuple[bytes, ...] = ()
) -> Estimate:
    """What `ask_for_script` takes at the most; nothing is sent."""
    return _Talk(project, settings, told, pictures, shipped_rules()).estimate()


class _Talk:
    """The talk with one model about one film."""

    def __init__(
        self,
        project: Project,
        settings: MindSettings,
        told: Told,
        pictures: tuple[bytes, ...],
        rules: Rules,
    ) -> None:
        self.description = describe(project, rules)
        self.written = draft_script(project, rules)
        self.beds: list[str] = [track.id for track in self.written.tracks]
        self._settings, self._rules = settings, rules
        self._generators = plugins.names("generator")
        self._asked = 0
        self._pictures = pictures if settings.sees else ()
        self._messages = first_question(
            self.description,
            self.beds,
            self._generators,
            rules.categories,
            (*project.scene.prompt, *told.texts),
            self._pictures,
        )
        self._schema = msgspec.json.schema(Proposal)

    @property
    def asked(self) -> str:
        """How often it was asked, in words."""
        return "once" if self._asked == 1 else f"{self._asked} times"

    def estimate(self) -> Estimate:
        """What the whole talk takes at the most, retries included."""
        texts = [message.text for message in self._messages]
        texts.append(msgspec.json.encode(self._schema).decode("utf-8"))
        calls = ROUNDS * (1 + self._settings.retries)
        answer, price = self._settings.answer_tokens, self._settings.price
        return estimate(texts, len(self._pictures), answer, calls, price)

    def best(self) -> tuple[Drafts, int]:
        """The script with the fewest objections, and how many they are."""
        best: tuple[int, Drafts] | None = None
        failure: MindError | None = None
        for _ in range(ROUNDS):
            said = ask(self._settings, self._messages, self._schema)
            self._asked += 1
            try:
                drafts, found = self._checked(said)
            except MindError as error:
                failure, found = error, (error.problem,)
            else:
                if best is None or len(found) < best[0]:
                    best = (len(found), drafts)
                if not found:
                    break
            self._messages = [*self._messages[:2], *objections(said.text, found)]
        if best is None:
            assert failure is not None
            raise MindError(
                failure.problem, place=self._settings.model, remedy="try another model"
            ) from failure
        return best[1], best[0]

    def missing_beds(self, drafts: Drafts) -> Drafts:
        """The rules' beds, where the model wrote none."""
        if any(track_id in self.beds for track_id, _ in drafts):
            return ()
        return tuple(pair for pair in self.written.drafts if pair[0] in self.beds)

    def _checked(self, said: Said) -> tuple[Drafts, tuple[str, ...]]:
        proposal = read_json(said.text, Proposal)
        tracks = [*self.description.heard_s, *self.beds]
        end_s = self.description.duration_s
        drafts, wrong = drafts_of(proposal, tracks, self._generators, self._rules.categories, end_s)
        found = validate(self.description, lines_of_drafts(drafts), self.beds)
        return drafts, (*wrong, *(finding.text for finding in found))
