"""Timecode against the labels that SMPTE ST 12-1 prescribes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FoleystageError
from engine.media.timecode import format_timecode, label_time_s, parse_timecode
from engine.units import video_frame_to_seconds

NTSC = Fraction(30000, 1001)
RATES = [
    Fraction(24), Fraction(25), Fraction(30), Fraction(60), Fraction(24000, 1001), NTSC,
    Fraction(60000, 1001), Fraction(25, 2), Fraction(15), Fraction(1499, 100), Fraction(120),
]  # fmt: skip


@pytest.mark.parametrize(
    ("video_frame", "label"),
    [
        (0, "00:00:00;00"),
        (1799, "00:00:59;29"),
        (1800, "00:01:00;02"),
        (17981, "00:09:59;29"),
        (17982, "00:10:00;00"),
        (107892, "01:00:00;00"),
    ],
)
def test_drop_frame_labels(video_frame: int, label: str) -> None:
    assert format_timecode(video_frame_to_seconds(video_frame, NTSC), NTSC) == label
    assert parse_timecode(label, NTSC) == pytest.approx(float(video_frame / NTSC), abs=1e-9)


def test_other_rates() -> None:
    assert format_timecode(3661.48, Fraction(25)) == "01:01:01:12"
    assert format_timecode(1.5, Fraction(25, 2)) == "00:00:01:05"
    assert format_timecode(float(1800 / NTSC), NTSC, drop_frame=False) == "00:01:00:00"
    assert format_timecode(-2.0, Fraction(25)) == "-00:00:02:00"


@given(st.integers(0, 300_000), st.sampled_from(RATES))
def test_there_and_back(video_frame: int, rate: Fraction) -> None:
    time_s = video_frame_to_seconds(video_frame, rate)
    assert parse_timecode(format_timecode(time_s, rate), rate) == pytest.approx(time_s, abs=1e-6)


@pytest.mark.parametrize("text", ["", "abc", "1:2:3", "00:61:00:00", "00:00:00:25", "00:01:00;01"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(FoleystageError):
        parse_timecode(text, NTSC if ";" in text else Fraction(25))


@pytest.mark.parametrize(
    "rate", [Fraction(30000, 1001), Fraction(60000, 1001), Fraction(24000, 1001)]
)
@pytest.mark.parametrize("drop_frame", [None, False])
def test_a_labels_time_is_where_it_is_shown(rate: Fraction, drop_frame: bool | None) -> None:
    for label_s in (0, 1, 59, 61, 119, 600, 601, 3600, 3661):
        time_s = label_time_s(Fraction(label_s), rate, drop_frame)
        text = format_timecode(time_s, rate, drop_frame)
        hours, minutes, seconds = (int(text[k : k + 2]) for k in (0, 3, 6))
        assert 3600 * hours + 60 * minutes + seconds == label_s
        left_out = ";" in text and seconds == 0 and minutes % 10
        assert int(text[9:]) == (round(rate / 15) if left_out else 0)
    # a label that drop-frame leaves out is shown by none: the next stands for it
    left_out = label_time_s(Fraction(60), NTSC)
    assert format_timecode(left_out, NTSC) == "00:01:00;02"
