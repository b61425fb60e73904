"""The tone of a film, by the words that tell it, and what each tone asks of a script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from engine import resources
from engine.script.rules import check_category, read_toml, shipped_rules
from engine.script.scribe.description import Told

NEUTRAL = "neutral"
_SURE_OF_ONE, _SURE_OF_MORE = 0.5, 0.8


class Tone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One tone; fields are explained in `tones.toml`."""

    name: str
    words: tuple[str, ...]
    bed_db: float
    details_db: float
    hits_db: float
    generator: str = ""
    parameters: dict[str, float | str] = {}
    category: str = "DESIGNED"
    prompt: str = ""
    level_db: float = 0.0


class _Tones(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tone: tuple[Tone, ...]


@lru_cache(maxsize=1)
def shipped_tones() -> dict[str, Tone]:
    """The tones that come with the program, by name."""
    path = resources.path("script/tones.toml")
    tones = read_toml(path, _Tones).tone
    for tone in tones:
        check_category(tone.category, f"tone '{tone.name}'", shipped_rules().categories, path)
    return {tone.name: tone for tone in tones}


def tone_of(texts: Sequence[str]) -> Told:
    """The tone that most words of some texts speak for; neutral where none or two do."""
    text = " . ".join(texts)
    said = {name: _said(text, tone) for name, tone in shipped_tones().items()}
    most = max(said, key=lambda name: len(said[name]))
    words = said[most]
    if not words or sum(len(other) == len(words) for other in said.values()) > 1:
        return Told(value=NEUTRAL, confidence=0.5, evidence="no words tell a tone")
    sure = _SURE_OF_ONE if len(words) == 1 else _SURE_OF_MORE
    quoted = ", ".join(f"'{word}'" for word in dict.fromkeys(words[:4]))
    return Told(value=most, confidence=sure, evidence=f"it is said: {quoted}")


def _said(text: str, tone: Tone) -> list[str]:
    stems = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in tone.words)
    return [found.lower() for found in re.findall(rf"\b(?:{stems})\b", text, re.IGNORECASE)]
