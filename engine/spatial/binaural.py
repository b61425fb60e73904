"""HRIR sets laid out for the kernel, and the binaural decoder of first-order ambience.

References
----------
Schoerkhuber, Zaunschirm, Hoeldrich, "Binaural rendering of ambisonic signals via magnitude least
squares", DAGA, 2018.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from engine.realtime.snapshot import HOP_SAMPLES, BinauralPlan, DecoderPlan
from engine.realtime.transform import frequencies, spectrum_of
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.hrir import HrirSet
from engine.spatial.sphere import fibonacci_sphere

MAGLS_CUTON_HZ = 1_800.0
"""Above this, first order cannot carry phase; magnitudes are fitted instead."""

_FFT_SAMPLES = 1024
_SHORT_FFT_SAMPLES = 512
_GUARD_SAMPLES = 8
_PARTITION_HOPS = 2
_GRID_POINTS = 240
_LARGEST_CORRECTION = 2.0
_MAGLS_TAPS = 4096
"""A longer response (a room's) is decoded from this much of its beginning."""


@lru_cache(maxsize=4)
def binaural_plan(hrirs: HrirSet) -> BinauralPlan:
    """The set as spectra, delays and triangles for the kernel. Cached."""
    delays = hrirs.relative_delays_samples
    size, partitions = _transform(hrirs.responses.shape[-1])
    if partitions == 1:  # aligned by the very phase ramps that the kernel puts back
        rows, lane = frequencies(size)
        ahead = np.exp(2j * np.pi * (rows[:, None] + lane) * delays[..., None, None])
        aligned = (spectrum_of(hrirs.responses, size) * ahead)[:, None]
    else:
        aligned = spectrum_of(_cut(hrirs.aligned, partitions), size)
    by_turns = np.stack([aligned.real, aligned.imag], axis=-2)  # (n, partitions, ears, rows, 2, L)
    sphere = hrirs.triangulation
    return BinauralPlan(
        spectra=np.ascontiguousarray(by_turns.swapaxes(2, 3), dtype=np.float32),
        delays_samples=delays.astype(np.float32),
        triangles=sphere.triangles,
        inverses=sphere.inverses,
        neighbours=sphere.neighbours,
        lookup=sphere.lookup,
        fft_samples=size,
        partition_hops=_PARTITION_HOPS,
    )


@lru_cache(maxsize=8)
def decoder_plan(hrirs: HrirSet, order: int) -> DecoderPlan:
    """Ambisonics of `order` to two ears through the set, for the kernel. Cached."""
    responses = field_decoder(hrirs, order)
    size, partitions = _transform(responses.shape[-1])
    return DecoderPlan(_partition(responses, partitions, size), size, _PARTITION_HOPS)


def _transform(taps: int) -> tuple[int, int]:
    """Length of the transform, and how many partitions, for responses of `taps`."""
    needed = taps + _GUARD_SAMPLES
    if needed <= _SHORT_FFT_SAMPLES - HOP_SAMPLES:
        return _SHORT_FFT_SAMPLES, 1
    if needed <= _FFT_SAMPLES - HOP_SAMPLES:
        return _FFT_SAMPLES, 1
    return _FFT_SAMPLES, -(-taps // (_PARTITION_HOPS * HOP_SAMPLES))


def _partition(responses: NDArray[np.float64], partitions: int, size: int) -> NDArray[np.float32]:
    """(n, partitions, ears, 2, bins) spectra of (n, ears, taps) responses."""
    if partitions == 1:
        spectra = fft.rfft(responses[:, None], size, axis=-1)
    else:
        spectra = fft.rfft(_cut(responses, partitions), size, axis=-1)
    return np.ascontiguousarray(np.stack([spectra.real, spectra.imag], axis=-2), dtype=np.float32)


def _cut(responses: NDArray[np.float64], partitions: int) -> NDArray[np.float64]:
    """(n, partitions, ears, taps of a partition) of (n, ears, taps) responses."""
    length = _PARTITION_HOPS * HOP_SAMPLES
    short = partitions * length - responses.shape[-1]
    padded = np.pad(responses, ((0, 0), (0, 0), (0, max(short, 0))))[..., : partitions * length]
    return padded.reshape(*responses.shape[:2], partitions, length).transpose(0, 2, 1, 3)


@lru_cache(maxsize=8)
def field_decoder(hrirs: HrirSet, order: int) -> NDArray[np.float64]:
    """((order + 1)**2, 2, taps) responses from a sound field (ACN, SN3D) to the two ears.

    Magnitude least squares above `MAGLS_CUTON_HZ`, plain least squares below; then brought to the
    diffuse-field magnitude of the set itself, so that ambience is neither dull nor hollow.
    """
    taps = min(hrirs.responses.shape[-1], _MAGLS_TAPS)
    size = 2 * (1 << int(taps - 1).bit_length())
    grid = fibonacci_sphere(_GRID_POINTS)
    wanted = fft.rfft(hrirs.interpolate(grid)[..., :taps], size, axis=-1)  # (grid, ears, bins)
    # Phase is continued from bin to bin as if nothing were late: the mean onset is put back after.
    late = np.exp(-2j * np.pi * np.arange(wanted.shape[-1]) / size * hrirs.delays_samples.mean())
    wanted /= late
    harmonics = spherical_harmonics(order, grid)
    inverse = np.linalg.pinv(harmonics)
    decoder = np.einsum("cg,gek->cek", inverse, wanted)
    first_bin = int(np.ceil(MAGLS_CUTON_HZ * size / hrirs.sample_rate_hz))
    for k in range(max(first_bin, 1), wanted.shape[-1]):
        phase = np.angle(harmonics @ decoder[:, :, k - 1])
        decoder[:, :, k] = inverse @ (np.abs(wanted[:, :, k]) * np.exp(1j * phase))
    decoder *= _diffuse_correction(wanted, np.einsum("gc,cek->gek", harmonics, decoder))
    responses = fft.irfft(decoder * late, size, axis=-1)[..., :taps]
    fade = min(taps // 4, 64)
    responses[..., -fade:] *= np.cos(0.5 * np.pi * (np.arange(fade) + 0.5) / fade) ** 2
    return responses


def _diffuse_correction(
    wanted: NDArray[np.complex128], reached: NDArray[np.complex128]
) -> NDArray[np.float64]:
    """(bins,) real gains that bring the mean power over directions and ears to the wanted one."""
    target = np.mean(np.abs(wanted) ** 2, axis=(0, 1))
    actual = np.mean(np.abs(reached) ** 2, axis=(0, 1))
    smoothing = np.hanning(19)[1:-1] / np.hanning(19).sum()
    ratio = np.convolve(np.pad(target, 8, "edge"), smoothing, "valid") / np.maximum(
        np.convolve(np.pad(actual, 8, "edge"), smoothing, "valid"), 1e-20
    )
    return np.clip(np.sqrt(ratio), 1.0 / _LARGEST_CORRECTION, _LARGEST_CORRECTION)
