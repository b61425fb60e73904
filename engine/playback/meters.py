"""Peak meters: they rise at once, fall slowly, and remember clipping."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FALL_DB_PER_S = 20.0 / 1.7
"""Return time of a type I digital peak meter (IEC 60268-18)."""
CLIP_LEVEL = 1.0


class PeakMeters:
    """Ballistics of one meter per channel, working in place on shared arrays.

    Parameters
    ----------
    peaks : (n,) float32 array
        Linear peak levels to show.
    clips : (n,) int64 array
        Blocks that reached full scale since the flags were cleared.
    """

    def __init__(self, peaks: NDArray[np.float32], clips: NDArray[np.int64]) -> None:
        self._peaks = peaks
        self._clips = clips

    def fall(self, elapsed_s: float) -> None:
        """Let all levels fall for `elapsed_s`."""
        self._peaks *= np.float32(10.0 ** (-FALL_DB_PER_S * elapsed_s / 20.0))

    def rise(self, block_peaks: NDArray[np.float32]) -> None:
        """Take in the (channels,) peaks of a block that is being heard."""
        shown = self._peaks[: len(block_peaks)]
        np.maximum(shown, block_peaks, out=shown)
        self._clips[: len(block_peaks)] += block_peaks >= CLIP_LEVEL

    def clear_clips(self) -> None:
        """Forget the clipping that was."""
        self._clips[:] = 0
