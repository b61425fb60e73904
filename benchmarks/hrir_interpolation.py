"""How well half of an HRIR set predicts the other half: `python -m benchmarks.hrir_interpolation`.

Each set is halved, twice: every second measurement of the file, and a random half. From the half
that is kept a set is made as at loading; it answers for the directions left out, and so does the
nearest of its measurements. The answers are those the kernel renders.

- LSD: root mean square difference of levels over 200 Hz to 16 kHz (linear, 1024 points), in dB,
  averaged over directions and ears.
- ITD: difference of the lags at which the ears, band-passed to 300 to 3000 Hz, correlate best
  (Katz and Noisternig, J. Acoust. Soc. Am. 135, 2014, "MaxIACCr"), in microseconds. It shares
  nothing with the delays that the set itself works with.

Given SOFA files of one head at several distances on equal directions with --distances, every
distance between is left out and predicted from its neighbours, and the nearest from the next.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from engine.errors import FoleystageError
from engine.spatial.hrir import HrirSet, hrir_set, load_hrirs
from engine.spatial.joined_spheres import joined
from engine.spatial.sofa import read_sofa

Floats = NDArray[np.float64]

_POINTS = 1024
_FINER = 8
_LARGEST_ITD_S = 0.0012
_SEED = 0
_BANDS_HZ = (200.0, 1000.0, 4000.0, 12_000.0)


@dataclass(frozen=True)
class Errors:
    """Of one way to predict: mean and 95th percentile of LSD in dB and of ITD in us."""

    lsd_db: float
    lsd_95_db: float
    itd_us: float
    itd_95_us: float

    def cells(self) -> str:
        """Two cells of a table."""
        return (
            f"{self.lsd_db:.2f} ({self.lsd_95_db:.1f}) | {self.itd_us:.0f} ({self.itd_95_us:.0f})"
        )


def spectral_distances(first: Floats, second: Floats, sample_rate_hz: int) -> Floats:
    """(m, 2) dB between responses (m, 2, taps)."""
    frequency_hz = np.arange(_POINTS // 2 + 1) * sample_rate_hz / _POINTS
    heard = (frequency_hz >= 200.0) & (frequency_hz <= min(16_000.0, 0.45 * sample_rate_hz))
    levels = [
        20.0 * np.log10(np.abs(fft.rfft(r, _POINTS))[..., heard] + 1e-9) for r in (first, second)
    ]
    return np.sqrt(np.mean((levels[0] - levels[1]) ** 2, axis=-1))


def interaural_lags_us(responses: Floats, sample_rate_hz: int) -> Floats:
    """(m,) how much later the right ear hears responses (m, 2, taps)."""
    band = signal.firwin(513, [300.0, 3000.0], fs=sample_rate_hz, pass_zero=False)
    size = 1 << int(2 * responses.shape[-1] + 2 * len(band)).bit_length()
    spectra = fft.rfft(responses, size) * fft.rfft(band, size)
    likeness = fft.irfft(spectra[:, 0].conj() * spectra[:, 1], size * _FINER)
    reach = int(_LARGEST_ITD_S * sample_rate_hz * _FINER)
    around = np.concatenate([likeness[:, -reach:], likeness[:, : reach + 1]], axis=1)
    return (np.argmax(around, axis=1) - reach) / (_FINER * sample_rate_hz) * 1e6


def errors(predicted: Floats, truth: Floats, sample_rate_hz: int) -> Errors:
    """Of predicted responses (m, 2, taps) against measured ones."""
    lsd = spectral_distances(predicted, truth, sample_rate_hz)
    itd = np.abs(
        interaural_lags_us(predicted, sample_rate_hz) - interaural_lags_us(truth, sample_rate_hz)
    )
    return Errors(
        float(lsd.mean()), float(np.percentile(lsd, 95)),
        float(itd.mean()), float(np.percentile(itd, 95)),
    )  # fmt: skip


def halves(measured: int, random: bool) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices kept and left out."""
    order = np.random.default_rng(_SEED).permutation(measured) if random else np.arange(measured)
    kept = order[: measured // 2] if random else order[::2]
    return np.sort(kept), np.setdiff1d(order, kept)


def predict_half(hrirs: HrirSet, random: bool) -> tuple[float, Errors, Errors]:
    """Degrees from a direction left out to the nearest kept (median), nearest's errors, ours."""
    kept, out = halves(hrirs.measured, random)
    rate = hrirs.sample_rate_hz
    half = hrir_set("half", rate, hrirs.directions[kept], hrirs.responses[kept], hrirs.distance_m)
    wanted, truth = hrirs.directions[out], hrirs.responses[out]
    likeness = wanted @ hrirs.directions[kept].T
    nearest = hrirs.responses[kept][np.argmax(likeness, axis=1)]
    apart = np.degrees(np.arccos(np.clip(likeness.max(axis=1), -1.0, 1.0)))
    ours = errors(half.interpolate(wanted), truth, rate)
    return float(np.median(apart)), errors(nearest, truth, rate), ours


def predict_distances(files: list[Path]) -> list[str]:
    """Rows of a table: every distance out of its neighbours, against the widest set unchanged."""
    rate = read_sofa(files[0]).sample_rate_hz
    sets = sorted((load_hrirs(file, rate) for file in files), key=lambda one: one.distance_m)
    rows = []
    for place, truth in enumerate(sets[:-1]):
        around = sets[1] if place == 0 else sets[place + 1]
        known = joined((sets[place - 1], around)) if place else around
        directions = truth.directions[: truth.measured : 7]
        heard = truth.responses[: truth.measured : 7]
        far = sets[-1].interpolate(directions)
        near = known.interpolate(directions, truth.distance_m)
        way = "from the next" if place == 0 else "between neighbours"
        cells = [errors(_as_loud(x, heard), heard, rate).cells() for x in (far, near)]
        rows.append(f"| {truth.distance_m:g} m | {way} | {cells[0]} | {cells[1]} |")
    return rows


def predict_nearness(files: list[Path]) -> list[str]:
    """Rows of a table: level differences of the first set, unchanged and brought nearer."""
    rate = read_sofa(files[0]).sample_rate_hz
    far, *truths = (load_hrirs(file, rate) for file in files)
    rows = []
    for truth in truths:
        directions = truth.directions[: truth.measured : 5]
        wanted = level_differences_db(truth.responses[: truth.measured : 5], rate)
        tried = far.interpolate(directions), far.interpolate(directions, truth.distance_m)
        misses = [np.abs(level_differences_db(r, rate) - wanted).mean(axis=1) for r in tried]
        cells = [" / ".join(f"{miss:.1f}" for miss in bands) + " dB" for bands in misses]
        rows.append(f"| {truth.distance_m:g} m | {cells[0]} | {cells[1]} |")
    return rows


def level_differences_db(responses: Floats, sample_rate_hz: int) -> Floats:
    """(bands, m) left over right, of responses (m, 2, taps)."""
    power = np.abs(fft.rfft(responses, _POINTS)) ** 2
    frequency_hz = np.arange(_POINTS // 2 + 1) * sample_rate_hz / _POINTS
    edges = np.searchsorted(frequency_hz, _BANDS_HZ)
    bands = [power[..., a:b].sum(axis=-1) for a, b in itertools.pairwise(edges)]
    return np.array([10.0 * np.log10(band[:, 0] / band[:, 1]) for band in bands])


def _as_loud(responses: Floats, truth: Floats) -> Floats:
    return responses * np.sqrt(np.sum(truth**2) / np.sum(responses**2))


def main() -> int:
    """The command; the exit status is returned."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="*", default=["kemar"], help="SOFA files, or 'kemar'")
    parser.add_argument("--distances", nargs="+", type=Path, default=[], metavar="SOFA")
    parser.add_argument("--near", nargs="+", type=Path, default=[], metavar="SOFA")
    arguments = parser.parse_args()
    try:
        print("| set | directions | half | nearest kept | LSD nearest | ITD nearest "
              "| LSD ours | ITD ours |")  # fmt: skip
        print("|---|---|---|---|---|---|---|---|")
        for file in arguments.files:
            rate = 44_100 if file == "kemar" else read_sofa(file).sample_rate_hz
            hrirs = load_hrirs(file, rate)
            for random in (False, True):
                apart, nearest, ours = predict_half(hrirs, random)
                kept = "random" if random else "every 2nd"
                row = f"| {Path(file).stem} | {hrirs.measured} | {kept} | {apart:.1f}°"
                print(f"{row} | {nearest.cells()} | {ours.cells()} |", flush=True)
        if arguments.distances:
            print("\n| distance | predicted | LSD far set | ITD far set | LSD ours | ITD ours |")
            print("|---|---|---|---|---|---|")
            print("\n".join(predict_distances(arguments.distances)))
        if arguments.near:
            print("\n| distance | unchanged | with nearness |\n|---|---|---|")
            print("\n".join(predict_nearness(arguments.near)))
    except FoleystageError as error:
        print(f"hrir_interpolation: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
