"""Learning: the same numbers for the same seed, also when it was broken off and taken up again.

References
----------
Xu et al., CVPR 2021, section 3.3 (stereo loss on S_D, eq. 9) and appendix B (separation loss,
weight 1); Loshchilov and Hutter, "SGDR", ICLR 2017 (the cosine that the learning rate follows).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from math import cos, inf, pi
from pathlib import Path

import torch
from torch import Tensor

from engine.jobs import Progress, silent_progress
from engine.models.checkpoint import halved, save_checkpoint
from engine.models.pseudobinaural.batches import Batch, make_batch
from engine.models.pseudobinaural.config import Config
from engine.models.pseudobinaural.looking import learn_to_look
from engine.models.pseudobinaural.material import Material
from engine.models.pseudobinaural.network import PseudoBinaural
from engine.models.pseudobinaural.spectra import masked
from engine.models.training_log import LOG, Outcome, keep_log, write_log
from engine.models.training_loop import Limits, go_on
from engine.models.training_state import Standing, restore, store

MODEL = "pseudobinaural"
CHECKPOINT = f"{MODEL}.safetensors"
STATE = "state.safetensors"
_VALIDATION_BATCH = 16


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
    material: Material,
    folder: Path,
    *,
    until: int | None = None,
    most_s: float = inf,
    device: str = "cpu",
    progress: Progress = silent_progress,
) -> Outcome:
    """Learn, or go on learning, in a folder: state, log and the best checkpoint are there.

    `until` stops it after a step of its schedule, `most_s` when the held-out pairs are looked at
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
        generator = torch.Generator().manual_seed(schedule.seed)
        self.network = PseudoBinaural(config, generator).to(device)
        self.adam = torch.optim.Adam(self.network.parameters(), lr=schedule.learning_rate)
        self.held_out = list(_validation_batches(config, schedule, material))
        self.told = {
            "model": MODEL,
            "config": asdict(config),
            "schedule": asdict(schedule),
            "recipe": asdict(material.recipe),
        }

    def begin(self, progress: Progress) -> Standing:
        """Take up what was begun here, or learn to look first."""
        state = self.folder / STATE
        begun = state.is_file()
        standing = restore(state, self.network, self.adam, self.told)
        if not begun:
            looked = (self.material.recipe, self.material.train, self.schedule.looking_steps)
            learn_to_look(self.network.visual, self.config, *looked, self.device, progress)
            store(state, self.network, self.adam, self.told, standing)
        keep_log(self.folder / LOG, standing.step)
        return standing

    def learn(self, step: int) -> tuple[float, float]:
        """Learn from the batch of a step; the stereo and the separation loss."""
        schedule = self.schedule
        parted = schedule.separation_batch if self.config.separation else 0
        batch = make_batch(
            self.config,
            self.material.recipe,
            self.material.train,
            range(step * schedule.batch, (step + 1) * schedule.batch),
            range(step * parted, (step + 1) * parted),
        )
        self.network.train()
        for group in self.adam.param_groups:
            group["lr"] = schedule.rate_at(step)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.device != "cpu"):
            stereo, separation = losses_of(self.network, batch, self.device)
        self.adam.zero_grad()
        (stereo + schedule.separation_weight * separation).backward()
        self.adam.step()
        return float(stereo.detach()), float(separation.detach())

    def look(self, standing: Standing, losses: tuple[float, float]) -> Standing:
        """Measure the held-out pairs; keep the state, and the checkpoint if it is the best."""
        standing, better = _measured(self.network, self.held_out, standing, self.device)
        rate = self.schedule.rate_at(standing.step - 1)
        write_log(self.folder / LOG, standing, rate, losses)
        if better:
            facts = self.told | {"step": standing.step, "validation_share": standing.best}
            save_checkpoint(self.folder / CHECKPOINT, halved(self.network.state_dict()), facts)
        store(self.folder / STATE, self.network, self.adam, self.told, standing)
        return standing


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


@torch.no_grad()
def _measured(
    network: PseudoBinaural, held_out: list[Batch], standing: Standing, device: str
) -> tuple[Standing, bool]:
    """The loss on held-out pairs, and as a share of Mono-Mono's; whether it is the best so far."""
    network.eval()
    left = [float(losses_of(network, batch, device)[0]) for batch in held_out]
    bins = network.config.bins
    whole = [float(batch.differences[:, :, :bins].square().mean()) for batch in held_out]
    share = sum(left) / max(sum(whole), 1e-12)
    better = share < standing.best
    return replace(
        standing,
        loss=sum(left) / len(left),
        share=share,
        best=min(share, standing.best),
        since_best=0 if better else standing.since_best + 1,
    ), better


def _validation_batches(config: Config, schedule: Schedule, material: Material) -> Iterator[Batch]:
    recipe = replace(material.recipe, seed=material.recipe.seed + 1)
    for first in range(0, schedule.validation_pairs, _VALIDATION_BATCH):
        after = min(first + _VALIDATION_BATCH, schedule.validation_pairs)
        yield make_batch(config, recipe, material.validation, range(first, after))
