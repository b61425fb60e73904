"""What a language model is told and asked: the description as JSON, the rules of the craft."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from engine.minds.endpoint import Message
from engine.script.scribe.description import FilmDescription

_MOST_SCREENPLAY = 20_000
_ROLE = """You are a Foley artist. You are given what was seen in a silent film clip and write \
which sounds it needs. Rules: every mover has at least one line; every touch that sounds has a hit \
(at_s) within 0.06 s; nothing without evidence; all times inside the clip, in seconds; one \
separable sound a line; effects only, no music, no speech. The ambience track carries what \
surrounds the listener. A prompt names material, surface and manner in a few words. Answer with \
JSON only, as the schema says."""


def first_question(
    description: FilmDescription,
    beds: Iterable[str],
    generators: Iterable[str],
    categories: Iterable[str],
    texts: Sequence[str],
    pictures: tuple[bytes, ...],
) -> list[Message]:
    """The talk's beginning: who it is, and the film.

    Parameters
    ----------
    description : FilmDescription
        What was seen.
    beds : iterable of str
        Ids of the ambience tracks.
    generators, categories : iterables of str
        What a line may name.
    texts : sequence of str
        The screenplay; a long one is cut.
    pictures : tuple of bytes
        JPEG files in order of time, for models that see.
    """
    facts = {
        "film": description,
        "ambience_tracks": sorted(beds),
        "generators": sorted(generators),
        "categories": sorted(categories),
        "screenplay": "\n".join(texts)[:_MOST_SCREENPLAY],
    }
    told = msgspec.json.encode(facts).decode("utf-8")
    return [
        Message(role="system", text=_ROLE),
        Message(role="user", text=told, pictures=pictures),
    ]


def objections(answer: str, found: Sequence[str]) -> list[Message]:
    """What the model said, and what the validator says of it."""
    listed = "\n".join(f"- {text}" for text in found[:60])
    wish = f"A check against what was seen objects:\n{listed}\nGive the whole script again, mended."
    return [Message(role="assistant", text=answer), Message(role="user", text=wish)]
