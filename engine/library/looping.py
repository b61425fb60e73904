"""A texture of any length from a shorter recording, without a join that is heard or a loop.

Pieces of the recording, begun at drawn places and of drawn lengths, cross-fade into each other.
The gains of a cross-fade keep the power for the correlation that the two pieces happen to have:
equal power where they have none, equal gain where they are the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.foley.joining import joined

Array = NDArray[np.float64]

_LONGEST_JOIN_S = 1.0
_BLOCK_S = 0.05
_SOFT_DB = -14.0
"""Under the median level: ends that are softer are a beginning and an end, not the texture."""
_CANDIDATES = 8
_REACH_S = 0.02


def texture(sound: Array, samples: int, sample_rate_hz: int, rng: np.random.Generator) -> Array:
    """(channels, samples) of what the recording sounds like throughout.

    Parameters
    ----------
    sound : (channels, n) array
    rng : numpy.random.Generator
        Draws where pieces begin and how long they are.
    """
    steady = _steady(sound, sample_rate_hz)
    length = steady.shape[1]
    if length >= samples:
        at = int(rng.integers(0, length - samples + 1))
        return steady[:, at : at + samples].copy()
    join = max(min(int(_LONGEST_JOIN_S * sample_rate_hz), length // 4), 1)
    out = np.zeros((len(sound), samples))
    at, wanted = _drawn(length, rng, 2 * join)
    piece = steady[:, at : at + wanted]
    done = min(piece.shape[1], samples)
    out[:, :done] = piece[:, :done]
    while done < samples:
        piece = _alike(steady, out[:, done - join : done], rng, int(_REACH_S * sample_rate_hz))
        out[:, done - join : done] = joined(out[:, done - join : done], piece[:, :join])
        more = min(piece.shape[1] - join, samples - done)
        out[:, done : done + more] = piece[:, join : join + more]
        done += more
    return out


def _steady(sound: Array, sample_rate_hz: int) -> Array:
    """The recording without soft ends."""
    step = max(int(_BLOCK_S * sample_rate_hz), 1)
    count = sound.shape[1] // step
    if count < 4:
        return sound
    blocks = sound[:, : count * step].reshape(len(sound), count, step)
    level_db = 10.0 * np.log10(np.mean(blocks**2, axis=(0, 2)) + 1e-12)
    heard = np.flatnonzero(level_db > np.median(level_db) + _SOFT_DB)
    return sound[:, heard[0] * step : (heard[-1] + 1) * step]


def _drawn(length: int, rng: np.random.Generator, least: int) -> tuple[int, int]:
    """Start and length of a piece of half to all of `length`, and no shorter than `least`."""
    wanted = max(int(length * rng.uniform(0.5, 1.0)), min(least, length))
    return int(rng.integers(0, length - wanted + 1)), wanted


def _alike(steady: Array, before: Array, rng: np.random.Generator, reach: int) -> Array:
    """Of some drawn pieces the one that begins at a level most like the one that ends.

    It begins where, within `reach` samples, its waveform goes along with the ending one.
    """
    length, join = steady.shape[1], before.shape[1]
    places = [_drawn(length, rng, 2 * join) for _ in range(_CANDIDATES)]
    ending_db = _level_db(before)
    far = [abs(_level_db(steady[:, at : at + join]) - ending_db) for at, _ in places]
    at, wanted = places[int(np.argmin(far))]
    first = max(at - reach, 0)
    searched = steady[:, first : at + join + reach].mean(axis=0)
    along = signal.correlate(searched, before.mean(axis=0), "valid", method="fft")
    start = first + int(np.argmax(along))
    return steady[:, start : min(start + wanted, length)]


def _level_db(sound: Array) -> float:
    return float(10.0 * np.log10(np.mean(sound**2) + 1e-12))
