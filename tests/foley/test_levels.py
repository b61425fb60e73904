"""Families come out at the level they state, and in a believable order."""

from __future__ import annotations

import numpy as np
import pytest

from engine.foley.generate import GENERATORS, generate
from engine.foley.loudness import hit_level, k_weight, texture_level

RATE_HZ = 48_000


def test_k_weighting_at_known_frequencies() -> None:
    """BS.1770: +0.69 dB near 1 kHz relative scale, about +4 dB on top, falling in the bass."""
    level_db = 20 * np.log10(k_weight(np.array([30.0, 997.0, 10_000.0])))
    assert level_db[0] == pytest.approx(-8.5, abs=1.5)
    assert level_db[1] == pytest.approx(0.69, abs=0.1)
    assert level_db[2] == pytest.approx(4.0, abs=0.15)


def test_measures_of_level() -> None:
    tone = np.sqrt(2.0) * np.sin(2 * np.pi * 997.0 * np.arange(RATE_HZ) / RATE_HZ)
    assert 20 * np.log10(texture_level(tone, RATE_HZ)) == pytest.approx(0.69, abs=0.1)
    assert 20 * np.log10(hit_level(tone, RATE_HZ)) == pytest.approx(0.69, abs=0.15)


CONTINUOUS = sorted(name for name, family in GENERATORS.items() if not family.hits)


@pytest.mark.parametrize("name", sorted(set(CONTINUOUS) - {"wings"}))
def test_textures_at_nominal_level(make_event, name: str) -> None:
    take = generate(make_event(name, 6.0), RATE_HZ).astype(float)
    level_db = 20 * np.log10(texture_level(take, RATE_HZ))
    assert level_db == pytest.approx(GENERATORS[name].level_dbfs, abs=1.5)


@pytest.mark.parametrize("name", ["footsteps", "impacts", "wings"])
def test_hits_at_nominal_level(make_event, name: str) -> None:
    onsets = tuple((0.1 + 0.9 * np.arange(8)).tolist())
    take = generate(make_event(name, 8.0, onsets), RATE_HZ)[0].astype(float)
    levels = [hit_level(take[int(t * RATE_HZ) :], RATE_HZ) for t in onsets]
    level_db = 20 * np.log10(np.mean(levels))
    assert level_db == pytest.approx(GENERATORS[name].level_dbfs, abs=1.5)


def test_order_of_loudness() -> None:
    level = {name: family.level_dbfs for name, family in GENERATORS.items()}
    assert level["cloth"] < level["wings"] < level["footsteps"] < level["impacts"] < level["motor"]
    assert level["ambience"] < level["footsteps"]
