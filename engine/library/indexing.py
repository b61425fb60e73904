"""Folders of recordings into the index: what is new or changed is read, what has gone goes.

Work is committed every second or so, so that indexing which is cancelled or killed goes on where
it was. Sounds themselves are never changed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from msgspec import Struct, structs
from numpy.typing import NDArray

from engine.errors import FoleystageError, LibraryError
from engine.jobs import Progress, silent_progress
from engine.library.database import Database
from engine.library.facts import SOUND_SUFFIXES, read_facts, words_of
from engine.library.features import EXCERPT_S, features
from engine.library.licences import Licences
from engine.library.recording import Recording
from engine.media.audio_file import read_audio_blocks

_COMMIT_S = 1.0


class IndexReport(Struct, frozen=True, kw_only=True):
    """What indexing a folder did. `refused` are files that are no readable sound, with reasons."""

    folder: str
    sounds: int
    added: int = 0
    changed: int = 0
    removed: int = 0
    refused: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> str:
        """For people: how many there are, and how many cannot be read."""
        refused = f", {len(self.refused)} cannot be read" if self.refused else ""
        return f"{Path(self.folder).name}: {self.sounds} recordings{refused}"


def index_folder(
    database: Database,
    folder: Path,
    *,
    licence: str = "",
    source: str = "",
    progress: Progress = silent_progress,
) -> IndexReport:
    """Bring the index up to date with a folder and all below it.

    Parameters
    ----------
    licence, source : str
        Of recordings that do not say themselves; kept with the folder for the next time.

    Raises
    ------
    LibraryError
        If the folder is not there, or the index cannot be written.
    CancelledError
        From `progress`; what was read until then is kept.
    """
    root = Path(os.path.abspath(folder.expanduser()))
    if not root.is_dir():
        raise LibraryError("there is no such folder", place=root, remedy="check the path")
    with database.told():
        licence, source = _remembered(database, root, licence, source)
        known = _known(database, root)
        progress("looking through the folder", 0.0)
        there = {str(path): state for path, state in _sounds_in(root)}
        new = [path for path, state in there.items() if known.get(path) != state]
        gone = [path for path in known if path not in there]
        database.sql.executemany("DELETE FROM sounds WHERE path = ?", [(path,) for path in gone])
        database.sql.commit()
        _Reading(database, root, Licences(root, licence), source).read(new, there, progress)
        refused = database.sql.execute(
            "SELECT path, refusal FROM sounds WHERE folder = ? AND refusal <> '' ORDER BY path",
            (str(root),),
        ).fetchall()
    changed = sum(path in known for path in new)
    return IndexReport(
        folder=str(root),
        sounds=len(there) - len(refused),
        added=len(new) - changed,
        changed=changed,
        removed=len(gone),
        refused=tuple((path, reason) for path, reason in refused),
    )


def forget_folder(database: Database, folder: Path) -> int:
    """Take a folder out of the index; how many sounds it held.

    Raises
    ------
    LibraryError
        If it is not in the index.
    """
    root = os.path.abspath(folder.expanduser())
    with database.told():
        if not database.sql.execute("DELETE FROM folders WHERE path = ?", (root,)).rowcount:
            raise LibraryError("this folder is not in the index", place=root)
        count = database.sql.execute("DELETE FROM sounds WHERE folder = ?", (root,)).rowcount
        database.sql.commit()
    return int(count)


def folders(database: Database) -> list[tuple[str, int]]:
    """Indexed folders, and how many sounds each holds."""
    rows = database.sql.execute(
        "SELECT f.path, count(s.id) FROM folders f LEFT JOIN sounds s"
        " ON s.folder = f.path AND s.refusal = '' GROUP BY f.path ORDER BY f.path"
    )
    return [(path, count) for path, count in rows]


class _Reading:
    """Files of a folder, read and committed in batches."""

    def __init__(self, database: Database, root: Path, licences: Licences, source: str) -> None:
        self._database = database
        self._root = root
        self._licences = licences
        self._source = source
        self._vectors: dict[int, NDArray[np.float32]] = {}

    def read(
        self, paths: list[str], states: dict[str, tuple[int, int]], progress: Progress
    ) -> None:
        """Read all `paths`; whatever stops it, what was read is committed."""
        committed_s = time.monotonic()
        try:
            for index, path in enumerate(paths):
                progress(f"listening to {Path(path).name}", index / len(paths))
                self._read_one(Path(path), states[path])
                if time.monotonic() - committed_s > _COMMIT_S:
                    self._commit()
                    committed_s = time.monotonic()
        finally:
            self._commit()

    def _read_one(self, path: Path, state: tuple[int, int]) -> None:
        try:
            path.name.encode("utf-8")
            facts = read_facts(path, self._licences.of(path.parent), self._source)
            vector = features(*excerpt(path))
        except UnicodeEncodeError:
            return  # a name that no database can hold
        except FoleystageError as error:
            self._database.refuse(path, self._root, state, error.problem)
            return
        sound_id = self._store(facts, path, state)
        self._vectors[sound_id] = vector

    def _store(self, facts: Recording, path: Path, state: tuple[int, int]) -> int:
        below = path.parent.relative_to(self._root)
        place = words_of(" ".join((self._root.name, *below.parts)))
        full = structs.replace(facts, path=str(path))
        return self._database.put(full, self._root, state, words_of(path.stem), place)

    def _commit(self) -> None:
        self._database.put_vectors(self._vectors)
        self._database.sql.commit()
        self._vectors = {}


def excerpt(path: Path) -> tuple[NDArray[np.float32], int]:
    """(samples,) the mean of the channels of a sound's beginning, and its rate in Hz.

    Raises
    ------
    MediaError
        If it cannot be read, or holds NaN or infinity.
    """
    try:
        with soundfile.SoundFile(path) as sound:
            read = sound.read(int(2 * EXCERPT_S * sound.samplerate), "float32", always_2d=True)
            mono, rate_hz = read.mean(axis=1), int(sound.samplerate)
    except (soundfile.SoundFileError, OSError):
        pieces: list[NDArray[np.float32]] = []
        rate_hz = 0
        for block, rate_hz in read_audio_blocks(path):
            pieces.append(block.mean(axis=0))
            if sum(map(len, pieces)) > 2 * EXCERPT_S * rate_hz:
                break
        mono = np.concatenate(pieces)
    if not np.isfinite(mono).all():
        raise LibraryError("holds NaN or infinity", place=path)
    return mono, rate_hz


def _remembered(database: Database, root: Path, licence: str, source: str) -> tuple[str, str]:
    """What the user says of the folder now, or said the last time."""
    said = database.sql.execute(
        "SELECT licence, source FROM folders WHERE path = ?", (str(root),)
    ).fetchone() or ("", "")
    licence, source = licence or said[0], source or said[1]
    if said != (licence, source):  # recordings that are known may have other ones now
        database.sql.execute("UPDATE sounds SET changed_ns = -1 WHERE folder = ?", (str(root),))
    database.sql.execute(
        "INSERT OR REPLACE INTO folders VALUES (?, ?, ?)", (str(root), licence, source)
    )
    database.sql.commit()
    return licence, source


def _known(database: Database, root: Path) -> dict[str, tuple[int, int]]:
    rows = database.sql.execute(
        "SELECT path, bytes, changed_ns FROM sounds WHERE folder = ?", (str(root),)
    )
    return {path: (size, changed) for path, size, changed in rows}


def _sounds_in(folder: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Sound files below a folder, with size and time of change; no links to folders."""
    waiting = [folder]
    while waiting:
        try:
            entries = sorted(os.scandir(waiting.pop()), key=lambda entry: entry.name)
        except OSError:
            continue  # a folder that may not be read holds nothing
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            elif Path(entry.name).suffix.lower() in SOUND_SUFFIXES and entry.is_file():
                status = entry.stat()
                yield Path(entry.path), (status.st_size, status.st_mtime_ns)
