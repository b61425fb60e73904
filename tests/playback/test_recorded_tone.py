"""The judge of recordings knows a player's faults from samples lost on the way."""

from __future__ import annotations

import numpy as np
import pytest
from recorded_tone import breaks_of

CYCLES = 997.0 / 48_000


def sine() -> np.ndarray:
    return (0.35 * np.sin(2 * np.pi * CYCLES * np.arange(48_000))).astype(np.float32)


def test_a_whole_sine_has_no_breaks() -> None:
    found = breaks_of(sine(), CYCLES)
    assert not found.lost
    assert not found.played


@pytest.mark.parametrize("cut", ["lost", "silence"])
def test_what_the_way_does_is_lost(cut: str) -> None:
    wave = sine()
    if cut == "lost":
        wave = np.delete(wave, slice(20_000, 20_512))
    else:
        wave = np.insert(wave, 20_000, np.zeros(512, np.float32))
    found = breaks_of(wave, CYCLES)
    assert 1 <= len(found.lost) <= 2
    assert not found.played


def test_what_a_player_does_is_told() -> None:
    fade = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, 240))
    wave = sine()
    wave[10_000:10_240] *= 1.0 - fade
    wave[10_240:12_000] = 0.0
    wave[12_000:12_240] *= fade
    wave[30_000:30_010] += 1e-3 * np.random.default_rng(1).standard_normal(10)
    wave[40_000:40_240] *= 1.0 - 0.01 * fade
    wave[40_240:] *= 0.99
    starts = [first for first, _ in breaks_of(wave, CYCLES).played]
    assert starts == pytest.approx([10_000, 12_000, 30_000, 40_000], abs=80)
