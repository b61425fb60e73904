"""Voices of animals and people: a glottis, a throat, and an effort that shapes both.

Source and filter (Fant, "Acoustic Theory of Speech Production", 1960): pulses of a glottis whose
spectrum falls with the order of the harmonic, and breath noise in time with them, go through
resonances of a tract that move with the mouth. Effort opens the spectrum and roughens the voice:
jitter, and every other pulse weaker (subharmonics), as in barks, cries and roars (Fitch, Neubauer
and Herzel, Animal Behaviour 63, 2002).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.foley.noise import shaped_noise, tilt, wander
from engine.foley.oscillators import TABLE, per_cycle, phase_of, read_table
from engine.foley.shaping import contour, moving_filter, resonances
from engine.foley.streams import vary

Array = NDArray[np.float64]
Points = tuple[tuple[float, float], ...]
Magnitude = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class Call:
    """One utterance. Contours are (part 0..1, value > 0) points.

    Attributes
    ----------
    seconds : float
    pitch_hz, loudness : contours
    formants : tuple of (contour in Hz, width in Hz, gain)
    fall_db : float
        Of the glottis' spectrum, per octave, at full effort.
    breath : float
        Noise beside the voice, RMS against the harmonics'.
    rough : float
        0 a clear voice, 1 every other pulse missing.
    shake_hz, shake : float
        Rate and depth (relative) of a vibrato or bleat.
    """

    seconds: float
    pitch_hz: Points
    loudness: Points
    formants: tuple[tuple[Points, float, float], ...]
    fall_db: float = -9.0
    breath: float = 0.1
    rough: float = 0.0
    shake_hz: float = 6.0
    shake: float = 0.0


def fixed(*formants: tuple[float, float, float]) -> tuple[tuple[Points, float, float], ...]:
    """Formants (Hz, width in Hz, gain) that stay where they are."""
    return tuple((((0.0, hz),), width_hz, gain) for hz, width_hz, gain in formants)


def utter(
    call: Call, strength: float, size: float, rng: np.random.Generator, sample_rate_hz: int
) -> Array:
    """(samples,) one utterance.

    `strength` 0..1 is effort (louder ones are higher, brighter, longer); `size` scales the body:
    pitch and formants go down with it.
    """
    seconds = call.seconds * float(vary(rng, 0.08)) * (0.85 + 0.15 * strength)
    samples = max(int(seconds * sample_rate_hz), 64)
    part = np.arange(samples) / samples
    pitch = contour(part, call.pitch_hz) * float(vary(rng, 0.04)) / size**0.8
    pitch *= 0.9 + 0.1 * strength
    pitch *= 1.0 + 0.012 * wander(rng, samples, sample_rate_hz, 12.0)
    if call.shake:
        pace = call.shake_hz * part * seconds + 0.25 * wander(rng, samples, sample_rate_hz, 2.0)
        shake = np.sin(2 * np.pi * pace)
        pitch *= 1.0 + 0.5 * call.shake * shake
    phase = phase_of(np.minimum(pitch, 0.2 * sample_rate_hz), sample_rate_hz, rng.uniform())
    count = int(np.clip(0.42 * sample_rate_hz / pitch.max(), 1, 160))
    fall_db = call.fall_db - 4.0 * (1.0 - strength)
    voice = read_table(glottis(fall_db, count), phase) * per_cycle(
        rng, phase, 0.05 + 0.25 * call.rough
    )
    if call.rough:
        voice *= 1.0 - call.rough * 0.7 * (0.5 + 0.5 * np.cos(np.pi * phase)) ** 2
    noise = shaped_noise(rng, samples, sample_rate_hz, lambda hz: tilt(hz, -2.5))
    gate = 0.35 + 0.65 * (0.5 + 0.5 * np.cos(2 * np.pi * phase))
    sound = moving_filter(
        voice + call.breath * noise * gate, sample_rate_hz, _tract(call, size, rng), 0.02
    )
    if call.shake:
        sound *= 1.0 + 0.8 * call.shake * shake
    return sound * _level(call, part, sample_rate_hz)


def glottis(fall_db: float, count: int) -> Array:
    """One cycle of `count` harmonics falling by `fall_db` per octave; pulse-like, unit RMS."""
    order = np.arange(1, count + 1)
    spectrum = np.zeros(TABLE // 2 + 1, dtype=complex)
    spectrum[1 : count + 1] = 10.0 ** (fall_db * np.log2(order) / 20.0) * np.exp(0.35j * order**0.8)
    table = np.fft.irfft(spectrum, TABLE)
    return np.asarray(table / np.sqrt(np.mean(table**2)))


def _tract(call: Call, size: float, rng: np.random.Generator) -> Magnitude:
    factors = vary(rng, 0.03, len(call.formants)) / size**0.6

    def magnitude(hz: Array, part: Array) -> Array:
        centres = [
            contour(part, points) * factor
            for (points, _, _), factor in zip(call.formants, factors, strict=True)
        ]
        widths = [width for _, width, _ in call.formants]
        gains = [gain for _, _, gain in call.formants]
        return resonances(hz, centres, widths, gains) + 0.02

    return magnitude


def _level(call: Call, part: Array, sample_rate_hz: int) -> Array:
    """Loudness over the utterance: linear between its points, closed at both ends."""
    at, values = np.array(call.loudness, dtype=np.float64).T
    level = np.interp(part, at, values)
    edge = min(int(0.008 * sample_rate_hz), len(part) // 3)
    level[:edge] *= np.sin(0.5 * np.pi * np.arange(edge) / edge) ** 2
    level[-edge:] *= np.cos(0.5 * np.pi * (np.arange(edge) + 1) / edge) ** 2
    return level
