"""Ambisonic files of other conventions, brought to AmbiX (ACN, SN3D).

References
----------
Malham, "Higher order ambisonic systems for the spatialisation of sound", ICMC, 1999 (Furse-Malham
order and weights: every component but W has a largest value of one, W is 3 dB down);
Nachbar et al., "AmbiX", Ambisonics Symposium, 2011 (ACN, SN3D, N3D).
"""

from __future__ import annotations

from math import sqrt
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.errors import LayoutError
from engine.spatial.harmonics import ambisonic_order_of, n3d_weights

Convention = Literal["ambix", "n3d", "fuma"]
CONVENTIONS: tuple[str, ...] = get_args(Convention)

_FUMA = (
    # name, ACN channel, Furse-Malham weight over SN3D
    ("W", 0, sqrt(1 / 2)),
    ("X", 3, 1.0),
    ("Y", 1, 1.0),
    ("Z", 2, 1.0),
    ("R", 6, 1.0),
    ("S", 7, 2 / sqrt(3)),
    ("T", 5, 2 / sqrt(3)),
    ("U", 8, 2 / sqrt(3)),
    ("V", 4, 2 / sqrt(3)),
    ("K", 12, 1.0),
    ("L", 13, sqrt(45 / 32)),
    ("M", 11, sqrt(45 / 32)),
    ("N", 14, 3 / sqrt(5)),
    ("O", 10, 3 / sqrt(5)),
    ("P", 15, sqrt(8 / 5)),
    ("Q", 9, sqrt(8 / 5)),
)
HIGHEST_FUMA_ORDER = 3


def to_ambix(convention: Convention, channels: int) -> NDArray[np.float64]:
    """(channels, channels) matrix from a convention's channels to AmbiX.

    Raises
    ------
    LayoutError
        `channels` is no full-sphere order, or one that Furse-Malham has no names for.
    """
    order = ambisonic_order_of(channels)
    if order is None:
        raise LayoutError(
            f"a sound field has 4, 9, 16, 25, 36, 49 or 64 channels, not {channels}",
            remedy="import the file as loudspeakers (no convention), or as a source",
        )
    if convention == "ambix":
        return np.eye(channels)
    if convention == "n3d":
        return np.diag(1.0 / n3d_weights(order))
    if order > HIGHEST_FUMA_ORDER:
        raise LayoutError(
            f"Furse-Malham ends at order {HIGHEST_FUMA_ORDER}, the file has order {order}",
            remedy="import it as ambix or n3d",
        )
    matrix = np.zeros((channels, channels))
    for column, (_, channel, weight) in enumerate(_FUMA[:channels]):
        matrix[channel, column] = 1.0 / weight
    return matrix
