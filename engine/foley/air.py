"""Air moved by something that passes: turbulence whose pitch and level follow its speed.

Vortices shed at about 0.2 v / d (Strouhal) set the centre of the noise; loudness follows the third
power of speed (Lighthill's dipole law gives v^6 in power). No onsets: a continuous sound.

Level: full speed is -30 dBFS (K-weighted) at 1 m.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.foley.envelope import intensity_curve, length_samples
from engine.foley.loudness import to_unit_texture
from engine.foley.noise import band, moving_noise, peak, wander
from engine.foley.parameters import choice, number
from engine.foley.streams import random_stream
from engine.project.model import Event

Array = NDArray[np.float64]
LEVEL_DBFS = -30.0

CHARACTERS: dict[str, tuple[float, float, float]] = {
    "soft": (0.75, 2.4, 0.5),
    "sharp": (1.7, 1.1, 0.25),
    "heavy": (0.38, 2.2, 1.0),
}
"""Character -> (pitch factor, width in octaves, low turbulence)."""
CHARACTER_WORDS: dict[str, tuple[str, ...]] = {
    "sharp": ("blade", "arrow", "whip", "swish"),
    "heavy": ("large", "massive", "beast"),
    "soft": ("gentle", "breeze"),
}


def air(event: Event, sample_rate_hz: int) -> Array:
    """(samples,) air around a moving body.

    Parameters of the event: `size_m` (width of the body), `speed_m_per_s` at intensity 1,
    `character` (soft, sharp, heavy; else from the prompt).
    """
    factor, width, low = CHARACTERS[choice(event, "character", CHARACTER_WORDS, "soft")]
    size_m = number(event, "size_m", 0.3, 0.005, 20.0)
    full_speed = number(event, "speed_m_per_s", 10.0, 0.1, 300.0)
    samples = length_samples(event, sample_rate_hz)
    speed = intensity_curve(event, samples, sample_rate_hz, 0.08)
    rng = random_stream(event, "air")
    # the audible part are small structures, a tenth of the body's width and less
    top_hz = np.clip(factor * 0.2 * full_speed / (0.1 * size_m) ** 0.8, 450.0, 2600.0)
    gusts = wander(rng, samples, sample_rate_hz, 3.0)
    control = np.clip(np.maximum(speed, 0.05) * (1.0 + 0.12 * gusts), 0.03, 1.5)

    def spectrum(hz: Array, at: Array) -> Array:
        centre = top_hz * at
        whoosh = peak(hz, centre, width) / np.sqrt(centre)
        hiss = 0.22 * band(hz, 1.5 * centre, 8.0 * centre, 1.0) / np.sqrt(centre)
        rumble = low * band(hz, 30.0, 0.35 * centre + 60.0, 1.0) / np.sqrt(centre)
        return np.asarray(np.sqrt(whoosh**2 + hiss**2 + rumble**2))

    coarse = control[:: max(sample_rate_hz // 200, 1)]
    noise = moving_noise(rng, coarse, samples, sample_rate_hz, spectrum)
    flutter = 1.0 + 0.18 * gusts + 0.10 * wander(rng, samples, sample_rate_hz, 9.0)
    return to_unit_texture(noise * flutter, sample_rate_hz) * speed**1.8
