"""FoleySpace's network: DiffWave for two ears, told the mono sound and where its source is.

References
----------
Kong et al., "DiffWave", ICLR 2021, figure 2 and appendix C; "FoleySpace", section III-D and fig. 3:
the trajectory is repeated to the sound's length, laid beside the mono sound, and goes through
convolutions into every residual layer (how many and how wide, the paper does not say). With
`filters` the condition has a first guess of both ears (see `directed`): the layers then say how the
filters are to be mixed otherwise, and the noise follows from that (Salimans and Ho, "Progressive
distillation", ICLR 2022, section 4: to know the sound is to know the noise). What they add is made
of the sound itself, so that no noise can be left where the sound has nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor, nn

from engine.models.foleyspace.config import Config
from engine.models.foleyspace.diffusion import kept_at
from engine.models.foleyspace.directed import DirectedFilters, mixed
from engine.models.foleyspace.moving import FURTHEST_M

_TIMES_S = 0.02
"""So often the mixing of filters is told anew."""
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


@dataclass(frozen=True)
class Told:
    """What every step of the way back is told, made once.

    Attributes
    ----------
    channels : (B, C, n)
        For every layer.
    heard : (B, 2 filters, n), optional
        The mono sound through all filters.
    guess : (B, 2, n), optional
        Of both ears.
    """

    channels: Tensor
    heard: Tensor | None = None
    guess: Tensor | None = None


class ConditionBlock(nn.Module):
    """Mono sound and trajectory, side by side, to the channels that all layers are told."""

    def __init__(self, config: Config, generator: torch.Generator | None) -> None:
        super().__init__()
        self.directed = (
            DirectedFilters(config.filters, config.filter_samples, generator)
            if config.filters
            else None
        )
        before, channels = 4 + _EARS * bool(config.filters), config.channels
        self.first = nn.Conv1d(before, channels, 3, padding=1)
        self.second = nn.Conv1d(channels, channels, 3, padding=1)

    def forward(self, mono: Tensor, positions_m: Tensor) -> Told:
        """(B, n) and (B, 3, k) x, y, z in metres, evenly spread over its time."""
        places = positions_m / FURTHEST_M
        spread = nn.functional.interpolate(places, size=mono.shape[1])
        beside = [mono[:, None], spread]
        heard = guess = None
        if self.directed is not None:
            with torch.no_grad():  # they have learned before (see `hearing`)
                heard = self.directed.heard(mono)
                guess = mixed(heard, self.directed.shares(places).repeat(1, _EARS, 1))
            beside.append(guess)
        both = torch.cat(beside, dim=1)
        channels = nn.functional.silu(self.second(nn.functional.silu(self.first(both))))
        return Told(channels, heard, guess)


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

    def __init__(self, config: Config, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        c = config.channels
        self.begin = nn.Conv1d(_EARS * (2 if config.filters else 1), c, 1)
        self.steps = StepEmbedding()
        self.conditions = ConditionBlock(config, generator)
        self.layers = nn.ModuleList(
            ResidualLayer(c, 2 ** (layer % config.cycle)) for layer in range(config.layers)
        )
        self.last = nn.Conv1d(c, c, 1)
        self.end = nn.Conv1d(c, _EARS * max(config.filters, 1), 1)
        nn.init.zeros_(self.end.weight)
        if config.filters:  # the guess as it is
            assert self.end.bias is not None
            nn.init.zeros_(self.end.bias)

    def forward(self, noisy: Tensor, steps: Tensor, told: Told) -> Tensor:
        """Noise (B, 2, n) in (B, 2, n) at steps (B,), with a condition made before."""
        if told.guess is None or told.heard is None:
            ended: Tensor = self.end(self._passed(noisy, steps, told.channels))
            return ended
        kept = kept_at(steps, self.config)[:, None, None]
        over = (noisy - kept.sqrt() * told.guess) / (1.0 - kept).sqrt()
        passed = self._passed(torch.cat([noisy, over], dim=1), steps, told.channels)
        size = max(passed.shape[2] // round(_TIMES_S * self.config.sample_rate_hz), 1)
        shares = self.end(nn.functional.adaptive_avg_pool1d(passed, size))
        return over - (kept / (1.0 - kept)).sqrt() * mixed(told.heard, shares)

    def _passed(self, x: Tensor, steps: Tensor, condition: Tensor) -> Tensor:
        x = torch.relu(self.begin(x))
        step = self.steps(steps)
        total = torch.zeros_like(x)
        for layer in self.layers:
            x, skipped = layer(x, step, condition)
            total = total + skipped
        return torch.relu(self.last(total / sqrt(len(self.layers))))
