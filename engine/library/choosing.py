"""Which recordings an event sounds: by its words, its category, and its seed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.library.database import Database
from engine.library.facts import words_of
from engine.library.recording import Recording
from engine.library.search import search
from engine.project.model import Event

LEAST_LIKENESS = 0.4
"""Of an event's words so many, as a share, have to be found for a recording to stand for it."""
_LEAST_OF_KIND = 0.2
"""Likewise, where the recording's name or category says that it is of the event's kind."""
_MOST_VARIANTS = 4
_ASKED = 24
_EMPTY = """
a an and as at away by close each few for from hit hits in into it its no not of off on once one
onto or out over some sound sounds the then times to two under up very while with
"""
_EMPTY_WORDS = frozenset(_EMPTY.split())


def question(event: Event) -> str:
    """What to ask the index for an event: the words of its prompt that name something.

    The word of its UCS category is one of them.
    """
    words = [word for word in re.findall(r"[^\W\d]+", event.prompt.lower()) if len(word) > 1]
    named = [word for word in words if word not in _EMPTY_WORDS]
    return " ".join(dict.fromkeys((*named, *_kind(event)))) or " ".join(words)


def choose(database: Database, event: Event) -> list[Recording]:
    """Recordings for an event: one, and its variants where it is of single hits; [] if none.

    Of recordings that answer equally well the event's seed chooses. Those of the event's UCS
    category are preferred; a recording of another category does not stand for it, one of none
    may.
    """
    asked = question(event)
    if not asked:
        return []
    found = [one for one in search(database, f"{asked} ", _ASKED) if _may_stand(one, event)]
    if not found:
        return []
    best = max(_worth(one, event) for one in found)
    equal = [one for one in found if _worth(one, event) == best]
    chosen = equal[event.seed % len(equal)]
    return _variants(chosen, equal) if len(event.onsets_s) > 1 else [chosen]


def _kind(event: Event) -> list[str]:
    """Words of the event's UCS category; none where it says nothing."""
    if event.category in ("", "FOLEY"):
        return []
    return re.findall(r"[a-z]{3,}", event.category.lower())


def _may_stand(recording: Recording, event: Event) -> bool:
    kind = _kind(event)
    if recording.category and kind and recording.category != event.category:
        return recording.likeness == 1.0
    name = f"{words_of(recording.path)} {recording.title} {recording.category}".lower()
    of_kind = any(re.search(rf"\b{word.rstrip('s')}s?\b", name) for word in kind)
    return recording.likeness >= (_LEAST_OF_KIND if of_kind else LEAST_LIKENESS)


def _worth(recording: Recording, event: Event) -> tuple[float, bool]:
    return recording.likeness, bool(event.category) and recording.category == event.category


def _variants(chosen: Recording, others: Sequence[Recording]) -> list[Recording]:
    """Recordings whose names differ in numbers only: takes of one thing, the chosen one first."""
    name = _without_numbers(chosen)
    same = [one for one in others if _without_numbers(one) == name and one.path != chosen.path]
    return [chosen, *same][:_MOST_VARIANTS]


def _without_numbers(recording: Recording) -> str:
    return re.sub(r"[\d\s]+", " ", words_of(recording.path.lower()))
