"""Where single sounds begin in a recording, and where they end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

Array = NDArray[np.float64]

_STEP_S = 0.0025
_RISE_DB = 9.0
_RISE_S = 0.01
_QUIETEST_DB = -30.0
"""Under the loudest moment: what is softer is no single sound of the recording."""
_GONE_DB = -45.0
"""Under a sound's own peak: from there on it has died away."""
_APART_S = 0.08
_PEAK_S = 0.03
_FIRST_SHARE = 0.1
"""Of its first peak: where the waveform reaches it, the sound is said to begin."""


class Hit(NamedTuple):
    """A single sound in a recording: where it begins and has died away, in samples, half open."""

    onset: int
    end: int


def find_hits(sound: Array, sample_rate_hz: int) -> tuple[Hit, ...]:
    """Single sounds of a mono recording, in order.

    An onset is a rise of 9 dB within 10 ms to a moment that is no more than 30 dB under the
    loudest; onsets are 80 ms apart. A recording without one, but not silent, is one sound that
    begins where it is first heard.

    Parameters
    ----------
    sound : (samples,) array
    """
    step = max(int(_STEP_S * sample_rate_hz), 1)
    count = len(sound) // step
    if count < 2 or not np.any(sound):
        return ()
    peaks = np.abs(sound[: count * step]).reshape(count, step).max(axis=1)
    level_db = 20.0 * np.log10(peaks + 1e-9)
    starts = _rises(level_db)
    if not len(starts):
        starts = np.flatnonzero(level_db > level_db.max() + _QUIETEST_DB)[:1]
    onsets = [_refined(sound, int(start) * step, sample_rate_hz) for start in starts]
    limits = [*onsets[1:], len(sound)]
    return tuple(
        Hit(onset, _end(level_db, onset, limit, step))
        for onset, limit in zip(onsets, limits, strict=True)
        if limit > onset
    )


def _rises(level_db: Array) -> NDArray[np.int64]:
    """(n,) steps at which the level has risen enough, each the first of its rise."""
    reach = round(_RISE_S / _STEP_S)
    before = np.concatenate([np.full(reach, level_db.min()), level_db[:-reach]])
    ahead = maximum_filter1d(level_db, 2 * round(_PEAK_S / _STEP_S) + 1)
    rising = (level_db - before > _RISE_DB) & (ahead > level_db.max() + _QUIETEST_DB)
    found = np.flatnonzero(rising)
    kept: list[int] = []
    for at in found:
        if not kept or at - kept[-1] > _APART_S / _STEP_S:
            kept.append(int(at))
    return np.array(kept, dtype=np.int64)


def _refined(sound: Array, about: int, sample_rate_hz: int) -> int:
    """The first sample, near `about`, that reaches a tenth of the peak that follows."""
    first = max(about - int(_RISE_S * sample_rate_hz), 0)
    piece = np.abs(sound[first : about + int(_PEAK_S * sample_rate_hz)])
    return first + int(np.argmax(piece >= _FIRST_SHARE * piece.max()))


def _end(level_db: Array, onset: int, limit: int, step: int) -> int:
    """Where a sound has died away, or the next one begins."""
    first, last = onset // step, max(limit // step, onset // step + 1)
    own = level_db[first:last]
    heard = np.flatnonzero(own > own.max() + _GONE_DB)
    return min(limit, (first + int(heard[-1]) + 1) * step)
