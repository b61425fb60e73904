"""Learning to take noise out of two ears, told the mono sound and the way of its source.

The same numbers for the same seed, also when it was broken off and taken up again.

References
----------
Kong et al., "DiffWave", ICLR 2021, algorithm 1; "FoleySpace", section V-B.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from math import inf
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.coordinates import to_cartesian
from engine.jobs import Progress, silent_progress
from engine.models.checkpoint import halved, save_checkpoint
from engine.models.foleyspace.config import Config
from engine.models.foleyspace.diffusion import noised, training_schedule
from engine.models.foleyspace.material import Material
from engine.models.foleyspace.moving import SEGMENTS, Recipe, make_sample
from engine.models.foleyspace.network import FoleySpaceNet
from engine.models.sounds import SoundBank
from engine.models.training_log import LOG, Outcome, keep_log, write_log
from engine.models.training_loop import Limits, go_on
from engine.models.training_state import Standing, restore, store

MODEL = "foleyspace"
CHECKPOINT = f"{MODEL}.safetensors"
STATE = "state.safetensors"
LEVEL = 4.0
"""Sounds of the recipe, at -26 dBFS, are brought nearer to the noise's level by this."""


@dataclass(frozen=True)
class Schedule:
    """How long and how fast it learns.

    Attributes
    ----------
    steps : int
    batch : int
        Samples a step; of each a piece of `piece_segments` of its segments is learned.
    learning_rate : float
        DiffWave's.
    validate_every, validation_samples, patience : int
        Steps between looks at the held-out samples, how many there are, and looks without
        improvement after which it stops.
    seed : int
        Of the first weights and of the noise.
    """

    steps: int = 200_000
    batch: int = 12
    piece_segments: int = 20
    learning_rate: float = 2e-4
    validate_every: int = 100
    validation_samples: int = 16
    patience: int = 20
    seed: int = 0


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
    material: Material,
    folder: Path,
    *,
    until: int | None = None,
    most_s: float = inf,
    device: str = "cpu",
    progress: Progress = silent_progress,
) -> Outcome:
    """Learn, or go on learning, in a folder: state, log and the best checkpoint are there.

    `until` stops it after a step of its schedule, `most_s` when the held-out samples are looked at
    after so long; a later call goes on.

    Raises
    ------
    WeightsError
        If the folder holds the state of another configuration, or a damaged one.
    DeliveryError
        If the folder cannot be written.
    """
    torch.use_deterministic_algorithms(True)
    learner = _Learner(config, schedule, material, folder, device)
    limits = Limits(schedule.steps, schedule.validate_every, schedule.patience, until, most_s)
    return go_on(learner, limits, progress)


class _Learner:
    """The network with what it learns by, in a folder."""

    def __init__(
        self, config: Config, schedule: Schedule, material: Material, folder: Path, device: str
    ) -> None:
        self.config, self.schedule, self.material = config, schedule, material
        self.folder, self.device = folder, device
        torch.manual_seed(schedule.seed)
        self.network = FoleySpaceNet(config).to(device)
        self.adam = torch.optim.Adam(self.network.parameters(), lr=schedule.learning_rate)
        self.held_out = _held_out(config, schedule, material)
        self.told = {
            "model": MODEL,
            "config": asdict(config),
            "schedule": asdict(schedule),
            "recipe": asdict(material.recipe),
        }

    def begin(self, progress: Progress) -> Standing:
        """Take up what was begun here."""
        standing = restore(self.folder / STATE, self.network, self.adam, self.told)
        keep_log(self.folder / LOG, standing.step)
        return standing

    def learn(self, step: int) -> tuple[float, float]:
        """Learn from the pieces of a step; the loss."""
        recipe, bank = self.material.recipe, self.material.train
        batch = make_batch(self.config, self.schedule, recipe, bank, step)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.device != "cpu"):
            loss = loss_of(self.network, batch, self.device)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return float(loss.detach()), 0.0

    def look(self, standing: Standing, losses: tuple[float, float]) -> Standing:
        """Measure the held-out samples; keep the state, and the checkpoint if it is the best."""
        standing, better = _measured(self.network, self.held_out, standing, self.device)
        write_log(self.folder / LOG, standing, self.schedule.learning_rate, losses)
        if better:
            facts = self.told | {"step": standing.step, "validation_share": standing.best}
            save_checkpoint(self.folder / CHECKPOINT, halved(self.network.state_dict()), facts)
        store(self.folder / STATE, self.network, self.adam, self.told, standing)
        return standing


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
        first = int(rng.integers(0, segments - count + 1))
        piece = slice(first * size, (first + count) * size)
        ears.append(sample.binaural[:, piece])
        monos.append(sample.mono[piece])
        way = sample.positions[first : first + count + 1]
        ways.append(to_cartesian(way[:, 0], way[:, 1], way[:, 2]).T)
    clean = LEVEL * torch.from_numpy(np.stack(ears))
    noise = torch.from_numpy(rng.standard_normal(clean.shape, dtype=np.float32))
    return Batch(
        clean=clean,
        mono=LEVEL * torch.from_numpy(np.stack(monos)),
        positions_m=torch.from_numpy(np.stack(ways).astype(np.float32)),
        noise=noise,
        steps=torch.from_numpy(rng.integers(0, config.train_steps, schedule.batch)),
    )


def loss_of(network: FoleySpaceNet, batch: Batch, device: str = "cpu") -> Tensor:
    """Eq. 7: mean squared error of the noise; 1 where nothing is known of it."""
    kept = torch.tensor(training_schedule(network.config).kept, dtype=torch.float32)
    noisy = noised(batch.clean, batch.noise, kept[batch.steps]).to(device)
    told = network.conditions(batch.mono.to(device), batch.positions_m.to(device))
    found = network(noisy, batch.steps.float().to(device), told)
    loss: Tensor = (found - batch.noise.to(device)).square().mean()
    return loss


def _held_out(config: Config, schedule: Schedule, material: Material) -> Batch:
    """Samples, noise and steps that are always the same."""
    recipe = replace(material.recipe, seed=material.recipe.seed + 1)
    once = replace(schedule, batch=schedule.validation_samples)
    return make_batch(config, once, recipe, material.validation, 0)


@torch.no_grad()
def _measured(
    network: FoleySpaceNet, held_out: Batch, standing: Standing, device: str
) -> tuple[Standing, bool]:
    """The loss on held-out samples, which is also a share; whether it is the best so far."""
    share = float(loss_of(network, held_out, device))
    better = share < standing.best
    return replace(
        standing,
        loss=share,
        share=share,
        best=min(share, standing.best),
        since_best=0 if better else standing.since_best + 1,
    ), better
