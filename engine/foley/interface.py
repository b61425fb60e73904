"""Sounds of user interfaces: clicks, confirmations, errors, alerts, scans, data, power.

Notes of a few partials (struck, plucked or blown) in small melodic figures: rising says yes,
falling or low says no (earcons: Blattner, Sumikawa and Greenberg, Human-Computer Interaction 4,
1989). Each sounds at an onset of the event, else repeats.

Level: full effort is -30 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import burst, place
from engine.foley.noise import band, shaped_noise
from engine.foley.oscillators import phase_of, read_table, series_table
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.foley.strokes import perform
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -30.0


@dataclass(frozen=True)
class Figure:
    """(delay_s, semitones over `hz`, length_s, gain) of its notes, their partials' gains, how they
    swell and fade (attack, decay), sweep in octaves a note, click noise, figures a second."""

    hz: float
    notes: tuple[tuple[float, float, float, float], ...]
    partials: tuple[float, ...]
    attack_s: float
    decay_s: float
    sweep: float
    click: float
    rate_hz: float


FIGURES: dict[str, Figure] = {
    "tap": Figure(1250, ((0.0, 0, 0.03, 1.0),), (1.0, 0.3), 0.0005, 0.006, -0.4, 0.6, 1.5),
    "confirm": Figure(
        660,
        ((0.0, 0, 0.12, 0.8), (0.09, 7, 0.3, 1.0)),
        (1.0, 0.25, 0.1),
        0.004,
        0.11,
        0.0,
        0.1,
        0.7,
    ),
    "error": Figure(
        220,
        ((0.0, 0, 0.14, 1.0), (0.17, -2, 0.26, 1.0)),
        (1.0, 0.6, 0.7, 0.3, 0.4),
        0.004,
        0.2,
        0.0,
        0.1,
        0.6,
    ),
    "notify": Figure(
        880,
        ((0.0, 4, 0.4, 0.9), (0.12, 9, 0.7, 1.0)),
        (1.0, 0.0, 0.3, 0.0, 0.1),
        0.003,
        0.2,
        0.0,
        0.15,
        0.4,
    ),
    "beep": Figure(1000, ((0.0, 0, 0.16, 1.0),), (1.0, 0.15, 0.2), 0.003, 5.0, 0.0, 0.0, 1.2),
    "scan": Figure(520, ((0.0, 0, 0.7, 1.0),), (1.0, 0.5, 0.3, 0.2), 0.02, 0.6, 1.4, 0.0, 0.8),
    "data": Figure(
        1700,
        (
            (0.0, 0, 0.03, 1.0),
            (0.05, 5, 0.03, 0.8),
            (0.09, -3, 0.03, 0.9),
            (0.15, 9, 0.03, 0.7),
            (0.2, 2, 0.03, 1.0),
            (0.24, -5, 0.03, 0.8),
        ),
        (1.0, 0.3),
        0.001,
        0.02,
        0.0,
        0.2,
        2.5,
    ),
    "power": Figure(
        110,
        ((0.0, 0, 1.1, 1.0), (0.05, 12, 1.0, 0.5)),
        (1.0, 0.5, 0.35, 0.25, 0.15),
        0.06,
        0.5,
        1.6,
        0.0,
        0.3,
    ),
}
FIGURE_WORDS: dict[str, tuple[str, ...]] = {
    "confirm": ("success", "ok", "accept"),
    "error": ("denied", "wrong", "fail", "buzzer"),
    "notify": ("notification", "message", "alert", "ding"),
    "scan": ("scanner", "radar", "sonar"),
    "data": ("computer", "typing", "telemetry", "hacking"),
    "power": ("startup", "boot", "charge"),
    "tap": ("click", "select"),
    "beep": ("bleep", "countdown", "monitor"),
}


def interface(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) figures at the event's onsets, else repeated.

    Parameters: `type` (else from the prompt), `pitch` (0.25..4), `rate_hz`.
    """
    kind = choice(event, "type", FIGURE_WORDS, "beep")
    figure = FIGURES[kind]
    pitch = number(event, "pitch", 1.0, 0.25, 4.0)
    rate_hz = number(event, "rate_hz", figure.rate_hz, 0.05, 20.0)
    rng = random_stream(event, "interface")
    table = series_table(np.array(figure.partials) * vary(rng, 0.1, len(figure.partials)), rng)

    def make(strength: float) -> Array:
        notes = figure.notes
        if kind == "data":
            notes = tuple((at, float(rng.integers(-7, 13)), s, g) for at, _, s, g in notes)
        end_s = max(at_s + length_s for at_s, _, length_s, _ in notes)
        out = np.zeros(int((end_s + 0.02) * sample_rate_hz))
        for at_s, semitones, length_s, gain in notes:
            hz = figure.hz * pitch * 2.0 ** (semitones / 12.0) * float(vary(rng, 0.002))
            note = _note(figure, hz, length_s, strength, table, rng, sample_rate_hz)
            place(out, note, int(at_s * sample_rate_hz), gain)
        return out

    return perform(event, sample_rate_hz, rng, rate_hz, make, 0.0)


def _note(
    figure: Figure,
    hz: float,
    length_s: float,
    strength: float,
    table: Array,
    rng: np.random.Generator,
    sample_rate_hz: int,
) -> Array:
    samples = int(length_s * sample_rate_hz)
    part = np.arange(samples) / samples
    rate = np.minimum(
        hz * 2.0 ** (figure.sweep * part), 0.4 * sample_rate_hz / len(figure.partials)
    )
    note = read_table(table, phase_of(rate, sample_rate_hz))
    note *= burst(samples, sample_rate_hz, figure.attack_s, figure.decay_s)
    note *= np.clip((1.0 - part) * length_s / min(0.012, 0.3 * length_s), 0.0, 1.0)
    if figure.click:
        click = shaped_noise(rng, samples, sample_rate_hz, lambda at: band(at, 1500, 7000))
        note += figure.click * strength * click * burst(samples, sample_rate_hz, 0.0003, 0.002)
    return np.asarray(note)
