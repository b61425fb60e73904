"""What is heard of a tone that circles the head, from the responses of all angles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

ANGLES = 720


def heard_tone(
    response: Callable[[float, NDArray], NDArray],
    frequency_hz: float,
    turns_per_s: float,
    samples: int,
    rate_hz: float,
    lines: int = 60,
) -> NDArray:
    """(ears, samples) of a tone of amplitude 0.5, every sample through the response of the place
    that it leaves from.

    ``response(frequency_hz, angles)`` is (ears, angles) complex. Its harmonic q around the circle
    is a line q turns beside the tone, which passes the response at that line's own frequency.
    """
    around = np.arange(ANGLES) * 2 * np.pi / ANGLES
    time = np.arange(samples)
    total = 0.0
    for q in range(-lines, lines + 1):
        line_hz = frequency_hz + q * turns_per_s
        strength = (response(line_hz, around) * np.exp(-1j * q * around)).mean(axis=-1)
        # Places belong to the middles of samples.
        turned = strength * np.exp(1j * np.pi * q * turns_per_s / rate_hz)
        total = total + turned[:, None] * np.exp(2j * np.pi * line_hz * time / rate_hz)
    return 0.5 * np.imag(total)
