"""What a language model may propose: lines of a script, every field bounded."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from engine.script.layers import LEAD_S, TAIL_S, Draft
from engine.script.scribe.repair import Drafts

MOST_LINES = 300
MOST_HITS = 400
_LONGEST_TEXT = 300
_LOUDEST_DB = 12.0

Text = Annotated[str, Meta(max_length=_LONGEST_TEXT)]
Seconds = Annotated[float, Meta(ge=0.0, le=86_400.0)]


class ProposedLine(Struct, frozen=True, kw_only=True):
    """One sound: on which track, what makes it, when, and why."""

    track: Text
    generator: Annotated[str, Meta(max_length=40)]
    prompt: Text
    start_s: Seconds
    end_s: Seconds
    at_s: Annotated[list[Seconds], Meta(max_length=MOST_HITS)] = []
    level_db: Annotated[float, Meta(ge=-40.0, le=_LOUDEST_DB)] = 0.0
    category: Annotated[str, Meta(max_length=40)] = "FOLEY"
    why: Text = ""


class Proposal(Struct, frozen=True, kw_only=True):
    """A whole script."""

    lines: Annotated[list[ProposedLine], Meta(max_length=MOST_LINES)]


def plain_text(text: str) -> str:
    """Text without control characters, halves of characters and doubled blanks."""
    kept = (c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join("".join(kept).split())


def drafts_of(
    proposal: Proposal,
    tracks: Iterable[str],
    generators: Iterable[str],
    categories: Iterable[str],
    duration_s: float,
) -> tuple[Drafts, tuple[str, ...]]:
    """Drafts of the lines that can be made, and what is wrong with the others.

    Times outside the clip are left for the validator to find.
    """
    known, makers, kinds = set(tracks), set(generators), set(categories)
    drafts: list[tuple[str, Draft]] = []
    wrong: list[str] = []
    for index, line in enumerate(proposal.lines):
        where = f"line {index + 1}"
        if line.track not in known:
            wrong.append(f"{where}: there is no track '{plain_text(line.track)[:40]}'")
        elif line.generator not in makers:
            wrong.append(f"{where}: there is no generator '{plain_text(line.generator)}'")
        elif not all(map(math.isfinite, (line.start_s, line.end_s, line.level_db, *line.at_s))):
            wrong.append(f"{where}: numbers must be finite")
        else:
            category = line.category if line.category in kinds else "FOLEY"
            drafts.append((line.track, _draft(line, category, duration_s)))
    return tuple(drafts), tuple(wrong)


def _draft(line: ProposedLine, category: str, duration_s: float) -> Draft:
    onsets = tuple(sorted({round(t, 6) for t in line.at_s}))
    start_s, end_s = line.start_s, line.end_s
    if onsets:
        start_s = min(start_s, max(onsets[0] - LEAD_S, 0.0))
        ring_s = TAIL_S.get(line.generator, 1.0)
        end_s = max(end_s, min(onsets[-1] + ring_s, max(duration_s, onsets[-1])))
    return Draft(
        layer=line.generator,
        generator=line.generator,
        prompt=plain_text(line.prompt),
        start_s=start_s,
        end_s=end_s,
        category=category,
        why=plain_text(line.why) or "the model proposed it",
        onsets_s=onsets,
        strengths=(0.9,) * len(onsets),
        level_db=round(line.level_db, 2),
    )
