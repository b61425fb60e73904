"""The transform at odd half frequencies, against its definition and against convolution."""

import numba
import numpy as np
import pytest

from engine.realtime.backward import backward, backward_tables
from engine.realtime.lanes import LANES
from engine.realtime.transform import (
    PIECE_SAMPLES,
    SIZES,
    forward,
    frequencies,
    spectrum_of,
    tables,
)


def last_samples(by_turns: np.ndarray, size: int) -> np.ndarray:
    """The signal's last 256 samples."""
    out = np.zeros(256, dtype=np.float32)
    pieces = np.arange(0, size, PIECE_SAMPLES)
    work = np.zeros(3 * size, dtype=np.float32)
    backward(by_turns.ravel(), 0, pieces, tables(size), backward_tables(size), work, out)
    return out


@numba.njit
def _forward(samples, pieces, factors, work, out):
    forward(samples, 0, pieces, factors, work, out, 0)


def transformed(signal: np.ndarray, seed: int = 0) -> np.ndarray:
    """(rows, LANES) spectrum of a signal that lies in memory in shuffled pieces."""
    size = len(signal)
    order = np.random.default_rng(seed).permutation(size // PIECE_SAMPLES)
    pieces = order * PIECE_SAMPLES
    memory = np.zeros(size, dtype=np.float32)
    for place, piece in zip(pieces, signal.reshape(-1, PIECE_SAMPLES), strict=True):
        memory[place : place + PIECE_SAMPLES] = piece
    work, out = np.zeros(size, dtype=np.float32), np.zeros(size, dtype=np.float32)
    _forward(memory, pieces, tables(size), work, out)
    parts = out.reshape(-1, 2, LANES)
    return parts[:, 0] + 1j * parts[:, 1]


@pytest.mark.parametrize("size", SIZES)
def test_it_is_the_sum_it_is_defined_as(size: int) -> None:
    signal = np.random.default_rng(size).standard_normal(size).astype(np.float32)
    rows, lane = frequencies(size)
    cycles = rows[:, None] + lane
    wanted = np.exp(-2j * np.pi * cycles[..., None] * np.arange(size)) @ signal.astype(float)
    np.testing.assert_allclose(spectrum_of(signal, size), wanted, atol=1e-9)
    error = np.abs(transformed(signal) - wanted).max() / np.abs(wanted).max()
    assert 20 * np.log10(error) < -125.0
    odd = np.sort(np.abs(cycles).ravel()) * 2 * size
    np.testing.assert_allclose(odd, np.arange(1, size, 2), atol=1e-6)


@pytest.mark.parametrize("size", SIZES)
def test_products_convolve_and_turns_delay(size: int) -> None:
    rng = np.random.default_rng(1)
    signal = rng.standard_normal(size).astype(np.float32)
    taps = rng.standard_normal(size // 2 - 40)
    delay = 17
    rows, lane = frequencies(size)
    late = np.exp(-2j * np.pi * (rows[:, None] + lane) * delay)
    product = transformed(signal) * spectrum_of(taps, size) * late
    by_turns = np.stack([product.real, product.imag], axis=-2).astype(np.float32)
    last = last_samples(by_turns, size)
    wanted = np.convolve(signal.astype(float), np.pad(taps, (delay, 0)))[size - 256 : size]
    assert np.abs(last - wanted).max() < 1e-6 * np.abs(wanted).max() * np.sqrt(size)


def test_fractions_of_a_sample_are_delays_too() -> None:
    size, delay, cycles = 1024, 11.37, 0.031
    time = np.arange(size)
    tone = np.cos(2 * np.pi * cycles * time) * np.hanning(size)
    rows, lane = frequencies(size)
    late = np.exp(-2j * np.pi * (rows[:, None] + lane) * delay)
    product = spectrum_of(tone, size) * late
    by_turns = np.stack([product.real, product.imag], axis=-2).astype(np.float32)
    shifted = last_samples(by_turns, size)
    place = time[-256:] - delay
    wanted = np.cos(2 * np.pi * cycles * place) * (
        0.5 - 0.5 * np.cos(2 * np.pi * place / (size - 1))
    )
    np.testing.assert_allclose(shifted[60:], wanted[60:], atol=1e-5)
