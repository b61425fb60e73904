"""Where the images of sources are: how far, how late, and in which direction."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def place_images(
    positions, late, sources, signs, offsets, dull, speed, air_late, dullest, reach, distances,
    delays,
):  # fmt: skip
    """Distances (images,) in metres and delays (images,) in samples of images of the sources.

    An image is as late as its source (`late`, 0 where that is heard at once) and by how much its
    path is longer: so it never overtakes the direct sound, however fast that moves. Filters of air
    are a little late, `air_late` samples a metre up to `dullest`: that glides with the distance.
    """
    for i in range(len(sources)):
        s = sources[i]
        image = direct = 0.0
        for axis in range(3):
            here = positions[s, axis]
            direct += here * here
            there = signs[i, axis] * here + offsets[i, axis]
            image += there * there
        distances[i] = np.sqrt(image)
        detour = max(distances[i] - np.sqrt(direct), 0.0)
        softened = dull[i] * min(distances[i], dullest) * air_late
        delays[i] = min(late[s] + detour * speed + softened, reach)


@numba.njit(cache=True, nogil=True)
def point_images(positions, sources, signs, offsets, distances, harmonics):
    """Third-order spherical harmonics (images, 16) of the images' directions, ACN and SN3D."""
    for i in range(len(sources)):
        s = sources[i]
        scale = 1.0 / max(distances[i], 1e-6)
        x = (signs[i, 0] * positions[s, 0] + offsets[i, 0]) * scale
        y = (signs[i, 1] * positions[s, 1] + offsets[i, 1]) * scale
        z = (signs[i, 2] * positions[s, 2] + offsets[i, 2]) * scale
        _harmonics(x, y, z, harmonics[i])


@numba.njit(inline="always")
def _harmonics(x, y, z, out):
    """Real harmonics up to order 3 as polynomials of a unit vector (ACN, SN3D)."""
    out[0] = 1.0
    out[1] = y
    out[2] = z
    out[3] = x
    root_3, root_15 = np.sqrt(3.0), np.sqrt(15.0)
    out[4] = root_3 * x * y
    out[5] = root_3 * y * z
    out[6] = 0.5 * (3.0 * z * z - 1.0)
    out[7] = root_3 * x * z
    out[8] = 0.5 * root_3 * (x * x - y * y)
    out[9] = np.sqrt(5.0 / 8.0) * y * (3.0 * x * x - y * y)
    out[10] = root_15 * x * y * z
    out[11] = np.sqrt(3.0 / 8.0) * y * (5.0 * z * z - 1.0)
    out[12] = 0.5 * z * (5.0 * z * z - 3.0)
    out[13] = np.sqrt(3.0 / 8.0) * x * (5.0 * z * z - 1.0)
    out[14] = 0.5 * root_15 * z * (x * x - y * y)
    out[15] = np.sqrt(5.0 / 8.0) * x * (x * x - 3.0 * y * y)
