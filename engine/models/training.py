"""Training in a folder: every network's state, log, best checkpoint and sounds to listen to.

The same numbers for the same seed, also when it was broken off and taken up again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.jobs import Progress, silent_progress
from engine.media.audio_file import write_audio
from engine.models.checkpoint import fitted, halved, load_checkpoint, save_checkpoint
from engine.models.training_log import LOG, Outcome, keep_log, write_log
from engine.models.training_loop import Limits, go_on
from engine.models.training_state import Standing, restore, store

STATE = "state.safetensors"
HEARD = "heard"
"""Folder of sounds: a held-out one as it is, and as the network made it at each look."""
TRUE = "true.wav"


@dataclass(frozen=True)
class Running:
    """How far to go now, and on what.

    Attributes
    ----------
    until : int, optional
        Stop after that step of the schedule; a later call goes on.
    most_s : float
        Stop at the first look at what was held out after so long; a later call goes on.
    device : str
        'cpu' or 'cuda'.
    begin_with : Path, optional
        A checkpoint of the same configuration to begin with.
    """

    until: int | None = None
    most_s: float = inf
    device: str = "cpu"
    begin_with: Path | None = None


TO_THE_END = Running()


class Task(Protocol):
    """A network, and what it has to learn.

    Attributes
    ----------
    network : nn.Module
        On the device.
    told : dict
        What state and checkpoint are told: 'model', 'config', 'schedule', 'recipe'.
    sample_rate_hz : int
        Of `examples`.
    """

    told: dict[str, Any]
    sample_rate_hz: int

    @property
    def network(self) -> nn.Module:
        """See above."""

    def optimiser(self) -> torch.optim.Optimizer:
        """Adam, or one that keeps what Adam keeps."""

    def limits(self) -> Limits:
        """Of the schedule."""

    def rate_at(self, step: int) -> float:
        """Learning rate of a step (from 0)."""

    def prepare(self, progress: Progress) -> None:
        """Learn what is learned before the first step, if anything."""

    def losses(self, step: int) -> tuple[Tensor, tuple[float, float]]:
        """Of the data of a step: what is to become less, and two figures for the log."""

    def measure(self) -> tuple[float, float]:
        """Loss on what was held out, and as a share of what there is to predict."""

    def example(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """A held-out sound (2, samples) as it is, and as the network makes it."""


def train_in(
    folder: Path, task: Task, running: Running, progress: Progress = silent_progress
) -> Outcome:
    """Learn, or go on learning.

    Raises
    ------
    WeightsError
        If the folder holds the state of other settings, or a damaged one, or the checkpoint to
        begin with is another network's.
    DeliveryError
        If the folder cannot be written.
    """
    limits = replace(task.limits(), until=running.until, most_s=running.most_s)
    return go_on(_Learner(folder, task, running), limits, progress)


class _Learner:
    """A task in a folder, for the loop."""

    def __init__(self, folder: Path, task: Task, running: Running) -> None:
        self.folder, self.task, self.running = folder, task, running
        self.told = task.told
        self.adam = task.optimiser()

    def begin(self, progress: Progress) -> Standing:
        state = self.folder / STATE
        begun = state.is_file()
        network = self.task.network
        standing = restore(state, network, self.adam, self.told)
        if not begun:
            if self.running.begin_with is not None:
                tensors, _ = load_checkpoint(self.running.begin_with)
                fitted(network, tensors, self.running.begin_with)
            else:
                self.task.prepare(progress)
            store(state, network, self.adam, self.told, standing)
        keep_log(self.folder / LOG, standing.step)
        return standing

    def learn(self, step: int) -> tuple[float, float]:
        self.task.network.train()
        for group in self.adam.param_groups:
            group["lr"] = self.task.rate_at(step)
        device = self.running.device
        with torch.autocast(device, torch.bfloat16, enabled=device != "cpu"):
            loss, figures = self.task.losses(step)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return figures

    def look(self, standing: Standing, losses: tuple[float, float]) -> Standing:
        network = self.task.network.eval()
        with torch.no_grad():
            standing = _measured(standing, *self.task.measure())
            self._let_hear(standing.step)
        write_log(self.folder / LOG, standing, self.task.rate_at(standing.step - 1), losses)
        if not standing.since_best:
            facts = self.told | {"step": standing.step, "validation_share": standing.best}
            checkpoint = self.folder / f"{self.told['model']}.safetensors"
            save_checkpoint(checkpoint, halved(network.state_dict()), facts)
        store(self.folder / STATE, network, self.adam, self.told, standing)
        return standing

    def _let_hear(self, step: int) -> None:
        heard = self.folder / HEARD
        heard.mkdir(exist_ok=True)
        true, made = self.task.example()
        rate_hz = self.task.sample_rate_hz
        if not (heard / TRUE).is_file():
            write_audio(heard / TRUE, true, rate_hz)
        write_audio(heard / f"{step:06d}.wav", made, rate_hz)


def _measured(standing: Standing, loss: float, share: float) -> Standing:
    better = share < standing.best
    return replace(
        standing,
        loss=loss,
        share=share,
        best=min(share, standing.best),
        since_best=0 if better else standing.since_best + 1,
    )
