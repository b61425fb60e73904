"""How well sound fields reach two ears: times, levels and colour against the HRIR set itself.

Run: ``python -m benchmarks.field_ears [SOFA] [--cuton HZ]``; prints the table of docs/hrir.md.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray

from engine.coordinates import to_cartesian
from engine.layouts import HIGHEST_ORDER
from engine.spatial.decoders import cuton_hz, field_decoder
from engine.spatial.harmonics import spherical_harmonics
from engine.spatial.hrir import HrirSet, load_hrirs
from engine.spatial.sphere import fibonacci_sphere

RATE_HZ = 48_000
SIZE, FINER = 8192, 16
LONGEST_US = 1250.0
TIMES_HZ = ((300.0, 800.0), (300.0, 1500.0))
LEVELS_HZ = ((80.0, 160.0), (160.0, 600.0), (600.0, 1500.0), (1500.0, 4000.0), (4000.0, 16_000.0))
HORIZON = to_cartesian(np.arange(0.0, 360.0, 5.0), 0.0)
LOWEST_HEIGHT = -0.6

Floats = NDArray[np.float64]


def interaural_times_us(responses: Floats, low_hz: float, high_hz: float) -> Floats:
    """(n,) lags of the best correlation between the ears of (n, 2, taps), in a band."""
    spectra = np.fft.rfft(responses, SIZE)
    frequency_hz = np.fft.rfftfreq(SIZE, 1.0 / RATE_HZ)
    cross = spectra[:, 0] * np.conj(spectra[:, 1])
    cross[:, (frequency_hz < low_hz) | (frequency_hz > high_hz)] = 0.0
    correlation = np.fft.irfft(cross, SIZE * FINER)
    longest = int(LONGEST_US * 1e-6 * RATE_HZ * FINER)
    lags = np.arange(-longest, longest + 1)
    return np.asarray(lags[np.argmax(correlation[:, lags], axis=1)] / (RATE_HZ * FINER) * 1e6)


def row(hrirs: HrirSet, decoder: Floats) -> list[str]:
    """Figures of one decoder."""
    order = round(np.sqrt(len(decoder))) - 1
    grid = fibonacci_sphere(400)
    grid = grid[grid[:, 2] > LOWEST_HEIGHT]

    def reached(directions: Floats) -> Floats:
        return np.asarray(np.einsum("gc,cet->get", spherical_harmonics(order, directions), decoder))

    cells = []
    for band in TIMES_HZ:
        ours, theirs = (
            interaural_times_us(sound, *band)
            for sound in (reached(HORIZON), hrirs.interpolate(HORIZON))
        )
        wrong_us = np.abs(ours - theirs)
        cells.append(f"{wrong_us.mean():.0f} ({np.percentile(wrong_us, 95):.0f})")
    powers = [
        np.abs(np.fft.rfft(sound, SIZE)) ** 2 for sound in (reached(grid), hrirs.interpolate(grid))
    ]
    ours_db, theirs_db = (10.0 * np.log10(power) for power in powers)
    frequency_hz = np.fft.rfftfreq(SIZE, 1.0 / RATE_HZ)
    for low_hz, high_hz in LEVELS_HZ:
        within = (frequency_hz >= low_hz) & (frequency_hz < high_hz)
        distance = np.sqrt(np.mean((ours_db - theirs_db)[..., within] ** 2, axis=-1)).mean()
        between = (ours_db - theirs_db)[:, 0] - (ours_db - theirs_db)[:, 1]
        ears = np.abs(between[:, within].mean(axis=-1)).mean()
        diffuse = 10.0 * np.log10(powers[0][..., within].mean() / powers[1][..., within].mean())
        cells.append(f"{distance:.1f} / {ears:.1f} / {diffuse:+.1f}")
    return cells


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hrir", nargs="?", default="kemar")
    parser.add_argument("--cuton", type=float, help="Hz, in place of each order's own")
    chosen = parser.parse_args()
    hrirs = load_hrirs(chosen.hrir, RATE_HZ)
    times = [f"ITD {low:.0f}-{high:.0f} Hz, us" for low, high in TIMES_HZ]
    levels = [f"{low:.0f}-{high:.0f} Hz, dB" for low, high in LEVELS_HZ]
    print("| order | " + " | ".join([*times, *levels]) + " |")
    for order in range(1, HIGHEST_ORDER + 1):
        cuton = chosen.cuton or cuton_hz(order)
        print(
            f"| {order}, from {cuton:.0f} Hz | "
            + " | ".join(row(hrirs, field_decoder(hrirs, order, "magls", cuton)))
            + " |"
        )
    for order in (1, 3):
        decoder = field_decoder(hrirs, order, "virtual_loudspeakers")
        print(f"| {order}, loudspeakers | " + " | ".join(row(hrirs, decoder)) + " |")


if __name__ == "__main__":
    main()
