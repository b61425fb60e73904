"""Decoders of sound fields to two ears, from any HRIR set, for any ambisonic order.

By magnitude least squares: below a cut-on the field carries the ears' signals, phase and all;
above, where it is too coarse for the phase, their magnitudes are fitted instead. Or by virtual
loudspeakers: the field is decoded to loudspeakers around the head, each heard through its HRIR.

References
----------
Schoerkhuber, Zaunschirm, Hoeldrich, "Binaural rendering of ambisonic signals via magnitude least
squares", DAGA, 2018. Zaunschirm, Schoerkhuber, Hoeldrich, "Binaural rendering of Ambisonic signals
by head-related impulse response time alignment and a diffuseness constraint", JASA 143(6), 2018.
Berebi, Ben-Hur, Alon, Rafaely, "iMagLS: interaural level difference with magnitude least-squares
loss for optimized first-order head-related transfer function", Forum Acusticum, 2023.
Xu et al., "Visually informed binaural audio generation without binaural audios", CVPR, 2021
(PseudoBinaural: eight virtual loudspeakers on the horizon).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from engine.coordinates import to_cartesian
from engine.realtime.snapshot import HOP_SAMPLES
from engine.realtime.space_plan import DecoderPlan
from engine.realtime.transform import spectrum_of
from engine.spatial.ambisonics import max_re_weights, sampling_decoder
from engine.spatial.harmonics import channels_of_order, n3d_weights, spherical_harmonics
from engine.spatial.hrir import HrirSet
from engine.spatial.kept_tables import kept
from engine.spatial.of_sets import remembered
from engine.spatial.sphere import fibonacci_sphere

Method = Literal["magls", "virtual_loudspeakers"]

HEAD_RADIUS_M = 0.0875
SPEED_OF_SOUND_M_S = 343.0
LOWEST_CUTON_HZ = 1_500.0
"""Phase is kept up to here in any case: it carries the interaural time. In first order, whose limit
kr = 1 is at 624 Hz, less would be better for levels (0.9 dB of interaural difference in place of
3.9 from 600 to 1500 Hz) and worse for times (295 us in place of 160; docs/hrir.md)."""

RATIO_ORDER, RATIO_FROM_HZ = 2, 800.0
"""In second order, from here to the cut-on, the field is too coarse for both ears' phases but not
for what tells left from right: the ratio between the ears is fitted."""
_RATIO_ROUNDS = 15
_COMMON_FREEDOM = 0.75
"""So much of what both ears have in common in level is left to the field."""

CROSSOVER_HZ = 700.0
"""Virtual loudspeakers: basic weights below, max-rE weights above."""

RING_AZIMUTHS_DEG = np.arange(0.0, 360.0, 45.0)
"""PseudoBinaural's virtual loudspeakers: all around the horizon, as its code has them."""

DECODER_TAPS = 512
"""At 48 kHz and below; at higher rates responses last as long. What a head does fits in half of it,
but for its lows: of KEMAR's, 3.8 dB at 80 to 160 Hz lie behind."""
LONGEST_TAPS = 4096
"""A longer response (a room's) is decoded from this much of its beginning; more at higher rates."""

_SHORT_FFT_SAMPLES, _LONG_FFT_SAMPLES = 512, 1024
_USUAL_RATE_HZ = 48_000
_HEAD_TAPS = 1024
"""Longer responses hold a room, and keep their length; more at higher rates."""
_POINTS_PER_CHANNEL = 4
_FEWEST_POINTS = 480
_FAR_DEG = 20.0
_FAR_WEIGHT = 0.1
_RIDGE = 1e-4
_LARGEST_CORRECTION = 2.0
_LARGEST_LOUDSPEAKER_CORRECTION = 4.0
_FADE_TAPS = 24

Floats = NDArray[np.float64]
Spectra = NDArray[np.complex128]


@remembered(8)
def decoder_plan(hrirs: HrirSet, order: int, method: Method = "magls") -> DecoderPlan:
    """Ambisonics of `order` to two ears through the set, for the kernel. Cached.

    A head's responses are cut into two partitions, which cost no more transforms than one; longer
    ones into more and longer ones.
    """
    responses = field_decoder(hrirs, order, method)
    taps = responses.shape[-1]
    size = _SHORT_FFT_SAMPLES if taps <= 2 * HOP_SAMPLES else _LONG_FFT_SAMPLES
    length = size - HOP_SAMPLES if size == _SHORT_FFT_SAMPLES else 2 * HOP_SAMPLES
    return _plan(responses, size, length)


@remembered(4)
def whole_decoder_plan(hrirs: HrirSet, order: int, method: Method = "magls") -> DecoderPlan:
    """`decoder_plan` in one partition, for blocks of any length; of a room its start. Cached."""
    responses = field_decoder(hrirs, order, method)
    longest = _LONG_FFT_SAMPLES - HOP_SAMPLES
    if responses.shape[-1] > longest:
        responses = _ended(responses, longest, _FADE_TAPS)
    return _plan(responses, _LONG_FFT_SAMPLES, longest)


def _plan(responses: Floats, size: int, length: int) -> DecoderPlan:
    """Responses cut into pieces of `length` samples, a whole number of hops where several."""
    taps = responses.shape[-1]
    partitions = -(-taps // length)
    padded = np.pad(responses, ((0, 0), (0, 0), (0, partitions * length - taps)))
    pieces = padded.reshape(*responses.shape[:2], partitions, length)
    bins = spectrum_of(pieces, size)  # (channels, ears, partitions, rows, lanes)
    by_turns = np.stack([bins.real, bins.imag], axis=-2).transpose(0, 2, 3, 1, 4, 5)
    spectra = np.ascontiguousarray(by_turns, dtype=np.float32)
    return DecoderPlan(spectra, size, length // HOP_SAMPLES)


@remembered(8)
def field_decoder(
    hrirs: HrirSet, order: int, method: Method = "magls", cuton: float | None = None
) -> Floats:
    """((order + 1)**2, 2, taps) responses from a sound field (ACN, SN3D) to the two ears.

    The responses of a head are shaped to `DECODER_TAPS`; a room's keep their length, up to
    `LONGEST_TAPS`. Onsets are those of the set. `cuton` in Hz is in place of `cuton_hz(order)`.
    Kept beside the set (`kept_tables`).
    """
    cuton = cuton or cuton_hz(order)
    purpose = f"decoder-{order}-{method}-{cuton:.6g}"
    made = kept(hrirs, purpose, lambda found: "responses" in found,
                lambda: {"responses": _made(hrirs, order, method, cuton)})  # fmt: skip
    return made["responses"]


def _made(hrirs: HrirSet, order: int, method: Method, cuton: float) -> Floats:
    finer = max(hrirs.sample_rate_hz / _USUAL_RATE_HZ, 1.0)
    taps = min(hrirs.responses.shape[-1], round(LONGEST_TAPS * finer))
    size = 2 * (1 << int(taps - 1).bit_length())
    decoder = (
        _magnitude_least_squares(hrirs, order, taps, size, cuton)
        if method == "magls"
        else _virtual_loudspeakers(hrirs, order, taps, size)
    )
    left = taps if taps > _HEAD_TAPS * finer else min(taps, round(DECODER_TAPS * finer))
    return _ended(
        fft.irfft(decoder, size, axis=-1), left, min(left // 4, round(_FADE_TAPS * finer))
    )


def _ended(responses: Floats, taps: int, fade: int) -> Floats:
    """Responses cut to `taps` samples, the last `fade` of which fall to nothing."""
    kept = responses[..., :taps].copy()
    kept[..., -fade:] *= np.cos(0.5 * np.pi * (np.arange(fade) + 0.5) / fade) ** 2
    return kept


def cuton_hz(order: int) -> float:
    """From where magnitudes are fitted: 2 kr = order, but not below `LOWEST_CUTON_HZ`.

    A field is too coarse for the phase at a head's radius from kr = order on. Ears with pinnae are
    finer than a sphere: up to there, levels from 1.5 to 4 kHz would be 1 dB farther off.
    """
    aliasing_hz = order * SPEED_OF_SOUND_M_S / (2.0 * np.pi * HEAD_RADIUS_M)
    return max(LOWEST_CUTON_HZ, 0.5 * float(aliasing_hz))


def _magnitude_least_squares(
    hrirs: HrirSet, order: int, taps: int, size: int, cuton: float
) -> Spectra:
    """(channels, ears, bins), brought to the set's own diffuse-field magnitude.

    Where the set measured nothing, its stand-ins weigh little; a slight ridge keeps harmonics
    quiet that only they could tell apart.
    """
    grid = fibonacci_sphere(max(_FEWEST_POINTS, _POINTS_PER_CHANNEL * channels_of_order(order)))
    wanted = fft.rfft(hrirs.interpolate(grid)[..., :taps], size, axis=-1)  # (grid, ears, bins)
    # Phase is continued from bin to bin as if nothing were late: the mean onset is put back after.
    late = np.exp(-2j * np.pi * np.arange(wanted.shape[-1]) / size * hrirs.delays_samples.mean())
    wanted /= late
    harmonics = spherical_harmonics(order, grid)
    inverse = _weighted_inverse(harmonics, _coverage(hrirs, grid), n3d_weights(order))
    decoder = np.einsum("cg,gek->cek", inverse, wanted)
    bins_a_hz = size / hrirs.sample_rate_hz
    first_bin = max(int(np.ceil(cuton * bins_a_hz)), 1)
    if order == RATIO_ORDER:
        for k in range(max(int(np.ceil(RATIO_FROM_HZ * bins_a_hz)), 1), first_bin):
            start = decoder[:, :, k - 1]
            decoder[:, :, k] = _ratio_fit(harmonics, inverse, wanted[:, :, k], start)
    for k in range(first_bin, wanted.shape[-1]):
        phase = np.angle(harmonics @ decoder[:, :, k - 1])
        decoder[:, :, k] = inverse @ (np.abs(wanted[:, :, k]) * np.exp(1j * phase))
    reached = np.einsum("gc,cek->gek", harmonics, decoder)
    return decoder * _diffuse_correction(wanted, reached) * late


def _ratio_fit(harmonics: Floats, inverse: Floats, wanted: Spectra, start: Spectra) -> Spectra:
    """(channels, ears) of one bin, by turns: what is reached keeps the phase that both ears have in
    common and most of their common level; their ratio is set to that of `wanted` (grid, ears).
    """
    level = np.abs(wanted)
    half = 0.5 * np.angle(wanted[:, :1] * np.conj(wanted[:, 1:]))
    apart = level * np.exp(1j * np.concatenate([half, -half], axis=1))
    decoder = start
    for _ in range(_RATIO_ROUNDS):
        reached = harmonics @ decoder
        common = np.angle(np.sum(reached * np.conj(apart), axis=1))
        share = np.sum(np.abs(reached) * level, axis=1) / np.sum(level**2, axis=1)
        share /= np.sqrt(np.mean(share**2))
        share = 1.0 + _COMMON_FREEDOM * (share - 1.0)
        decoder = inverse @ (apart * (share * np.exp(1j * common))[:, None])
    return decoder


def _coverage(hrirs: HrirSet, grid: Floats) -> Floats:
    """(grid,) weights: 1 near a measurement, little where stand-ins answer."""
    nearest = np.max(grid @ hrirs.directions[: hrirs.measured].T, axis=1)
    return np.where(nearest >= np.cos(np.radians(_FAR_DEG)), 1.0, _FAR_WEIGHT)


def _weighted_inverse(harmonics: Floats, weights: Floats, n3d: Floats) -> Floats:
    """(channels, grid) weighted, slightly regularised inverse of (grid, channels) harmonics."""
    orthonormal = harmonics * n3d
    weighted = orthonormal.T * (weights / weights.sum())
    ridge = _RIDGE * np.eye(len(n3d))
    return np.asarray(n3d[:, None] * np.linalg.solve(weighted @ orthonormal + ridge, weighted))


def _diffuse_correction(
    wanted: Spectra, reached: Spectra, largest: float = _LARGEST_CORRECTION
) -> Floats:
    """(bins,) real gains that bring the mean power over directions and ears to the wanted one."""
    target = np.mean(np.abs(wanted) ** 2, axis=(0, 1))
    actual = np.mean(np.abs(reached) ** 2, axis=(0, 1))
    smoothing = np.hanning(19)[1:-1] / np.hanning(19).sum()
    ratio = np.convolve(np.pad(target, 8, "edge"), smoothing, "valid") / np.maximum(
        np.convolve(np.pad(actual, 8, "edge"), smoothing, "valid"), 1e-20
    )
    return np.clip(np.sqrt(ratio), 1.0 / largest, largest)


def _virtual_loudspeakers(hrirs: HrirSet, order: int, taps: int, size: int) -> Spectra:
    """(channels, ears, bins) by loudspeakers, basic below `CROSSOVER_HZ` and max-rE above.

    First order goes to PseudoBinaural's ring by the inverse of its harmonics, as its paper has it
    (its code leaves out the scale); higher orders to an even sphere. Both bands are in phase and
    of the same power. Loudspeakers sum at an ear as their order has it: what a diffuse field
    gains or loses by that against the set is equalised.
    """
    re_weights = max_re_weights(order)
    if order == 1:
        speakers = to_cartesian(RING_AZIMUTHS_DEG, 0.0)
        basic = np.linalg.pinv(spherical_harmonics(1, speakers)).T
        narrow = basic * np.where(np.arange(4) == 0, 1.0, np.cos(np.pi / 4.0))
        narrow *= np.sqrt(3.0 / (1.0 + 2.0 * np.cos(np.pi / 4.0) ** 2))
    else:
        speakers = fibonacci_sphere(_POINTS_PER_CHANNEL * channels_of_order(order))
        basic = np.linalg.pinv(spherical_harmonics(order, speakers)).T
        narrow = sampling_decoder(order, speakers, re_weights)
        narrow *= np.linalg.norm(basic) / np.linalg.norm(narrow)
    heard = fft.rfft(hrirs.interpolate(speakers)[..., :taps], size, axis=-1)
    frequency_hz = np.arange(heard.shape[-1]) * hrirs.sample_rate_hz / size
    high = _high_share(frequency_hz)
    decoder: Spectra = np.asarray(
        np.einsum("sc,sek->cek", basic, heard) * (1.0 - high)
        + np.einsum("sc,sek->cek", narrow, heard) * high
    )
    grid = fibonacci_sphere(_FEWEST_POINTS)
    wanted = fft.rfft(hrirs.interpolate(grid)[..., :taps], size, axis=-1)
    reached = np.einsum("gc,cek->gek", spherical_harmonics(order, grid), decoder)
    equalised: Spectra = decoder * _diffuse_correction(
        wanted, reached, _LARGEST_LOUDSPEAKER_CORRECTION
    )
    return equalised


def _high_share(frequency_hz: Floats) -> Floats:
    """Share of the upper band, without phase: a fourth-order Linkwitz-Riley crossover's."""
    quick = (frequency_hz / CROSSOVER_HZ) ** 4
    return np.asarray(quick / (1.0 + quick))
