"""Reading an event's parameters: checked in words, and taken from the prompt where not given."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from engine.errors import ScriptError
from engine.project.model import Event


def choice(event: Event, key: str, options: Mapping[str, Sequence[str]], default: str) -> str:
    """One of several named options.

    Parameters
    ----------
    event : Event
    key : str
        Parameter name. Where the event does not set it, the first option whose own name or
        synonym occurs in the prompt as a whole word is taken, else `default`.
    options : mapping of option name to synonyms

    Raises
    ------
    ScriptError
        If the parameter names no such option.
    """
    given = event.parameters.get(key)
    if given is not None:
        if given not in options:
            raise ScriptError(
                f"{key} '{given}' is unknown",
                place=f"event {event.id} ({event.generator})",
                remedy=f"choose one of {', '.join(options)}",
            )
        return str(given)
    words = set(re.findall(r"[\w-]+", event.prompt.lower()))
    for name, synonyms in options.items():
        if not words.isdisjoint((name, *synonyms)):
            return name
    return default


def number(event: Event, key: str, default: float, low: float, high: float) -> float:
    """A finite number within [low, high].

    Raises
    ------
    ScriptError
        If the parameter is no number or out of range.
    """
    given = event.parameters.get(key, default)
    good = isinstance(given, int | float) and math.isfinite(given) and low <= given <= high
    if not good:
        raise ScriptError(
            f"{key} is {given!r}",
            place=f"event {event.id} ({event.generator})",
            remedy=f"give a number from {low:g} to {high:g}",
        )
    return float(given)
