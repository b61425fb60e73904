"""HiViBiX learning on pseudo pairs: features tell what is seen, boxes are those of the things.

References
----------
"HiViBiX", section 4.1 (AdamW, batches of 16) and appendix C (compound loss). The paper lets the
learning rate fall when nothing gets better; here it falls along half a cosine. Its first value is
not stated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, pi
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.jobs import Progress, silent_progress
from engine.models.hivibix.config import Config
from engine.models.hivibix.features import Features
from engine.models.hivibix.infer import MODEL, HivibixSpatialiser
from engine.models.hivibix.losses import losses_of
from engine.models.hivibix.network import HiViBiX
from engine.models.hivibix.spectra import sound_of, spectrum
from engine.models.hivibix.visual import Seen
from engine.models.material import Material, told_of
from engine.models.pseudobinaural.batches import level_of
from engine.models.pseudobinaural.pairs import Recipe, make_pair
from engine.models.sounds import SoundBank
from engine.models.training import TO_THE_END, Running, train_in
from engine.models.training_log import Outcome
from engine.models.training_loop import Limits


@dataclass(frozen=True)
class Schedule:
    """How long and how fast it learns.

    Attributes
    ----------
    steps, batch : int
        The learning rate falls along half a cosine to zero over the steps.
    learning_rate : float
        The highest, reached after `warmup_steps`.
    validate_every, validation_pairs, patience : int
        Steps between looks at held-out pairs, how many there are, and looks without improvement
        after which it stops (the paper: 15 epochs).
    seed : int
        Of the first weights.
    """

    steps: int = 1_000
    batch: int = 8
    learning_rate: float = 2e-3
    warmup_steps: int = 30
    validate_every: int = 100
    validation_pairs: int = 48
    patience: int = 15
    seed: int = 0

    def rate_at(self, step: int) -> float:
        """Learning rate of a step (from 0)."""
        rising = min(1.0, (step + 1) / max(self.warmup_steps, 1))
        return self.learning_rate * rising * 0.5 * (1.0 + cos(pi * step / self.steps))


@dataclass(frozen=True)
class Batch:
    """Both ears (B, 2, n), at the level the network is used to, and what is seen."""

    ears: Tensor
    seen: Seen


def make_batch(features: Features, recipe: Recipe, bank: SoundBank, numbers: range) -> Batch:
    """The pairs of these numbers."""
    pairs = [make_pair(recipe, bank, number) for number in numbers]
    levelled = [p.binaural * np.float32(level_of(p.binaural.mean(axis=0))) for p in pairs]
    seen = features.seen([p.picture for p in pairs], [p.boxes for p in pairs])
    return Batch(torch.from_numpy(np.stack(levelled)), seen)


def train(
    config: Config,
    schedule: Schedule,
    material: Material[Recipe],
    features: Features,
    folder: Path,
    running: Running = TO_THE_END,
    progress: Progress = silent_progress,
) -> Outcome:
    """Learn, or go on learning, in a folder; see `train_in`."""
    torch.use_deterministic_algorithms(True)
    task = _Pairs(config, schedule, material, features, running)
    return train_in(folder, task, running, progress)


class _Pairs:
    """The task: see `engine.models.training.Task`."""

    def __init__(
        self,
        config: Config,
        schedule: Schedule,
        material: Material[Recipe],
        features: Features,
        running: Running,
    ) -> None:
        self.config, self.schedule, self.material = config, schedule, material
        self.features, self.sample_rate_hz = features, config.sample_rate_hz
        torch.manual_seed(schedule.seed)
        generator = torch.Generator().manual_seed(schedule.seed)
        self.network = HiViBiX(config, generator).to(running.device)
        self.device = running.device
        self.held_out = [
            make_batch(features, self._held_out_recipe(), material.validation, range(n, n + 8))
            for n in range(0, schedule.validation_pairs, 8)
        ]
        begun = running.begin_with.name if running.begin_with else None
        parts = {"config": config, "schedule": schedule, "recipe": material.recipe}
        self.told = told_of(MODEL, **parts, begun_with=begun, features=features.digest)

    def optimiser(self) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.network.parameters(), lr=self.schedule.learning_rate)

    def limits(self) -> Limits:
        schedule = self.schedule
        return Limits(schedule.steps, schedule.validate_every, schedule.patience)

    def rate_at(self, step: int) -> float:
        return self.schedule.rate_at(step)

    def prepare(self, progress: Progress) -> None:
        """Nothing is learned before."""

    def losses(self, step: int) -> tuple[Tensor, tuple[float, float]]:
        """The compound loss of the pairs of a step, and its waveform part."""
        numbers = range(step * self.schedule.batch, (step + 1) * self.schedule.batch)
        recipe, bank = self.material.recipe, self.material.train
        compound, error = self._found(make_batch(self.features, recipe, bank, numbers))
        return compound, (float(compound.detach()), float(error.detach()))

    def measure(self) -> tuple[float, float]:
        """Compound loss on held-out pairs, and the waveform's error as a share of Mono-Mono's."""
        losses, left, whole = 0.0, 0.0, 0.0
        for batch in self.held_out:
            compound, error = self._found(batch)
            apart = batch.ears - batch.ears.mean(dim=1, keepdim=True)
            losses += float(compound.detach()) / len(self.held_out)
            left += float(error.detach())
            whole += float(apart.square().sum(dim=1).mean())
        return losses, left / max(whole, 1e-12)

    def example(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The first held-out pair."""
        pair = make_pair(self._held_out_recipe(), self.material.validation, 0)
        seen = self.features.seen([pair.picture], [pair.boxes])
        spatialiser = HivibixSpatialiser(self.network)
        return pair.binaural, spatialiser.ears(pair.binaural.mean(axis=0), lambda _: seen)

    def _found(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Compound loss, and the mean squared error of the waveform, summed over the ears."""
        ears = batch.ears.to(self.device)
        mono = spectrum(ears.mean(dim=1), self.config)
        found = self.network(mono, batch.seen)
        true = spectrum(ears.flatten(0, 1), self.config).unflatten(0, (-1, 2))
        sound = sound_of(found, ears.shape[2], self.config)
        losses = losses_of(true, found, ears, sound)
        return losses.compound, losses.waveform

    def _held_out_recipe(self) -> Recipe:
        return replace(self.material.recipe, seed=self.material.recipe.seed + 1)
