"""Which part makes an event's sound, and the take and recipe that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.errors import LibraryError, PluginError
from engine.foley.generate import GENERATORS, generate, recipe_for, recipe_of
from engine.library.choosing import choose
from engine.library.database import Database
from engine.library.generator import NAME as LIBRARY
from engine.library.indexing import folders
from engine.pipeline.film_pictures import pictures_of, with_film
from engine.pipeline.settings import SYNTHESIS
from engine.plugins import abilities_of, create
from engine.project.model import Event, Recipe

Sound = tuple[NDArray[np.float32], Recipe]
"""(channels, samples) and how it was made."""


def with_generator(events: Sequence[Event], generator: str) -> tuple[Event, ...]:
    """Events as the film's generator is to make them; ambiences stay with their own.

    'synthesis' leaves all as they are. With 'library' those that a recording answers sound it, at
    the level of what it replaces; the others stay synthesised. Hits stay with their own where the
    generator neither follows onsets nor sees the film: it would sound beside what is struck.
    """
    if generator == SYNTHESIS:
        return tuple(events)
    if generator == LIBRARY:
        with Database() as database:
            return tuple(_by_recordings(event, database) for event in events)
    able = abilities_of(create("generator", generator))
    keeps_time = able.onsets or able.pictures
    return tuple(
        event
        if event.layer == "ambience" or (event.onsets_s and not keeps_time)
        else structs.replace(event, generator=generator)
        for event in events
    )


def library_size() -> int:
    """How many recordings are in the index; 0 where there is none."""
    if not Database.is_there():
        return 0
    with Database() as database:
        return sum(count for _, count in folders(database))


def check_library() -> None:
    """Refuse to work from a library that holds nothing.

    Raises
    ------
    LibraryError
    """
    if not library_size():
        raise LibraryError(
            "there are no recordings in the index",
            remedy="index a folder first: foleystage library index DIR",
        )


def settled(event: Event, film: Path | None = None) -> Event:
    """The event with what its part chooses by itself written down; see `engine.plugins.Generator`.

    A part that sees is shown `film`.

    Raises
    ------
    PluginError, LibraryError
        If the part is missing, or has nothing for the event.
    """
    if event.generator in GENERATORS:
        return event
    part = create("generator", event.generator)
    if film is not None and abilities_of(part).pictures:
        event = with_film(event, film)
    settle = getattr(part, "settle", None)
    return settle(event) if settle else event


def sound_of(event: Event, sample_rate_hz: int) -> Sound:
    """The take of an event, and the recipe that makes the same samples again.

    Raises
    ------
    PluginError
        If its generator is missing or answers nonsense.
    ScriptError, LibraryError, MediaError
        If a parameter is out of range, or a recording cannot be used.
    """
    if event.generator in GENERATORS:
        return generate(event, sample_rate_hz), recipe_for(event)
    plugin = create("generator", event.generator)
    shown = (pictures_of(event),) if abilities_of(plugin).pictures else ()
    audio = np.asarray(plugin.generate(event, sample_rate_hz, *shown), dtype=np.float32)
    expected = round(event.duration_s * sample_rate_hz)
    if audio.ndim != 2 or abs(audio.shape[1] - expected) > 1 or not np.isfinite(audio).all():
        raise PluginError(
            f"generator '{event.generator}' answered {audio.shape} samples for event "
            f"'{event.id}', (channels, {expected}) finite ones are needed",
            remedy="choose another generator, or update that plug-in",
        )
    return audio, recipe_of(event, event.generator, str(plugin.version))


def _by_recordings(event: Event, database: Database) -> Event:
    return at_its_level(event) if choose(database, event) else event


def at_its_level(event: Event) -> Event:
    """The event made by recordings, at the level of the synthesis that they replace."""
    parameters = dict(event.parameters)
    if event.generator in GENERATORS:
        parameters["level_dbfs"] = GENERATORS[event.generator].level_dbfs
    return structs.replace(event, generator=LIBRARY, parameters=parameters)
