"""The edges of what is delivered: sound that is cut off by the scene's end would click.

Every file ends in a short fade-out to zero. The start is left as it is, attacks and all, unless
its very first sample is already loud: then sound was under way before the scene, and fades in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.units import seconds_to_samples

FADE_OUT_S = 0.010
FADE_IN_S = 0.002
LOUD_FIRST_SAMPLE = 1e-3
"""A first sample from here on (-60 dBFS) is heard as a click."""


class EdgeFades:
    """Fades the edges of a scene given block by block, from its first sample to its last.

    The result does not depend on the blocks.

    Parameters
    ----------
    length_samples : int
        Of the whole scene; a fade takes at most half of it.
    sample_rate_hz : int
    """

    def __init__(self, length_samples: int, sample_rate_hz: int) -> None:
        longest = length_samples // 2
        fade_in = min(seconds_to_samples(FADE_IN_S, sample_rate_hz), longest)
        fade_out = min(seconds_to_samples(FADE_OUT_S, sample_rate_hz), longest)
        self._rise = _raised_cosine(fade_in)
        self._fall = _raised_cosine(fade_out)[::-1]
        self._fall_start = length_samples - fade_out
        self._done = 0
        self._starts_loud = False

    def apply(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """The next (channels, n) block as it is delivered; `block` itself is not changed."""
        start, count = self._done, block.shape[1]
        self._done += count
        if start == 0 and count:
            self._starts_loud = bool(np.abs(block[:, 0]).max(initial=0.0) >= LOUD_FIRST_SAMPLE)
        rising = self._starts_loud and start < self._rise.size
        falling = start + count > self._fall_start
        if not (rising or falling):
            return block
        gain = np.ones(count, np.float32)
        if rising:
            piece = self._rise[start : start + count]
            gain[: piece.size] = piece
        if falling:
            first = max(self._fall_start - start, 0)
            piece = self._fall[max(start - self._fall_start, 0) :][: count - first]
            gain[first : first + piece.size] *= piece
        return block * gain


class SpanFades:
    """Fades the edges of spans of a scene that follow each other; no block is of two.

    Parameters
    ----------
    lengths_samples : sequence of int
    sample_rate_hz : int
    """

    def __init__(self, lengths_samples: Sequence[int], sample_rate_hz: int) -> None:
        self._spans = iter([(EdgeFades(n, sample_rate_hz), n) for n in lengths_samples])
        self._edges, self._left = next(self._spans)

    def apply(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """The next (channels, n) block, faded where its span begins or ends."""
        if self._left <= 0:
            self._edges, self._left = next(self._spans)
        self._left -= block.shape[1]
        return self._edges.apply(block)


def _raised_cosine(samples: int) -> NDArray[np.float32]:
    """Gains from exactly 0 up to nearly 1."""
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(samples) / max(samples, 1))).astype(np.float32)
