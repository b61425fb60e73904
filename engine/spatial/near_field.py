"""What nearness does to a head's responses: another angle at each ear, and the head's own shadow.

A source nearer than the sphere of measurement is heard by each ear from its own angle, so each
ear takes the measurement that lies on the line from the ear through the source (acoustic
parallax). What is left, the growth of level differences at low frequencies above all, is that of
a rigid sphere: its response at the near place over its response at the place that was taken.

References
----------
Duda, Martens, "Range dependence of the response of a spherical head model", J. Acoust. Soc. Am.
104(5), 1998, eq. 3: pressure on a rigid sphere from a point source.

Romblom, Cook, "Near-field compensation for HRTF processing", AES 125, 2008: parallax, and the
ratio of two spheres' responses.

Woodworth, Schlosberg, "Experimental psychology", 1962: the path around a sphere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import eval_legendre, spherical_jn, spherical_yn

from engine.spatial.alignment import minimum_phase

HEAD_RADIUS_M = 0.0875
NEAREST_M = 0.12
"""Nearer sources are taken to be here: the skin is at `HEAD_RADIUS_M`."""

SPEED_OF_SOUND = 343.0
_EARS_M = np.array([[0.0, HEAD_RADIUS_M, 0.0], [0.0, -HEAD_RADIUS_M, 0.0]])
_TERMS = 80
_FREQUENCIES_HZ = np.geomspace(60.0, 16_000.0, 48)
_LARGEST_DB = 30.0

Floats = NDArray[np.float64]


def ear_directions(sources_m: Floats, sphere_m: float) -> Floats:
    """(m, 2, 3) unit vectors from the head's centre to where each ear's line of sight through a
    source (m, 3) meets a sphere of radius `sphere_m`."""
    line = sources_m[:, None] - _EARS_M
    line /= np.linalg.norm(line, axis=-1, keepdims=True)
    along = np.sum(line * _EARS_M, axis=-1)
    reach = np.sqrt(along**2 - HEAD_RADIUS_M**2 + sphere_m**2) - along
    met = _EARS_M + reach[..., None] * line
    return met / np.linalg.norm(met, axis=-1, keepdims=True)


def near_delays_s(sources_m: Floats, taken: Floats, sphere_m: float) -> Floats:
    """(m, 2) seconds that sound from `sources_m` is later at the ears than from the directions
    `taken` (m, 2, 3) at `sphere_m`, each against its way to the head's centre."""
    distances = np.linalg.norm(sources_m, axis=-1)
    near = _path(_ear_angles((sources_m / distances[:, None])[:, None]), distances[:, None])
    far = _path(_ear_angles(taken), np.full((1, 1), sphere_m))
    return (near - far) / SPEED_OF_SOUND


def near_filters(
    sources_m: Floats, taken: Floats, sphere_m: float, size: int, sample_rate_hz: int
) -> NDArray[np.complex128]:
    """(m, 2, size // 2 + 1) minimum-phase spectra: a rigid sphere heard from `sources_m`, over
    the same heard from the directions `taken` (m, 2, 3) at `sphere_m`."""
    distances = np.linalg.norm(sources_m, axis=-1)
    near_angles = _ear_angles((sources_m / distances[:, None])[:, None])
    near = _sphere_response(near_angles, distances)
    far = _sphere_response(_ear_angles(taken), np.full(len(taken), sphere_m))
    level_db = np.clip(20.0 * np.log10(near / far), -_LARGEST_DB, _LARGEST_DB)
    wanted_hz = np.arange(size // 2 + 1) * sample_rate_hz / size
    place = np.interp(wanted_hz, _FREQUENCIES_HZ, np.arange(len(_FREQUENCIES_HZ)))
    below = np.minimum(place.astype(int), len(_FREQUENCIES_HZ) - 2)
    part = place - below
    smooth_db = level_db[..., below] * (1.0 - part) + level_db[..., below + 1] * part
    return minimum_phase((10.0 ** (smooth_db / 20.0)).astype(np.complex128), size)


def _ear_angles(directions: Floats) -> Floats:
    """(m, 2) radians between the ears and unit vectors: (m, 1, 3) for both, or (m, 2, 3)."""
    toward = _EARS_M / HEAD_RADIUS_M
    return np.arccos(np.clip(np.sum(directions * toward, axis=-1), -1.0, 1.0))


def _path(angles: Floats, distances_m: Floats) -> Floats:
    """Metres from a source to an ear around the sphere, less those to its centre."""
    relative = distances_m / HEAD_RADIUS_M
    seen = np.sqrt(relative**2 - 2.0 * relative * np.cos(angles) + 1.0)
    horizon = np.arccos(1.0 / relative)
    around = np.sqrt(relative**2 - 1.0) + angles - horizon
    return HEAD_RADIUS_M * (np.where(angles <= horizon, seen, around) - relative)


def _sphere_response(angles: Floats, distances_m: Floats) -> Floats:
    """(m, 2, frequencies) magnitude at (m, 2) angles of incidence, against the free field at the
    sphere's centre. Duda and Martens, eq. 3."""
    relative = np.maximum(distances_m, NEAREST_M) / HEAD_RADIUS_M
    wave = 2.0 * np.pi * _FREQUENCIES_HZ * HEAD_RADIUS_M / SPEED_OF_SOUND
    order = np.arange(_TERMS)
    unique, where = np.unique(np.round(relative, 6), return_inverse=True)
    argument = unique[:, None, None] * wave[:, None]
    outer = spherical_jn(order, argument) + 1j * spherical_yn(order, argument)
    inner = spherical_jn(order, wave[:, None], derivative=True) + 1j * spherical_yn(
        order, wave[:, None], derivative=True
    )
    terms = (2 * order + 1) * outer / inner  # (distances, frequencies, terms)
    legendre = eval_legendre(order, np.cos(angles)[..., None])
    total = np.einsum("mfk,mek->mef", terms[where], legendre)
    return np.abs(total) * relative[:, None, None] / wave
