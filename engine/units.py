"""Units: decibels, degrees, and seconds to samples or video frames. Rounding happens here, once."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

SPEED_OF_SOUND_M_PER_S = 343.2
"""Speed of sound in dry air at 20 degrees Celsius (ISO 9613-1)."""


def db_to_gain(level_db: ArrayLike) -> NDArray[np.float64]:
    """Linear amplitude gain of a level in dB; -inf dB is 0."""
    return np.asarray(np.power(10.0, np.asarray(level_db, dtype=np.float64) / 20.0))


def gain_to_db(gain: ArrayLike, floor_db: float = -200.0) -> NDArray[np.float64]:
    """Level in dB of a linear amplitude gain (its magnitude), never below `floor_db`."""
    smallest = 10.0 ** (floor_db / 20.0)
    return np.asarray(
        20.0 * np.log10(np.maximum(np.abs(np.asarray(gain, dtype=np.float64)), smallest))
    )


def seconds_to_samples(time_s: float, sample_rate_hz: int) -> int:
    """Nearest sample to a time; halves round up, so that equal steps stay equal."""
    return int(np.floor(time_s * sample_rate_hz + 0.5))


def seconds_to_video_frame(time_s: float, rate: Fraction) -> int:
    """Index of the video frame on screen at `time_s` (frames are half-open intervals).

    A time within a microsecond before a frame's start counts as that frame, so that
    ``seconds_to_video_frame(video_frame_to_seconds(n, rate), rate) == n`` for every n.
    """
    return int(np.floor((time_s + 1e-6) * float(rate)))


def video_frame_to_seconds(video_frame: int, rate: Fraction) -> float:
    """Start time in seconds of a video frame at an exact rational rate."""
    return float(video_frame / rate)


def wrap_degrees(angle_deg: ArrayLike) -> NDArray[np.float64]:
    """Angle wrapped to (-180, 180] degrees."""
    angle = np.asarray(angle_deg, dtype=np.float64)
    return np.asarray(-((-angle + 180.0) % 360.0 - 180.0))
