"""Onset delays of impulse responses, and shifting responses by fractions of a sample.

References
----------
Nam, Abel, Smith, "A method for estimating interaural time difference for binaural synthesis",
AES 125, 2008: the onset is where a response resembles its own minimum-phase version best.

Andreopoulou, Katz, "Identification of perceptually relevant methods of inter-aural time difference
estimation", J. Acoust. Soc. Am. 142(2), 2017: onsets by a threshold under the peak.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

_CHUNK = 128
_FLOOR = 1e-4
_FINER = 2
_WEIGHT_CUTOFF_HZ = 1500.0
_LONGEST_ONSET_TAPS = 2048
"""Onsets are looked for in this much of a response (a room's tail has none)."""

_THRESHOLD = 0.1
_THRESHOLD_CUTOFF_HZ = 8000.0
_THRESHOLD_FINER = 4


def onset_delays(responses: NDArray[np.float64], sample_rate_hz: int) -> NDArray[np.float64]:
    """Onset delay in samples (fractional, >= 0) of (n, ears, taps) responses."""
    count, ears, taps = responses.shape
    taps = min(taps, _LONGEST_ONSET_TAPS)
    flat = responses[..., :taps].reshape(-1, taps)
    size = 1 << int(2 * taps - 1).bit_length()
    delays = np.empty(len(flat))
    # Low frequencies decide: above, a far ear's response is weak, noisy and differs in shape.
    # What is left is smooth against a sample, so that a parabola finds the top between samples.
    frequency_hz = np.arange(size // 2 + 1) * sample_rate_hz / size
    weights = 1.0 / (1.0 + (frequency_hz / _WEIGHT_CUTOFF_HZ) ** 4)
    for start in range(0, len(flat), _CHUNK):
        spectrum = fft.rfft(flat[start : start + _CHUNK], size)
        minimum = minimum_phase(spectrum, size)
        likeness = fft.irfft(spectrum * minimum.conj() * weights, _FINER * size)
        delays[start : start + _CHUNK] = peak(likeness[:, : _FINER * taps]) / _FINER
    return np.maximum(delays.reshape(count, ears), 0.0)


def threshold_onsets(responses: NDArray[np.float64], sample_rate_hz: int) -> NDArray[np.float64]:
    """Where (n, ears, taps) responses first come within 20 dB of their peak, in samples."""
    taps = min(responses.shape[-1], _LONGEST_ONSET_TAPS)
    spectrum = fft.rfft(responses[..., :taps], axis=-1)
    frequency_hz = np.arange(spectrum.shape[-1]) * sample_rate_hz / taps
    spectrum /= 1.0 + (frequency_hz / _THRESHOLD_CUTOFF_HZ) ** 4
    finer = np.abs(fft.irfft(spectrum, _THRESHOLD_FINER * taps, axis=-1))
    loud = finer >= _THRESHOLD * finer.max(axis=-1, keepdims=True)
    return np.argmax(loud, axis=-1) / _THRESHOLD_FINER


def delay_responses(
    responses: NDArray[np.float64], delays_samples: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Responses (..., taps) shifted later by (...,) samples, cyclically, any fraction.

    Whole samples are exact. The Nyquist bin of an even number of taps has no phase but a sign: it
    is turned by the nearest whole samples, so that shifting there and back returns the response.
    """
    taps = responses.shape[-1]
    bins = taps // 2 + 1
    turn = np.exp(-2j * np.pi * np.arange(bins) / taps * delays_samples[..., None])
    if taps % 2 == 0:
        turn[..., -1] = 1.0 - 2.0 * (np.rint(delays_samples) % 2.0)
    return np.asarray(fft.irfft(fft.rfft(responses, axis=-1) * turn, taps, axis=-1))


def minimum_phase(spectrum: NDArray[np.complex128], size: int) -> NDArray[np.complex128]:
    """Minimum-phase spectra (..., size // 2 + 1) of the same magnitude, by folding the cepstrum."""
    magnitude = np.abs(spectrum)
    floor = np.maximum(_FLOOR * magnitude.max(axis=-1, keepdims=True), 1e-20)
    cepstrum = fft.irfft(np.log(np.maximum(magnitude, floor)), size)
    half = size // 2
    cepstrum[..., 1:half] *= 2.0
    cepstrum[..., half + 1 :] = 0.0
    return np.exp(fft.rfft(cepstrum, size))


def peak(likeness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Place of the highest value of every row, refined by a parabola."""
    rows = np.arange(len(likeness))
    top = np.argmax(likeness, axis=1)
    inner = np.clip(top, 1, likeness.shape[1] - 2)
    before, here, after = (likeness[rows, inner + k] for k in (-1, 0, 1))
    curve = before - 2.0 * here + after
    step = np.where(curve < 0.0, 0.5 * (before - after) / np.where(curve < 0.0, curve, 1.0), 0.0)
    return np.where(top == inner, inner + np.clip(step, -0.5, 0.5), top)
