"""HRIR sets without the colour that all their directions share, as headphones want them.

A measured set holds what its microphones, its loudspeaker and an ear canal do to every direction
alike: KEMAR's raw responses lie 20 dB lower at 200 Hz, and 40 dB lower at 50 Hz, than at 2.5 kHz.
Headphones have a canal before them, and are made to sound as a diffuse field does; so what a set
shares is heard twice, as shrillness, and its hits' needles stand taller. Divided by the magnitude
of its own diffuse field, sound from all around keeps its spectrum, as it does on loudspeakers. The
filter is one for both ears and all directions: their differences stay what was measured.

References
----------
Larcher, Jot and Vandernoot, "Equalization methods in binaural technology", AES 105th Convention,
1998 (diffuse-field equalisation by a filter of minimum phase).
Moller, "Fundamentals of binaural technology", Applied Acoustics 36, 1992.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from engine.spatial.equal_loudness import diffuse_power, pink_gain
from engine.spatial.hrir import HrirSet
from engine.spatial.of_sets import remembered

LOWEST_HZ, HIGHEST_HZ = 100.0, 16_000.0
"""Beyond these the correction stays what it is there: a measurement's loudspeaker hardly sounds in
the bass, and what there is tells no side from another."""
_HALF_BAND_OCTAVES = 1.0 / 6.0
_OVERSIZE = 8
"""Spectra are so many times finer than the responses, for the phase to be that of least delay."""
_FADE = 1.0 / 9.0
"""Of a response, at its end: where lengthened by the filter it is cut."""
_FAINTEST = 1e-12
_CHUNK = 128

Floats = NDArray[np.float64]


@remembered(4)
def diffuse_field_equalised(hrirs: HrirSet) -> HrirSet:
    """The set divided by its diffuse-field magnitude; responses keep their length. Cached.

    Flat within 1 dB from 125 Hz to 12 kHz for the shipped set; onsets and interaural differences
    stay, and so does the loudness of pink noise from all around.
    """
    taps = hrirs.responses.shape[-1]
    size = fft.next_fast_len(_OVERSIZE * taps, real=True)
    size += size % 2
    heard = diffuse_power(hrirs, size)
    rate_hz = hrirs.sample_rate_hz
    whole = _least_delay(1.0 / np.sqrt(_held(heard, rate_hz)), size)
    whole *= pink_gain(heard * np.abs(whole) ** 2, rate_hz) / pink_gain(heard, rate_hz)
    spheres = [_filtered(sphere, whole, size) for sphere in (*hrirs.nearer, hrirs)]
    name = f"{hrirs.name} (diffuse-field equalised)"
    return replace(spheres[-1], name=name, nearer=tuple(spheres[:-1]))


def _held(power: Floats, sample_rate_hz: int) -> Floats:
    """Power in thirds of an octave, going on unchanged beyond the lowest and highest frequency."""
    frequency_hz = np.linspace(0.0, sample_rate_hz / 2.0, len(power))
    width = 2.0**_HALF_BAND_OCTAVES
    low = np.searchsorted(frequency_hz, frequency_hz / width)
    high = np.searchsorted(frequency_hz, frequency_hz * width, side="right")
    sums = np.concatenate([np.zeros(1), np.cumsum(power)])
    smooth = (sums[high] - sums[low]) / (high - low)
    highest_hz = min(HIGHEST_HZ, 0.4 * sample_rate_hz)
    held = np.interp(np.clip(frequency_hz, LOWEST_HZ, highest_hz), frequency_hz, smooth)
    return np.maximum(held, _FAINTEST * held.max())


def _least_delay(magnitude: Floats, size: int) -> NDArray[np.complex128]:
    """(size // 2 + 1,) spectrum of minimum phase with a magnitude, by its folded cepstrum."""
    cepstrum = fft.irfft(np.log(magnitude), size)
    folded = np.zeros(size)
    folded[0], folded[size // 2] = cepstrum[0], cepstrum[size // 2]
    folded[1 : size // 2] = 2.0 * cepstrum[1 : size // 2]
    return np.asarray(np.exp(fft.rfft(folded)))


def _filtered(sphere: HrirSet, whole: NDArray[np.complex128], size: int) -> HrirSet:
    """One sphere's responses through the filter, cut to their length with a fade."""
    taps = sphere.responses.shape[-1]
    responses = np.empty_like(sphere.responses)
    for start in range(0, len(responses), _CHUNK):  # all at once would take a gigabyte
        part = slice(start, start + _CHUNK)
        spectra = fft.rfft(sphere.responses[part], size, axis=-1) * whole
        responses[part] = fft.irfft(spectra, size, axis=-1)[..., :taps]
    fade = max(round(_FADE * taps), 1)
    responses[..., taps - fade :] *= np.cos(np.linspace(0.0, np.pi / 2.0, fade)) ** 2
    return replace(sphere, responses=responses)
