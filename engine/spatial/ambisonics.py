"""Ambisonics, AmbiX (ACN, SN3D) throughout: encoding, weighting, decoding to loudspeakers.

References
----------
Zotter and Frank, "All-round ambisonic panning and decoding", JAES 60(10), 2012;
Zotter and Frank, "Ambisonics", Springer, 2019, ch. 4 (max-rE weights, energy preservation).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import eval_legendre

from engine.layouts import STEREO, SURROUND_51, Layout
from engine.spatial.harmonics import (
    channels_of_order,
    n3d_weights,
    order_degree,
    spherical_harmonics,
)
from engine.spatial.panning import FOLD_TO_STEREO
from engine.spatial.point_source import panner_of
from engine.spatial.sphere import fibonacci_sphere

_VIRTUAL_SOURCES = 2000


def convert_order(from_order: int, to_order: int) -> NDArray[np.float64]:
    """((to_order + 1)**2, (from_order + 1)**2): higher orders cut off, or silent."""
    return np.eye(channels_of_order(to_order), channels_of_order(from_order))


def max_re_weights(order: int) -> NDArray[np.float64]:
    """((order+1)**2,) max-rE weights, 1 at order 0: P_n(cos(137.9 deg / (order + 1.51)))."""
    tilt = np.cos(np.radians(137.9 / (order + 1.51)))
    channels = channels_of_order(order)
    return np.array([eval_legendre(order_degree(c)[0], tilt) for c in range(channels)])


def sampling_decoder(
    order: int, directions: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(directions, (order+1)**2) decoder to an even grid, times a weight a channel.

    A plane wave's power, averaged over directions and summed over the grid, is one.
    """
    harmonics = spherical_harmonics(order, directions)
    return at_unit_power(harmonics * weights * n3d_weights(order) ** 2)


def field_to_layout(order: int, layout: Layout, *, max_re: bool = True) -> NDArray[np.float64]:
    """(channels, (order + 1)**2) all-round decoder (AllRAD) to a loudspeaker layout.

    A dense even grid of virtual sources is decoded by sampling and panned, over imaginary
    loudspeakers where the layout has none. Stereo is the decoder to 5.1, folded down. A plane
    wave's power, averaged over directions, is kept; nothing goes to an LFE.

    Parameters
    ----------
    max_re : bool
        Weights for a narrow energy vector; without them ('basic'), for the sound pressure at the
        centre, right for low frequencies only.
    """
    if layout == STEREO:
        return at_unit_power(FOLD_TO_STEREO @ field_to_layout(order, SURROUND_51, max_re=max_re))
    grid = fibonacci_sphere(_VIRTUAL_SOURCES)
    weights = max_re_weights(order) if max_re else np.ones(channels_of_order(order))
    panner = panner_of(layout)
    decoder = np.zeros((layout.channels, channels_of_order(order)))
    decoder[panner.channels] = panner.gains(grid).T @ sampling_decoder(order, grid, weights)
    return at_unit_power(decoder)


def at_unit_power(decoder: NDArray[np.float64]) -> NDArray[np.float64]:
    """The decoder scaled so that a plane wave's power, averaged over directions, is one.

    Harmonics are orthogonal: the mean power is the sum of squares over n3d**2.
    """
    order = round(np.sqrt(decoder.shape[1])) - 1
    return np.asarray(decoder / np.linalg.norm(decoder / n3d_weights(order)))
