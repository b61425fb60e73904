from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.units import (
    db_to_gain,
    gain_to_db,
    seconds_to_samples,
    seconds_to_video_frame,
    video_frame_to_seconds,
    wrap_degrees,
)

RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60), Fraction(8)]


def test_decibels_of_known_gains():
    assert db_to_gain(-20.0) == pytest.approx(0.1)
    assert db_to_gain(-np.inf) == 0.0
    assert gain_to_db(0.5) == pytest.approx(-6.0206, abs=1e-4)
    assert gain_to_db(0.0) == -200.0


@given(st.integers(0, 10_000_000), st.sampled_from([44_100, 48_000, 96_000, 192_000]))
def test_samples_survive_the_way_through_seconds(samples, rate_hz):
    assert seconds_to_samples(samples / rate_hz, rate_hz) == samples


@given(st.integers(0, 400_000), st.sampled_from(RATES))
def test_video_frames_survive_the_way_through_seconds(video_frame, rate):
    assert seconds_to_video_frame(video_frame_to_seconds(video_frame, rate), rate) == video_frame


@given(st.floats(-1e5, 1e5))
def test_wrapped_angle_is_the_same_direction_in_range(angle_deg):
    wrapped = float(wrap_degrees(angle_deg))
    assert -180.0 < wrapped <= 180.0
    assert np.cos(np.radians(wrapped - angle_deg)) == pytest.approx(1.0, abs=1e-6)


def test_the_back_is_plus_180():
    assert wrap_degrees(-180.0) == 180.0
    assert wrap_degrees(540.0) == 180.0
