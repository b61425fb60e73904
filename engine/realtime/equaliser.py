"""The strip's equaliser: analogue bands as second-order sections without the bilinear squeeze.

Poles are the analogue ones by impulse invariance; the numerator is solved so that the magnitude is
exact at zero, at the band's frequency and at the Nyquist frequency. A bell at 16 kHz keeps its
width, where the bilinear transform would pinch it against the Nyquist frequency.

References
----------
Vicanek, "Matched second order digital filters", 2016 (sections 2 to 5); the analogue prototypes are
those of Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter coefficients".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.errors import ProjectError

HIGHEST_SHARE = 0.45
"""Bands lie below this share of the sample rate; one set higher works here."""

KINDS = ("high_pass", "low_shelf", "bell", "high_shelf", "low_pass")
"""Kinds of bands."""

Polynomial = tuple[float, float, float]
"""In rising powers of s, the band's frequency at 1 radian a second."""


def band_section(
    kind: str, frequency_hz: float, gain_db: float, q: float, sample_rate_hz: int
) -> NDArray[np.float64]:
    """(6,) section b0 b1 b2 1 a1 a2 of one band.

    Parameters
    ----------
    kind : str
        One of `KINDS`; the passes fall by 12 dB an octave and know no gain.
    frequency_hz : float
        Corner, centre, or the middle of a shelf's slope.
    gain_db : float
    q : float
        Above 0; 0.707 is a pass or shelf without overshoot.

    Raises
    ------
    ProjectError
        For an unknown kind.
    """
    middle = 2.0 * np.pi * min(frequency_hz / sample_rate_hz, HIGHEST_SHARE)
    if kind == "low_pass":
        return _matched((1.0, 0.0, 0.0), (1.0, 1.0 / q, 1.0), middle)
    if kind == "high_pass":
        return _high_pass(q, middle)
    # Boosts have the closer poles; a cut is a boost turned over, a high shelf a low one.
    amplitude = 10.0 ** (abs(gain_db) / 40.0)
    if kind == "bell":
        boost = _matched((1.0, amplitude / q, 1.0), (1.0, 1.0 / (amplitude * q), 1.0), middle)
        return boost if gain_db >= 0.0 else _turned_over(boost)
    if kind in ("low_shelf", "high_shelf"):
        slope = np.sqrt(amplitude) / q
        above = (amplitude**2, amplitude * slope, amplitude)
        boost = _matched(above, (1.0, slope, amplitude), middle)
        low_is_up = (gain_db >= 0.0) == (kind == "low_shelf")
        section = boost if low_is_up else _turned_over(boost)
        if kind == "high_shelf":
            section[:3] *= 10.0 ** (gain_db / 20.0)
        return section
    raise ProjectError(f"there is no band '{kind}'", remedy=f"use {', '.join(KINDS)}")


def _matched(numerator: Polynomial, denominator: Polynomial, middle: float) -> NDArray[np.float64]:
    """Section whose magnitude is right at zero, at `middle` (radians a sample) and at Nyquist."""
    a1, a2 = _poles(denominator, middle)
    # |B|^2 = B0 cos^2 + B1 sin^2 + B2 sin^2(w) of half the frequency (Vicanek, eq. 26)
    sine = np.sin(0.5 * middle) ** 2
    parts = np.array([1.0 - sine, sine, 4.0 * sine * (1.0 - sine)])
    wanted = analogue_power(numerator, denominator, np.array([0.0, 1.0, np.pi / middle]))
    a = np.array([(1.0 + a1 + a2) ** 2, (1.0 - a1 + a2) ** 2, -4.0 * a2])
    at_zero, at_nyquist = a[0] * wanted[0], a[1] * wanted[2]
    between = (wanted[1] * (a @ parts) - at_zero * parts[0] - at_nyquist * parts[1]) / parts[2]
    half_sum = 0.5 * (np.sqrt(at_zero) + np.sqrt(at_nyquist))
    b0 = 0.5 * (half_sum + np.sqrt(max(half_sum**2 + between, 0.0)))
    b1 = 0.5 * (np.sqrt(at_zero) - np.sqrt(at_nyquist))
    return np.array([b0, b1, half_sum - b0, 1.0, a1, a2])


def _high_pass(q: float, middle: float) -> NDArray[np.float64]:
    """Two zeros at zero frequency; the magnitude is right at the corner (Vicanek, eq. 38)."""
    a1, a2 = _poles((1.0, 1.0 / q, 1.0), middle)
    turn = np.exp(-1j * middle)
    gain = q * abs(1.0 + turn * (a1 + turn * a2)) / abs(1.0 - turn) ** 2
    return np.array([gain, -2.0 * gain, gain, 1.0, a1, a2])


def _poles(denominator: Polynomial, middle: float) -> tuple[float, float]:
    """a1 and a2 of the analogue poles by impulse invariance."""
    poles = np.exp(np.roots(denominator[::-1]) * middle)
    return -float(np.real(poles.sum())), float(np.real(poles.prod()))


def _turned_over(section: NDArray[np.float64]) -> NDArray[np.float64]:
    """Zeros and poles exchanged."""
    return np.concatenate([section[3:], section[:3]]) / section[0]


def analogue_power(
    numerator: Polynomial, denominator: Polynomial, frequency: NDArray[np.float64]
) -> NDArray[np.float64]:
    """|H|^2 of a prototype at frequencies in radians a second."""
    s = 1j * frequency
    above = numerator[0] + s * (numerator[1] + s * numerator[2])
    below = denominator[0] + s * (denominator[1] + s * denominator[2])
    return np.asarray(np.abs(above / below) ** 2)


def response(sections: NDArray[np.float64], frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Magnitude of a cascade of (n, 6) sections at (m,) frequencies in radians a sample."""
    turn = np.exp(-1j * frequency)
    total = np.ones(len(frequency))
    for b0, b1, b2, a0, a1, a2 in sections:
        total *= np.abs((b0 + turn * (b1 + turn * b2)) / (a0 + turn * (a1 + turn * a2)))
    return total


def remembers_samples(sections: NDArray[np.float64], below_db: float = 120.0) -> int:
    """How long a cascade of (n, 6) sections rings until it is `below_db` down, in samples."""
    longest = 0.0
    for *_, a1, a2 in sections:
        radius = float(np.abs(np.roots([1.0, a1, a2])).max(initial=0.0))
        if 0.0 < radius < 1.0:
            longest = max(longest, -below_db / (20.0 * np.log10(radius)))
    return int(np.ceil(longest))
