"""Random numbers that belong to one event: same event id and seed, same numbers, in any process."""

from __future__ import annotations

import zlib

import numpy as np

from engine.project.model import Event


def random_stream(event: Event, purpose: str) -> np.random.Generator:
    """Generator of its own for one purpose within one event.

    Separate purposes get independent streams, so that adding a draw to one part of a sound leaves
    its other parts as they were.

    Parameters
    ----------
    event : Event
        Its `seed` and `id` are the entropy.
    purpose : str
        What the numbers are for, such as ``"grains"``.
    """
    words = (event.seed % 2**64, zlib.crc32(event.id.encode()), zlib.crc32(purpose.encode()))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))


def vary(rng: np.random.Generator, spread: float, size: int | None = None) -> np.ndarray:
    """Factors around 1, log-normal with the given relative spread, within three spreads."""
    return np.asarray(np.exp(spread * np.clip(rng.standard_normal(size), -3.0, 3.0)))
