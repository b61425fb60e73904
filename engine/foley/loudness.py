"""How loud each family is: one scale, so that a session starts with believable balances.

Levels are K-weighted RMS in dBFS over 125 ms (the 'fast' time constant of sound level meters) of
a source at FULL effort heard at 1 m; the renderer applies 1/r from there. The scale follows sound
pressure at 1 m compressed two to one around a conversation (60 dB SPL = -30 dBFS), as a film
mix does: a car is not 40 dB louder than a step.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import maximum_filter1d

from engine.units import db_to_gain

FAST_S = 0.125
CREST_DB = 14.0
"""Peak over K-weighted level (125 ms) of a hit. Recorded knocks and steps reach 17 to 23 dB before
a mixer's compressor; untamed, steps on concrete stand 30 dB above their own programme loudness,
where -23 LUFS under -1 dBTP leaves 22."""
_NEEDLE_S = 0.0004
_SHELF_HZ, _SHELF_Q, _SHELF_GAIN = 1681.974450955533, 0.7071752369554196, 1.5848647
_HIGH_PASS_HZ, _HIGH_PASS_Q = 38.13547087602444, 0.5003270373238773


def k_weight(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Magnitude of BS.1770's K-weighting (analogue prototype of both stages)."""
    s = 1j * hz / _SHELF_HZ
    middle = _SHELF_GAIN**0.4996667741545416
    shelf = (_SHELF_GAIN * s**2 + middle / _SHELF_Q * s + 1.0) / (s**2 + s / _SHELF_Q + 1.0)
    s = 1j * hz / _HIGH_PASS_HZ
    return np.asarray(np.abs(shelf * s**2 / (s**2 + s / _HIGH_PASS_Q + 1.0)))


@lru_cache(maxsize=32)
def _weights(length: int, sample_rate_hz: int) -> NDArray[np.float64]:
    return k_weight(fft.rfftfreq(length, 1 / sample_rate_hz))


def hit_level(grain: NDArray[np.float64], sample_rate_hz: int) -> float:
    """K-weighted RMS (linear) of a hit over the 125 ms from its start."""
    piece = grain[: int(FAST_S * sample_rate_hz)]
    length = fft.next_fast_len(2 * len(piece), real=True)
    power = np.abs(fft.rfft(piece, length) * _weights(length, sample_rate_hz)) ** 2
    energy = 2.0 * float(np.sum(power)) / length
    return float(np.sqrt(energy / (FAST_S * sample_rate_hz)))


def texture_level(texture: NDArray[np.float64], sample_rate_hz: int) -> float:
    """K-weighted RMS (linear) of a whole continuous sound, (samples,) or (channels, samples)[0]."""
    mono = np.atleast_2d(texture)[0]
    block = 4096
    count = max(len(mono) // block, 1)
    padded = np.zeros(count * block)
    padded[: min(len(mono), len(padded))] = mono[: len(padded)]
    spectra = fft.rfft(padded.reshape(count, block), axis=1)
    power = np.abs(spectra * _weights(block, sample_rate_hz)) ** 2
    energy = 2.0 * float(np.sum(power)) / block
    return float(np.sqrt(energy / max(min(len(mono), len(padded)), 1)))


def to_unit_hit(grain: NDArray[np.float64], sample_rate_hz: int) -> NDArray[np.float64]:
    """The hit scaled to a K-weighted level of 1, its needles tamed to about `CREST_DB` above."""
    unit = grain / max(hit_level(grain, sample_rate_hz), 1e-9)
    limit = float(db_to_gain(CREST_DB))
    if np.abs(unit).max(initial=0.0) <= limit:
        return unit
    tame = unit * _gain_below(unit, limit, sample_rate_hz)
    return tame / max(hit_level(tame, sample_rate_hz), 1e-9)


def to_unit_loudest(grain: NDArray[np.float64], sample_rate_hz: int) -> NDArray[np.float64]:
    """A sound of any length, scaled so that its loudest 125 ms are at a K-weighted level of 1.

    For sounds that swell after their start; needles are tamed as in `to_unit_hit`.
    """
    limit = float(db_to_gain(CREST_DB))
    unit = grain / max(loudest_level(grain, sample_rate_hz), 1e-9)
    if np.abs(unit).max(initial=0.0) > limit:
        unit = unit * _gain_below(unit, limit, sample_rate_hz)
        unit = unit / max(loudest_level(unit, sample_rate_hz), 1e-9)
    return unit


def tame_texture(
    texture: NDArray[np.float64], sample_rate_hz: int, crest_db: float = 20.0
) -> NDArray[np.float64]:
    """(samples,) the continuous sound at a K-weighted level of 1, no peak far above `crest_db`.

    For textures of rare large clicks (fires, sparks, chains): their needles would otherwise be
    cut by the ceiling of the take or force a whole film down.
    """
    limit = float(db_to_gain(crest_db))
    unit = to_unit_texture(texture, sample_rate_hz)
    if np.abs(unit).max(initial=0.0) > limit:
        unit = to_unit_texture(unit * _gain_below(unit, limit, sample_rate_hz), sample_rate_hz)
    return unit


def loudest_level(grain: NDArray[np.float64], sample_rate_hz: int) -> float:
    """K-weighted RMS (linear) over the loudest 125 ms; what is missing of them is silence."""
    fast = int(FAST_S * sample_rate_hz)
    length = fft.next_fast_len(len(grain) + fast, real=True)
    weighted = fft.irfft(fft.rfft(grain, length) * _weights(length, sample_rate_hz), length)
    total = np.concatenate([np.zeros(fast), np.cumsum(weighted[: len(grain) + fast] ** 2)])
    return float(np.sqrt(max(float(np.max(total[fast:] - total[:-fast])), 0.0) / fast))


def _gain_below(
    signal: NDArray[np.float64], limit: float, sample_rate_hz: int
) -> NDArray[np.float64]:
    """Gain (samples,) that holds a signal below a limit, without steps."""
    reach = max(round(_NEEDLE_S * sample_rate_hz), 1)
    envelope = maximum_filter1d(np.abs(signal), 4 * reach + 1, mode="nearest")
    needed = np.minimum(1.0, limit / np.maximum(envelope, limit))
    shape = np.hanning(2 * reach + 3)[1:-1]
    padded = np.pad(needed, reach, mode="edge")
    return np.asarray(np.convolve(padded, shape / shape.sum(), mode="valid"))


def to_unit_texture(texture: NDArray[np.float64], sample_rate_hz: int) -> NDArray[np.float64]:
    """The continuous sound scaled to a K-weighted level of 1."""
    return texture / max(texture_level(texture, sample_rate_hz), 1e-9)
