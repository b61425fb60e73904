"""How well a learned spatialiser moves sounds, beside the measured responses it learned from.

``python -m benchmarks.moving_spatialisers [--weights FILE] [--samples N] [--steps 6,50]`` prints,
for sounds that no training has heard on ways that it has not seen: the median errors of interaural
time and level over time, the log-spectral distance of the middle of both ears, and processor time
for a second of sound; for each number of steps, and for the mono in both ears.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.coordinates import to_cartesian
from engine.metrics.direction_errors import ear_errors
from engine.metrics.spectral_distance import log_spectral_distance_db
from engine.models.foleyspace.infer import MovingSpatialiser
from engine.models.foleyspace.moving import SECONDS, Recipe, Sample, make_sample
from engine.models.names import load_moving_spatialiser
from engine.models.sounds import SoundBank, parted, synthesised_sounds

_TEST_SEED = 1_000

Audio = NDArray[np.float32]


@dataclass
class Found:
    """Errors at moments, and distances and processor times of samples."""

    itd_us: list[float]
    ild_db: list[float]
    middle_db: list[float]
    seconds: list[float]

    def add(self, sample: Sample, ears: Audio, rate_hz: int, seconds: float) -> None:
        """Measure one sample."""
        errors = ear_errors(sample.binaural, ears, rate_hz)
        self.itd_us += errors.itd_us.tolist()
        self.ild_db += errors.ild_db.tolist()
        middles = (sample.binaural.mean(axis=0), ears.mean(axis=0))
        distance_db = log_spectral_distance_db(*middles, rate_hz)
        if distance_db is not None:
            self.middle_db.append(distance_db)
        self.seconds.append(seconds / SECONDS)

    def line(self) -> str:
        """Medians of moments, means of samples."""
        return (
            f"{np.median(self.itd_us):>12.1f}{np.median(self.ild_db):>12.2f}"
            f"{np.mean(self.middle_db):>12.2f}{np.median(self.seconds):>12.3f}"
        )


def made(spatialiser: MovingSpatialiser, sample: Sample, steps: int) -> Audio:
    """The network's two ears of a sample."""
    x, y, z = to_cartesian(*sample.positions.T).T
    seconds = len(sample.mono) / spatialiser.config.sample_rate_hz
    times_s = np.linspace(0.0, seconds, len(sample.positions))

    def positions_at(wanted_s: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack([np.interp(wanted_s, times_s, axis) for axis in (x, y, z)], axis=1)

    return spatialiser.binaural(sample.mono, positions_at, steps=steps)


def main() -> int:
    """The command; the exit status is returned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="foleyspace")
    parser.add_argument("--weights")
    parser.add_argument("--samples", type=int, default=30)
    parser.add_argument("--steps", default="6,50")
    arguments = parser.parse_args()
    spatialiser, path = load_moving_spatialiser(arguments.model, arguments.weights)
    rate_hz = spatialiser.config.sample_rate_hz
    bank = SoundBank(parted(synthesised_sounds(12, rate_hz), "test"), rate_hz)
    recipe = Recipe(hrir=spatialiser.hrir, seed=_TEST_SEED, distances_m=spatialiser.distances_m)
    names = ["mono-mono", *(f"{steps} steps" for steps in arguments.steps.split(","))]
    found = {name: Found([], [], [], []) for name in names}
    for number in range(arguments.samples):
        sample = make_sample(recipe, bank, number)
        found["mono-mono"].add(sample, np.stack([sample.mono] * 2), rate_hz, 0.0)
        for name in names[1:]:
            began_s = time.process_time()
            ears = made(spatialiser, sample, int(name.split()[0]))
            found[name].add(sample, ears, rate_hz, time.process_time() - began_s)
    print(f"{arguments.model}, {path.name}: {arguments.samples} sounds of {SECONDS} s held out")
    print(f"{'':<12}{'ITD us':>12}{'ILD dB':>12}{'middle dB':>12}{'s per s':>12}")
    for name, one in found.items():
        print(f"{name:<12}{one.line()}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
