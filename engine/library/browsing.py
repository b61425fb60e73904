"""What a list of the library shows: answers to words, or what there is."""

from __future__ import annotations

from collections.abc import Sequence

from engine.library.database import FIELDS, Database
from engine.library.recording import Recording
from engine.library.search import search


def browse(
    database: Database, words: str, among: Sequence[str] | None = None, limit: int = 200
) -> list[Recording]:
    """Recordings that answer some words; without words, what there is in the order of paths.

    Parameters
    ----------
    words : str
        See `engine.library.search.search`; within `among` each has to occur in what is known.
    among : sequence of str, optional
        Absolute paths; only these are shown, in their order, whether or not they are indexed.
    limit : int
        So many at most.

    Raises
    ------
    LibraryError
        If the index cannot be read.
    """
    if among is not None:
        known = (_known(database, path) for path in among)
        wanted = words.lower().split()
        return [one for one in known if _has_all(one, wanted)][:limit]
    if any(character.isalnum() for character in words):
        return search(database, words, limit)
    with database.told():
        rows = database.sql.execute(
            f"SELECT {', '.join(FIELDS)} FROM sounds WHERE refusal = '' ORDER BY path LIMIT ?",
            (limit,),
        )
        return [Recording(**dict(zip(FIELDS, row, strict=True))) for row in rows]


def _known(database: Database, path: str) -> Recording:
    with database.told():
        return database.at(path) or Recording(path=path)


def _has_all(recording: Recording, words: list[str]) -> bool:
    told = " ".join(str(getattr(recording, name)) for name in FIELDS).lower()
    return all(word in told for word in words)
