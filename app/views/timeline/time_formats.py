"""How the ruler writes times, and the steps that are round in each way of writing."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Literal, get_args

from engine.media.timecode import format_timecode, label_time_s
from engine.project.bars import Bars
from engine.units import seconds_to_samples, seconds_to_video_frame

TimeFormat = Literal["timecode", "non_drop", "video_frames", "seconds", "samples", "bars"]
FORMATS: tuple[TimeFormat, ...] = get_args(TimeFormat)
TITLES: dict[TimeFormat, str] = {
    "timecode": "Timecode",
    "non_drop": "Timecode, non-drop",
    "video_frames": "Video frames",
    "seconds": "Minutes and seconds",
    "samples": "Samples",
    "bars": "Bars and beats",
}
PLAIN_BARS = Bars()
_LONG_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
_VIDEO_FRAMES = (1, 2, 5, 10)


def format_time(
    time_s: float, name: TimeFormat, rate: Fraction, sample_rate_hz: int, bars: Bars = PLAIN_BARS
) -> str:
    """A time as a ruler writes it.

    Parameters
    ----------
    rate : Fraction
        Video frames per second; multiples of 30000/1001 count drop-frame as 'timecode'.
    """
    if name == "seconds":
        minutes, seconds = divmod(round(time_s * 1000), 60_000)
        return f"{minutes}:{seconds / 1000:06.3f}"
    if name == "bars":
        bar, beat, rest = bars.place(time_s)
        return f"{bar}.{beat}.{rest:02d}" if rest else f"{bar}.{beat}"
    if name == "samples":
        return f"{seconds_to_samples(time_s, sample_rate_hz):,}".replace(",", "\u2009")
    if name == "video_frames":
        return str(seconds_to_video_frame(time_s, rate))
    return format_timecode(time_s, rate, False if name == "non_drop" else None)


def round_steps_s(
    name: TimeFormat, rate: Fraction, sample_rate_hz: int, bars: Bars = PLAIN_BARS
) -> list[Fraction]:
    """Steps in seconds of the labels that look round in a format, from the smallest."""
    if name == "bars":
        beat_s, bar_s = bars.beat_s, bars.beat_s * bars.beats
        return [beat_s / 10, beat_s / 2, beat_s, *(bar_s * 2**power for power in range(16))]
    if name == "samples":
        decades = (Fraction(10) ** power for power in range(9))
        return [step * ten / sample_rate_hz for ten in decades for step in (1, 2, 5)]
    if name == "video_frames":
        decades = (Fraction(10) ** power for power in range(6))
        return [step * ten / rate for ten in decades for step in (1, 2, 5)]
    if name == "seconds":
        thousandths = (1, 2, 5, 10, 20, 50, 100, 200, 500)
        return [*(Fraction(n, 1000) for n in thousandths), *map(Fraction, _LONG_S)]
    nominal = -(-rate.numerator // rate.denominator)  # labels count so many a second
    frames = [Fraction(count, nominal) for count in _VIDEO_FRAMES if count < rate / 2]
    return [*frames, *map(Fraction, _LONG_S)]


@lru_cache(maxsize=8192)
def time_of_label_s(label_s: Fraction, name: TimeFormat, rate: Fraction) -> float:
    """Time in seconds that a ruler's label stands for; timecode's run by video frames."""
    if name not in ("timecode", "non_drop"):
        return float(label_s)
    return label_time_s(label_s, rate, False if name == "non_drop" else None)
