"""Offline vocabularies: lists of names a detector can be asked for instead of the user's words.

FoleySpace (III-A) detects with a text label where there is one, and with the labels of a data set
otherwise; of all labels a thing is given, the one of highest confidence is chosen. A phrase of the
prompt that begins with ``@`` names such a list: ``@audioset``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from engine import resources
from engine.errors import PluginError

VOCABULARIES = ("coco", "imagenet", "vggsound", "audioset")
MARK = "@"


@cache
def labels_of(vocabulary: str) -> tuple[str, ...]:
    """Names of a vocabulary in the order of its data set.

    Raises
    ------
    PluginError
        If there is none of that name.
    """
    if vocabulary not in VOCABULARIES:
        raise PluginError(
            f"there is no vocabulary '{MARK}{vocabulary}'",
            remedy=f"choose one of {', '.join(MARK + name for name in VOCABULARIES)}",
        )
    text = resources.path(f"vocabularies/{vocabulary}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.split("\n") if line)


def own_words(prompt: Sequence[str]) -> tuple[str, ...]:
    """What the user wrote, without the names of vocabularies."""
    return tuple(p for p in prompt if not p.strip().startswith(MARK))


def spelt_out(prompt: Sequence[str]) -> tuple[str, ...]:
    """The prompt with every vocabulary in place of its name; each phrase once.

    Raises
    ------
    PluginError
        If it names a vocabulary there is not.
    """
    phrases: dict[str, None] = {}
    for phrase in (p.strip() for p in prompt):
        named = phrase.startswith(MARK)
        some = labels_of(phrase[len(MARK) :].lower()) if named else (phrase,)
        phrases.update(dict.fromkeys(one for one in some if one))
    return tuple(phrases)
