"""A simple listener: log-mel and rhythm statistics, and the recording most alike in their space.

Trained on recordings only. Each recording is cut into windows of two seconds, each of these is
heard several times over (darker, brighter, noisier, in a room, slower, faster), so that the room
and the microphone of the few recordings of a class are not taken for the class.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy import fft, signal

Array = NDArray[np.float64]
RATE_HZ = 22_050
WINDOW_S = 2.0
HOP = 256
BANDS = 40
FLOOR_DB = -45.0
SHRINKAGE = 0.3
"""Share of the common variance in the covariance within classes."""


@dataclass(frozen=True)
class Listener:
    """The direction of every recording in a space where what varies within a class counts less."""

    names: tuple[str, ...]
    mean: Array
    scale: Array
    whiten: Array
    middles: Array
    labels: NDArray[np.int64]

    def scores(self, features: Array) -> Array:
        """(classes,) likeness of (windows, features) to the most alike recording of each."""
        heard = np.clip((features - self.mean) / self.scale, -4.0, 4.0) @ self.whiten
        heard /= np.linalg.norm(heard, axis=1, keepdims=True)
        alike = np.mean(heard @ self.middles.T, axis=0)
        return np.array([alike[self.labels == k].max() for k in range(len(self.names))])

    def best(self, features: Array, count: int = 3) -> list[str]:
        """Names of the most likely classes, best first."""
        return [self.names[i] for i in np.argsort(-self.scores(features))[:count]]


def read(path: Path) -> Array:
    """(samples,) a recording, mono, at the listener's rate, without silent ends."""
    sound, rate_hz = soundfile.read(path, always_2d=True)
    return prepare(sound.mean(axis=1), rate_hz)


def prepare(sound: Array, rate_hz: int) -> Array:
    """(samples,) mono sound at the listener's rate, cut to where it is heard."""
    if rate_hz != RATE_HZ:
        common = int(np.gcd(RATE_HZ, rate_hz))
        sound = signal.resample_poly(sound, RATE_HZ // common, rate_hz // common)
    loud = np.flatnonzero(np.abs(sound) > 0.01 * np.abs(sound).max(initial=1e-9))
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound


def windows(sound: Array, most: int = 6) -> list[Array]:
    """Up to `most` windows of two seconds, those with most energy; short sounds are one."""
    length = int(WINDOW_S * RATE_HZ)
    if len(sound) <= length:
        return [sound]
    starts = np.arange(0, len(sound) - length + 1, length // 2)
    energy = [float(np.sum(sound[at : at + length] ** 2)) for at in starts]
    return [sound[starts[i] : starts[i] + length] for i in np.sort(np.argsort(energy)[::-1][:most])]


def features(sound: Array) -> Array:
    """(features,) what a window sounds like: colour, its changes, rhythm, pitch, noisiness."""
    mel = _mel_db(sound)
    loud = mel.max(axis=0)
    weight = 10.0 ** (loud / 20.0)
    weight /= weight.sum()
    power = 10.0 * np.log10(np.mean(10.0 ** (mel / 10.0), axis=1) + 1e-9)
    power = np.maximum(power - power.max(), FLOOR_DB)
    middle = np.percentile(mel, 50, axis=1) - mel.max()
    spread = np.sqrt(np.sum(weight * (mel - mel @ weight[:, None]) ** 2, axis=1))
    change = np.abs(np.diff(mel, axis=1, prepend=mel[:, :1])).mean(axis=1)
    cosines = [fft.dct(part, norm="ortho") for part in (power, middle, spread, change)]
    kept = zip(cosines, (16, 8, 8, 6), strict=True)
    return np.concatenate([*(part[:count] for part, count in kept), _rhythm(loud), _tone(sound)])


def hear(sound: Array, rng: np.random.Generator, times: int) -> list[Array]:
    """The sound as it is and as `times` other microphones and rooms would take it."""
    heard = [sound]
    for _ in range(times):
        stretched = signal.resample(sound, int(len(sound) * rng.uniform(0.88, 1.14)))
        spectrum = fft.rfft(stretched)
        hz = fft.rfftfreq(len(stretched), 1.0 / RATE_HZ)
        octaves = np.log2(np.maximum(hz, 40.0) / 1000.0)
        colour_db = rng.uniform(-3.0, 3.0) * octaves + 3.0 * np.sin(octaves + rng.uniform(0.0, 6.3))
        other = fft.irfft(spectrum * 10.0 ** (colour_db / 20.0), len(stretched))
        tail = rng.standard_normal(RATE_HZ // 4) * np.exp(-np.arange(RATE_HZ // 4) / RATE_HZ / 0.05)
        other = other + rng.uniform(0.0, 0.25) * signal.fftconvolve(other, tail / 8.0)[: len(other)]
        noise = rng.standard_normal(len(other)) * np.std(other)
        heard.append(other + 10.0 ** (rng.uniform(-60.0, -28.0) / 20.0) * noise)
    return heard


def train(rows: list[Array], labels: list[str]) -> Listener:
    """A listener from recordings, (windows, features) each, and their labels."""
    names = tuple(sorted(set(labels)))
    own = np.array([names.index(label) for label in labels])
    data = np.concatenate(rows)
    which = np.repeat(own, [len(row) for row in rows])
    mean, scale = data.mean(axis=0), data.std(axis=0) + 1e-6
    unit = np.clip((data - mean) / scale, -4.0, 4.0)
    within = np.mean([np.cov(unit[which == k].T) for k in range(len(names))], axis=0)
    common = float(np.trace(within)) / len(within)
    within = (1.0 - SHRINKAGE) * within + SHRINKAGE * common * np.eye(len(within))
    whiten: Array = np.linalg.cholesky(np.linalg.inv(within)).astype(np.float64)
    heard = np.split(unit @ whiten, np.cumsum([len(row) for row in rows])[:-1])
    middles = np.stack([row.mean(axis=0) for row in heard])
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    return Listener(names, mean, scale, whiten, middles, own)


def _mel_db(sound: Array) -> Array:
    """(BANDS, times) log-mel levels against the loudest, floored."""
    padded = np.pad(sound, (512, max(4 * HOP - len(sound), 0) + 512))
    pieces = np.lib.stride_tricks.sliding_window_view(padded, 1024)[::HOP] * np.hanning(1024)
    power = np.abs(fft.rfft(pieces, axis=1)) ** 2
    level = 10.0 * np.log10(power @ _filters().T + 1e-12)
    return np.maximum(level.T - level.max(), FLOOR_DB)


def _filters() -> Array:
    """(BANDS, bins) triangles, evenly spaced in mel from 50 Hz to 10 kHz."""
    lowest_mel, highest_mel = 2595.0 * np.log10(1.0 + np.array([50.0, 10_000.0]) / 700.0)
    mel = np.linspace(lowest_mel, highest_mel, BANDS + 2)
    edges = 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    hz = fft.rfftfreq(1024, 1.0 / RATE_HZ)[None, :]
    low, centre, high = (edges[i : BANDS + i, None] for i in range(3))
    return np.maximum(0.0, np.minimum((hz - low) / (centre - low), (high - hz) / (high - centre)))


def _rhythm(loud_db: Array) -> Array:
    """Envelope: share of time it is up, rises a second, how steep, and its modulation spectrum."""
    rises = np.maximum(np.diff(loud_db), 0.0)
    rate_hz = RATE_HZ / HOP
    envelope = 10.0 ** (loud_db / 20.0)
    spectrum = np.abs(fft.rfft(envelope - envelope.mean(), 512)) ** 2
    hz = fft.rfftfreq(512, 1.0 / rate_hz)
    edges = (0.5, 1.5, 3.0, 6.0, 12.0, 24.0, 42.0)
    bands = [spectrum[(hz >= a) & (hz < b)].sum() for a, b in pairwise(edges)]
    shares = np.log10(np.array(bands) / (np.sum(bands) + 1e-12) + 1e-3)
    seconds = len(loud_db) / rate_hz
    return np.array(
        [
            np.mean(loud_db > -20.0),
            np.mean(loud_db > -35.0),
            np.log(np.sum(rises > 6.0) / seconds + 0.3),
            np.percentile(rises, 98) if len(rises) else 0.0,
            np.log(np.std(envelope) / (np.mean(envelope) + 1e-9) + 0.05),
            np.log(seconds),
            *shares,
        ]
    )


def _tone(sound: Array) -> Array:
    """Harmonicity (peak of the autocorrelation), its pitch, and spectral flatness."""
    padded = np.pad(sound, (0, max(2048 - len(sound), 0)))
    pieces = np.lib.stride_tricks.sliding_window_view(padded, 2048)[::1024] * np.hanning(2048)
    power = np.abs(fft.rfft(pieces, 4096, axis=1)) ** 2 + 1e-12
    weight = np.sqrt(power.sum(axis=1))
    weight /= weight.sum()
    alike = fft.irfft(power, axis=1)
    lags = slice(RATE_HZ // 1600, RATE_HZ // 70)
    peaks = alike[:, lags] / alike[:, :1]
    best = peaks.argmax(axis=1)
    clear = np.take_along_axis(peaks, best[:, None], axis=1)[:, 0]
    pitch = np.log2(RATE_HZ / (best + lags.start))
    bins = power[:, 20:1800]
    flat = np.log10(np.exp(np.log(bins).mean(axis=1)) / bins.mean(axis=1))
    centre = pitch @ weight
    return np.array(
        [
            weight @ clear,
            clear.max(),
            weight @ (clear * (pitch - 8.0)),
            weight @ flat,
            np.sqrt(weight @ (pitch - centre) ** 2),
            flat.min(),
        ]
    )
