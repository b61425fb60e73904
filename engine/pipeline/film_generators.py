"""Which generators can make a whole film's sounds, and which make one kind only."""

from __future__ import annotations

from engine.foley.generate import GENERATORS
from engine.pipeline.settings import SYNTHESIS
from engine.plugins import names


def film_generators() -> tuple[str, ...]:
    """Names that can be chosen for a film: the embedded synthesis, then plug-ins."""
    return (SYNTHESIS, *(name for name in names("generator") if name not in GENERATORS))


def single_generators() -> tuple[str, ...]:
    """Families of the embedded synthesis: to be named for single events of a script."""
    return tuple(name for name in names("generator") if name in GENERATORS)
