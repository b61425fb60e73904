"""Ambisonics: encoding of sources, decoding to loudspeakers, AmbiX (ACN, SN3D) throughout.

References
----------
Zotter and Frank, "All-round ambisonic panning and decoding", JAES 60(10), 2012;
Zotter and Frank, "Ambisonics", Springer, 2019, ch. 4 (max-rE weights, energy preservation).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import eval_legendre

from engine.coordinates import to_cartesian
from engine.spatial.harmonics import n3d_weights, order_degree, spherical_harmonics
from engine.spatial.panning import FOLD_TO_STEREO, loudspeaker_directions, pan_51
from engine.spatial.sphere import fibonacci_sphere

_VIRTUAL_SOURCES = 500
_STEREO_BED_AZIMUTH_DEG = 60.0


def encode(
    order: int, directions: NDArray[np.float64], focus: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Encoding gains (n, (order+1)**2) of sources at unit vectors (n, 3).

    `focus` (n,) in 0..1 scales the directional channels of order n by focus**n: a source without
    focus is omnidirectional.
    """
    gains = spherical_harmonics(order, directions)
    orders = np.array([order_degree(channel)[0] for channel in range(gains.shape[1])])
    return np.asarray(gains * np.asarray(focus)[:, None] ** orders)


def max_re_weights(order: int) -> NDArray[np.float64]:
    """((order+1)**2,) max-rE weights, 1 at order 0: P_n(cos(137.9 deg / (order + 1.51)))."""
    tilt = np.cos(np.radians(137.9 / (order + 1.51)))
    channels = (order + 1) ** 2
    return np.array([eval_legendre(order_degree(c)[0], tilt) for c in range(channels)])


def field_to_panner(
    order: int, gains: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Decoder matrix (channels, (order+1)**2) by virtual sources through a panner (AllRAD).

    A dense even grid of virtual sources is decoded by sampling with max-rE weights and panned;
    the whole is scaled so that a plane wave's power, averaged over directions, is kept.

    Parameters
    ----------
    order : int
    gains : callable
        ``gains(directions (n, 3)) -> (n, channels)``.
    """
    grid = fibonacci_sphere(_VIRTUAL_SOURCES)
    harmonics = spherical_harmonics(order, grid)
    sampling = harmonics * max_re_weights(order) * n3d_weights(order) ** 2 / len(grid)
    decoder = gains(grid).T @ sampling
    power = np.mean(np.sum((decoder @ harmonics.T) ** 2, axis=0))
    return np.asarray(decoder / np.sqrt(power))


def field_to_51(order: int) -> NDArray[np.float64]:
    """(6, (order + 1)**2) decoder to L R C LFE Ls Rs; nothing goes to the LFE."""

    def surround(directions: NDArray[np.float64]) -> NDArray[np.float64]:
        gains = pan_51(directions, np.ones(len(directions)))
        gains[:, 3] = 0.0
        return gains

    return field_to_panner(order, surround)


def field_to_stereo(order: int) -> NDArray[np.float64]:
    """(2, (order + 1)**2) decoder to stereo: 5.1 folded down, at the field's own power."""
    decoder = FOLD_TO_STEREO @ field_to_51(order)
    harmonics = spherical_harmonics(order, fibonacci_sphere(_VIRTUAL_SOURCES))
    power = np.mean(np.sum((decoder @ harmonics.T) ** 2, axis=0))
    return np.asarray(decoder / np.sqrt(power))


def stereo_to_field() -> NDArray[np.float64]:
    """(4, 2) encoder of a stereo ambience: two plane waves at +-60 degrees."""
    directions = to_cartesian([_STEREO_BED_AZIMUTH_DEG, -_STEREO_BED_AZIMUTH_DEG], 0.0)
    return spherical_harmonics(1, directions).T


def surround_to_field() -> NDArray[np.float64]:
    """(4, 6) encoder of a 5.1 ambience (L R C LFE Ls Rs): five plane waves, LFE left out."""
    encoder = spherical_harmonics(1, loudspeaker_directions()).T
    encoder[:, 3] = 0.0
    return encoder
