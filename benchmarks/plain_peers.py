"""What others make of a third-order scene and of the whole chain, measured beside ours.

Each does the work as a plain application of its library would, in blocks of 512 and with its
state kept from block to block; where it does less than ours that is said. Processor time counts.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.spatial.hrir import HrirSet

BLOCK_SAMPLES = 512
RATE_HZ = 48_000
_DECODER_TAPS = 512
_RIR_S = 2.0
_HEAD_TAPS = 512
_SOURCES = 8
_EQ = (("lowshelf", 120.0), ("bell", 800.0), ("bell", 3000.0), ("highshelf", 8000.0))


class _Overlap:
    """Inputs through (inputs, outputs, taps) responses whose spectra are kept: overlap-add."""

    def __init__(self, responses: NDArray[np.float32]) -> None:
        self._size = 1 << int(np.ceil(np.log2(BLOCK_SAMPLES + responses.shape[-1] - 1)))
        self._spectra = np.fft.rfft(responses, self._size).astype(np.complex64)
        self._tail = np.zeros((responses.shape[1], self._size), dtype=np.float32)

    def process(self, blocks: NDArray[np.float32]) -> NDArray[np.float32]:
        """(outputs, BLOCK_SAMPLES) of (inputs, BLOCK_SAMPLES)."""
        spectra = np.fft.rfft(blocks, self._size)
        self._tail += np.fft.irfft(np.einsum("if,iof->of", spectra, self._spectra), self._size)
        out = self._tail[:, :BLOCK_SAMPLES].copy()
        self._tail[:, :-BLOCK_SAMPLES] = self._tail[:, BLOCK_SAMPLES:]
        self._tail[:, -BLOCK_SAMPLES:] = 0.0
        return out


def _decoder() -> _Overlap:
    """Any sixteen pairs of 512 taps cost the same."""
    noise = np.random.default_rng(2).standard_normal((16, 2, _DECODER_TAPS))
    return _Overlap(noise.astype(np.float32))


def numpy_decode_us(rounds: int = 60) -> float:
    """Sixteen channels to two ears by NumPy's transforms, the median of a block in us."""
    decoder = _decoder()
    field = np.random.default_rng(1).standard_normal((16, BLOCK_SAMPLES)).astype(np.float32)
    return 1e6 * _median_s(lambda _: decoder.process(field), rounds)


def numpy_scene_sources(sources: int = 512, rounds: int = 30) -> float:
    """Moving sources a core: sounds copied from longer ones, harmonics twice a block and gains
    that glide in between as matrix products, a rotation, and the shared decode. (No paths are
    followed, no clips looked up, nothing is checked or metered.)"""
    rng = np.random.default_rng(1)
    half = BLOCK_SAMPLES // 2
    sounds = rng.standard_normal((sources, (rounds + 4) * BLOCK_SAMPLES)).astype(np.float32)
    rising = np.linspace(0.0, 1.0, half, dtype=np.float32)
    start, decoder = rng.uniform(0.0, 2.0 * np.pi, sources), _decoder()
    gains, field = [_harmonics(start)], np.zeros((16, BLOCK_SAMPLES), dtype=np.float32)

    def block(number: int) -> None:
        for step in (2 * number, 2 * number + 1):
            dry = np.ascontiguousarray(sounds[:, step * half : (step + 1) * half])
            new = _harmonics(start + 0.005 * step)
            place = slice(step % 2 * half, (step % 2 + 1) * half)
            field[:, place] = gains[0] @ dry + (new - gains[0]) @ (dry * rising)
            gains[0] = new
        decoder.process(_turn(0.01 * number) @ field)

    return sources * BLOCK_SAMPLES / RATE_HZ / _median_s(block, rounds)


def _harmonics(azimuth: NDArray[np.float64]) -> NDArray[np.float32]:
    """(16, sources) third-order harmonics as polynomials, at 20 degrees of elevation."""
    x, y = np.cos(azimuth) * 0.94, np.sin(azimuth) * 0.94
    z = np.full_like(x, 0.34)
    values = [
        np.ones_like(x), y, z, x, x * y, y * z, 1.5 * z * z - 0.5, x * z, x * x - y * y,
        y * (3 * x * x - y * y), x * y * z, y * (5 * z * z - 1), z * (5 * z * z - 3),
        x * (5 * z * z - 1), z * (x * x - y * y), x * (x * x - 3 * y * y),
    ]  # fmt: skip
    return np.stack(values).astype(np.float32)


def _turn(angle: float) -> NDArray[np.float32]:
    """(16, 16) rotation about the vertical."""
    matrix = np.eye(16)
    for order in range(4):
        for degree in range(1, order + 1):
            one, other = order * (order + 1) + degree, order * (order + 1) - degree
            c, s = np.cos(degree * angle), np.sin(degree * angle)
            matrix[[one, one, other, other], [one, other, one, other]] = c, -s, s, c
    return matrix.astype(np.float32)


def scipy_chain_share(hrirs: HrirSet, sources: int, rounds: int = 12) -> float:
    """Share of a core of `sources` moving sources: delays read by straight lines, five biquads,
    the nearest response, and a room of two seconds; no early reflections, no air."""
    rng = np.random.default_rng(1)
    past = rng.standard_normal((_SOURCES, RATE_HZ)).astype(np.float32)
    bands = signal.butter(10, 12_000.0, fs=RATE_HZ, output="sos")  # five biquads, whatever they do
    states = np.zeros((_SOURCES, len(bands), 2))
    responses = hrirs.responses[..., :_HEAD_TAPS].astype(np.float32)
    ears = [_Overlap(responses[k * 37][None]) for k in range(_SOURCES)]
    room = _Overlap(rng.standard_normal((1, 2, int(_RIR_S * RATE_HZ))).astype(np.float32))
    times = np.arange(BLOCK_SAMPLES)
    room_s: list[float] = []

    def block(number: int) -> None:
        sent = np.zeros((1, BLOCK_SAMPLES), dtype=np.float32)
        for k in range(_SOURCES):
            place = 20_000.0 + times * (1.0 + 0.01 * np.sin(number + k))
            whole = place.astype(np.int64)
            share = place - whole
            sound = past[k, whole] * (1.0 - share) + past[k, whole + 1] * share
            sound, states[k] = signal.sosfilt(bands, sound, zi=states[k])
            ears[k].process(sound[None].astype(np.float32))
            sent += sound.astype(np.float32)
        begun_s = time.thread_time()
        room.process(sent)
        room_s.append(time.thread_time() - begun_s)

    whole_s = _median_s(block, rounds)
    shared_s = float(np.median(room_s))
    return (shared_s + (whole_s - shared_s) * sources / _SOURCES) / (BLOCK_SAMPLES / RATE_HZ)


def pedalboard_chain_share(hrirs: HrirSet, sources: int, rounds: int = 12) -> float | None:
    """The same by Spotify's pedalboard (JUCE), sources at rest: it moves none. None without it."""
    try:
        boards: Any = importlib.import_module("pedalboard")
    except ImportError:
        return None
    shapes = {
        "lowshelf": boards.LowShelfFilter, "bell": boards.PeakFilter,
        "highshelf": boards.HighShelfFilter,
    }  # fmt: skip
    rng = np.random.default_rng(1)
    responses = hrirs.responses[..., :_HEAD_TAPS].astype(np.float32)
    tail = rng.standard_normal((2, int(_RIR_S * RATE_HZ))).astype(np.float32)
    sound = rng.standard_normal((2, BLOCK_SAMPLES)).astype(np.float32)

    def chain(k: int) -> Any:
        bands = [shapes[kind](cutoff_frequency_hz=hz, gain_db=3.0) for kind, hz in _EQ]
        ears = boards.Convolution(responses[37 * k], mix=1.0, sample_rate=RATE_HZ)
        return boards.Pedalboard([*bands, boards.LowpassFilter(5000.0), ears])

    chains = [chain(k) for k in range(_SOURCES)]
    room = boards.Convolution(tail, mix=1.0, sample_rate=RATE_HZ)

    def play(parts: Sequence[Any]) -> float:
        return _median_s(
            lambda _: [part.process(sound, RATE_HZ, reset=False) for part in parts], rounds
        )

    return (play([room]) + play(chains) * sources / _SOURCES) / (BLOCK_SAMPLES / RATE_HZ)


def _median_s(work: Callable[[int], object], rounds: int) -> float:
    """Processor seconds of this process, all its threads, once warm."""
    spent_s = []
    for number in range(rounds + 3):
        begun_s = time.process_time()
        work(number)
        spent_s.append(time.process_time() - begun_s)
    return float(np.median(spent_s[3:]))
