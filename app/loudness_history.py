"""How loud every moment was when it was heard last, for the loudness lane."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from engine.playback.readings import ProgrammeLevels

STEP_S = 0.1
"""Loudness meters give ten values a second (BS.1770)."""
LONGEST_S = 86_400.0
_JOINED = 10
"""Readings that are at most so many steps apart join on; a busy window looks seldom."""


class LoudnessHistory(QObject):
    """Momentary and short-term loudness by the time that was heard; NaN where nothing was.

    `fresh` tells which values were measured since the last edit; the others are what it was before.
    """

    changed = Signal(float, float)
    """The stretch (from_s, to_s) that is new; (0, inf): all."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._forget()

    def _forget(self) -> None:
        self.momentary_lufs: NDArray[np.float32] = np.full(0, np.nan, dtype=np.float32)
        self.short_term_lufs: NDArray[np.float32] = np.full(0, np.nan, dtype=np.float32)
        self.fresh: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self._last: int | None = None

    def clear(self) -> None:
        """Another session, or another way to listen."""
        self._forget()
        self.changed.emit(0.0, np.inf)

    def age(self) -> None:
        """Something was edited: what was measured counts as old."""
        self._last = None
        if self.fresh.any():
            self.fresh[:] = False
            self.changed.emit(0.0, np.inf)

    def pause(self) -> None:
        """Playing stopped or jumped: what comes next does not join on."""
        self._last = None

    def note(self, time_s: float, levels: ProgrammeLevels) -> None:
        """What the meters read while `time_s` is heard."""
        here = int(time_s / STEP_S)
        if not 0.0 <= time_s < LONGEST_S or not np.isfinite(levels.momentary_lufs):
            self._last = None
            return
        first = here
        if self._last is not None and self._last < here <= self._last + _JOINED:
            first = self._last + 1  # the window looks less often than ten times a second
        self._grow(here + 1)
        self.momentary_lufs[first : here + 1] = levels.momentary_lufs
        self.short_term_lufs[first : here + 1] = levels.short_term_lufs
        self.fresh[first : here + 1] = True
        self._last = here
        self.changed.emit(first * STEP_S, (here + 1) * STEP_S)

    def _grow(self, length: int) -> None:
        missing = length - len(self.fresh)
        if missing > 0:
            more = max(missing, len(self.fresh) // 2, 64)
            gap = np.full(more, np.nan, dtype=np.float32)
            self.momentary_lufs = np.concatenate([self.momentary_lufs, gap])
            self.short_term_lufs = np.concatenate([self.short_term_lufs, gap])
            self.fresh = np.concatenate([self.fresh, np.zeros(more, dtype=bool)])
