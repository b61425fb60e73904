"""Which generators can make a whole film's sounds, and which make one kind only."""

from __future__ import annotations

from engine.errors import FoleystageError
from engine.foley.generate import GENERATORS
from engine.pipeline.settings import SYNTHESIS
from engine.pipeline.sounding import LIBRARY, check_library
from engine.plugins import create, names


def film_generators() -> tuple[str, ...]:
    """Names that can be chosen for a film: synthesis, one's own recordings, then plug-ins.

    Recordings are offered where there are some in the index, plug-ins where they have what they
    need (their weights).
    """
    others = [name for name in names("generator") if name not in GENERATORS]
    return (SYNTHESIS, *(name for name in others if _is_ready(name)))


def check_generator(name: str) -> None:
    """Refuse, in its own words, a part that is known but lacks something.

    Raises
    ------
    LibraryError, PluginError
    """
    if name == LIBRARY:
        check_library()
    elif name in names("generator"):
        create("generator", name)


def single_generators() -> tuple[str, ...]:
    """Families of the embedded synthesis: to be named for single events of a script."""
    return tuple(name for name in names("generator") if name in GENERATORS)


def _is_ready(name: str) -> bool:
    try:
        check_generator(name)
    except FoleystageError:
        return False
    return True
