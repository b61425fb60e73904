"""Recordings fitted to an event: hits on its onsets, textures throughout, gestures in its time.

What is fitted to what is told by the event (single onsets or a lasting sound) and by how a
recording goes: a texture stays as it is, a gesture begins and ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from engine.foley.envelope import close_tail, hits, intensity_curve, length_samples, place
from engine.foley.loudness import loudest_level, texture_level
from engine.library.looping import texture
from engine.library.onsets import find_hits
from engine.library.stretching import LONGEST_RATIO, SHORTEST_RATIO, stretch
from engine.project.model import Event
from engine.units import db_to_gain

Array = NDArray[np.float64]
Fit = Literal["hits", "texture", "gesture"]
FITS: tuple[Fit, ...] = ("hits", "texture", "gesture")

_BEFORE_S = 0.003
"""Of a recording is kept so much before an onset, faded in."""
_LONGEST_HIT_S = 4.0
_LEAST_HIT_DB = -15.0
"""Under the loudest: softer hits of a recording are left out where there are others."""
_PITCHES = 0.03
_STRENGTH_DB = 18.0
_WINDOW_S = 0.25
_STEADY_DB = 7.0
"""Spread of the level from quarter to quarter second below which a recording is a texture."""


def fit(
    event: Event,
    sounds: Sequence[Array],
    sample_rate_hz: int,
    way: Fit | None,
    rng: np.random.Generator,
) -> Array:
    """(channels, samples) of recordings fitted to an event, at a nominal level of 1.

    Parameters
    ----------
    event : Event
    sounds : sequence of (channels, n) arrays
        Variants of one sound, all with the same number of channels; hits are taken from all, a
        texture or gesture from the first.
    way : {'hits', 'texture', 'gesture'}, optional
        By default what event and recording ask for.
    rng : numpy.random.Generator
    """
    chosen = way or _way(event, sounds[0], sample_rate_hz)
    if chosen == "hits":
        return _hits(event, sounds, sample_rate_hz, rng)
    samples = length_samples(event, sample_rate_hz)
    if chosen == "texture":
        made = texture(sounds[0], samples, sample_rate_hz, rng)
        made = made / max(texture_level(made, sample_rate_hz), 1e-9)
    else:
        made = _gesture(event, sounds[0], samples, sample_rate_hz)
        made = made / _loudest(made, sample_rate_hz)
    if event.onsets_s:
        return made
    return made * (0.05 + 0.95 * intensity_curve(event, samples, sample_rate_hz))


def _way(event: Event, sound: Array, sample_rate_hz: int) -> Fit:
    if len(event.onsets_s) > 1:
        return "hits"
    if event.onsets_s:
        return "gesture"
    return "texture" if is_texture(sound, sample_rate_hz) else "gesture"


def is_texture(sound: Array, sample_rate_hz: int) -> bool:
    """Whether a (channels, n) recording of a second or more keeps its level throughout."""
    step = int(_WINDOW_S * sample_rate_hz)
    count = sound.shape[1] // step
    if count < 4:
        return False
    blocks = sound[:, : count * step].reshape(len(sound), count, step)
    level_db = 10.0 * np.log10(np.mean(blocks**2, axis=(0, 2)) + 1e-9)
    low, high = np.percentile(level_db, (20.0, 90.0))
    return bool(high - low < _STEADY_DB)


def _hits(
    event: Event, sounds: Sequence[Array], sample_rate_hz: int, rng: np.random.Generator
) -> Array:
    """Single sounds of the recordings on the event's onsets, no two alike one after the other."""
    samples = length_samples(event, sample_rate_hz)
    out = np.zeros((len(sounds[0]), samples))
    grains = [grain for sound in sounds for grain in _grains(sound, sample_rate_hz)]
    if not grains:
        return out
    loudest = max(level for _, _, level in grains)
    kept = [g for g in grains if g[2] > loudest * float(db_to_gain(_LEAST_HIT_DB))]
    wanted = hits(event, sample_rate_hz)
    varied = len(kept) < len(wanted)
    for (at, strength), index in zip(wanted, _dealt(len(kept), len(wanted), rng), strict=True):
        grain, onset, level = kept[index]
        if varied:
            grain, onset = _repitched(grain, onset, float(rng.uniform(-_PITCHES, _PITCHES)))
        softer_db = _STRENGTH_DB * (strength - 1.0)
        place(out, grain, at - onset, float(db_to_gain(softer_db)) / level)
    return out


def _grains(sound: Array, sample_rate_hz: int) -> list[tuple[Array, int, float]]:
    """Single sounds of a (channels, n) recording: the sound, its onset in it, and its level."""
    before, longest = int(_BEFORE_S * sample_rate_hz), int(_LONGEST_HIT_S * sample_rate_hz)
    grains = []
    for hit in find_hits(sound.mean(axis=0), sample_rate_hz):
        first = max(hit.onset - before, 0)
        grain = sound[:, first : min(hit.end, hit.onset + longest)].copy()
        onset = hit.onset - first
        if onset:
            grain[:, :onset] *= np.sin(0.5 * np.pi * np.arange(onset) / onset)
        grain = close_tail(grain, sample_rate_hz)
        level = _loudest(grain[:, onset:], sample_rate_hz)
        if level > 1e-8:
            grains.append((grain, onset, level))
    return grains


def _dealt(count: int, wanted: int, rng: np.random.Generator) -> list[int]:
    """Indices below `count`: all of them before one comes again, never the same twice in a row."""
    dealt: list[int] = []
    while len(dealt) < wanted:
        deck = rng.permutation(count).tolist()
        if count > 1 and dealt and deck[0] == dealt[-1]:
            deck = [*deck[1:], deck[0]]
        dealt += deck
    return dealt[:wanted]


def _repitched(grain: Array, onset: int, share: float) -> tuple[Array, int]:
    """The sound played a little faster or slower (`share` of 0.03: by 3 %)."""
    times = np.arange(int(grain.shape[1] / (1.0 + share))) * (1.0 + share)
    times = times[times <= grain.shape[1] - 1]
    if len(times) < 2:
        return grain, onset
    played = CubicSpline(np.arange(grain.shape[1]), grain, axis=1)(times)
    return np.asarray(played), round(onset / (1.0 + share))


def _gesture(event: Event, sound: Array, samples: int, sample_rate_hz: int) -> Array:
    """The recording as a whole: its first sound on the event's onset, or stretched to its time."""
    found = find_hits(sound.mean(axis=0), sample_rate_hz)
    if not found:
        return np.zeros((len(sound), samples))
    wanted = hits(event, sample_rate_hz)
    if wanted:
        loudest = max(found, key=lambda hit: float(np.abs(sound[:, hit.onset : hit.end]).max()))
        shifted = np.zeros((len(sound), samples))
        place(shifted, sound, wanted[0][0] - loudest.onset)
        return shifted
    whole = sound[:, max(found[0].onset - int(_BEFORE_S * sample_rate_hz), 0) : found[-1].end]
    ratio = samples / max(whole.shape[1], 1)
    if SHORTEST_RATIO <= ratio <= LONGEST_RATIO:
        return stretch(whole, samples, sample_rate_hz)
    fitted = np.zeros((len(sound), samples))
    place(fitted, close_tail(whole[:, :samples].copy(), sample_rate_hz), 0)
    return fitted


def _loudest(sound: Array, sample_rate_hz: int) -> float:
    """Level of the loudest moment of the louder channel; never 0."""
    return max(1e-9, *(loudest_level(channel, sample_rate_hz) for channel in sound), 0.0)
