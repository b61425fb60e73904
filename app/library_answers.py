"""Questions of the window to the index of recordings; answered off the window's thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.library.recording import Recording

SHOWN = 200


@dataclass(frozen=True)
class Question:
    """What is asked: words (within `among`, where that is not None), or what sounds `like` a file.

    Paths are absolute. `by` is a listener's name where the words' meaning is asked for, else "".
    """

    words: str = ""
    by: str = ""
    among: tuple[str, ...] | None = None
    like: str = ""


@dataclass(frozen=True)
class Answer:
    """Recordings, best first, and the indexed folders with how many sounds each holds.

    `listeners` are those that could search by meaning.
    """

    recordings: tuple[Recording, ...] = ()
    folders: tuple[tuple[str, int], ...] = ()
    listeners: tuple[str, ...] = ()


def answer(question: Question) -> Answer:
    """What the index knows; nothing where there is none.

    Raises
    ------
    LibraryError, MediaError
        If the index or the file cannot be read.
    """
    from engine.library.browsing import browse
    from engine.library.database import Database
    from engine.library.indexing import folders
    from engine.library.meaning import ready_listeners
    from engine.library.search import like

    if not Database.is_there():
        return Answer()
    with Database() as database:
        if question.like:
            found = like(database, Path(question.like), SHOWN)
        else:
            found = browse(database, question.words, question.among, SHOWN)
        return Answer(tuple(found), tuple(folders(database)), ready_listeners())


def forget(folder: str) -> int:
    """Take a folder out of the index; how many sounds it held.

    Raises
    ------
    LibraryError
        If the index cannot be written.
    """
    from engine.library.database import Database
    from engine.library.indexing import forget_folder

    with Database() as database:
        return forget_folder(database, Path(folder))
