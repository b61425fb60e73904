"""FoleySpace's network: DiffWave for two ears, told the mono sound and where its source is.

References
----------
Kong et al., "DiffWave", ICLR 2021, figure 2 and appendix C; "FoleySpace", section III-D and fig. 3:
the trajectory is repeated to the sound's length, laid beside the mono sound, and goes through
convolutions into every residual layer (how many and how wide, the paper does not say).
"""

from __future__ import annotations

from math import sqrt

import torch
from torch import Tensor, nn

from engine.models.foleyspace.config import Config

FURTHEST_M = 6.0
"""Positions are divided by it."""
_STEP_CHANNELS, _STEP_WIDTH = 128, 512
_EARS = 2


class StepEmbedding(nn.Module):
    """Which step of the diffusion, as waves of 64 lengths; any number, not whole ones only."""

    def __init__(self) -> None:
        super().__init__()
        half = _STEP_CHANNELS // 2
        exponents = torch.arange(half) * 4.0 / (half - 1)
        self.register_buffer("factors", 10.0**exponents, persistent=False)
        self.first = nn.Linear(_STEP_CHANNELS, _STEP_WIDTH)
        self.second = nn.Linear(_STEP_WIDTH, _STEP_WIDTH)

    def forward(self, steps: Tensor) -> Tensor:
        """(B,) to (B, 512)."""
        factors: Tensor = self.get_buffer("factors")
        turns = steps[:, None] * factors
        waves = torch.cat([turns.sin(), turns.cos()], dim=1)
        return nn.functional.silu(self.second(nn.functional.silu(self.first(waves))))


class ConditionBlock(nn.Module):
    """Mono sound and trajectory, side by side, to the channels that all layers are told."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(4, channels, 3, padding=1)
        self.second = nn.Conv1d(channels, channels, 3, padding=1)

    def forward(self, mono: Tensor, positions_m: Tensor) -> Tensor:
        """(B, n) and (B, 3, k) x, y, z in metres, evenly spread over its time, to (B, C, n)."""
        spread = nn.functional.interpolate(positions_m / FURTHEST_M, size=mono.shape[1])
        both = torch.cat([mono[:, None], spread], dim=1)
        return nn.functional.silu(self.second(nn.functional.silu(self.first(both))))


class ResidualLayer(nn.Module):
    """A dilated convolution both ways in time, gated, told the step and the condition."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.step = nn.Linear(_STEP_WIDTH, channels)
        self.dilated = nn.Conv1d(channels, 2 * channels, 3, padding=dilation, dilation=dilation)
        self.condition = nn.Conv1d(channels, 2 * channels, 1)
        self.out = nn.Conv1d(channels, 2 * channels, 1)

    def forward(self, x: Tensor, step: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, n) to what goes on and what is skipped to the end, (B, C, n) each."""
        inner = self.dilated(x + self.step(step)[:, :, None]) + self.condition(condition)
        gate, content = inner.chunk(2, dim=1)
        further, skipped = self.out(torch.sigmoid(gate) * torch.tanh(content)).chunk(2, dim=1)
        return (x + further) / sqrt(2.0), skipped


class FoleySpaceNet(nn.Module):
    """What of a noisy binaural sound is noise, given the mono sound and the way of its source."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        c = config.channels
        self.begin = nn.Conv1d(_EARS, c, 1)
        self.steps = StepEmbedding()
        self.conditions = ConditionBlock(c)
        self.layers = nn.ModuleList(
            ResidualLayer(c, 2 ** (layer % config.cycle)) for layer in range(config.layers)
        )
        self.last = nn.Conv1d(c, c, 1)
        self.end = nn.Conv1d(c, _EARS, 1)
        nn.init.zeros_(self.end.weight)

    def forward(self, noisy: Tensor, steps: Tensor, condition: Tensor) -> Tensor:
        """Noise (B, 2, n) in (B, 2, n) at steps (B,), with a condition (B, C, n) made before."""
        x = torch.relu(self.begin(noisy))
        step = self.steps(steps)
        total = torch.zeros_like(x)
        for layer in self.layers:
            x, skipped = layer(x, step, condition)
            total = total + skipped
        ended: Tensor = self.end(torch.relu(self.last(total / sqrt(len(self.layers)))))
        return ended
