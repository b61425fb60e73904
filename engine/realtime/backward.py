"""Back from a spectrum of `engine.realtime.transform` to the end of the signal, in compiled code.

An inverse transform is a forward one of the conjugate. The forward one there begins with a twist
for real signals: that is undone beforehand.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.lanes import LANES
from engine.realtime.transform import forward, frequencies

_PAIR = 2 * LANES


class BackwardTables(NamedTuple):
    """What `backward` needs for a length.

    Parameters
    ----------
    places : (size / 2,) int64
        Index in a flat spectrum of the real part of frequency k; its imaginary part is `LANES`
        later.
    twist_re, twist_im : (size / 2,) float32
        exp(i pi j / size).
    """

    places: NDArray[np.int64]
    twist_re: NDArray[np.float32]
    twist_im: NDArray[np.float32]


@lru_cache(maxsize=4)
def backward_tables(size: int) -> BackwardTables:
    """Tables for spectra of `size` samples."""
    rows, lane = frequencies(size)
    bins = np.round(((rows[:, None] + lane) % 1.0 * size - 0.5) / 2.0).astype(np.int64)
    flat = np.arange(len(rows))[:, None] * _PAIR + np.arange(LANES)
    places = np.empty(size // 2, dtype=np.int64)
    places[bins.ravel()] = flat.ravel()
    twist = np.exp(1j * np.pi * np.arange(size // 2) / size)
    return BackwardTables(places, twist.real.astype(np.float32), twist.imag.astype(np.float32))


@numba.njit(inline="always")
def _turn_back(spectra, start, pieces, factors, back, work):
    """Leave the packed and twisted signal of a spectrum in the last third of `work`."""
    places, twist_re, twist_im = back
    half = len(places)
    size = 2 * half
    for k in range(half):  # conjugate and turn, as a signal that `forward` packs to just that
        place = start + places[k]
        re, im = spectra[place], -spectra[place + LANES]
        work[k] = re * twist_re[k] - im * twist_im[k]
        work[half + k] = -(re * twist_im[k] + im * twist_re[k])
    forward(work, np.int64(0), pieces, factors, work[size : 2 * size], work, 2 * size)


@numba.njit(cache=True, nogil=True)
def backward(spectra, start, pieces, factors, back, work, out):
    """Add the last samples of the signal of a spectrum to `out` (n,), n at most half its length.

    Parameters
    ----------
    spectra : (m,) float32
        The spectrum begins at index `start`.
    pieces, factors
        As for `engine.realtime.transform.forward`: pieces of a signal that lies in one stretch.
    back : BackwardTables
    work : (3 * size,) float32
        Room to work in.
    """
    places, twist_re, twist_im = back
    half = len(places)
    _turn_back(spectra, start, pieces, factors, back, work)
    scale = np.float32(1.0) / np.float32(half)
    first = half - len(out)
    for n in range(len(out)):
        j = first + n
        place = 4 * half + places[j]
        # conjugate back, undo the packing's twist: the imaginary part is minus the second half
        re, im = work[place], -work[place + LANES]
        out[n] -= scale * (re * twist_im[j] + im * twist_re[j])


@numba.njit(cache=True, nogil=True)
def backward_whole(spectra, start, pieces, factors, back, work, out):
    """Write the whole signal of a spectrum to `out` (size,). Parameters are those of `backward`."""
    places, twist_re, twist_im = back
    half = len(places)
    _turn_back(spectra, start, pieces, factors, back, work)
    scale = np.float32(1.0) / np.float32(half)
    for j in range(half):
        place = 4 * half + places[j]
        re, im = work[place], -work[place + LANES]
        out[j] = scale * (re * twist_re[j] - im * twist_im[j])
        out[half + j] = -scale * (re * twist_im[j] + im * twist_re[j])
