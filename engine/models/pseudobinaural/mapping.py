"""From a mono sound at a direction to two ears: spherical harmonics, loudspeakers, a head.

The sound is encoded to first order, decoded to eight virtual loudspeakers by the pseudo-inverse of
their harmonics, and each is heard through its HRIR. All of it is linear, so that it comes down to
one filter an ear and channel: a source's filters are its four harmonics times those.

References
----------
Xu et al., "Visually Informed Binaural Audio Generation without Binaural Audios", CVPR 2021,
section 3.1, eq. 4-8. The paper puts the loudspeakers around the frontal half and inverts
('frontal'); its published code puts them all around and projects ('ring').
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from engine.coordinates import to_cartesian
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.hrir import load_hrirs

Array = Literal["frontal", "ring"]
Floats = NDArray[np.float64]
LOUDSPEAKERS = 8


def loudspeaker_azimuths_deg(array: Array) -> Floats:
    """(8,) on the horizon: the frontal half's from left to right, or the whole circle's."""
    if array == "frontal":
        return np.linspace(90.0, -90.0, LOUDSPEAKERS)
    return np.arange(LOUDSPEAKERS) * 360.0 / LOUDSPEAKERS


def decoding_gains(array: Array) -> Floats:
    """(8, 4) gains from AmbiX W, Y, Z, X to the loudspeakers, eq. 7."""
    harmonics = spherical_harmonics(1, to_cartesian(loudspeaker_azimuths_deg(array), 0.0))
    if array == "frontal":
        return np.asarray(np.linalg.pinv(harmonics.T))
    return harmonics / LOUDSPEAKERS


@lru_cache(maxsize=8)
def field_filters(sample_rate_hz: int, array: Array = "frontal", hrir: str = "kemar") -> Floats:
    """(2, 4, taps): what each ear hears of each ambisonic channel.

    Raises
    ------
    HrirError
        If the set cannot be used.
    """
    directions = to_cartesian(loudspeaker_azimuths_deg(array), 0.0)
    responses = load_hrirs(hrir, sample_rate_hz).interpolate(directions)  # (8, 2, taps)
    return np.einsum("met,mc->ect", responses, decoding_gains(array))


def to_binaural(
    mono: NDArray[np.floating],
    azimuth_deg: float,
    elevation_deg: float,
    filters: Floats,
) -> NDArray[np.float32]:
    """(2, samples) of a source (samples,) at a direction, eq. 8; what rings on is cut off."""
    harmonics = spherical_harmonics(1, to_cartesian(azimuth_deg, elevation_deg))  # (4,)
    ears = np.einsum("c,ect->et", harmonics, filters)
    heard = fftconvolve(np.asarray(mono, np.float64)[None], ears, axes=1)
    return heard[:, : len(mono)].astype(np.float32)
