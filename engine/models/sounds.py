"""Mono sounds that training data is made of: a folder of recordings, or the product's synthesis.

Sounds are parted into those to learn from, to choose by and to test on; the part a sound falls in
depends on its name and on what else there is, never on the order of reading.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from math import gcd
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from engine.errors import FoleystageError, MediaError
from engine.models.things import THINGS

log = logging.getLogger("foleystage")

Part = Literal["train", "validation", "test"]
Mono = NDArray[np.float32]

LEAST_RMS = 1e-4
"""Softer excerpts (-80 dBFS) are silence."""
_HELD_OUT = 0.15
"""Share of the sounds, at least one, in each of the held-out parts."""
_SYNTHESISED_S = 4.0
_TRIES = 4
_SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff", ".m4a", ".opus"})

_FAMILIES: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {
    "person": (
        ("footsteps", {"surface": "concrete"}), ("footsteps", {"surface": "wood"}),
        ("footsteps", {"surface": "gravel"}), ("people", {"sound": "cough"}),
        ("people", {"sound": "laugh"}), ("people", {"sound": "baby"})),
    "car": (
        ("motor", {"type": "car"}), ("motor", {"type": "truck"}), ("tyres", {"road": "asphalt"}),
        ("tyres", {"road": "wet"}), ("horns", {"type": "car"})),
    "dog": (("animals", {"animal": "dog"}), ("animals", {"animal": "cow"})),
    "bird": (("wings", {"wing": "bird"}), ("animals", {"animal": "songbird"})),
    "drum": (
        ("percussion", {"type": "snare"}), ("percussion", {"type": "taiko"}),
        ("impacts", {"material": "wood"})),
    "bell": (
        ("bells", {"type": "hand"}), ("bells", {"type": "church"}), ("jingle", {"type": "keys"}),
        ("impacts", {"material": "glass"})),
    "fountain": (("water", {"type": "stream"}), ("water", {"type": "pour"})),
    "fire": (("fire", {"type": "campfire"}), ("paper", {"material": "paper"})),
    "machine": (("machine", {"type": "drill"}), ("machine", {"type": "fan"})),
    "clock": (("clicks", {"type": "clock"}), ("clicks", {"type": "typewriter"})),
}  # fmt: skip
"""Generators and presets that a thing is heard by."""


@dataclass(frozen=True, eq=False)
class Sound:
    """One sound; `read` gives its samples (n,) at the bank's rate, and may fail."""

    name: str
    thing: str
    read: Callable[[], Mono] = field(repr=False)


@dataclass(frozen=True, eq=False)
class SoundBank:
    """Sounds to draw excerpts from, all at `sample_rate_hz`. Only what is drawn is read."""

    sounds: tuple[Sound, ...]
    sample_rate_hz: int

    def excerpt(self, index: int, samples: int, rng: np.random.Generator) -> Mono:
        """(samples,) of one sound at RMS 1, where it sounds; all zeros where it never does.

        The loudest of some places, the start among them; shorter sounds are followed by silence.
        """
        whole = self.sounds[index % len(self.sounds)].read()
        latest = max(len(whole) - samples, 0)
        starts = np.append(rng.integers(0, latest + 1, _TRIES - 1), 0)
        pieces = [whole[start : start + samples] for start in starts]
        piece = max(pieces, key=_rms)
        loud = _rms(piece)
        padded = np.pad(piece, (0, samples - len(piece)))
        # The RMS is that of the excerpt with its silence: a click is no louder than a hum.
        full = loud * np.sqrt(len(piece) / samples)
        return padded / np.float32(full) if loud > LEAST_RMS else np.zeros_like(padded)


def parted(sounds: Sequence[Sound], part: Part) -> tuple[Sound, ...]:
    """The sounds of one part, in the order of their names.

    Of each kind of thing that has three sounds or more, some are in every part; others are only
    learned from.
    """
    chosen: list[Sound] = []
    for thing in sorted({sound.thing for sound in sounds}):
        kind = sorted((s for s in sounds if s.thing == thing), key=lambda s: _digest(s.name))
        held = max(1, round(_HELD_OUT * len(kind))) if len(kind) >= 3 else 0
        ends = {"test": (0, held), "validation": (held, 2 * held), "train": (2 * held, len(kind))}
        first, after = ends[part]
        chosen += kind[first:after]
    return tuple(sorted(chosen, key=lambda sound: sound.name))


def learning_banks(sounds: Sequence[Sound], sample_rate_hz: int) -> tuple[SoundBank, SoundBank]:
    """Banks to learn from and to choose by; sounds of the test part are left alone.

    Raises
    ------
    MediaError
        If too few sounds are given to hold some out and to part two.
    """
    train, validation = (
        SoundBank(parted(sounds, "train"), sample_rate_hz),
        SoundBank(parted(sounds, "validation"), sample_rate_hz),
    )
    if len(train.sounds) < 2 or not validation.sounds:
        raise MediaError(
            f"{len(sounds)} sounds are too few to learn from and to hold some out",
            remedy="give ten or more, three at least of a kind",
        )
    return train, validation


def sounds_of_folder(folder: Path, sample_rate_hz: int) -> list[Sound]:
    """Every audio file under a folder, first channel mix; its thing is told by its name.

    Raises
    ------
    MediaError
        If there are none.
    """
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file())
    if not files:
        raise MediaError("there are no sounds in it", place=folder, remedy="name another folder")
    return [
        Sound(
            str(file.relative_to(folder)),
            _thing_of(file.stem),
            partial(_read_file, file, sample_rate_hz),
        )
        for file in files
    ]


def synthesised_sounds(variants: int, sample_rate_hz: int) -> list[Sound]:
    """Sounds of the embedded generators, `variants` of every preset with different seeds."""
    return [
        Sound(
            f"{thing}-{family}-{'-'.join(preset.values())}-{variant:02d}",
            thing,
            partial(_synthesise, family, tuple(preset.items()), variant, sample_rate_hz),
        )
        for thing, choices in _FAMILIES.items()
        for family, preset in choices
        for variant in range(variants)
    ]


def _thing_of(name: str) -> str:
    """The thing whose words are in a file's name; else any, always the same."""
    lower = name.lower()
    for thing in THINGS:
        if any(word in lower for word in thing.words):
            return thing.name
    return THINGS[int(_digest(name)[:8], 16) % len(THINGS)].name


@lru_cache(maxsize=512)
def _read_file(file: Path, sample_rate_hz: int) -> Mono:
    """Its channels' mean at a rate, a minute at most; silence where it cannot be read."""
    from engine.media.audio_file import read_audio

    try:
        sound, rate_hz = read_audio(file)
    except FoleystageError as error:
        log.warning("left out    %s", error)
        return np.zeros(1, np.float32)
    mono = np.nan_to_num(sound[:, : 60 * rate_hz]).mean(axis=0)
    common = gcd(rate_hz, sample_rate_hz)
    return resample_poly(mono, sample_rate_hz // common, rate_hz // common).astype(np.float32)


@lru_cache(maxsize=1024)
def _synthesise(
    family: str, preset: tuple[tuple[str, str], ...], variant: int, sample_rate_hz: int
) -> Mono:
    from engine.foley.generate import generate
    from engine.project.model import Event, EventId, TrackId

    rng = np.random.default_rng([variant, len(family), *family.encode()[:4]])
    period_s = float(rng.uniform(0.25, 0.7))
    onsets_s = np.arange(rng.uniform(0.02, 0.2), _SYNTHESISED_S - 0.2, period_s)
    event = Event(
        id=EventId(f"{family}-{variant}"),
        track_id=TrackId("training"),
        layer="object",
        generator=family,
        prompt="",
        start_s=0.0,
        duration_s=_SYNTHESISED_S,
        onsets_s=tuple(float(onset) for onset in onsets_s),
        parameters=dict(preset),
        seed=1_000 + variant,
    )
    return np.asarray(generate(event, sample_rate_hz)[0], dtype=np.float32)


def _rms(sound: Mono) -> float:
    return float(np.sqrt(np.mean(np.square(sound)))) if len(sound) else 0.0


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
