"""The scene as a stretch of tape around the playhead, which may be pulled either way.

The kernel renders forwards only. So behind the playhead a slab is rendered forwards, and taken from
its end; the next one is rendered bit by bit while this one is heard.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.playback.scene import HOP_SAMPLES, SceneReader

FIRST_SLAB_SAMPLES = 8 * HOP_SAMPLES
LARGEST_SLAB_SAMPLES = 64 * HOP_SAMPLES
"""Slabs double from the first to this: every slab costs the rendering of the past before it."""
_KEPT_SAMPLES = 32 * HOP_SAMPLES
"""Kept on either side of what was asked for, so that wiggling back and forth renders nothing."""
_PACE = 3
"""Samples rendered for the next slab for each one that was played, until it is complete."""


class SceneTape:
    """Any stretch of a scene near the last one. Before the scene's start there is silence.

    Parameters
    ----------
    reader : SceneReader
        Used by nobody else until the tape is given up.
    """

    def __init__(self, reader: SceneReader) -> None:
        self._reader = reader
        self._head: int | None = None
        """Where the reader would go on."""
        self._start = 0
        self._samples = _nothing(reader)
        self._slab_samples = FIRST_SLAB_SAMPLES
        self._coming = _nothing(reader)
        self._coming_filled = 0
        self._last_first: int | None = None

    def stretch(self, first: int, last: int) -> NDArray[np.float32]:
        """(channels, last - first) samples of the scene; a view, valid until the next call."""
        end = self._start + self._samples.shape[1]
        if first > end or last < self._start or not self._samples.shape[1]:
            self._begin_at(first, last)
        if last > self._start + self._samples.shape[1]:
            self._go_on_until(last)
        if first < self._start:
            self._go_back_until(first)
        elif self._last_first is not None and first < self._last_first:
            self._render_coming(_PACE * (self._last_first - first))
        self._last_first = first
        self._forget(first, last)
        return self._samples[:, first - self._start : last - self._start]

    def _begin_at(self, first: int, last: int) -> None:
        """Start anew around [first, last)."""
        self._start = first // HOP_SAMPLES * HOP_SAMPLES
        self._samples = _nothing(self._reader)
        self._drop_coming()
        self._slab_samples = FIRST_SLAB_SAMPLES
        self._last_first = None
        self._go_on_until(last)

    def _go_on_until(self, last: int) -> None:
        end = self._start + self._samples.shape[1]
        more = -(-(last - end) // HOP_SAMPLES) * HOP_SAMPLES
        self._samples = np.concatenate([self._samples, self._render(end, more)], axis=1)

    def _go_back_until(self, first: int) -> None:
        while first < self._start:
            if not self._coming.shape[1]:
                self._begin_slab()
            self._render_coming(self._coming.shape[1])
            self._samples = np.concatenate([self._coming, self._samples], axis=1)
            self._start -= self._coming.shape[1]
            self._drop_coming()
            self._begin_slab()

    def _begin_slab(self) -> None:
        """Make room for the stretch before `_start`."""
        self._coming = np.empty((self._reader.channels, self._slab_samples), dtype=np.float32)
        self._coming_filled = 0
        self._slab_samples = min(2 * self._slab_samples, LARGEST_SLAB_SAMPLES)

    def _render_coming(self, count: int) -> None:
        """Render `count` more samples of the next slab, in whole hops."""
        left = self._coming.shape[1] - self._coming_filled
        count = min(-(-count // HOP_SAMPLES) * HOP_SAMPLES, left)
        if count > 0:
            at = self._start - self._coming.shape[1] + self._coming_filled
            filled = self._coming_filled + count
            self._coming[:, self._coming_filled : filled] = self._render(at, count)
            self._coming_filled = filled

    def _drop_coming(self) -> None:
        self._coming, self._coming_filled = _nothing(self._reader), 0

    def _render(self, at: int, count: int) -> NDArray[np.float32]:
        """Scene samples [at, at + count)."""
        before = min(max(-at, 0), count)
        out = np.zeros((self._reader.channels, count), dtype=np.float32)
        if before < count:
            if self._head != at + before:
                self._reader.locate(at + before, hurried=True)
            out[:, before:] = self._reader.read(count - before)
            self._head = at + count
        return out

    def _forget(self, first: int, last: int) -> None:
        """Keep memory bounded: what lies far from [first, last) goes."""
        surplus = self._start + self._samples.shape[1] - (last + _KEPT_SAMPLES)
        if surplus > LARGEST_SLAB_SAMPLES:
            self._samples = self._samples[:, :-surplus].copy()
        behind = first - _KEPT_SAMPLES - self._start
        if behind > LARGEST_SLAB_SAMPLES:
            self._samples = self._samples[:, behind:].copy()
            self._start += behind
            self._drop_coming()
            self._slab_samples = FIRST_SLAB_SAMPLES


def _nothing(reader: SceneReader) -> NDArray[np.float32]:
    return np.zeros((reader.channels, 0), dtype=np.float32)
