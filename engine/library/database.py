"""The index on disk: an SQLite file with full-text search, and a flat file of vectors beside it.

`sounds` has a row a file; `words` is its full-text index (FTS5), kept by triggers, so that a row
and its words are one transaction. The vectors lie in rows of `vectors.f32` by the sound's id, where
they are searched as one array; an id is never used again. A row of the database counts, whatever
the vectors hold: after a kill the next indexing goes on behind the last transaction.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from engine.errors import LibraryError
from engine.library.features import SIZE
from engine.library.recording import Recording
from engine.library.vector_file import VectorFile

VARIABLE = "FOLEYSTAGE_LIBRARY"
"""Environment variable: a folder to keep the index in instead of the user's own."""
VERSION = 1
_NAME, _VECTORS = "library.sqlite", "vectors.f32"

FIELDS = (
    "path", "title", "description", "keywords", "category", "subcategory", "creator", "source",
    "licence", "duration_s", "sample_rate_hz", "channels",
)  # fmt: skip
"""Columns of `sounds` that make a `Recording`."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS folders (
    path TEXT PRIMARY KEY, licence TEXT NOT NULL, source TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sounds (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT UNIQUE NOT NULL, folder TEXT NOT NULL,
    bytes INTEGER NOT NULL, changed_ns INTEGER NOT NULL, refusal TEXT NOT NULL,
    name TEXT NOT NULL, place TEXT NOT NULL,
    title TEXT NOT NULL, description TEXT NOT NULL, keywords TEXT NOT NULL,
    category TEXT NOT NULL, subcategory TEXT NOT NULL, creator TEXT NOT NULL,
    source TEXT NOT NULL, licence TEXT NOT NULL,
    duration_s REAL NOT NULL, sample_rate_hz INTEGER NOT NULL, channels INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS sounds_by_folder ON sounds (folder);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
    name, title, description, keywords, category, subcategory, place, creator, source,
    content='sounds', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2',
    prefix='2 3');
CREATE TRIGGER IF NOT EXISTS words_come AFTER INSERT ON sounds BEGIN
    INSERT INTO words (rowid, {columns}) VALUES (new.id, {new}); END;
CREATE TRIGGER IF NOT EXISTS words_go AFTER DELETE ON sounds BEGIN
    INSERT INTO words (words, rowid, {columns}) VALUES ('delete', old.id, {old}); END;
"""
_WORDS = [
    "name",
    "title",
    "description",
    "keywords",
    "category",
    "subcategory",
    "place",
    "creator",
    "source",
]


class Database:
    """The open index. A context manager; one thread uses it.

    Parameters
    ----------
    folder : Path, optional
        Where it is kept; by default `default_folder`.

    Raises
    ------
    LibraryError
        If it cannot be made or opened, is damaged, or was made by a newer version.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or default_folder()
        with self.told():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.sql = sqlite3.connect(self.folder / _NAME, timeout=10.0)
            self.sql.execute("PRAGMA journal_mode = WAL")
            self.sql.execute("PRAGMA synchronous = NORMAL")
            self._prepare()

    @staticmethod
    def is_there() -> bool:
        """Whether the user has an index."""
        return (default_folder() / _NAME).exists()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.sql.close()

    def _prepare(self) -> None:
        (version,) = self.sql.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            self.sql.close()
            raise LibraryError(
                "the index was made by a newer version", place=self.folder, remedy="update"
            )
        columns, new, old = (
            ", ".join(f"{mark}{name}" for name in _WORDS) for mark in ("", "new.", "old.")
        )
        self.sql.executescript(_SCHEMA.format(columns=columns, new=new, old=old))
        self.sql.execute(f"PRAGMA user_version = {VERSION}")

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Whatever the disk or SQLite refuse is a `LibraryError`."""
        try:
            yield
        except sqlite3.OperationalError as error:
            busy = "locked" in str(error) or "busy" in str(error)
            raise LibraryError(
                "another program writes to the index" if busy else f"the index refuses: {error}",
                place=self.folder,
                remedy="wait until it has ended" if busy else "check the disk and its permissions",
            ) from error
        except (sqlite3.DatabaseError, OSError) as error:
            raise LibraryError(
                f"the index cannot be used ({error})",
                place=self.folder,
                remedy="delete that folder and index again",
            ) from error

    def put(
        self, recording: Recording, folder: Path, state: tuple[int, int], name: str, place: str
    ) -> int:
        """Insert what is known of a file, in place of what was; its id.

        Parameters
        ----------
        folder : Path
            The indexed folder that it is in.
        state : (bytes, changed_ns)
            By which a change is noticed.
        name, place : str
            Words of its name and of the folders below `folder`.
        """
        return self._put(recording, folder, state, (name, place, ""))

    def refuse(self, path: Path, folder: Path, state: tuple[int, int], reason: str) -> None:
        """Remember that a file is no sound; it is tried again when it has changed."""
        self._put(Recording(path=str(path)), folder, state, ("", "", reason))

    def _put(
        self, recording: Recording, folder: Path, state: tuple[int, int], more: tuple[str, str, str]
    ) -> int:
        self.sql.execute("DELETE FROM sounds WHERE path = ?", (recording.path,))
        columns = ("folder", "bytes", "changed_ns", "name", "place", "refusal", *FIELDS)
        values = (str(folder), *state, *more, *(getattr(recording, name) for name in FIELDS))
        marks = ", ".join("?" * len(columns))
        row = self.sql.execute(
            f"INSERT INTO sounds ({', '.join(columns)}) VALUES ({marks})", values
        )
        assert row.lastrowid is not None
        return row.lastrowid

    def recordings(self, ids: list[int]) -> dict[int, Recording]:
        """Recordings by id; those that have gone are missing."""
        marks = ", ".join("?" * len(ids))
        rows = self.sql.execute(
            f"SELECT id, {', '.join(FIELDS)} FROM sounds WHERE refusal = '' AND id IN ({marks})",
            ids,
        )
        return {row[0]: Recording(**dict(zip(FIELDS, row[1:], strict=True))) for row in rows}

    def at(self, path: str) -> Recording | None:
        """The recording of that absolute path; None where it is not in the index."""
        row = self.sql.execute(
            "SELECT id FROM sounds WHERE path = ? AND refusal = ''", (path,)
        ).fetchone()
        return self.recordings([row[0]])[row[0]] if row else None

    def put_vectors(self, vectors: dict[int, NDArray[np.float32]]) -> None:
        """Keep descriptions by id, before the rows are committed."""
        VectorFile(self.folder / _VECTORS, SIZE).put(vectors)

    def vectors(self) -> NDArray[np.float32]:
        """(ids, SIZE) read-only; row i is the sound with id i, zeros where there is none."""
        return VectorFile(self.folder / _VECTORS, SIZE).rows()

    def paths(self) -> dict[int, str]:
        """Absolute paths of all readable sounds by id, in order."""
        with self.told():
            rows = self.sql.execute("SELECT id, path FROM sounds WHERE refusal = '' ORDER BY id")
            return dict(rows.fetchall())

    def ids(self) -> NDArray[np.int64]:
        """(n,) ids of all readable sounds, in order."""
        with self.told():
            rows = self.sql.execute("SELECT id FROM sounds WHERE refusal = '' ORDER BY id")
            return np.fromiter((row[0] for row in rows), dtype=np.int64)


def default_folder() -> Path:
    """Where the index is kept when nobody says otherwise."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given else Path(platformdirs.user_data_dir("foleystage")) / "library"
