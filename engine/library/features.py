"""What a recording sounds like, as a short vector: near vectors sound alike.

Colour (log-mel statistics as cosine coefficients, centroid, bandwidth, flatness), movement
(spread and change over time), rhythm (onsets a second, share of time that sounds, modulation) and
pitch clarity, of the first seconds that sound. The features are those of music and environmental
sound retrieval (Peeters, "A large set of audio features for sound description", IRCAM, 2004).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Array = NDArray[np.float64]

EXCERPT_S = 12.0
"""Of longer recordings this much is listened to."""
SIZE = 48
"""Numbers in a vector."""
_WINDOW_S = 0.046
_BANDS = 32
_FLOOR_DB = -60.0
_SILENT_DB = -45.0
_RHYTHM_HZ = (0.5, 1.5, 3.0, 6.0, 12.0, 24.0, 42.0)


def features(sound: NDArray[np.floating], sample_rate_hz: int) -> NDArray[np.float32]:
    """(SIZE,) description of a mono recording, whatever its level and rate.

    Parameters
    ----------
    sound : (samples,) array
        Finite; a silent or empty one has a description, too.
    sample_rate_hz : int
    """
    heard = _audible(np.asarray(sound, dtype=np.float64), sample_rate_hz)
    power, hz, hop_hz = _spectra(heard, sample_rate_hz)
    mel = 10.0 * np.log10(power @ _filters(len(hz), sample_rate_hz).T + 1e-12).T  # (bands, times)
    mel = np.maximum(mel - mel.max(), _FLOOR_DB)
    loud = mel.max(axis=0)
    described = [
        *_colour(mel, loud) / 20.0,
        *_shape(power, hz),
        *_rhythm(loud, hop_hz, len(heard) / sample_rate_hz),
        *_pitch_clarity(power, sample_rate_hz),
    ]
    assert len(described) == SIZE, f"{len(described)=}"
    return np.asarray(described, dtype=np.float32)


def _audible(sound: Array, sample_rate_hz: int) -> Array:
    """The sound from its first to its last audible moment, at least one window long."""
    least = int(2 * _WINDOW_S * sample_rate_hz)
    peak = float(np.abs(sound).max(initial=0.0))
    loud = np.flatnonzero(np.abs(sound) > max(peak * 10.0 ** (_SILENT_DB / 20.0), 1e-12))
    heard = sound[loud[0] : loud[-1] + 1] / peak if len(loud) else sound[:0]
    heard = heard[: int(EXCERPT_S * sample_rate_hz)]
    return np.pad(heard, (0, max(least - len(heard), 0)))


def _spectra(heard: Array, sample_rate_hz: int) -> tuple[Array, Array, float]:
    """(times, bins) power, (bins,) Hz, and windows a second."""
    length = 1 << int(np.round(np.log2(_WINDOW_S * sample_rate_hz)))
    hop = length // 4
    pieces = np.lib.stride_tricks.sliding_window_view(heard, length)[::hop]
    power = np.abs(fft.rfft(pieces * np.hanning(length), axis=1)) ** 2 / length
    return power, fft.rfftfreq(length, 1.0 / sample_rate_hz), sample_rate_hz / hop


@lru_cache(maxsize=8)
def _filters(bins: int, sample_rate_hz: int) -> Array:
    """(bands, bins) triangles, evenly spaced in mel from 50 Hz to 16 kHz."""
    lowest, highest = 2595.0 * np.log10(1.0 + np.array([50.0, 16_000.0]) / 700.0)
    edges = 700.0 * (10.0 ** (np.linspace(lowest, highest, _BANDS + 2) / 2595.0) - 1.0)
    hz = np.linspace(0.0, sample_rate_hz / 2, bins)[None, :]
    low, centre, high = (edges[i : _BANDS + i, None] for i in range(3))
    return np.maximum(0.0, np.minimum((hz - low) / (centre - low), (high - hz) / (high - centre)))


def _colour(mel: Array, loud: Array) -> Array:
    """(28,) cosine coefficients of the mean spectrum, its spread and its change."""
    weight = 10.0 ** (loud / 20.0)
    weight /= weight.sum()
    mean = mel @ weight
    spread = np.sqrt(np.sum(weight * (mel - mean[:, None]) ** 2, axis=1))
    change = np.abs(np.diff(mel, axis=1, prepend=mel[:, :1])).mean(axis=1)
    parts = zip((mean, spread, change), (16, 6, 6), strict=True)
    return np.concatenate([fft.dct(part, norm="ortho")[:count] for part, count in parts])


def _shape(power: Array, hz: Array) -> list[float]:
    """(6,) centroid and its travel, bandwidth (octaves), flatness, and how low it reaches."""
    octaves = np.log2(np.maximum(hz, 30.0) / 1000.0)
    total = power.sum(axis=1) + 1e-12
    centroid = power @ octaves / total
    bandwidth = np.sqrt(np.maximum(power @ octaves**2 / total - centroid**2, 0.0))
    weight = np.sqrt(total) / np.sqrt(total).sum()
    middle = float(weight @ centroid)
    heard = power[:, (hz > 100.0) & (hz < 12_000.0)] + 1e-12
    flat = np.log10(np.exp(np.log(heard).mean(axis=1)) / heard.mean(axis=1))
    low = power[:, hz < 200.0].sum(axis=1) / total
    return [
        middle,
        float(np.sqrt(weight @ (centroid - middle) ** 2)),
        float(weight @ bandwidth),
        float(weight @ flat),
        float(flat.min()),
        2.0 * float(weight @ low),
    ]


def _rhythm(loud_db: Array, hop_hz: float, seconds: float) -> list[float]:
    """(12,) share of time that sounds, onsets a second, steepness, modulation, length."""
    rises = np.maximum(np.diff(loud_db, prepend=loud_db[:1]), 0.0)
    envelope = 10.0 ** (loud_db / 20.0)
    spectrum = np.abs(fft.rfft(envelope - envelope.mean(), 1024)) ** 2
    hz = fft.rfftfreq(1024, 1.0 / hop_hz)
    bands = [spectrum[(hz >= a) & (hz < b)].sum() for a, b in pairwise(_RHYTHM_HZ)]
    shares = np.log10(np.array(bands) / (np.sum(bands) + 1e-12) + 1e-3)
    onsets = np.sum((rises[1:] > 6.0) & (rises[:-1] <= 6.0))
    return [
        2.0 * float(np.mean(loud_db > -20.0)),
        float(np.mean(loud_db > -35.0)),
        float(np.log(onsets / seconds + 0.3)),
        float(np.percentile(rises, 98)) / 10.0,
        float(np.log(np.std(envelope) / np.mean(envelope) + 0.05)),
        float(np.log(seconds)),
        *(float(share) for share in shares),
    ]


def _pitch_clarity(power: Array, sample_rate_hz: int) -> list[float]:
    """(2,) how periodic it is on the whole, and where it is most."""
    alike = fft.irfft(power, axis=1)
    lags = slice(sample_rate_hz // 1600, min(sample_rate_hz // 70, alike.shape[1] // 2))
    clear = alike[:, lags].max(axis=1) / (alike[:, 0] + 1e-12)
    weight = np.sqrt(power.sum(axis=1)) + 1e-12
    return [2.0 * float(weight @ clear / weight.sum()), float(clear.max())]
