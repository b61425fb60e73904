"""Sound of any length, read as mono and made into two ears piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from math import gcd
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from engine.errors import ShapeError

PIECE_S = 8
MARGIN_S = 2
"""Sound on both sides of a piece that its edges depend on: windows and resampling filters."""

Mono = NDArray[np.float32]
Ears = Callable[[Mono, float], NDArray[np.float32]]
"""``(mono, start_s) -> (2, samples)``: two ears of a sound that begins at a time."""


def ears_in_pieces(pieces: Iterator[Mono], rate_hz: int, ears: Ears) -> Iterator[Mono]:
    """(2, samples) blocks of a mono sound that comes in pieces, whatever their lengths.

    Blocks begin at multiples of `PIECE_S`, and are made with `MARGIN_S` more on both sides.
    """
    margin, size = MARGIN_S * rate_hz, PIECE_S * rate_hz
    held = np.zeros(0, np.float32)
    before = done = 0  # samples of `held` that are given out already, and of the whole
    for piece in chain(pieces, [None]):
        held = np.concatenate([held, piece]) if piece is not None else held
        while len(held) > before and (piece is None or len(held) >= before + size + margin):
            take = min(size, len(held) - before)
            made = ears(held[: before + take + margin], (done - before) / rate_hz)
            yield made[:, before : before + take]
            done += take
            drop = max(before + take - margin, 0)
            held, before = held[drop:], before + take - drop


def mono_pieces(
    first: NDArray[np.float32],
    blocks: Iterator[tuple[NDArray[np.float32], int]],
    rate_hz: int,
    sound: Path,
) -> Iterator[Mono]:
    """The channels' mean, block by block.

    Raises
    ------
    ShapeError
        If the sound holds NaN or infinity.
    """

    def checked(block: NDArray[np.float32]) -> Mono:
        if not np.isfinite(block).all():
            raise ShapeError(
                "the sound holds NaN or infinity", place=sound, remedy="export it again"
            )
        return np.asarray(block.mean(axis=0), dtype=np.float32)

    yield checked(first)  # of a film it may be empty, where the sound begins late
    for block, rate in blocks:
        assert rate == rate_hz, f"{rate=} {rate_hz=}"
        yield checked(block)


def resampled(mono: Mono, from_hz: int, to_hz: int) -> Mono:
    """A sound (..., samples) at another rate."""
    common = gcd(from_hz, to_hz)
    return np.asarray(
        resample_poly(mono, to_hz // common, from_hz // common, axis=-1), dtype=np.float32
    )
