"""Questions by meaning: words and sounds described alike by a network that has learned both.

The network is a plug-in (`engine.plugins.Listener`). It listens to every recording of the index
once; what it hears lies in a file of its own beside the index, one for each set of weights. Search
by words (`engine.library.search`) is the usual one and needs none of this.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from engine.errors import FoleystageError, LibraryError
from engine.jobs import Progress, silent_progress
from engine.library.database import Database
from engine.library.indexing import excerpt
from engine.library.recording import Recording
from engine.library.search import in_order
from engine.library.vector_file import VectorFile
from engine.plugins import Listener, create, names

BY_WORDS = "words"
"""The usual way to search, beside the names of listeners."""
_KEEP_S = 2.0
_TELLING = 8
"""So many numbers tell whether there is a description."""


class Heard(Struct, frozen=True, kw_only=True):
    """How much of the index a listener knows.

    Attributes
    ----------
    listener : str
        Its `identity`.
    sounds, heard : int
        Recordings of the index, and how many of them it has listened to.
    refused : tuple
        (path, reason) of those that it was given now and could not be read.
    """

    listener: str
    sounds: int
    heard: int
    refused: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> str:
        """For people: which listener, and how much it knows."""
        return f"{self.listener}; {self.heard:,} of {self.sounds:,} recordings listened to"


def ready_listeners() -> tuple[str, ...]:
    """Names of the listeners that have what they need (their weights); nothing is loaded."""
    return tuple(name for name in names("listener") if _is_ready(name))


def heard(database: Database, listener: Listener) -> Heard:
    """How much of the index a listener knows; nothing is loaded for it."""
    ids = database.ids()
    known = _known(vectors_of(database, listener))
    return Heard(listener=listener.identity, sounds=len(ids), heard=len(np.intersect1d(ids, known)))


def listen(database: Database, listener: Listener, progress: Progress = silent_progress) -> Heard:
    """Let a listener hear every recording of the index that it does not know yet.

    It may be stopped at any time, and goes on where it was.

    Raises
    ------
    PluginError
        If the listener lacks something, or answers nonsense.
    LibraryError
        If the index cannot be read or written.
    CancelledError
        From `progress`; what was heard until then is kept.
    """
    file, paths = vectors_of(database, listener), database.paths()
    known = set(_known(file).tolist())
    waiting = [(sound_id, path) for sound_id, path in paths.items() if sound_id not in known]
    fresh: dict[int, NDArray[np.float32]] = {}
    refused: list[tuple[str, str]] = []
    kept_s = time.monotonic()
    with database.told():
        try:
            for index, (sound_id, path) in enumerate(waiting):
                progress(f"{listener.name} listens to {Path(path).name}", index / len(waiting))
                try:
                    sound, rate_hz = excerpt(Path(path))
                except FoleystageError as error:
                    refused.append((path, error.problem))
                    continue
                fresh[sound_id] = listener.of_sound(sound, rate_hz)
                if time.monotonic() - kept_s > _KEEP_S:
                    file.put(fresh)
                    fresh, kept_s = {}, time.monotonic()
        finally:
            file.put(fresh)
    report = heard(database, listener)
    return Heard(
        listener=report.listener,
        sounds=report.sounds,
        heard=report.heard,
        refused=tuple(refused),
    )


def search_meaning(
    database: Database, listener: Listener, words: str, limit: int = 50
) -> list[Recording]:
    """Recordings that sound like what words say, best first, whatever they are called.

    `likeness` is the cosine of both descriptions, 0..1.

    Raises
    ------
    LibraryError
        If there are no words, or the listener has heard nothing of the index.
    PluginError
        If the listener lacks something.
    """
    if not any(character.isalnum() for character in words):
        raise LibraryError("there are no words to look for", remedy="name what shall sound")
    with database.told():
        rows = vectors_of(database, listener).rows()
    if not len(rows):
        raise LibraryError(
            f"{listener.name} has not listened to the library yet",
            place=database.folder,
            remedy=f"let it: foleystage library listen --by {listener.name}",
        )
    alike = _alike(rows, listener.of_words(words))
    most = min(2 * limit + 32, len(alike))  # some of them may have gone from the index
    best = np.argpartition(-alike, most - 1)[:most]
    best = best[np.argsort(-alike[best], kind="stable")]
    shares = {int(i): float(np.clip(alike[i], 0.0, 1.0)) for i in best if alike[i] > -1.0}
    with database.told():
        return in_order(database, list(shares), shares)[:limit]


def _alike(rows: NDArray[np.float32], asked: NDArray[np.float32]) -> NDArray[np.float32]:
    """(ids,) cosines; -1 where there is nothing."""
    alike = np.asarray(rows @ asked, dtype=np.float32)
    alike[alike == 0.0] = -1.0  # no sound is at right angles to words to the last bit
    return alike


def _is_ready(name: str) -> bool:
    try:
        create("listener", name)
    except FoleystageError:
        return False
    return True


def _known(file: VectorFile) -> NDArray[np.int64]:
    """Ids of the sounds that it has: the first numbers of a description are nowhere all zero."""
    return np.flatnonzero(file.rows()[:, :_TELLING].any(axis=1))


def vectors_of(database: Database, listener: Listener) -> VectorFile:
    """What a listener has heard of an index, one file for each set of weights."""
    mark = hashlib.sha256(f"{listener.identity} {listener.size}".encode()).hexdigest()[:12]
    return VectorFile(database.folder / f"meaning-{mark}.f32", listener.size)
