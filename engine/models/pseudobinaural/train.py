"""Learning: the same numbers for the same seed, also when it was broken off and taken up again.

References
----------
Xu et al., CVPR 2021, section 3.3 (stereo loss on S_D, eq. 9) and appendix B (separation loss,
weight 1); Loshchilov and Hutter, "SGDR", ICLR 2017 (the cosine that the learning rate follows).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos, pi
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.jobs import Progress, silent_progress
from engine.models.material import Material, told_of
from engine.models.pseudobinaural.batches import Batch, make_batch
from engine.models.pseudobinaural.config import Config
from engine.models.pseudobinaural.infer import MODEL, Binauraliser
from engine.models.pseudobinaural.looking import learn_to_look
from engine.models.pseudobinaural.network import PseudoBinaural
from engine.models.pseudobinaural.pairs import Recipe, make_pair
from engine.models.pseudobinaural.spectra import masked
from engine.models.training import TO_THE_END, Running, train_in
from engine.models.training_log import Outcome
from engine.models.training_loop import Limits

_VALIDATION_BATCH = 16
_EXAMPLE_S = 2


@dataclass(frozen=True)
class Schedule:
    """How long and how fast it learns.

    Attributes
    ----------
    steps : int
        At most; the learning rate falls along half a cosine to zero over them.
    batch, separation_batch : int
        Pairs a step, and pairs of two sources to be parted.
    learning_rate : float
        The highest, reached after `warmup_steps`.
    validate_every : int
        Steps between looks at the held-out pairs, of which there are `validation_pairs`.
    patience : int
        Looks without improvement after which it stops.
    separation_weight : float
        Of the separation loss (the paper's lambda).
    looking_steps : int
        Before that, of the visual network alone (see `looking`).
    seed : int
        Of the first weights; the data has its own in its recipe.
    """

    steps: int = 1_600
    batch: int = 16
    separation_batch: int = 4
    learning_rate: float = 1e-3
    warmup_steps: int = 100
    validate_every: int = 100
    validation_pairs: int = 128
    patience: int = 10
    separation_weight: float = 1.0
    looking_steps: int = 800
    seed: int = 0

    def rate_at(self, step: int) -> float:
        """Learning rate of a step (from 0)."""
        rising = min(1.0, (step + 1) / max(self.warmup_steps, 1))
        return self.learning_rate * rising * 0.5 * (1.0 + cos(pi * step / self.steps))


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
    return train_in(folder, _Pairs(config, schedule, material, running), running, progress)


class _Pairs:
    """The task: see `engine.models.training.Task`."""

    def __init__(
        self, config: Config, schedule: Schedule, material: Material[Recipe], running: Running
    ) -> None:
        self.config, self.schedule, self.material = config, schedule, material
        self.device, self.sample_rate_hz = running.device, config.sample_rate_hz
        generator = torch.Generator().manual_seed(schedule.seed)
        self.network = PseudoBinaural(config, generator).to(self.device)
        self.held_out = list(_validation_batches(config, schedule, material))
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
        """Learn to look."""
        looked = (self.material.recipe, self.material.train, self.schedule.looking_steps)
        learn_to_look(self.network.visual, self.config, *looked, self.device, progress)

    def losses(self, step: int) -> tuple[Tensor, tuple[float, float]]:
        """The stereo and the separation loss of the pairs of a step."""
        schedule = self.schedule
        parted = schedule.separation_batch if self.config.separation else 0
        batch = make_batch(
            self.config,
            self.material.recipe,
            self.material.train,
            range(step * schedule.batch, (step + 1) * schedule.batch),
            range(step * parted, (step + 1) * parted),
        )
        stereo, separation = losses_of(self.network, batch, self.device)
        total = stereo + schedule.separation_weight * separation
        return total, (float(stereo.detach()), float(separation.detach()))

    def measure(self) -> tuple[float, float]:
        """The loss on held-out pairs, and as a share of Mono-Mono's."""
        left = [float(losses_of(self.network, one, self.device)[0]) for one in self.held_out]
        bins = self.config.bins
        whole = [float(one.differences[:, :, :bins].square().mean()) for one in self.held_out]
        return sum(left) / len(left), sum(left) / max(sum(whole), 1e-12)

    def example(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The first held-out pair, longer."""
        recipe = _held_out_recipe(self.material.recipe)
        longer = replace(recipe, samples=_EXAMPLE_S * self.sample_rate_hz)
        pair = make_pair(longer, self.material.validation, 0)
        mono = pair.binaural.mean(axis=0)
        apart = Binauraliser(self.network).difference(mono, lambda _: pair.picture)
        return pair.binaural, np.stack([mono + apart, mono - apart])


def losses_of(network: PseudoBinaural, batch: Batch, device: str = "cpu") -> tuple[Tensor, Tensor]:
    """Mean squared errors of the difference (eq. 9), and of the parted sources (appendix B)."""
    mixtures, bins = batch.mixtures.to(device), network.config.bins
    visual = network.look(batch.pictures.to(device))
    mask, features = network.audio(mixtures[:, :, :bins], visual)
    count = batch.stereo
    found = masked(mask[:count], mixtures[:count])
    stereo = (found - batch.differences.to(device)[:, :, :bins]).square().mean()
    if batch.parts is None or network.separation is None:
        return stereo, torch.zeros((), device=device)
    both = network.separation([level[count:] for level in features], visual[count:])
    parts = batch.parts.to(device)[:, :, :, :bins]
    errors = [
        (masked(m, mixtures[count:]) - parts[:, i]).square().mean() for i, m in enumerate(both)
    ]
    return stereo, errors[0] + errors[1]


def _validation_batches(
    config: Config, schedule: Schedule, material: Material[Recipe]
) -> Iterator[Batch]:
    recipe = _held_out_recipe(material.recipe)
    for first in range(0, schedule.validation_pairs, _VALIDATION_BATCH):
        after = min(first + _VALIDATION_BATCH, schedule.validation_pairs)
        yield make_batch(config, recipe, material.validation, range(first, after))


def _held_out_recipe(recipe: Recipe) -> Recipe:
    return replace(recipe, seed=recipe.seed + 1)
