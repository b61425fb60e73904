"""Which generators can make a whole film's sounds, and which make one kind only."""

from __future__ import annotations

from engine.foley.generate import GENERATORS
from engine.pipeline.settings import SYNTHESIS
from engine.pipeline.sounding import LIBRARY, library_size
from engine.plugins import names


def film_generators() -> tuple[str, ...]:
    """Names that can be chosen for a film: synthesis, one's own recordings, then plug-ins.

    Recordings are offered where there are some in the index.
    """
    others = [name for name in names("generator") if name not in GENERATORS]
    if not library_size():
        others.remove(LIBRARY)
    return (SYNTHESIS, *others)


def single_generators() -> tuple[str, ...]:
    """Families of the embedded synthesis: to be named for single events of a script."""
    return tuple(name for name in names("generator") if name in GENERATORS)
