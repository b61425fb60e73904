"""The generator `library`: an event sounds recordings of the user's own.

Which ones is settled first and written into the event's parameters, by path and by what is in the
file, with licence and source: a recipe that holds them makes the same samples again, or says which
file has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.errors import LibraryError
from engine.foley.envelope import fade_edges, length_samples, remove_rumble, soft_ceiling
from engine.foley.families import CEILING_DBFS, EDGE_S, KNEE_DBFS
from engine.foley.parameters import number
from engine.library.choosing import choose, question
from engine.library.database import Database
from engine.library.facts import read_facts
from engine.library.fitting import FITS, Fit, fit
from engine.library.recording import Recording
from engine.media.audio_file import read_audio_blocks
from engine.plugins import Abilities, register
from engine.project.model import Event
from engine.render.takes import resampled
from engine.units import db_to_gain

NAME, VERSION = "library", "1"
WHOLE = "whole"
"""Value of the parameter `fit`: nothing is fitted."""
LEVEL_DBFS = -26.0
"""Nominal level where the event does not say another."""
_LONGEST_S = 180.0
"""Of a recording so much is read."""


class LibraryGenerator:
    """Recordings in place of synthesis. Fits `engine.plugins.Generator`.

    Parameters of an event: `recordings`, `sha256` (lines of paths and hashes; chosen by the
    event's words where they are missing), `fit` ('hits', 'texture', 'gesture'; 'whole': the first
    recording as it is, with all its channels), `level_dbfs`.
    """

    name = NAME
    version = VERSION
    abilities = Abilities(curve=True, onsets=True, channels=(1, 2))

    def settle(self, event: Event) -> Event:
        """The event with the recordings that it sounds, and whose they are, in its parameters.

        Raises
        ------
        LibraryError
            If the index has nothing for it, or a recording that it names is not there.
        """
        if "sha256" in event.parameters:
            return event
        given = _lines(event, "recordings")
        if given:
            chosen = [known_recording(path) for path in given]
        else:
            with Database() as database:
                chosen = choose(database, event)
        if not chosen:
            raise LibraryError(
                f"no recording answers '{question(event)}'",
                place=f"event {event.id}",
                remedy="index a folder (foleystage library index DIR), or name a file: recordings",
            )
        return settled_with(event, chosen)

    def generate(self, event: Event, sample_rate_hz: int) -> NDArray[np.float32]:
        """(channels, samples) float32: 1 channel; 2 for ambience by stereo recordings.

        Raises
        ------
        LibraryError
            If a recording is missing or has changed since it was settled.
        MediaError
            If it cannot be read.
        """
        event = self.settle(event)
        paths = [Path(line) for line in _lines(event, "recordings")]
        for path, known in zip(paths, _lines(event, "sha256"), strict=False):
            _check_unchanged(path, known)
        if event.parameters.get("fit") == WHOLE:
            return _whole(paths[0], sample_rate_hz)
        stereo = event.layer == "ambience"
        sounds = [_read(path, sample_rate_hz, stereo) for path in paths]
        channels = min(len(sound) for sound in sounds)
        sounds = [sound[:channels] for sound in sounds]
        rng = np.random.default_rng([abs(event.seed), 0x11B])
        take = fit(event, sounds, sample_rate_hz, _way(event), rng)
        return _finished(event, take, sample_rate_hz)


def settled_with(event: Event, chosen: Sequence[Recording]) -> Event:
    """The event with these recordings in its parameters."""
    return structs.replace(
        event,
        parameters={
            **event.parameters,
            "recordings": "\n".join(one.path for one in chosen),
            "sha256": "\n".join(content_of(Path(one.path)) for one in chosen),
            "licences": "\n".join(one.licence or "unknown" for one in chosen),
            "sources": "\n".join(_source_of(one) for one in chosen),
        },
    )


def content_of(path: Path) -> str:
    """SHA-256 of a recording's file.

    Raises
    ------
    LibraryError
        If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise LibraryError(
            "the recording is not there",
            place=path,
            remedy="put it back, or index its folder again and make the sound again",
        ) from error


def _finished(event: Event, take: NDArray[np.float64], rate_hz: int) -> NDArray[np.float32]:
    """At its level, without rumble, under the ceiling, with clean edges."""
    level_dbfs = number(event, "level_dbfs", LEVEL_DBFS, -80.0, 0.0)
    take = remove_rumble(take * float(db_to_gain(level_dbfs)), rate_hz)
    take = soft_ceiling(take, float(db_to_gain(CEILING_DBFS)), float(db_to_gain(KNEE_DBFS)))
    fade_in_s = number(event, "fade_in_s", 0.0 if event.onsets_s else 4 * EDGE_S, 0.0, 60.0)
    fade_out_s = number(event, "fade_out_s", 4 * EDGE_S, 0.0, 60.0)
    take = fade_edges(take, rate_hz, fade_in_s, max(fade_out_s, EDGE_S))
    assert take.shape[1] == length_samples(event, rate_hz), f"{take.shape=}"
    return take.astype(np.float32)


def _way(event: Event) -> Fit | None:
    given = event.parameters.get("fit")
    for way in FITS:
        if given == way:
            return way
    if given is None:
        return None
    raise LibraryError(
        f"fit '{given}' is unknown",
        place=f"event {event.id}",
        remedy=f"choose one of {', '.join((*FITS, WHOLE))}",
    )


def _lines(event: Event, key: str) -> list[str]:
    return [line for line in str(event.parameters.get(key, "")).split("\n") if line]


def known_recording(path: str) -> Recording:
    """What is known of a recording, whether or not it is in the index.

    Raises
    ------
    LibraryError
        If it is no sound that can be read.
    """
    file = Path(path).expanduser().absolute()
    with Database() as database:
        known = database.at(str(file))
    return known or structs.replace(read_facts(file), path=str(file))


def _source_of(recording: Recording) -> str:
    parts = [recording.creator, recording.source]
    return ", ".join(dict.fromkeys(filter(None, parts))) or "unknown"


def _check_unchanged(path: Path, known: str) -> None:
    if content_of(path) != known:
        raise LibraryError(
            "the recording is not the one that was used before",
            place=path,
            remedy="put the earlier file back, or make the sound again without its recipe",
        )


def _whole(path: Path, sample_rate_hz: int) -> NDArray[np.float32]:
    """(channels, samples) of a recording as it is, all of it."""
    blocks = list(read_audio_blocks(path))
    sound = np.concatenate([block for block, _ in blocks], axis=1)
    rate_hz = blocks[0][1]
    if rate_hz == sample_rate_hz:
        return sound
    return resampled(sound, rate_hz, sample_rate_hz).astype(np.float32)


def _read(path: Path, sample_rate_hz: int, stereo: bool) -> NDArray[np.float64]:
    """(channels, n) of a recording's beginning: both of two channels for ambience, else their mean.

    Channels that cancel each other are not averaged: the first is taken.
    """
    blocks: list[NDArray[np.float32]] = []
    rate_hz, samples = sample_rate_hz, 0
    for block, rate_hz in read_audio_blocks(path):
        blocks.append(block)
        samples += block.shape[1]
        if samples > _LONGEST_S * rate_hz:
            break
    sound = np.concatenate(blocks, axis=1)
    if not np.isfinite(sound).all():
        raise LibraryError("holds NaN or infinity", place=path, remedy="export it again")
    if not (stereo and len(sound) == 2):
        mean = sound.mean(axis=0, keepdims=True)
        cancels = np.sum(mean**2) < 0.1 * np.mean(np.sum(sound**2, axis=1))
        sound = sound[:1] if cancels else mean
    return resampled(sound, rate_hz, sample_rate_hz).astype(np.float64)


register("generator", NAME, LibraryGenerator)
