import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from engine.foley.generate import generate
from engine.pipeline.sections import OVERLAP_S, SECTION_S, sections
from engine.project.model import Event


def _event(duration_s, onsets_s=(), start_s=2.0):
    return Event(
        id="e1",
        track_id="t1",
        layer="air",
        generator="air",
        prompt="",
        start_s=start_s,
        duration_s=duration_s,
        onsets_s=onsets_s,
        strengths=tuple(0.5 for _ in onsets_s),
        seed=9,
    )


@given(st.floats(0.01, SECTION_S))
def test_a_short_event_stays_as_it_is(duration_s):
    (only,) = sections(_event(duration_s))
    assert only.event == _event(duration_s)


@given(st.floats(SECTION_S + 1, 2000))
def test_sections_cover_the_event_and_cross_fade_at_equal_power(duration_s):
    event = _event(duration_s)
    parts = sections(event)
    assert parts[0].event.start_s == event.start_s
    last = parts[-1].event
    assert last.start_s + last.duration_s == pytest.approx(event.start_s + event.duration_s)
    for before, after in itertools.pairwise(parts):
        end_s = before.event.start_s + before.event.duration_s
        assert end_s - after.event.start_s == pytest.approx(OVERLAP_S)
        assert before.fade_out_s == after.fade_in_s == OVERLAP_S
    assert len({part.event.seed for part in parts}) == len(parts)


@given(st.integers(0, 1000))
def test_every_hit_is_in_exactly_one_section(seed):
    rng = np.random.default_rng(seed)
    onsets_s = tuple(np.sort(rng.uniform(2.0, 302.0, 40)))
    parts = sections(_event(300.0, onsets_s))
    assert [o for part in parts for o in part.event.onsets_s] == list(onsets_s)
    assert all(part.fade_in_s == part.fade_out_s == 0.0 for part in parts)
    assert all(len(part.event.strengths) == len(part.event.onsets_s) for part in parts)


def test_a_bed_in_sections_has_no_dip_at_its_joins():
    rate_hz = 16_000
    bed = structs.replace(_event(100.0, start_s=0.0), generator="ambience", parameters={})
    out = np.zeros(100 * rate_hz)
    parts = sections(bed)
    for part in parts:
        take = generate(part.event, rate_hz)[0] * _fades(part, rate_hz)
        at = round(part.event.start_s * rate_hz)
        out[at : at + len(take)] += take[: len(out) - at]
    join = round((parts[1].event.start_s + OVERLAP_S / 2) * rate_hz)
    around_db = 20 * np.log10(
        np.std(out[join - rate_hz : join + rate_hz])
        / np.std(out[join - 10 * rate_hz :][: 20 * rate_hz])
    )
    assert abs(around_db) < 4.0


def _fades(part, rate_hz):
    """The renderer's equal-power fades, written out once more."""
    times_s = (np.arange(round(part.event.duration_s * rate_hz)) + 0.5) / rate_hz
    gain = np.ones_like(times_s)
    if part.fade_in_s:
        gain *= np.sin(np.pi / 2 * np.clip(times_s / part.fade_in_s, 0, 1))
    if part.fade_out_s:
        gain *= np.sin(np.pi / 2 * np.clip(times_s[::-1] / part.fade_out_s, 0, 1))
    return gain
