"""Measured rooms: responses laid out for convolution.

What microphones in a room recorded of an impulse holds the direct sound, too. Sources are placed
by the renderer itself, so the direct sound is taken out, and only what follows it is kept, at the
level it had against the direct sound.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from engine.errors import FoleystageError
from engine.realtime.convolver import HEAD_PARTITIONS, TAIL_HOPS
from engine.realtime.room_plan import EARLY_ORDER, ResponsePlan
from engine.realtime.snapshot import HOP_SAMPLES
from engine.spatial.harmonics import ambisonic_order_of, channels_of_order, spherical_harmonics

LONGEST_S = 15.0
_ONSET_DB = -20.0
_DIRECT_S = 0.0025
_FADE_S = 0.0015
_QUIET_DB = -90.0
_EARS = np.array([[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]])
_DECORRELATION_S = 0.02
_SEED = 20_240_229
_LARGEST_RATIO = 4000


def response_plan(
    responses: NDArray[np.float64],
    response_rate_hz: int,
    sample_rate_hz: int,
    distance_m: float = 1.0,
) -> ResponsePlan:
    """A room's responses as partitions for the kernel.

    Parameters
    ----------
    responses : (channels, samples) array
        One channel: an omnidirectional microphone, made diffuse all around. Two: the ears of a
        head, heard as they are in binaural and from the sides elsewhere. Four, nine, sixteen: a
        sound field (ACN, SN3D).
    response_rate_hz, sample_rate_hz : int
        Theirs, and the one that is wanted.
    distance_m : float
        From the source to the microphones: the direct sound's level tells what 0 dB is.

    Raises
    ------
    FoleystageError
        For another number of channels, silence, or a response that is too long or ends with the
        direct sound.
    """
    channels = len(responses)
    order = ambisonic_order_of(channels)
    if channels > 2 and order is None:
        raise FoleystageError(
            f"has {channels} channels",
            remedy="a room's response has 1 (mono), 2 (two ears), or 4, 9, 16 (ambisonics)",
        )
    wet = _without_direct(_resampled(responses, response_rate_hz, sample_rate_hz), sample_rate_hz)
    wet /= max(distance_m, 0.1)
    if channels == 1:
        wet = _made_diffuse(wet[0], sample_rate_hz)
    elif order is not None and order > EARLY_ORDER:
        wet = wet[: channels_of_order(EARLY_ORDER)]
    return _partitioned(wet, sample_rate_hz, binaural=channels == 2)


def _resampled(responses: NDArray[np.float64], from_hz: int, to_hz: int) -> NDArray[np.float64]:
    samples = np.asarray(responses, dtype=np.float64)
    if samples.shape[1] > LONGEST_S * from_hz:
        raise FoleystageError(
            f"lasts {samples.shape[1] / from_hz:.1f} s, the limit is {LONGEST_S:g} s",
            remedy="cut it where it has decayed",
        )
    if not np.isfinite(samples).all():
        raise FoleystageError("holds values that are no numbers", remedy="export it again")
    common = int(np.gcd(from_hz, to_hz))
    up, down = to_hz // common, from_hz // common
    if max(up, down) > _LARGEST_RATIO:
        raise FoleystageError(f"cannot be brought from {from_hz} to {to_hz} Hz")
    return np.asarray(signal.resample_poly(samples, up, down, axis=1)) if up != down else samples


def _without_direct(samples: NDArray[np.float64], sample_rate_hz: int) -> NDArray[np.float64]:
    """From the direct sound's arrival on, without it, at a direct level of one at its distance."""
    loudest = np.abs(samples).max(axis=0)
    if loudest.size == 0 or loudest.max() < 1e-9:
        raise FoleystageError("is silent", remedy="choose another response")
    onset = int(np.argmax(loudest >= loudest.max() * 10.0 ** (_ONSET_DB / 20.0)))
    length = int(_DIRECT_S * sample_rate_hz)
    ears = samples if len(samples) == 2 else samples[:1]
    direct = float(np.mean(np.sum(ears[:, max(onset - length // 4, 0) : onset + length] ** 2, 1)))
    wet = samples[:, onset:] / np.sqrt(max(direct, 1e-20))
    fade = int(_FADE_S * sample_rate_hz)
    wet[:, :length] = 0.0
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / fade)
    wet[:, length : length + fade] *= rise[: max(wet.shape[1] - length, 0)]
    levels = np.abs(wet).max(axis=0)
    heard = np.flatnonzero(levels > levels.max() * 10.0 ** (_QUIET_DB / 20.0))
    if levels.max() <= 0.0 or not len(heard):
        raise FoleystageError(
            "holds nothing after the direct sound", remedy="choose a room's response, not a head's"
        )
    return np.asarray(wet[:, : int(heard[-1]) + 1])


def _made_diffuse(mono: NDArray[np.float64], sample_rate_hz: int) -> NDArray[np.float64]:
    """(4, n): the omnidirectional channel as it is, directions by short independent noise."""
    rng = np.random.default_rng(_SEED)
    taps = int(_DECORRELATION_S * sample_rate_hz)
    decay = np.exp(-6.9 * np.arange(taps) / taps)
    spread = rng.standard_normal((3, taps)) * decay
    spread /= np.sqrt(3.0 * np.sum(spread**2, axis=1, keepdims=True))
    size = fft.next_fast_len(len(mono) + taps)
    around = fft.irfft(fft.rfft(mono, size) * fft.rfft(spread, size), size)[:, : len(mono)]
    return np.concatenate([mono[None], around])


def _partitioned(wet: NDArray[np.float64], sample_rate_hz: int, *, binaural: bool) -> ResponsePlan:
    head_samples = HEAD_PARTITIONS * HOP_SAMPLES
    head = _spectra(wet[:, :head_samples], HOP_SAMPLES)
    tail = _spectra(wet[:, head_samples:], TAIL_HOPS * HOP_SAMPLES)
    encoding = None
    if binaural:
        encoding = np.ascontiguousarray(spherical_harmonics(1, _EARS).T, dtype=np.float32)
    return ResponsePlan(head, tail, wet.shape[1] / sample_rate_hz, encoding)


def _spectra(responses: NDArray[np.float64], length: int) -> NDArray[np.complex64]:
    """(channels, partitions, length + 1) spectra of consecutive partitions, zeros behind each."""
    partitions = -(-responses.shape[1] // length)
    padded = np.pad(responses, ((0, 0), (0, partitions * length - responses.shape[1])))
    pieces = padded.reshape(len(responses), partitions, length)
    return np.asarray(fft.rfft(pieces, 2 * length, axis=-1), dtype=np.complex64)
