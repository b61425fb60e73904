"""Every preset of every family: clean whatever the seed and length, on time, never twice alike."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.foley.families import CEILING_DBFS, FAMILIES
from engine.foley.generate import GENERATORS, generate
from engine.project.model import Event
from engine.units import db_to_gain, seconds_to_samples

RATE_HZ = 48_000
PRESETS = [(family.name, option) for family in FAMILIES for option in family.options]
CEILING = float(db_to_gain(CEILING_DBFS))
BY_ONSET = [
    (name, option)
    for name, option in PRESETS
    if GENERATORS[name].hits or (name, option) in {("designed", "boom"), ("jingle", "keys")}
]
TONAL = {"bells", "interface", "people", "animals", "percussion"}
"""The same body each time: their repeats differ in strength, pitch and detail, not in kind."""


def preset_event(name: str, option: str, duration_s: float, **more) -> Event:
    more.setdefault("parameters", {GENERATORS[name].option: option})
    return Event(
        id=more.pop("id", "e1"),
        track_id="t",
        layer="l",
        generator=name,
        prompt=more.pop("prompt", ""),
        start_s=0.0,
        duration_s=duration_s,
        **more,
    )


def _needs_onsets(name: str, option: str) -> bool:
    return GENERATORS[name].hits or option in {"splash", "drip"}


def test_families_offer_at_least_three_presets() -> None:
    for family in FAMILIES:
        assert len(family.options) >= 3, family.name
        assert len(set(family.options)) == len(family.options), family.name


@dataclass(frozen=True)
class Facts:
    """What is looked at of a take, and its samples' own number."""

    is_finite: bool
    peak: float
    constant: float
    first: float
    last: float
    flattened: float
    """Share of samples at the ceiling."""
    digest: bytes


@cache
def facts_of(name: str, option: str) -> Facts:
    """Of a preset's take, made once for all that look at it."""
    onsets = (0.02, 0.8) if _needs_onsets(name, option) else ()
    take = generate(preset_event(name, option, 1.6, seed=3, onsets_s=onsets), RATE_HZ)
    size = np.abs(take)
    return Facts(
        is_finite=bool(np.isfinite(take).all()),
        peak=float(size.max()),
        constant=float(np.abs(take.mean(axis=1)).max()),
        first=float(size[:, 0].max()),
        last=float(size[:, -1].max()),
        flattened=float(np.mean(size > 0.995 * CEILING)),
        digest=hashlib.sha256(take.tobytes()).digest(),
    )


@pytest.mark.parametrize(("name", "option"), PRESETS)
def test_preset_sounds_and_is_clean(name: str, option: str) -> None:
    """Audible, no constant part, silent at its very ends, nothing flattened at the ceiling."""
    facts = facts_of(name, option)
    assert facts.is_finite
    assert 3e-4 < facts.peak <= CEILING
    assert facts.constant < 1e-3
    assert facts.last < 1e-3
    assert facts.first < 1e-2
    assert facts.flattened < 1e-4


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    preset=st.sampled_from(PRESETS),
    duration_s=st.floats(0.004, 0.9),
    rate_hz=st.sampled_from([16_000, 44_100, 48_000, 96_000]),
    seed=st.integers(0, 2**31 - 1),
    onsets=st.lists(st.floats(0.0, 0.9), max_size=4),
    strength=st.floats(0.0, 1.0),
)
def test_any_seed_length_and_effort(
    preset: tuple[str, str],
    duration_s: float,
    rate_hz: int,
    seed: int,
    onsets: list[float],
    strength: float,
) -> None:
    event = preset_event(
        *preset,
        duration_s,
        seed=seed,
        onsets_s=tuple(sorted(onsets)),
        intensity=((0.0, strength), (0.4, 1.0 - strength)),
    )
    take = generate(event, rate_hz)
    assert take.shape[1] == seconds_to_samples(duration_s, rate_hz)
    assert np.isfinite(take).all()
    assert np.abs(take).max(initial=0.0) <= CEILING


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    preset=st.sampled_from(
        [(name, option) for name, option in PRESETS if not GENERATORS[name].hits]
    ),
    seed=st.integers(0, 2**31 - 1),
)
def test_no_clicks_at_the_joins(preset: tuple[str, str], seed: int) -> None:
    """The ends step no more than the inside does, so a take can follow another."""
    take = generate(preset_event(*preset, 1.0, seed=seed), RATE_HZ)[0]
    steps = np.abs(np.diff(take, prepend=np.float32(0.0), append=np.float32(0.0)))
    inner = max(float(steps[1000:-1000].max()), 2e-4)
    assert steps[:48].max() <= inner
    assert steps[-48:].max() <= inner


@pytest.mark.parametrize(("name", "option"), BY_ONSET)
def test_onset_within_10_ms(name: str, option: str) -> None:
    """The envelope has risen by a quarter of what the first 40 ms reach, near the contact."""
    onset_s = 0.4137
    take = generate(preset_event(name, option, 0.8, seed=7, onsets_s=(onset_s,)), RATE_HZ)[0]
    width = RATE_HZ // 1000
    envelope = np.sqrt(np.convolve(take.astype(float) ** 2, np.ones(width) / width, "same"))
    at = round(onset_s * RATE_HZ)
    assert envelope[: at - 480].max() < 1e-4, "sounds before its moment"
    reached = envelope[at : at + round(0.04 * RATE_HZ)].max()
    rise = int(np.flatnonzero(envelope > 0.25 * reached)[0])
    assert reached > 1e-4
    assert -0.010 < rise / RATE_HZ - onset_s < 0.010 or _swells(envelope, at)


def _swells(envelope: np.ndarray, at: int) -> bool:
    """A sound that grows from its moment on (a swing, a howl) begins there, softly."""
    begun = envelope[at : at + round(0.010 * RATE_HZ)].max()
    return bool(begun > 0.01 * envelope.max())


@pytest.mark.parametrize("name", sorted({name for name, _ in BY_ONSET} - TONAL))
def test_repeats_differ(name: str) -> None:
    option = GENERATORS[name].options[0]
    onsets = (0.1, 1.1, 2.1, 3.1)
    take = generate(preset_event(name, option, 4.0, seed=5, onsets_s=onsets), RATE_HZ)[0]
    grains = np.stack([take[i * RATE_HZ : i * RATE_HZ + 24_000] for i in range(4)])
    assert np.abs(np.corrcoef(grains) - np.eye(4)).max() < 0.95


@pytest.mark.parametrize("name", sorted(TONAL))
def test_tonal_repeats_are_not_copies(name: str) -> None:
    option = GENERATORS[name].options[0]
    take = generate(preset_event(name, option, 3.0, seed=5, onsets_s=(0.1, 1.6)), RATE_HZ)[0]
    first, second = (take[at : at + 24_000] for at in (4_800, 76_800))
    assert np.corrcoef(first, second)[0, 1] < 0.9995
    assert np.std(first - second) > 0.02 * np.std(first)


@pytest.mark.parametrize("name", [family.name for family in FAMILIES if family.hits])
def test_strength_is_loudness(name: str) -> None:
    option = GENERATORS[name].options[0]
    event = preset_event(name, option, 2.0, onsets_s=(0.0, 1.6), strengths=(1.0, 0.2))
    take = generate(event, RATE_HZ)[0]
    strong, weak = take[: RATE_HZ // 8], take[76_800 : 76_800 + RATE_HZ // 8]
    assert np.std(strong) > 2.0 * np.std(weak)


@pytest.mark.parametrize("name", [family.name for family in FAMILIES])
def test_presets_of_a_family_are_not_the_same_sound(name: str) -> None:
    digests = {facts_of(name, option).digest for option in GENERATORS[name].options}
    assert len(digests) == len(GENERATORS[name].options)


@pytest.mark.parametrize(
    ("name", "prompt", "option"),
    [
        ("fire", "a bonfire at night", "campfire"),
        ("doors", "somebody knocking", "knock"),
        ("animals", "a dog barking", "dog"),
        ("blasts", "distant lightning", "thunder"),
        ("clicks", "typing on a laptop", "keyboard"),
        ("tools", "wood being sawed with a saw", "saw"),
    ],
)
def test_prompt_chooses_the_preset(name: str, prompt: str, option: str) -> None:
    said = generate(preset_event(name, option, 0.5, prompt=prompt, parameters={}), RATE_HZ)
    assert np.array_equal(said, generate(preset_event(name, option, 0.5), RATE_HZ))
