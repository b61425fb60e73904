"""Bodies that ring: banks of damped modes driven by contact forces and friction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import signal

Array = NDArray[np.float64]
HIGHEST_MODE = 0.45
"""Modes above this part of the sample rate are left out."""


@dataclass(frozen=True)
class Modes:
    """A body: frequencies in Hz, times to fall by 60 dB in seconds, and gains, each (modes,)."""

    hz: Array
    t60_s: Array
    gains: Array

    def varied(self, hz: ArrayLike = 1.0, t60_s: ArrayLike = 1.0, gains: ArrayLike = 1.0) -> Modes:
        """The body with frequencies, decay times and gains multiplied."""
        return Modes(
            self.hz * np.asarray(hz, dtype=np.float64),
            self.t60_s * np.asarray(t60_s, dtype=np.float64),
            self.gains * np.asarray(gains, dtype=np.float64),
        )


def damping_t60_s(hz: ArrayLike, constant_per_s: float, viscous_s: float) -> Array:
    """Decay times from a Rayleigh-like loss: rate = constant + viscous * f^2 / 1000.

    `constant_per_s` is the amplitude decay rate (1/s) at low frequencies; `viscous_s` makes high
    modes die sooner. See Chaigne and Askenfelt (1994) for bars, van den Doel and Pai (1998) for
    modal bodies.
    """
    frequency = np.asarray(hz, dtype=np.float64)
    return np.asarray(np.log(1000.0) / (constant_per_s + viscous_s * frequency**2 * 1e-3))


def contact_pulse(width_s: float, sample_rate_hz: int) -> Array:
    """Force of a short contact: a raised-cosine pulse of unit area (Hertz contact, smooth)."""
    width = max(round(width_s * sample_rate_hz), 2)
    pulse = 0.5 - 0.5 * np.cos(2.0 * np.pi * (np.arange(width) + 0.5) / width)
    return np.asarray(pulse / pulse.sum())


def ring(force: Array, modes: Modes, samples: int, sample_rate_hz: int) -> Array:
    """(samples,) response of a body to a force, the force starting at sample 0.

    Each mode is a two-pole resonator whose impulse response is ``gain * exp(-t) * sin``; it is
    run until it has fallen by 72 dB after the force ends.
    """
    out = np.zeros(samples)
    for hz, t60_s, gain in zip(modes.hz, modes.t60_s, modes.gains, strict=True):
        if hz >= HIGHEST_MODE * sample_rate_hz or gain == 0.0:
            continue
        count = min(samples, len(force) + int(1.2 * t60_s * sample_rate_hz) + 2)
        radius = 10.0 ** (-3.0 / (t60_s * sample_rate_hz))
        angle = 2.0 * np.pi * hz / sample_rate_hz
        driven = np.zeros(count)
        driven[: len(force)] = force[:count]
        poles = (1.0, -2.0 * radius * np.cos(angle), radius * radius)
        out[:count] += signal.lfilter((0.0, gain * radius * np.sin(angle)), poles, driven)
    return out


def resonate(texture: Array, modes: Modes, sample_rate_hz: int) -> Array:
    """(samples,) a continuous sound through a body: each mode peaks at its own gain.

    Unlike `ring`, a narrow mode is not louder than a wide one, which keeps textures in balance.
    """
    out = np.zeros(len(texture))
    for hz, t60_s, gain in zip(modes.hz, modes.t60_s, modes.gains, strict=True):
        if hz >= HIGHEST_MODE * sample_rate_hz or gain == 0.0:
            continue
        radius = 10.0 ** (-3.0 / (t60_s * sample_rate_hz))
        angle = 2.0 * np.pi * hz / sample_rate_hz
        poles = (1.0, -2.0 * radius * np.cos(angle), radius * radius)
        zeros = (0.5 * gain * (1.0 - radius * radius), 0.0, -0.5 * gain * (1.0 - radius * radius))
        out += signal.lfilter(zeros, poles, texture)
    return out
