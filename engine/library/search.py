"""Questions to the index: by words, and by "more like this"."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.errors import LibraryError
from engine.library.database import Database
from engine.library.features import features
from engine.library.indexing import excerpt
from engine.library.recording import Recording

_WEIGHTS = (10.0, 10.0, 4.0, 6.0, 5.0, 6.0, 2.0, 0.5, 0.5)
"""Of the columns of `words`, in their order: name, title, description, keywords, ..."""
_CLIP = 3.0
_MOST_WORDS = 32
_MOST_WEIGHED = 20_000
_USUAL, _FEW, _BLOCK = 8192, 8, 4096
"""Sounds by which is told what is usual; too few for that; sounds compared at once."""


def search(database: Database, question: str, limit: int = 50) -> list[Recording]:
    """Recordings that answer some words, best first.

    Parameters
    ----------
    question : str
        All words have to occur, in any form ('footsteps' finds 'footstep'), the last one may be
        unfinished; "in quotes" they follow each other; -word must not occur; category:DOORS
        restricts to a UCS category. Where nothing has all words, what has some of them answers.
    limit : int
        So many at most.

    Returns
    -------
    list of Recording
        `likeness` is the share of the words that occur.

    Raises
    ------
    LibraryError
        If there is nothing to look for, or the index cannot be read.
    """
    wanted, unwanted = _terms(question)
    if not wanted:
        raise LibraryError("there are no words to look for", remedy="name what shall sound")
    unfinished = wanted[-1] if re.search(r"[\w]$", question.strip()) else ""
    marked = [f"{term}*" if term == unfinished else term for term in wanted]
    with database.told():
        ids = _match(database, _query(marked, unwanted, "AND"), limit)
        if ids or len(wanted) == 1:
            return in_order(database, ids, dict.fromkeys(ids, 1.0))
        return in_order(database, *_with_some(database, marked, unwanted, limit))


def like(database: Database, path: Path, limit: int = 50) -> list[Recording]:
    """Recordings that sound like a file, which need not be in the index; itself left out.

    `likeness` is the cosine of what both deviate by from the average of the library, 0..1.

    Raises
    ------
    LibraryError, MediaError
        If the index is empty, or the file cannot be read.
    """
    vector = features(*excerpt(path))
    with database.told():
        vectors = database.vectors()
        if not len(vectors):
            raise LibraryError(
                "the index is empty", place=database.folder, remedy="index a folder first"
            )
        alike = _likeness(vectors, vector)
        most = min(2 * limit + 32, len(alike))
        order = np.argpartition(-alike, most - 1)[:most]
        order = order[np.argsort(-alike[order], kind="stable")]
        shares = {int(i): float(np.clip(alike[i], 0.0, 1.0)) for i in order}
        found = in_order(database, list(shares), shares)
    own = str(path.expanduser().absolute())
    return [recording for recording in found if recording.path != own][:limit]


def _likeness(vectors: NDArray[np.float32], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n,) cosines after every feature is brought to the same spread; -1 where there is none."""
    usual = np.asarray(vectors[:: max(1, len(vectors) // _USUAL)])
    usual = usual[usual.any(axis=1)]
    mean, spread = np.zeros(len(vector), np.float32), np.ones(len(vector), np.float32)
    if len(usual) >= _FEW:
        mean, spread = usual.mean(axis=0), usual.std(axis=0) + np.float32(1e-3)
    asked = np.clip((vector - mean) / spread, -_CLIP, _CLIP)
    asked /= max(float(np.linalg.norm(asked)), 1e-9)
    alike = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK]
        unit = np.clip((block - mean) / spread, -_CLIP, _CLIP)
        norms = np.sqrt(np.einsum("ij,ij->i", unit, unit))
        cosines = unit @ asked / np.maximum(norms, 1e-9)
        alike[start : start + _BLOCK] = np.where(block.any(axis=1), cosines, -1.0)
    return alike


def _terms(question: str) -> tuple[list[str], list[str]]:
    """Quoted terms of a full-text query: those wanted, and those unwanted."""
    wanted: list[str] = []
    unwanted: list[str] = []
    for minus, column, phrase, word in re.findall(
        r'(-?)(?:(category|subcategory):)?(?:"([^"]*)"|([^\s"]+))', question
    )[:_MOST_WORDS]:
        words = re.findall(r"\w+", phrase or word)
        if words:
            term = '"' + " ".join(words) + '"'
            term = f"{column} : {term}" if column else term
            (unwanted if minus else wanted).append(term)
    return wanted, unwanted


def _query(wanted: list[str], unwanted: list[str], joint: str) -> str:
    query = f" {joint} ".join(wanted)
    return f"({query}) NOT ({' OR '.join(unwanted)})" if unwanted else query


def _match(database: Database, query: str, limit: int) -> list[int]:
    """Ids by relevance (bm25); of very many answers those indexed first are weighed."""
    weights = ", ".join(map(str, _WEIGHTS))
    rows = database.sql.execute(
        "SELECT id FROM (SELECT rowid AS id, rank AS worth FROM words"
        f" WHERE words MATCH ? AND rank MATCH 'bm25({weights})' LIMIT {_MOST_WEIGHED})"
        " ORDER BY worth, id LIMIT ?",
        (query, limit),
    )
    return [row[0] for row in rows]


def _with_some(
    database: Database, terms: list[str], unwanted: list[str], limit: int
) -> tuple[list[int], dict[int, float]]:
    """Ids of sounds that have some of the terms, and the share that each has.

    Those with rare terms come first: a term counts by the logarithm of its rarity.
    """
    (highest,) = database.sql.execute("SELECT coalesce(max(id), 0) FROM sounds").fetchone()
    worth, count = np.zeros(highest + 1), np.zeros(highest + 1)
    for term in terms:
        ids = _all(database, _query([term], unwanted, "OR"))
        worth[ids] += np.log(1.0 + highest / (1.0 + len(ids)))
        count[ids] += 1.0
    found = np.flatnonzero(worth)
    best = found[np.argsort(-worth[found], kind="stable")][:limit]
    return [int(i) for i in best], {int(i): float(count[i]) / len(terms) for i in best}


def _all(database: Database, query: str) -> NDArray[np.int64]:
    rows = database.sql.execute("SELECT rowid FROM words WHERE words MATCH ?", (query,))
    return np.fromiter((row[0] for row in rows), dtype=np.int64)


def in_order(database: Database, ids: list[int], shares: dict[int, float]) -> list[Recording]:
    """Recordings of `ids` in their order, with their `likeness`; those that have gone left out."""
    found = database.recordings(ids)
    return [
        structs.replace(found[sound_id], likeness=shares[sound_id])
        for sound_id in ids
        if sound_id in found
    ]
