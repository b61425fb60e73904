"""Learning to take noise out of two ears, told the mono sound and the way of its source.

The same numbers for the same seed, also when it was broken off and taken up again.

References
----------
Kong et al., "DiffWave", ICLR 2021, algorithm 1; "FoleySpace", section V-B.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, inf, pi
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.coordinates import to_cartesian
from engine.jobs import Progress, silent_progress
from engine.models.foleyspace.config import Config
from engine.models.foleyspace.diffusion import kept_at, noised
from engine.models.foleyspace.hearing import learn_to_hear
from engine.models.foleyspace.infer import MODEL, MovingSpatialiser
from engine.models.foleyspace.levels import emphasised, piece_gain
from engine.models.foleyspace.moving import SECONDS, SEGMENTS, Recipe, make_sample
from engine.models.foleyspace.network import FoleySpaceNet
from engine.models.material import Material, told_of
from engine.models.sounds import SoundBank
from engine.models.training import TO_THE_END, Running, train_in
from engine.models.training_log import Outcome
from engine.models.training_loop import Limits

_EXAMPLE_S = 2


@dataclass(frozen=True)
class Schedule:
    """How long and how fast it learns.

    Attributes
    ----------
    steps : int
    batch : int
        Samples a step.
    pieces : int
        Of each sample, of `piece_segments` of its segments.
    learning_rate : float
        DiffWave's; where it is `falling`, along half a cosine to zero.
    most_weight : float
        Of a step's error in units of the sound's, at most (the gamma of Hang et al., "Efficient
        diffusion training via min-SNR weighting", ICCV 2023). Without it (DiffWave, eq. 7) the
        steps next to no noise count ten thousand times as much as the noisiest.
    hearing_steps : int
        Before that, of the condition block's filters alone, where it has some (see `hearing`).
    validate_every, validation_samples, patience : int
        Steps between looks at the held-out samples, how many there are, and looks without
        improvement after which it stops.
    seed : int
        Of the first weights and of the noise.
    """

    steps: int = 200_000
    batch: int = 12
    pieces: int = 1
    piece_segments: int = 20
    learning_rate: float = 2e-4
    falling: bool = False
    most_weight: float = inf
    hearing_steps: int = 0
    validate_every: int = 100
    validation_samples: int = 16
    patience: int = 20
    seed: int = 0

    def rate_at(self, step: int) -> float:
        """Learning rate of a step (from 0)."""
        part = 0.5 * (1.0 + cos(pi * step / self.steps)) if self.falling else 1.0
        return self.learning_rate * part


SCHEDULES: dict[str, Schedule] = {
    "small": Schedule(
        steps=1_000, batch=4, pieces=2, piece_segments=10, learning_rate=1e-3, falling=True,
        most_weight=5.0, hearing_steps=20_000,
    ),
}  # fmt: skip
"""Of configurations that are not learned as the paper's is."""


@dataclass(frozen=True)
class Batch:
    """Clean ears (B, 2, n), the mono (B, n), positions (B, 3, k), noise, and steps (B,)."""

    clean: Tensor
    mono: Tensor
    positions_m: Tensor
    noise: Tensor
    steps: Tensor


def train(
    config: Config,
    schedule: Schedule,
    material: Material[Recipe],
    folder: Path,
    running: Running = TO_THE_END,
    progress: Progress = silent_progress,
) -> Outcome:
    """Learn, or go on learning, in a folder; see `train_in`."""
    torch.use_deterministic_algorithms(True)
    return train_in(folder, _Noise(config, schedule, material, running), running, progress)


class _Noise:
    """The task: see `engine.models.training.Task`."""

    def __init__(
        self, config: Config, schedule: Schedule, material: Material[Recipe], running: Running
    ) -> None:
        self.config, self.schedule, self.material = config, schedule, material
        self.device, self.sample_rate_hz = running.device, config.sample_rate_hz
        torch.manual_seed(schedule.seed)
        generator = torch.Generator().manual_seed(schedule.seed)
        self.network = FoleySpaceNet(config, generator).to(self.device)
        once = replace(schedule, batch=schedule.validation_samples)
        self.held_out = make_batch(config, once, self._held_out_recipe(), material.validation, 0)
        begun = running.begin_with.name if running.begin_with else None
        parts = {"config": config, "schedule": schedule, "recipe": material.recipe}
        self.told = told_of(MODEL, **parts, begun_with=begun)

    def optimiser(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.network.parameters(), lr=self.schedule.learning_rate)

    def limits(self) -> Limits:
        schedule = self.schedule
        return Limits(schedule.steps, schedule.validate_every, schedule.patience)

    def rate_at(self, step: int) -> float:
        return self.schedule.rate_at(step)

    def prepare(self, progress: Progress) -> None:
        """Learn to hear, where there is something to learn it."""
        directed = self.network.conditions.directed
        if directed is not None:
            recipe, steps = self.material.recipe, self.schedule.hearing_steps
            learn_to_hear(directed, recipe, self.sample_rate_hz, steps, self.device, progress)

    def losses(self, step: int) -> tuple[Tensor, tuple[float, float]]:
        """The loss of the pieces of a step."""
        recipe, bank = self.material.recipe, self.material.train
        batch = make_batch(self.config, self.schedule, recipe, bank, step)
        loss = loss_of(self.network, batch, self.schedule.most_weight, self.device)[0]
        return loss, (float(loss.detach()), 0.0)

    def measure(self) -> tuple[float, float]:
        """The loss on held-out samples with noise that is always the same; of no idea's."""
        most = self.schedule.most_weight
        loss, whole = loss_of(self.network, self.held_out, most, self.device)
        return float(loss), float(loss / whole)

    def example(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The beginning of the first held-out sample, made in six steps."""
        sample = make_sample(self._held_out_recipe(), self.material.validation, 0)
        x, y, z = to_cartesian(*sample.positions.T).T
        at_s = np.linspace(0.0, SECONDS, len(x))

        def positions_at(times_s: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.stack([np.interp(times_s, at_s, axis) for axis in (x, y, z)], axis=1)

        kept = slice(0, _EXAMPLE_S * self.sample_rate_hz)
        spatialiser = MovingSpatialiser(self.network, self.material.recipe.distances_m)
        return sample.binaural[:, kept], spatialiser.binaural(sample.mono[kept], positions_at)

    def _held_out_recipe(self) -> Recipe:
        return replace(self.material.recipe, seed=self.material.recipe.seed + 1)


def make_batch(
    config: Config, schedule: Schedule, recipe: Recipe, bank: SoundBank, step: int
) -> Batch:
    """The pieces of a step, with the noise that is theirs."""
    rng = np.random.default_rng([schedule.seed, recipe.seed, step])
    segments = SEGMENTS[recipe.scheme]
    count = min(schedule.piece_segments, segments)
    ears, monos, ways = [], [], []
    for number in range(step * schedule.batch, (step + 1) * schedule.batch):
        sample = make_sample(recipe, bank, number)
        size = len(sample.mono) // segments
        for first in rng.integers(0, segments - count + 1, schedule.pieces):
            piece = slice(first * size, (first + count) * size)
            both = np.concatenate([sample.mono[None, piece], sample.binaural[:, piece]])
            both = emphasised(both, config.emphasis)
            both *= np.float32(piece_gain(both[0]))
            monos.append(both[0])
            ears.append(both[1:])
            way = sample.positions[first : first + count + 1]
            ways.append(to_cartesian(way[:, 0], way[:, 1], way[:, 2]).T)
    clean = torch.from_numpy(np.stack(ears))
    noise = torch.from_numpy(rng.standard_normal(clean.shape, dtype=np.float32))
    return Batch(
        clean=clean,
        mono=torch.from_numpy(np.stack(monos)),
        positions_m=torch.from_numpy(np.stack(ways).astype(np.float32)),
        noise=noise,
        steps=torch.from_numpy(rng.integers(0, config.train_steps, len(clean))),
    )


def loss_of(
    network: FoleySpaceNet, batch: Batch, most_weight: float = inf, device: str = "cpu"
) -> tuple[Tensor, Tensor]:
    """Eq. 7: mean squared error of the noise, weighed, and the same of no idea.

    At either end of a piece there is no telling what was before it, and nothing is learned.
    """
    config = network.config
    kept = kept_at(batch.steps.float(), config)
    noisy = noised(batch.clean, batch.noise, kept).to(device)
    told = network.conditions(batch.mono.to(device), batch.positions_m.to(device))
    found = network(noisy, batch.steps.float().to(device), told)
    weight = (most_weight * (1.0 - kept) / kept).clamp(max=1.0).to(device)[:, None, None]
    edge = min(config.reach_samples, noisy.shape[2] // 8)
    inside = slice(edge, noisy.shape[2] - edge)
    noise = batch.noise.to(device)[..., inside]
    loss: Tensor = (weight * (found[..., inside] - noise).square()).mean()
    return loss, (weight * noise.square()).mean()
