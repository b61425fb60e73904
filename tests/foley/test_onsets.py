"""Hits are heard when the picture shows them: an independent detector of envelope rises."""

from __future__ import annotations

import numpy as np
import pytest

from engine.foley.footsteps import SHOES, SURFACES
from engine.foley.generate import generate
from engine.foley.impacts import MATERIALS

RATE_HZ = 48_000
ONSETS_S = (0.213, 0.801, 1.4087, 1.955, 2.55)


def heard_at_s(take: np.ndarray, near_s: float) -> float:
    """First time, within 30 ms of a moment, that a 1 ms envelope has risen by a quarter."""
    width = RATE_HZ // 1000
    envelope = np.sqrt(np.convolve(take.astype(float) ** 2, np.ones(width) / width, "same"))
    at = round(near_s * RATE_HZ)
    before = envelope[at - int(0.045 * RATE_HZ) : at - int(0.015 * RATE_HZ)].max()
    peak = envelope[at - int(0.010 * RATE_HZ) : at + int(0.040 * RATE_HZ)].max()
    assert peak > 1.5 * before, "nothing starts here"
    first = at - int(0.030 * RATE_HZ)
    rise = np.flatnonzero(envelope[first:] > before + 0.25 * (peak - before))[0]
    return (first + rise) / RATE_HZ


CASES = [
    *[("footsteps", {"surface": name}) for name in SURFACES],
    *[("footsteps", {"shoe": name}) for name in SHOES],
    *[("impacts", {"material": name}) for name in MATERIALS],
    ("water", {"type": "splash"}),
    ("water", {"type": "drip"}),
    ("wings", {"wing": "bird"}),
]


@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_onsets_within_10_ms(make_event, name: str, parameters: dict) -> None:
    take = generate(make_event(name, 3.2, ONSETS_S, **parameters), RATE_HZ)[0]
    errors_s = [heard_at_s(take, onset) - onset for onset in ONSETS_S]
    assert np.abs(errors_s).max() < 0.010, errors_s


def test_onsets_are_absolute_times(make_event) -> None:
    event = make_event("footsteps", 1.0, (10.3,), start_s=10.0)
    assert abs(heard_at_s(generate(event, RATE_HZ)[0], 0.3) - 0.3) < 0.010


def test_onsets_outside_are_silent(make_event) -> None:
    take = generate(make_event("impacts", 1.0, (-0.5, 1.5)), RATE_HZ)
    assert not take.any()


def test_strength_is_loudness_and_brightness(make_event) -> None:
    event = make_event("footsteps", 2.0, (0.2, 1.2), strengths=(1.0, 0.2))
    take = generate(event, RATE_HZ)[0]
    strong, weak = take[:RATE_HZ], take[RATE_HZ:]
    assert np.std(strong) > 2.5 * np.std(weak)


def test_no_two_steps_are_alike(make_event) -> None:
    take = generate(make_event("footsteps", 4.0, (0.1, 1.1, 2.1, 3.1)), RATE_HZ)[0]
    steps = np.stack([take[i * RATE_HZ : i * RATE_HZ + 24_000] for i in range(4)])
    likeness = np.corrcoef(steps) - np.eye(4)
    assert np.abs(likeness).max() < 0.9
