"""The user's words outrank the shipped network: what it calls otherwise goes by motion's rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.vision.labels import PERSON_WORDS, PLACE_WORDS
from engine.vision.paths import Path


def yielding(paths: Sequence[Path], words: Sequence[str]) -> list[Path]:
    """Paths, those without a name whose class no word fits, where a word fits no class.

    So "fox" may stand for what the network takes for a dog. Only paths that it named beside
    motion are touched; words of places and weather ask for nothing.
    """
    asked = [parts for word in words if not (parts := _parts(word)) <= PLACE_WORDS]
    known = [_parts(_label(path)) if path.named and path.acts else None for path in paths]
    if all(any(one and _fits(parts, one) for one in known) for parts in asked):
        return list(paths)
    return [
        replace(path, named=False)
        if one is not None and not any(_fits(parts, one) for parts in asked)
        else path
        for path, one in zip(paths, known, strict=True)
    ]


def _label(path: Path) -> str:
    return max(path.labels, key=lambda entry: entry[1])[0]


def _parts(word: str) -> frozenset[str]:
    return frozenset(word.lower().replace("-", " ").split())


def _fits(word: frozenset[str], label: frozenset[str]) -> bool:
    return bool(word & label or (word & PERSON_WORDS and label & PERSON_WORDS))
