"""Small mechanisms: keys, buttons, switches, shutters, ratchets and clocks.

Every actuation is a short sequence of contacts at fixed delays (a finger lands, a plunger bottoms
out, a spring returns), each a burst of noise and a few modes of the housing. Contacts of one
mechanism keep their modes; force and delays differ a little from time to time.

Level: full effort is -34 dBFS (K-weighted, 125 ms) at 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import place
from engine.foley.modal import Modes, contact_pulse, ring
from engine.foley.noise import band, shaped_noise
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream, vary
from engine.foley.strokes import perform
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -34.0


@dataclass(frozen=True)
class Mechanism:
    """Contacts as (delay_s, gain, brightness), housing modes in Hz with their t60, noise band.

    `noise` is the level of noise beside the modes; `rate_hz` actuations a second where they
    repeat, irregular by `uneven`; `unlike` how much single keys or teeth differ; `going` the level
    of wheels that turn all the time, under the loudest.
    """

    contacts: tuple[tuple[float, float, float], ...]
    modes_hz: tuple[float, ...]
    t60_s: float
    noise: float
    noise_hz: tuple[float, float]
    decay_s: float
    rate_hz: float
    uneven: float
    unlike: float = 0.05
    going: float = 0.0


MECHANISMS: dict[str, Mechanism] = {
    "keyboard": Mechanism(
        ((0.0, 0.5, 1.0), (0.012, 1.0, 0.8), (0.095, 0.45, 1.3)),
        (310, 640, 1250, 2100, 3400),
        0.035,
        0.9,
        (900, 7500),
        0.0035,
        5.5,
        0.6,
        0.12,
    ),
    "typewriter": Mechanism(
        ((0.0, 1.0, 1.0), (0.016, 0.5, 1.4), (0.07, 0.35, 0.8)),
        (420, 890, 1700, 2900, 4700),
        0.07,
        0.7,
        (1200, 9000),
        0.004,
        4.5,
        0.5,
        0.08,
    ),
    "mouse": Mechanism(
        ((0.0, 1.0, 1.0), (0.085, 0.7, 1.2)),
        (1400, 2600, 4100),
        0.012,
        0.8,
        (1800, 9000),
        0.0012,
        1.5,
        0.7,
    ),
    "switch": Mechanism(
        ((0.0, 0.5, 1.2), (0.009, 1.0, 0.9), (0.021, 0.25, 1.1)),
        (380, 830, 1750, 3100),
        0.03,
        0.6,
        (900, 8000),
        0.002,
        0.8,
        0.5,
    ),
    "button": Mechanism(
        ((0.0, 0.8, 0.7), (0.11, 0.5, 1.0)),
        (220, 520, 1100),
        0.04,
        0.4,
        (500, 4000),
        0.003,
        1.0,
        0.5,
    ),
    "clock": Mechanism(
        ((0.0, 1.0, 1.0), (0.007, 0.5, 1.3), (0.021, 0.6, 0.9)),
        (380, 1300, 2450, 3900, 5600),
        0.4,
        0.35,
        (700, 6000),
        0.003,
        3.0,
        0.004,
        0.10,
        0.012,
    ),
    "ratchet": Mechanism(
        ((0.0, 1.0, 1.0),),
        (900, 1900, 3300, 5200),
        0.03,
        0.6,
        (1500, 9000),
        0.0015,
        14.0,
        0.15,
        0.03,
    ),
    "camera": Mechanism(
        ((0.0, 1.0, 1.0), (0.018, 0.6, 1.3), (0.075, 0.9, 0.9), (0.093, 0.4, 1.2)),
        (480, 1150, 2200, 3900),
        0.022,
        0.9,
        (1200, 8500),
        0.003,
        0.8,
        0.3,
    ),
}
MECHANISM_WORDS: dict[str, tuple[str, ...]] = {
    "typewriter": (),
    "mouse": ("mouseclick",),
    "switch": ("lightswitch", "toggle", "lighter"),
    "clock": ("ticking", "tick", "watch"),
    "ratchet": ("winding", "gear", "zip"),
    "camera": ("shutter", "photo"),
    "button": ("press",),
    "keyboard": ("typing", "keys", "laptop", "computer"),
}


def clicks(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) actuations at the event's onsets, else at `rate_hz`.

    Parameters: `type` (else from the prompt), `rate_hz`, `size` (0.3..3; larger is lower).
    """
    mechanism = MECHANISMS[choice(event, "type", MECHANISM_WORDS, "keyboard")]
    rate_hz = number(event, "rate_hz", mechanism.rate_hz, 0.05, 60.0)
    size = number(event, "size", 1.0, 0.2, 5.0)
    rng = random_stream(event, "clicks")
    hz = np.array(mechanism.modes_hz) / size * vary(rng, 0.06, len(mechanism.modes_hz))
    body = Modes(hz, mechanism.t60_s * (hz / hz[0]) ** -0.4, np.linspace(1.0, 0.5, len(hz)))
    turns = iter(range(1 << 30))

    def make(strength: float) -> Array:
        tooth = vary(rng, mechanism.unlike) * (1.0 + mechanism.unlike * (next(turns) % 2))
        own = body.varied(hz=float(tooth), gains=vary(rng, 0.25, len(hz)))
        return _actuation(mechanism, own, strength, rng, sample_rate_hz)

    sound = perform(event, sample_rate_hz, rng, rate_hz, make, mechanism.uneven)
    if mechanism.going and not event.onsets_s:
        wheels = shaped_noise(
            rng, len(sound), sample_rate_hz, partial(band, low_hz=90, high_hz=2600)
        )
        sound = sound + mechanism.going * float(np.abs(sound).max(initial=0.0)) * wheels
    return sound


def _actuation(
    mechanism: Mechanism,
    body: Modes,
    strength: float,
    rng: np.random.Generator,
    sample_rate_hz: int,
) -> Array:
    last_s = max(delay_s for delay_s, _, _ in mechanism.contacts)
    out = np.zeros(int((1.3 * last_s + 1.2 * mechanism.t60_s + 0.03) * sample_rate_hz))
    low_hz, high_hz = mechanism.noise_hz
    for delay_s, gain, bright in mechanism.contacts:
        samples = int((1.2 * mechanism.t60_s + 0.02) * sample_rate_hz)
        pulse = contact_pulse(0.0004 / bright * (1.4 - 0.4 * strength), sample_rate_hz)
        tone = ring(pulse, body.varied(hz=bright**0.3), samples, sample_rate_hz)
        tone /= np.sqrt(np.sum(tone**2)) + 1e-12
        times = np.arange(samples) / sample_rate_hz
        snap = partial(band, low_hz=low_hz, high_hz=high_hz * bright * (0.7 + 0.3 * strength))
        noise = shaped_noise(rng, samples, sample_rate_hz, snap)
        noise *= np.exp(-times / mechanism.decay_s)
        noise /= np.sqrt(np.sum(noise**2)) + 1e-12
        at = int(delay_s * float(vary(rng, 0.12)) * sample_rate_hz)
        place(out, tone + mechanism.noise * noise, at, gain * float(vary(rng, 0.15)))
    return out
