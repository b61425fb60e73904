"""Timecode HH:MM:SS:FF of a time at a frame rate, and back. Drop-frame is written HH:MM:SS;FF.

Three ways of counting (SMPTE ST 12-1):

- whole rates and 24000/1001 count every frame (non-drop at the nominal rate);
- 30000/1001 and its multiples count drop-frame unless told otherwise: labels 00 and 01 (or
  their multiples) are left out at each minute that is not divisible by ten;
- any other rate (12.5, 14.99 of a phone) shows the clock's seconds and the frame within the
  second, because no standard counting exists for it.
"""

from __future__ import annotations

import re
from fractions import Fraction

from engine.errors import FoleystageError
from engine.units import seconds_to_video_frame, video_frame_to_seconds

_PATTERN = re.compile(r"^\s*(-?)(\d{1,3}):(\d{1,2}):(\d{1,2})([:;.])(\d{1,3})\s*$")


def format_timecode(time_s: float, rate: Fraction, drop_frame: bool | None = None) -> str:
    """Timecode of the video frame on screen at `time_s` (seconds from 00:00:00:00).

    Parameters
    ----------
    time_s : float
        Negative times are written with a leading minus.
    rate : Fraction
        Exact frame rate.
    drop_frame : bool, optional
        None chooses drop-frame exactly for multiples of 30000/1001.
    """
    rate = Fraction(rate)
    sign = "-" if time_s < -1e-6 else ""
    video_frame = seconds_to_video_frame(abs(time_s), rate)
    drops = _drops(rate, drop_frame)
    if drops:
        video_frame += _dropped_labels(video_frame, _nominal(rate), drops)
    if _is_standard(rate):
        seconds, rest = divmod(video_frame, _nominal(rate))
    else:
        seconds = int((video_frame + Fraction(1, 1_000_000)) / rate)
        rest = video_frame - _first_in_second(seconds, rate)
        if rest < 0:
            seconds -= 1
            rest = video_frame - _first_in_second(seconds, rate)
    digits = len(str(max(_nominal(rate) - 1, 10)))
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    separator = ";" if drops else ":"
    return f"{sign}{hour:02d}:{minute:02d}:{second:02d}{separator}{rest:0{digits}d}"


def parse_timecode(text: str, rate: Fraction) -> float:
    """Start time in seconds of the video frame that a timecode names.

    A semicolon (or point) before the frames means drop-frame counting.

    Raises
    ------
    FoleystageError
        If the text is not a timecode, or names a label that this rate does not have.
    """
    rate = Fraction(rate)
    match = _PATTERN.match(text)
    if match is None:
        raise FoleystageError(f"'{text}' is not a timecode", remedy="write it as HH:MM:SS:FF")
    sign, *numbers = match.groups()
    hour, minute, second, rest = (int(numbers[i]) for i in (0, 1, 2, 4))
    drops = _drops(rate, None if numbers[3] == ":" else True)
    drops = drops if numbers[3] != ":" else 0
    seconds = (hour * 60 + minute) * 60 + second
    if minute > 59 or second > 59 or rest >= _nominal(rate):
        raise FoleystageError(
            f"timecode '{text}' is out of range at {float(rate):.3f} frames per second",
            remedy=f"minutes and seconds go to 59, frames to {_nominal(rate) - 1}",
        )
    if drops and second == 0 and minute % 10 and rest < drops:
        raise FoleystageError(
            f"drop-frame timecode has no label '{text}'", remedy=f"use ;{drops:02d} or later"
        )
    if not _is_standard(rate):
        video_frame = _first_in_second(seconds, rate) + rest
    else:
        minutes = hour * 60 + minute
        video_frame = seconds * _nominal(rate) + rest - drops * (minutes - minutes // 10)
    time_s = video_frame_to_seconds(video_frame, rate)
    return -time_s if sign else time_s


def label_time_s(label_s: Fraction, rate: Fraction, drop_frame: bool | None = None) -> float:
    """Time in seconds at which timecode shows a label.

    Parameters
    ----------
    label_s : Fraction
        The label as seconds of the clock that it is written by: 61 is 00:01:01:00, and a video
        frame is one part of the rate's nominal number, such as 1/30. Of a label that drop-frame
        leaves out, the time of the next; at rates without a standard counting the clock's.
    rate : Fraction
        Video frames per second.
    drop_frame : bool, optional
        As in `format_timecode`.
    """
    rate = Fraction(rate)
    if not _is_standard(rate):
        return float(label_s)
    video_frame = round(label_s * _nominal(rate))
    drops = _drops(rate, drop_frame)
    if drops:
        minutes, rest = divmod(video_frame, 60 * _nominal(rate))
        if minutes % 10:
            video_frame += max(0, drops - rest)
        video_frame -= drops * (minutes - minutes // 10)
    return video_frame_to_seconds(video_frame, rate)


def _nominal(rate: Fraction) -> int:
    return -(-rate.numerator // rate.denominator)


def _is_standard(rate: Fraction) -> bool:
    return rate.denominator == 1 or rate * 1001 == _nominal(rate) * 1000


def _drops(rate: Fraction, drop_frame: bool | None) -> int:
    """Labels left out per minute: 2 per 30 nominal frames, 0 for non-drop counting."""
    can_drop = rate * 1001 == _nominal(rate) * 1000 and _nominal(rate) % 30 == 0
    return _nominal(rate) // 15 if can_drop and drop_frame is not False else 0


def _dropped_labels(video_frame: int, nominal: int, drops: int) -> int:
    in_ten_minutes = nominal * 600 - drops * 9
    tens, rest = divmod(video_frame, in_ten_minutes)
    minutes = max(0, (rest - drops) // (nominal * 60 - drops))
    return drops * (9 * tens + min(9, minutes))


def _first_in_second(seconds: int, rate: Fraction) -> int:
    """First video frame that starts in the given second."""
    start = seconds * rate
    return -(-start.numerator // start.denominator)
