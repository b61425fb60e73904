"""Paper, foil, card and bags: crumpled, turned, torn, shaken.

A crumpling sheet clicks when a ridge between two folds snaps through; the energies of these
clicks follow a power law over some decades (Kramer and Lobkovsky, Phys. Rev. E 53, 1996; Houle and
Sethna, 54, 1996: exponent 1.3 to 1.6), with stiffer and larger facets clicking lower. A tear is
fibres parting one after the other along a moving front; a turned page is air and one bend.

Level: full effort is -36 dBFS (K-weighted) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import burst, intensity_curve, length_samples
from engine.foley.grains import arrivals, scatter
from engine.foley.loudness import tame_texture
from engine.foley.noise import band, shaped_noise, wander
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.foley.strokes import perform
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -36.0


@dataclass(frozen=True)
class Sheet:
    """Band of its clicks, their ring, clicks a second at full effort, swish level and band."""

    click_hz: tuple[float, float]
    ring_s: float
    clicks_per_s: float
    swish: float
    swish_hz: tuple[float, float]


SHEETS: dict[str, Sheet] = {
    "paper": Sheet((900, 7500), 0.0011, 260, 0.35, (900, 6500)),
    "newspaper": Sheet((600, 5000), 0.0016, 180, 0.55, (600, 5000)),
    "foil": Sheet((2200, 11000), 0.0022, 340, 0.15, (3000, 11000)),
    "plastic": Sheet((1600, 10000), 0.0014, 420, 0.25, (2000, 9500)),
    "cardboard": Sheet((250, 2600), 0.0035, 60, 0.5, (250, 3000)),
}
SHEET_WORDS: dict[str, tuple[str, ...]] = {
    "newspaper": ("news", "map"),
    "foil": ("tinfoil", "crisps", "wrapper"),
    "plastic": ("bag", "cellophane", "packaging"),
    "cardboard": ("carton", "box", "card"),
    "paper": ("page", "book", "letter", "sheet"),
}
HANDLING_WORDS: dict[str, tuple[str, ...]] = {
    "turn": ("turning", "turns", "flip"),
    "tear": ("tearing", "tears", "rip", "ripping"),
    "crumple": ("crumpling", "crinkle", "rustle", "shake"),
}


def paper(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) a sheet handled. Parameters: `material` (paper, newspaper, foil, plastic,
    cardboard), `handling` (crumple, turn, tear), both else from the prompt; `size` (0.3..3).

    Crumpling follows the intensity, or comes in squeezes at the event's onsets.
    """
    sheet = SHEETS[choice(event, "material", SHEET_WORDS, "paper")]
    handling = choice(event, "handling", HANDLING_WORDS, "crumple")
    size = number(event, "size", 1.0, 0.2, 5.0)
    rng = random_stream(event, "paper")
    low_hz, high_hz = sheet.click_hz
    stock = [
        _snap(rng, low_hz / size**0.4, high_hz, sheet.ring_s, sample_rate_hz) for _ in range(72)
    ]
    if handling == "crumple" and not event.onsets_s:
        return _crumple(event, sheet, stock, rng, sample_rate_hz)
    seconds = {"turn": 0.55, "tear": 0.65, "crumple": 0.45}[handling] * size**0.3

    def make(strength: float) -> Array:
        samples = int(seconds * float(vary(rng, 0.12)) * (1.2 - 0.2 * strength) * sample_rate_hz)
        part = np.arange(samples) / samples
        pace = _pace(handling, part, samples, rng, sample_rate_hz)
        return _sheet(sheet, pace, handling != "crumple", stock, rng, sample_rate_hz)

    return perform(event, sample_rate_hz, rng, {"turn": 0.5, "tear": 0.8}.get(handling, 0.0), make)


def _crumple(
    event: Event, sheet: Sheet, stock: list[Array], rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    samples = length_samples(event, sample_rate_hz)
    effort = intensity_curve(event, samples, sample_rate_hz, 0.08)
    squeeze = np.exp(0.8 * wander(rng, samples, sample_rate_hz, 2.2) - 0.3)
    sound = _sheet(sheet, squeeze, False, stock, rng, sample_rate_hz)
    return tame_texture(sound, sample_rate_hz) * effort


def _snap(
    rng: np.random.Generator, low_hz: float, high_hz: float, ring_s: float, sample_rate_hz: int
) -> Array:
    """A ridge snapping through, unit energy: broad, with one facet's pitch in it."""
    decay_s = ring_s * float(vary(rng, 0.6))
    samples = max(int(7.0 * decay_s * sample_rate_hz), 48)
    hz = float(np.exp(rng.uniform(np.log(low_hz), np.log(high_hz))))
    snap = shaped_noise(
        rng, samples, sample_rate_hz, lambda at: band(at, 0.35 * low_hz, 1.3 * high_hz, 1.0)
    )
    times = np.arange(samples) / sample_rate_hz
    snap += 0.7 * np.sin(2 * np.pi * min(hz, 0.42 * sample_rate_hz) * times)
    grain = snap * np.exp(-times / decay_s) * np.minimum(times / 0.0001, 1.0)
    return np.asarray(grain / np.sqrt(np.sum(grain**2)))


def _pace(
    handling: str, part: Array, samples: int, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    """How fast the sheet moves over one handling."""
    if handling == "turn":
        lift = np.exp(-(((part - 0.2) / 0.14) ** 2))
        return np.asarray(0.1 + 0.7 * lift + 1.3 * np.exp(-(((part - 0.72) / 0.10) ** 2)))
    if handling == "tear":
        return np.asarray((0.4 + part) * np.exp(0.25 * wander(rng, samples, sample_rate_hz, 9.0)))
    return burst(samples, sample_rate_hz, 0.01, 0.13) * 1.8


def _sheet(
    sheet: Sheet,
    pace: Array,
    fine: bool,
    stock: list[Array],
    rng: np.random.Generator,
    sample_rate_hz: int,
) -> Array:
    """Clicks and swish of a sheet moving at a pace; fine: many small clicks (fibres, one bend)."""
    samples = len(pace)
    rate = sheet.clicks_per_s * (3.0 if fine else 1.0) * pace
    when = arrivals(rng, rate, samples, sample_rate_hz)
    # an energy exponent of 1.45 is one of 1.9 in amplitude
    gains = np.minimum(0.25 * (rng.pareto(1.9 if fine else 0.95, len(when)) + 0.3), 4.0)
    clicks = scatter(samples, when, stock, rng.integers(0, len(stock), len(when)), gains)
    low_hz, high_hz = sheet.swish_hz
    swish = shaped_noise(rng, samples, sample_rate_hz, lambda hz: band(hz, low_hz, high_hz, 1.5))
    usual = np.sqrt(sheet.clicks_per_s / sample_rate_hz)
    return clicks / usual + (1.6 if fine else 1.0) * sheet.swish * swish * np.minimum(pace, 2.0)
