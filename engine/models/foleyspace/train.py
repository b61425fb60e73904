"""Learning to take noise out of two ears, told the mono sound and the way of its source.

The same numbers for the same seed, also when it was broken off and taken up again.

References
----------
Kong et al., "DiffWave", ICLR 2021, algorithm 1; "FoleySpace", section V-B.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from math import cos, inf, pi
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.coordinates import to_cartesian
from engine.jobs import Progress, silent_progress
from engine.models.checkpoint import halved, save_checkpoint
from engine.models.foleyspace.config import Config
from engine.models.foleyspace.diffusion import kept_at, noised
from engine.models.foleyspace.hearing import learn_to_hear
from engine.models.foleyspace.levels import emphasised, piece_gain
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
        steps=1_500, batch=4, pieces=2, piece_segments=10, learning_rate=1e-3, falling=True,
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
        generator = torch.Generator().manual_seed(schedule.seed)
        self.network = FoleySpaceNet(config, generator).to(device)
        self.adam = torch.optim.Adam(self.network.parameters(), lr=schedule.learning_rate)
        self.held_out = _held_out(config, schedule, material)
        self.told = {
            "model": MODEL,
            "config": asdict(config),
            "schedule": asdict(schedule),
            "recipe": asdict(material.recipe),
        }

    def begin(self, progress: Progress) -> Standing:
        """Take up what was begun here, or learn to hear first."""
        state = self.folder / STATE
        begun = state.is_file()
        standing = restore(state, self.network, self.adam, self.told)
        directed = self.network.conditions.directed
        if not begun and directed is not None:
            recipe, rate_hz = self.material.recipe, self.config.sample_rate_hz
            steps = self.schedule.hearing_steps
            learn_to_hear(directed, recipe, rate_hz, steps, self.device, progress)
            store(state, self.network, self.adam, self.told, standing)
        keep_log(self.folder / LOG, standing.step)
        return standing

    def learn(self, step: int) -> tuple[float, float]:
        """Learn from the pieces of a step; the loss."""
        recipe, bank = self.material.recipe, self.material.train
        batch = make_batch(self.config, self.schedule, recipe, bank, step)
        for group in self.adam.param_groups:
            group["lr"] = self.schedule.rate_at(step)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.device != "cpu"):
            loss = loss_of(self.network, batch, self.schedule.most_weight, self.device)[0]
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return float(loss.detach()), 0.0

    def look(self, standing: Standing, losses: tuple[float, float]) -> Standing:
        """Measure the held-out samples; keep the state, and the checkpoint if it is the best."""
        standing, better = _measured(
            self.network, self.held_out, standing, self.schedule.most_weight, self.device
        )
        write_log(self.folder / LOG, standing, self.schedule.rate_at(standing.step - 1), losses)
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


def _held_out(config: Config, schedule: Schedule, material: Material) -> Batch:
    """Samples, noise and steps that are always the same."""
    recipe = replace(material.recipe, seed=material.recipe.seed + 1)
    once = replace(schedule, batch=schedule.validation_samples)
    return make_batch(config, once, recipe, material.validation, 0)


@torch.no_grad()
def _measured(
    network: FoleySpaceNet, held_out: Batch, standing: Standing, most_weight: float, device: str
) -> tuple[Standing, bool]:
    """The loss on held-out samples, also as a share of no idea's; whether it is the best so far."""
    loss, whole = (float(value) for value in loss_of(network, held_out, most_weight, device))
    share = loss / whole
    better = share < standing.best
    return replace(
        standing,
        loss=loss,
        share=share,
        best=min(share, standing.best),
        since_best=0 if better else standing.since_best + 1,
    ), better
