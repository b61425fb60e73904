"""How much louder one way of listening is than another, for sound from all around.

The measure is BS.1770's: powers of all channels, K-weighted, added up. Sound of power 1 on
loudspeakers that are there is the reference.

References
----------
ITU-R BS.1770-4 (K-weighting).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.layouts import LOUDSPEAKER_LAYOUTS
from engine.realtime.loudness_weighting import k_weighting
from engine.spatial.ambisonics import field_to_layout
from engine.spatial.fibonacci import fibonacci_sphere
from engine.spatial.harmonics import n3d_weights
from engine.spatial.hrir import HrirSet
from engine.spatial.kept_tables import kept
from engine.spatial.loudspeaker_fields import low_decoder
from engine.spatial.of_sets import remembered
from engine.spatial.panning import pan

_POINTS = 200
_FIELD_ORDER = 1
_LOWEST_HZ, _HIGHEST_HZ = 30.0, 20_000.0

Floats = NDArray[np.float64]


@remembered(8)
def ears_gain(hrirs: HrirSet) -> float:
    """Gain that makes pink noise from all around as loud through a set as on loudspeakers. Cached.

    A set's own level (and what a head adds: KEMAR 4.4 dB) does not matter then. Kept beside the
    set (`kept_tables`).
    """
    made = kept(hrirs, "ears-gain", lambda found: "gain" in found,
                lambda: {"gain": np.array(_ears_gain(hrirs))})  # fmt: skip
    return float(made["gain"])


def _ears_gain(hrirs: HrirSet) -> float:
    power = diffuse_power(hrirs, 2 * hrirs.responses.shape[-1])
    return pink_gain(power, hrirs.sample_rate_hz)


def diffuse_power(hrirs: HrirSet, size: int) -> Floats:
    """(size // 2 + 1,) power spectrum of both ears together, averaged over directions."""
    responses = hrirs.interpolate(fibonacci_sphere(_POINTS))
    spectra = np.abs(np.fft.rfft(responses, size)) ** 2
    return np.asarray(np.mean(np.sum(spectra, axis=1), axis=0))


def pink_gain(power: Floats, sample_rate_hz: int) -> float:
    """Gain after which pink noise through a power spectrum (n,), 0 Hz to Nyquist, has power 1.

    Powers are K-weighted.
    """
    frequency_hz = np.linspace(0.0, sample_rate_hz / 2.0, len(power))
    heard = (frequency_hz >= _LOWEST_HZ) & (frequency_hz <= _HIGHEST_HZ)
    weights = _k_power(frequency_hz[heard], sample_rate_hz) / frequency_hz[heard]
    return float(np.sqrt(np.sum(weights) / np.sum(weights * power[heard])))


def fold_gain(format_name: str, fold: Floats) -> float:
    """Gain after which a fold-down keeps the power of sound from all around.

    Half of that sound are sources that are panned, half a field of first order, whose loudspeakers
    play alike, so that folding adds up their pressures.

    Parameters
    ----------
    format_name : str
        Of loudspeakers.
    fold : (fewer channels, channels) float64
    """
    layout = LOUDSPEAKER_LAYOUTS[format_name]
    panned = pan(layout, fibonacci_sphere(_POINTS), np.ones(_POINTS))
    powers = [np.mean(np.sum((panned @ fold.T) ** 2, axis=1))]
    fields = (low_decoder(_FIELD_ORDER, layout), field_to_layout(_FIELD_ORDER, layout))
    powers += [np.sum((fold @ field / n3d_weights(_FIELD_ORDER)) ** 2) for field in fields]
    return float(1.0 / np.sqrt(0.5 * powers[0] + 0.25 * (powers[1] + powers[2])))


def _k_power(frequency_hz: Floats, sample_rate_hz: int) -> Floats:
    """K-weighting's power at frequencies."""
    back = np.exp(-2j * np.pi * frequency_hz / sample_rate_hz)
    steps = np.stack([np.ones_like(back), back, back**2])
    whole = np.ones_like(back)
    for section in k_weighting(sample_rate_hz):
        whole *= (section[:3] @ steps) / (section[3:] @ steps)
    return np.asarray(np.abs(whole) ** 2)
