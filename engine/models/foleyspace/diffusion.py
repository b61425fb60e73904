"""Noise and its removal: the variances a network learns on, and faster ways back from noise.

References
----------
Kong et al., "DiffWave: a versatile diffusion model for audio synthesis", ICLR 2021: eq. 7 (losses),
algorithms 1 and 2, appendix B (fast sampling: the noise levels of any schedule are looked up among
those of the training). The paper samples in 50 steps without saying which; here they are spread
evenly over the training's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.models.foleyspace.config import Config

Floats = NDArray[np.float64]
SIX_BETAS = (1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5)
"""DiffWave's six-step schedule."""

Denoise = Callable[[Tensor, Tensor], Tensor]
"""``(noisy, steps) -> noise``: what a network takes for the noise in (B, 2, n), at steps (B,)."""

Noise = Callable[[int, tuple[int, ...]], Tensor]
"""``(step, shape) -> (B, 2, n)``: the noise that is laid on at a step."""
_BLOCK = 4_096
_EARLIEST = -64
"""Blocks of noise are numbered from here; sounds begin at most so many blocks before zero."""


@dataclass(frozen=True)
class Schedule:
    """Variances (s,) from the cleanest step to the noisiest, and the training's step of each."""

    betas: Floats
    steps: Floats

    @property
    def kept(self) -> Floats:
        """(s,) alpha-bar: the share of the signal's power that is left at each step."""
        return np.asarray(np.cumprod(1.0 - self.betas), dtype=np.float64)


def training_schedule(config: Config) -> Schedule:
    """All steps of the training, 0-based."""
    betas = np.linspace(config.first_beta, config.last_beta, config.train_steps)
    return Schedule(betas, np.arange(config.train_steps, dtype=np.float64))


def even_schedule(config: Config, count: int = 50) -> Schedule:
    """`count` of the training's steps, evenly spread, the noisiest among them.

    Raises
    ------
    ValueError
        If there are not so many.
    """
    if not 1 <= count <= config.train_steps:
        raise ValueError(f"{count} steps of {config.train_steps}")
    whole = training_schedule(config)
    chosen = np.round(np.linspace(0, config.train_steps - 1, count + 1)[1:]).astype(int)
    kept = whole.kept[chosen]
    before = np.concatenate([[1.0], kept[:-1]])
    return Schedule(1.0 - kept / before, chosen.astype(np.float64))


def aligned_schedule(config: Config, betas: tuple[float, ...] = SIX_BETAS) -> Schedule:
    """Any variances, each at the step of the training whose noise level is the same."""
    levels = np.sqrt(np.cumprod(1.0 - np.array(betas)))
    trained = np.sqrt(training_schedule(config).kept)
    steps = np.interp(-levels, -trained, np.arange(config.train_steps))
    return Schedule(np.array(betas), steps)


def kept_at(steps: Tensor, config: Config) -> Tensor:
    """Alpha-bar (B,) at steps (B,) of the training, between which its root is straight."""
    levels = training_schedule(config).kept ** 0.5
    at = np.interp(steps.detach().cpu().numpy(), np.arange(config.train_steps), levels)
    return torch.from_numpy((at**2).astype(np.float32)).to(steps.device)


def noised(clean: Tensor, noise: Tensor, kept: Tensor) -> Tensor:
    """Eq. 4: a signal (B, c, n) with as much noise as belongs to alpha-bar (B,)."""
    share = kept[:, None, None]
    return share.sqrt() * clean + (1.0 - share).sqrt() * noise


def noise_source(seed: int, starts: Sequence[int]) -> Noise:
    """Noise that belongs to moments: a sample of the same number has the same, whatever is cut.

    `starts` are the numbers of the first samples of every sound of the batch.
    """

    def noise(step: int, shape: tuple[int, ...]) -> Tensor:
        rows = [_moments(seed, step, start, shape[1:]) for start in starts]
        return torch.from_numpy(np.stack(rows))

    return noise


def _moments(seed: int, step: int, start: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    channels, samples = shape
    first, after = start // _BLOCK, -(-(start + samples) // _BLOCK)
    blocks = [
        np.random.default_rng([seed, step, block - _EARLIEST]).standard_normal(
            (channels, _BLOCK), dtype=np.float32
        )
        for block in range(first, after)
    ]
    skipped = start - first * _BLOCK
    return np.concatenate(blocks, axis=1)[:, skipped : skipped + samples]


@torch.no_grad()
def sample(
    denoise: Denoise, shape: tuple[int, int, int], schedule: Schedule, noise: Noise
) -> Tensor:
    """Algorithm 2: from noise of that shape to a signal. The same noise gives the same sound."""
    last = len(schedule.betas)
    x = noise(last, shape)
    kept = schedule.kept
    for s in range(last - 1, -1, -1):
        beta, left = float(schedule.betas[s]), float(kept[s])
        steps = torch.full((shape[0],), float(schedule.steps[s]))
        found = denoise(x, steps)
        x = (x - beta / (1.0 - left) ** 0.5 * found) / (1.0 - beta) ** 0.5
        if s > 0:
            before = float(kept[s - 1])
            deviation = ((1.0 - before) / (1.0 - left) * beta) ** 0.5
            x = x + deviation * noise(s, shape)
    return x
