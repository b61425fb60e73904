"""The JSON object in what a model said, be it bare, in a fence, or among words."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from engine.errors import MindError

T = TypeVar("T")
_FENCE = re.compile(r"```(?:json)?\s*(\{.*?\})\s*```", re.DOTALL)


def read_json(text: str, kind: type[T]) -> T:
    """The first object in a text that is a value of some kind.

    Raises
    ------
    MindError
        Saying what is wrong with it, so that a model can be told.
    """
    problem = "there is no JSON object in it"
    for found in _candidates(text):
        try:
            return msgspec.json.decode(found.encode("utf-8", "replace"), type=kind)
        except msgspec.ValidationError as error:
            problem = str(error)
        except (msgspec.DecodeError, RecursionError):
            continue
    raise MindError(f"the model's answer cannot be used: {problem}"[:300])


def _candidates(text: str) -> list[str]:
    whole = text.strip()
    found: list[Any] = [whole, *_FENCE.findall(whole)]
    first, last = whole.find("{"), whole.rfind("}")
    if 0 <= first < last:
        found.append(whole[first : last + 1])
    return list(dict.fromkeys(found))
