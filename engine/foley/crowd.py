"""Crowds: murmur, applause, cheering, a restaurant, children at play.

Murmur is many talkers: syllables four times a second, each a voice at its own pitch on one of a
few vowels; singly they are words, together a babble. Who talks is spread over a place: the few
that are near stand out, as the k-th nearest of many is sqrt(k) times as far as the nearest.
Applause is many pairs of hands, each with
its own pitch, shape and pace, 2-5 claps a second, falling in and out of step (Peltola et al.,
"Synthesis of hand clapping sounds", IEEE TASLP 15, 2007).

Level: full effort is -28 dBFS (K-weighted) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.debris import STUFF, shard_stock
from engine.foley.envelope import burst, intensity_curve, length_samples
from engine.foley.grains import arrivals, scatter
from engine.foley.loudness import to_unit_texture
from engine.foley.modal import Modes, resonate
from engine.foley.noise import band, shaped_noise, tilt, wander
from engine.foley.oscillators import phase_of, read_table
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.foley.vocal import glottis
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -28.0

_RAISED = 0.35
"""Effort of talkers over each other's noise: raised voices have more above 1 kHz (Pearsons, Bennett
and Fidell, "Speech levels in various noise environments", EPA, 1977)."""
VOWELS: tuple[tuple[float, float, float], ...] = (
    (730.0, 1090.0, 2440.0),
    (530.0, 1840.0, 2480.0),
    (390.0, 1990.0, 2550.0),
    (570.0, 840.0, 2410.0),
    (440.0, 1020.0, 2240.0),
)
"""Formants in Hz of a, e, i, o, u (Peterson and Barney, JASA 24, 1952)."""


@dataclass(frozen=True)
class Gathering:
    """Levels of babble, shouting, claps and clatter; talkers, pitch range, far roar."""

    babble: float
    shouts: float
    claps: float
    clatter: float
    talkers: int
    pitch_hz: tuple[float, float]
    far: float


GATHERINGS: dict[str, Gathering] = {
    "murmur": Gathering(1.0, 0.0, 0.0, 0.0, 16, (95, 230), 0.5),
    "restaurant": Gathering(1.0, 0.0, 0.0, 0.3, 16, (95, 240), 0.45),
    "applause": Gathering(0.0, 0.0, 1.0, 0.0, 0, (100, 240), 0.0),
    "cheer": Gathering(0.25, 1.0, 0.45, 0.0, 12, (180, 520), 0.7),
    "children": Gathering(0.6, 0.7, 0.0, 0.0, 12, (280, 620), 0.15),
    "stadium": Gathering(0.5, 0.6, 0.15, 0.0, 12, (120, 320), 1.0),
}
GATHERING_WORDS: dict[str, tuple[str, ...]] = {
    "applause": ("clapping", "claps", "ovation"),
    "cheer": ("cheering", "celebration"),
    "children": ("playground", "school", "kids"),
    "restaurant": ("cafe", "bar", "pub", "dinner"),
    "stadium": ("match", "arena", "football"),
    "murmur": ("crowd", "people", "audience", "talking"),
}


def crowd(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) a crowd. Parameters: `type` (else from the prompt), `people` (2..500)."""
    kind = GATHERINGS[choice(event, "type", GATHERING_WORDS, "murmur")]
    people = number(event, "people", 40.0, 2.0, 500.0)
    samples = length_samples(event, sample_rate_hz)
    effort = intensity_curve(event, samples, sample_rate_hz, 0.2)
    rng = random_stream(event, "crowd")
    sound = np.zeros(samples)
    if kind.babble:
        talkers = int(np.clip(0.35 * people, 2, kind.talkers))
        sound += kind.babble * _voices(kind, talkers, 4.2, _RAISED, samples, rng, sample_rate_hz)
    if kind.shouts:
        sound += kind.shouts * _voices(kind, 8, 1.1, 0.5, samples, rng, sample_rate_hz)
    if kind.claps:
        sound += kind.claps * _claps(people, effort, rng, sample_rate_hz)
    if kind.clatter:
        sound += kind.clatter * _clatter(samples, rng, sample_rate_hz)
    if kind.far:
        roar = shaped_noise(
            rng, samples, sample_rate_hz, lambda hz: band(hz, 260, 1600, 1.0) * tilt(hz, -3.0)
        )
        sound += kind.far * roar * np.exp(0.25 * wander(rng, samples, sample_rate_hz, 0.6))
    return to_unit_texture(sound, sample_rate_hz) * effort


def _voices(
    kind: Gathering,
    count: int,
    syllables_hz: float,
    excited: float,
    samples: int,
    rng: np.random.Generator,
    sample_rate_hz: int,
) -> Array:
    """Unit RMS of `count` talkers, their syllables dealt to the vowels and filtered together."""
    lanes = np.zeros((len(VOWELS), samples))
    consonants = np.zeros(samples)
    column = np.arange(samples)
    for nearness in (0.5 + np.arange(count)) ** -0.5:
        voice = _voice(kind, excited, samples, rng, sample_rate_hz)
        pace = syllables_hz * float(vary(rng, 0.15))
        swing = np.exp(0.3 * wander(rng, samples, sample_rate_hz, pace))
        beat = phase_of(pace * swing, sample_rate_hz, rng.uniform())
        turn = beat.astype(np.int64)
        loud = (0.35 + 0.65 * float(rng.uniform())) * vary(rng, 0.5, int(turn[-1]) + 1)
        loud *= nearness * (rng.uniform(size=len(loud)) < 0.78)
        shape, level = np.sin(np.pi * (beat - turn)), loud[turn]
        lanes[rng.integers(0, len(VOWELS), len(loud))[turn], column] += voice * shape * level
        consonants += np.maximum(0.25 - shape, 0.0) * level
    hiss = shaped_noise(rng, samples, sample_rate_hz, lambda hz: band(hz, 2200, 5500))
    out = 0.2 * consonants * hiss
    for lane, formants_hz in zip(lanes, VOWELS, strict=True):
        hz = np.array(formants_hz) * (1.0 + 0.15 * excited)
        mouth = Modes(hz, 2.2 / (0.09 * hz + 40.0), np.array([1.0, 0.6, 0.3]))
        out += resonate(lane, mouth, sample_rate_hz)
    return np.asarray(out / (np.sqrt(np.mean(out**2)) + 1e-12))


def _voice(
    kind: Gathering, excited: float, samples: int, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    """A glottis with a melody of its own."""
    low_hz, high_hz = kind.pitch_hz
    base_hz = float(np.exp(rng.uniform(np.log(low_hz), np.log(high_hz))))
    melody = np.exp((0.14 + 0.2 * excited) * wander(rng, samples, sample_rate_hz, 1.3))
    harmonics = int(np.clip(0.2 * sample_rate_hz / base_hz, 4, 60))
    phase = phase_of(base_hz * melody, sample_rate_hz, rng.uniform())
    return read_table(glottis(-8.0 + 4.0 * excited, harmonics), phase)


def _claps(people: float, effort: Array, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Unit RMS: pairs of hands, nearer ones singly, at paces of their own."""
    samples = len(effort)
    pairs = int(np.clip(people, 2, 120))
    when: list[Array] = []
    gains: list[Array] = []
    for _ in range(pairs):
        pace = float(np.clip(rng.normal(3.6, 0.6), 2.0, 6.0))
        beat = pace * np.exp(
            0.06 * wander(rng, samples // 256 + 2, max(sample_rate_hz // 256, 1), 1.0)
        )
        phase = rng.uniform() + np.cumsum(beat) * 256 / sample_rate_hz
        at = np.interp(np.arange(1, int(phase[-1]) + 1), phase, np.arange(len(phase)) * 256.0)
        near = 0.1 + float(rng.gamma(1.0, 0.6))
        when.append(at)
        gains.append(near * np.exp(0.15 * rng.standard_normal(len(at))))
    places = np.concatenate(when)
    stock = [_clap(rng, sample_rate_hz) for _ in range(40)]
    order = np.argsort(places, kind="stable")
    at_samples = np.minimum(places[order].astype(np.int64), samples - 1)
    which = rng.integers(0, len(stock), len(order))
    out = scatter(samples, at_samples, stock, which, np.concatenate(gains)[order])
    return np.asarray(out / (np.sqrt(np.mean(out**2)) + 1e-12))


def _clap(rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Hands: a burst of noise with one resonance of the cavity between the palms."""
    samples = int(0.03 * sample_rate_hz)
    hz = float(rng.uniform(500.0, 2300.0))
    noise = shaped_noise(
        rng,
        samples,
        sample_rate_hz,
        lambda at: band(at, 0.6 * hz, 2.0 * hz, 1.5) + 0.25 * band(at, 400, 8000, 1.0),
    )
    grain = noise * burst(samples, sample_rate_hz, 0.0004, 0.0045 * float(vary(rng, 0.25)))
    return np.asarray(grain / np.sqrt(np.sum(grain**2)))


def _clatter(samples: int, rng: np.random.Generator, sample_rate_hz: int) -> Array:
    """Cutlery and plates: single rings, now and then."""
    stock = shard_stock(STUFF["ceramic"], 1.0, rng, sample_rate_hz)
    when = arrivals(rng, 5.0, samples, sample_rate_hz)
    gains = np.minimum(rng.pareto(1.8, len(when)) + 0.2, 4.0)
    out = scatter(samples, when, stock, rng.integers(0, len(stock), len(when)), gains)
    return out * np.sqrt(sample_rate_hz / 5.0) * 0.7
