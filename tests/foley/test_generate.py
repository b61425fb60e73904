"""Every family keeps the promises of `generate`: length, channels, edges, level, determinism."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from engine import plugins
from engine.errors import ScriptError
from engine.foley.generate import CEILING_DBFS, GENERATORS, generate, recipe_for
from engine.project.model import Event
from engine.units import db_to_gain, seconds_to_samples

HITS = {name for name, family in GENERATORS.items() if family.hits}


def event_for(name: str, duration_s: float, **more) -> Event:
    onsets = tuple(np.arange(0.02, duration_s, 0.5).tolist()) if name in HITS else ()
    return Event(
        id=more.pop("id", "e1"),
        track_id="t",
        layer="l",
        generator=name,
        prompt="",
        start_s=0.0,
        duration_s=duration_s,
        onsets_s=onsets,
        **more,
    )


@pytest.mark.parametrize("name", GENERATORS)
def test_take_is_clean_and_does_not_click_at_its_edges(name: str) -> None:
    take = generate(event_for(name, 2.0), 48_000)
    assert take.dtype == np.float32
    assert take.shape == ((4 if name == "ambience" else 1), 2 * 48_000)
    assert np.isfinite(take).all()
    assert np.abs(take).max() <= float(db_to_gain(CEILING_DBFS))
    assert np.abs(take).max() > 1e-4
    assert np.abs(take.mean(axis=1)).max() < 1e-4 * 10
    assert np.abs(take[:, 0]).max() < 1e-3
    assert np.abs(take[:, -1]).max() < 1e-3
    # the first and last 2 ms step no more than the middle of the take does
    steps = np.abs(np.diff(take[0]))
    inner = max(float(steps[2000:-2000].max()), 1e-6)
    assert steps[-96:].max() <= inner
    assert name in HITS or steps[:96].max() <= inner


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(sorted(GENERATORS)),
    duration_s=st.floats(0.01, 1.5),
    rate_hz=st.sampled_from([44_100, 48_000, 96_000]),
    start_s=st.floats(0.0, 100.0),
    seed=st.integers(0, 2**31 - 1),
)
def test_any_duration_and_rate(
    name: str, duration_s: float, rate_hz: int, start_s: float, seed: int
) -> None:
    event = event_for(name, duration_s, seed=seed)
    event = structs.replace(
        event, start_s=start_s, onsets_s=tuple(t + start_s for t in event.onsets_s)
    )
    take = generate(event, rate_hz)
    assert take.shape[1] == seconds_to_samples(duration_s, rate_hz)
    assert np.isfinite(take).all()
    assert np.abs(take).max(initial=0.0) <= float(db_to_gain(CEILING_DBFS))


@pytest.mark.parametrize(
    ("name", "rate_hz"), [("water", 44_100), ("footsteps", 48_000), ("cloth", 96_000)]
)
def test_a_minute(name: str, rate_hz: int) -> None:
    take = generate(event_for(name, 60.0), rate_hz)
    assert take.shape[1] == 60 * rate_hz
    assert np.isfinite(take).all()


def test_same_event_same_samples_in_another_process() -> None:
    program = (
        "import hashlib\n"
        "from tests.foley.test_generate import event_for, GENERATORS, generate\n"
        "for name in GENERATORS:\n"
        "    take = generate(event_for(name, 0.3, seed=5), 48000)\n"
        "    print(hashlib.sha256(take.tobytes()).hexdigest())\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    here = [
        hashlib.sha256(generate(event_for(name, 0.3, seed=5), 48_000).tobytes()).hexdigest()
        for name in GENERATORS
    ]
    assert run.stdout.split() == here


@pytest.mark.parametrize("name", GENERATORS)
def test_seed_and_id_change_the_samples(name: str) -> None:
    first = generate(event_for(name, 0.3, seed=1), 48_000)
    assert not np.array_equal(first, generate(event_for(name, 0.3, seed=2), 48_000))
    assert not np.array_equal(first, generate(event_for(name, 0.3, seed=1, id="e2"), 48_000))


@pytest.mark.parametrize("name", sorted(set(GENERATORS) - HITS))
def test_intensity_drives_the_level(name: str) -> None:
    event = event_for(name, 4.0, intensity=((0.0, 0.1), (1.9, 0.1), (2.1, 1.0), (4.0, 1.0)))
    take = generate(event, 24_000)[0]
    quiet, loud = take[: 24_000 * 3 // 2], take[24_000 * 5 // 2 :]
    assert np.std(loud) > 1.5 * np.std(quiet)


def test_no_loop() -> None:
    """A long texture does not resemble itself at any lag above a tenth of a second."""
    for name in ("water", "cloth", "air", "rolling"):
        take = generate(event_for(name, 8.0), 16_000)[0].astype(float)
        spectrum = np.abs(np.fft.rfft(take, 2 * len(take))) ** 2
        likeness = np.fft.irfft(spectrum)[: len(take)]
        likeness = likeness / likeness[0]
        assert np.abs(likeness[1_600:]).max() < 0.5, name


def test_all_are_registered_as_plugins() -> None:
    for name in GENERATORS:
        part = plugins.create("generator", name)
        assert isinstance(part, plugins.Generator)
        event = event_for(name, 0.2)
        assert np.array_equal(part.generate(event, 48_000), generate(event, 48_000))


def test_recipe_says_how() -> None:
    event = event_for("water", 1.0, seed=9, parameters={"type": "pour"})
    recipe = recipe_for(event)
    assert (recipe.generator, recipe.seed) == ("water", 9)
    assert recipe.version == GENERATORS["water"].version
    assert recipe.parameters["type"] == "pour"


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("teleport", {}, "no generator 'teleport'"),
        ("footsteps", {"surface": "lava"}, "surface 'lava' is unknown"),
        ("impacts", {"size_m": -1.0}, "size_m is -1.0"),
        ("impacts", {"size_m": float("nan")}, "size_m is nan"),
        ("motor", {"pitch": "high"}, "pitch is 'high'"),
    ],
)
def test_bad_events_are_told_in_words(name: str, parameters: dict, words: str) -> None:
    with pytest.raises(ScriptError, match=words):
        generate(event_for(name, 0.5, parameters=parameters), 48_000)


def test_zero_duration_is_refused() -> None:
    with pytest.raises(ScriptError, match="lasts 0 s"):
        generate(event_for("air", 0.0), 48_000)


def test_prompt_chooses_where_parameters_do_not() -> None:
    plain = event_for("footsteps", 1.0)
    said = structs.replace(plain, prompt="heavy boots on gravel")
    given_ = structs.replace(said, prompt="", parameters={"surface": "gravel", "shoe": "boot"})
    assert np.array_equal(generate(said, 48_000), generate(given_, 48_000))
    assert not np.array_equal(generate(plain, 48_000), generate(said, 48_000))
