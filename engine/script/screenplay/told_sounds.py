"""What a screenplay says can be heard: an object and an action of the table, in a sentence.

Only what happens is read; what people say to each other tells nothing of what sounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from engine.project.value import Value
from engine.script.knowledge import shipped_knowledge
from engine.script.screenplay.scenes import SceneText, ScriptLine

_FARTHEST = 60
"""Characters between what acts and what it does."""
_NO = re.compile(r"\b(?:no|not|never|without|silent|silently|n't|stops|ceases|nobody)\b", re.I)
_CLAUSE = re.compile(r"[.!?;]+\s+|\s+--\s+|\s+(?:while|as|and then|but)\s+", re.IGNORECASE)


class ToldSound(Value, frozen=True, kw_only=True):
    """A sound that words tell: `part` is how far into its scene it stands, 0 to 1.

    `heard` tells whether it is named as a sound (thunder, footsteps) rather than as an action.
    """

    thing: str
    action: str
    sentence: str
    line: int
    part: float
    heard: bool


def told_sounds(scene: SceneText) -> Iterator[ToldSound]:
    """The sounds of a scene in the order of its words; each thing's action once a sentence."""
    before = 0
    for line in scene.lines:
        if line.kind == "action":
            yield from _in_line(line, before, scene.words)
        before += line.words


def _in_line(line: ScriptLine, before: int, words: int) -> Iterator[ToldSound]:
    at = 0
    for clause in _CLAUSE.split(line.text):
        if clause.strip() and not _NO.search(clause):
            for thing, action, start, heard in _in_clause(clause):
                done = before + len(line.text[:at].split()) + len(clause[:start].split())
                yield ToldSound(
                    thing=thing,
                    action=action,
                    sentence=clause.strip(),
                    line=line.number,
                    part=min(done / words, 1.0),
                    heard=heard,
                )
        at += len(clause) + 1


def _in_clause(clause: str) -> list[tuple[str, str, int, bool]]:
    """Thing, action, where, and whether it is named as a sound."""
    knowledge = shipped_knowledge()
    found = {(thing, action): (start, True) for thing, action, start in knowledge.sounds_in(clause)}
    named = [start for start, _ in found.values()]
    things = [one for one in knowledge.objects_in(clause) if one[1] not in named]
    for kinds, at in knowledge.actions_in(clause):
        pair = _nearest(things, kinds, at)
        if pair is not None:
            found.setdefault(pair[:2], (pair[2], False))
    own = [
        (thing, action, *where)
        for (thing, action), where in found.items()
        if not (where[1] and _is_of_another(thing, action, found))
    ]
    return sorted(own, key=lambda one: one[2])


def _is_of_another(thing: str, action: str, found: Iterable[tuple[str, str]]) -> bool:
    """Whether another thing of the clause makes the same sound: a police car's siren is its own."""
    return any(
        _makes(thing, action) <= _makes(*other) for other in found if other != (thing, action)
    )


def _makes(thing: str, action: str) -> set[tuple[str, str]]:
    sound = shipped_knowledge().find(thing, action)
    layers = sound.layer if sound is not None else ()
    return {(layer.generator, str(sorted(layer.parameters.items()))) for layer in layers}


def _nearest(
    things: list[tuple[tuple[str, ...], int]], kinds: tuple[str, ...], at: int
) -> tuple[str, str, int] | None:
    """Who does it: the nearest before the word, else behind it ("the ringing of a phone")."""
    before = [(at - start, names, start) for names, start in things if 0 < at - start <= _FARTHEST]
    behind = [
        (start - at, names, start) for names, start in things if 0 < start - at <= _FARTHEST / 2
    ]
    for _, names, start in [*sorted(before), *sorted(behind)]:
        pair = _pair(names, kinds)
        if pair is not None:
            return *pair, min(start, at)
    return None


def _pair(things: tuple[str, ...], actions: tuple[str, ...]) -> tuple[str, str] | None:
    """The first thing that can do one of the actions, as the table knows."""
    knowledge = shipped_knowledge()
    for thing in things:
        for action in actions:
            if any(sound.action == action for sound in knowledge.sounds_of(thing)):
                return thing, action
    return None
