"""Time on an event: its intensity curve, bursts, and the edges that keep a take free of clicks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.project.model import Event
from engine.units import seconds_to_samples

Array = NDArray[np.float64]


def length_samples(event: Event, sample_rate_hz: int) -> int:
    """Samples of the event's take."""
    return seconds_to_samples(event.duration_s, sample_rate_hz)


def intensity_curve(
    event: Event, samples: int, sample_rate_hz: int, smooth_s: float = 0.05
) -> Array:
    """(samples,) intensity 0..1 of the event; constantly 1 where it has no curve.

    The points are linearly interpolated at 250 Hz and smoothed with a Hann window, so that a
    corner in the curve is not heard as a jump.
    """
    if not event.intensity:
        return np.ones(samples)
    points = np.asarray(event.intensity, dtype=np.float64)
    step = max(sample_rate_hz // 250, 1)
    times = event.start_s + np.arange(0, samples + step, step) / sample_rate_hz
    coarse = np.clip(np.interp(times, points[:, 0], points[:, 1]), 0.0, 1.0)
    width = max(int(smooth_s * 250.0), 1)
    if width > 1:
        kernel = np.hanning(width + 2)[1:-1]
        padded = np.pad(coarse, width, mode="edge")
        coarse = np.convolve(padded, kernel / kernel.sum(), mode="same")[width:-width]
    return np.interp(np.arange(samples), np.arange(len(coarse)) * step, coarse)


def hits(event: Event, sample_rate_hz: int) -> list[tuple[int, float]]:
    """(sample, strength) of every onset inside the take; missing strengths are 1.

    Strengths are kept within 0.05..1 and, where the event has an intensity curve but no strengths,
    read from the curve.
    """
    samples = length_samples(event, sample_rate_hz)
    curve = np.asarray(event.intensity, dtype=np.float64).reshape(-1, 2)
    found = []
    for index, onset_s in enumerate(event.onsets_s):
        at = seconds_to_samples(onset_s - event.start_s, sample_rate_hz)
        if index < len(event.strengths):
            strength = event.strengths[index]
        else:
            strength = float(np.interp(onset_s, curve[:, 0], curve[:, 1])) if len(curve) else 1.0
        if 0 <= at < samples:
            found.append((at, float(np.clip(strength, 0.05, 1.0))))
    return found


def place(out: Array, grain: Array, at: int, gain: float = 1.0) -> None:
    """Add a grain into a take at a sample position; what falls outside is dropped."""
    first, last = max(at, 0), min(at + grain.shape[-1], out.shape[-1])
    if first < last:
        out[..., first:last] += gain * grain[..., first - at : last - at]


def burst(samples: int, sample_rate_hz: int, attack_s: float, decay_s: float) -> Array:
    """(samples,) envelope that rises within `attack_s` and falls by e every `decay_s`; peak 1."""
    times = np.arange(samples) / sample_rate_hz
    rise = np.clip(times / max(attack_s, 1e-5), 0.0, 1.0)
    fall = np.exp(-np.maximum(times - attack_s, 0.0) / decay_s)
    return np.asarray(np.sin(0.5 * np.pi * rise) ** 2 * fall)


def close_tail(grain: Array, sample_rate_hz: int, fade_s: float = 0.02) -> Array:
    """The grain with its end brought to zero (raised cosine)."""
    width = min(int(fade_s * sample_rate_hz), grain.shape[-1] // 2)
    if width:
        grain[..., -width:] *= 0.5 * (1.0 + np.cos(np.pi * (np.arange(width) + 1) / width))
    return grain


def fade_edges(take: Array, sample_rate_hz: int, fade_in_s: float, fade_out_s: float) -> Array:
    """The take with constant-power fades at both ends, each at most half of it."""
    samples = take.shape[-1]
    rise = min(int(fade_in_s * sample_rate_hz), samples // 2)
    fall = min(int(fade_out_s * sample_rate_hz), samples // 2)
    if rise:
        take[..., :rise] *= np.sin(0.5 * np.pi * np.arange(rise) / rise)
    if fall:
        take[..., samples - fall :] *= np.cos(0.5 * np.pi * (np.arange(fall) + 1) / fall)
    return take


def remove_rumble(take: Array, sample_rate_hz: int, corner_hz: float = 22.0) -> Array:
    """Second-order high-pass: no constant component, no inaudible excursion."""
    sections = signal.butter(2, corner_hz, "highpass", fs=sample_rate_hz, output="sos")
    return np.asarray(signal.sosfilt(sections, take, axis=-1))


def soft_ceiling(take: Array, ceiling: float, knee: float) -> Array:
    """Limit magnitudes smoothly: untouched below `knee`, never reaching `ceiling`."""
    size = np.abs(take)
    over = size > knee
    if over.any():
        room = ceiling - knee
        take = take.copy()
        take[over] = np.sign(take[over]) * (knee + room * np.tanh((size[over] - knee) / room))
    return take
