"""HiViBiX: a network for each of X and Y, of magnitudes and of phases, then the FiLM layer.

References
----------
"HiViBiX", sections 3.1-3.3, figures 1 and 5, appendix A: the encoder has three layers with ReLU
and max pooling (512 x 512 to 128 x 128), the latent network is a four-level residual U-Net with
cross-attention to the projected visual vector, the decoder is of transposed convolutions, and
there are no skips around the latent network.
"""

from __future__ import annotations

from math import pi

import torch
from torch import Tensor, nn

from engine.models.hivibix.config import Config
from engine.models.hivibix.film import AmbisonicsFilm, Field, logarithmic
from engine.models.hivibix.visual import Condition, Seen, VisualEncoder

_TOKENS = 4
"""The visual vector is projected to so many tokens, for attention to choose among."""


class Told(nn.Module):
    """A residual block, then attention from every place to the tokens of what is seen."""

    def __init__(self, before: int, after: int, config: Config) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, padding=1)
        self.second = nn.Conv2d(after, after, 3, padding=1)
        self.around = nn.Conv2d(before, after, 1) if before != after else nn.Identity()
        self.norms = nn.ModuleList(nn.GroupNorm(4, after) for _ in range(3))
        self.project = nn.Linear(config.condition_size, _TOKENS * after)
        self.part = nn.Linear(config.condition_size, after) if config.parts_heard else None
        self.attention = nn.MultiheadAttention(after, config.heads, batch_first=True)

    def forward(self, x: Tensor, condition: Condition) -> Tensor:
        """(B, C, F, T) to (B, C', F, T)."""
        inner = torch.relu(self.norms[0](self.first(x)))
        x = torch.relu(self.norms[1](self.second(inner)) + self.around(x))
        batch, channels, bins, columns = x.shape
        places = self.norms[2](x).flatten(2).transpose(1, 2)  # (B, F T, C)
        tokens = self.project(condition.whole).reshape(batch, _TOKENS, channels)
        hidden = None
        if self.part is not None:
            tokens = torch.cat([tokens, self.part(condition.parts)], dim=1)
            always = torch.ones_like(condition.there[:, :1]).expand(-1, _TOKENS)
            hidden = ~torch.cat([always, condition.there], dim=1)
        told, _ = self.attention(
            places, tokens, tokens, key_padding_mask=hidden, need_weights=False
        )
        return x + told.transpose(1, 2).reshape(batch, channels, bins, columns)


class LatentNet(nn.Module):
    """The Ambisonics latent network: a U-Net of told blocks."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        widths = [config.width * 2**level for level in range(config.levels)]
        self.down = nn.ModuleList(
            Told(widths[max(level - 1, 0)], width, config) for level, width in enumerate(widths)
        )
        self.grow = nn.ModuleList(
            nn.ConvTranspose2d(width, width // 2, 2, 2) for width in widths[:0:-1]
        )
        self.up = nn.ModuleList(Told(2 * width, width, config) for width in widths[-2::-1])

    def forward(self, x: Tensor, condition: Condition) -> Tensor:
        """(B, width, F, T) to the same."""
        beside = []
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else nn.functional.max_pool2d(x, 2), condition)
            beside.append(x)
        for grow, block, skipped in zip(self.grow, self.up, beside[-2::-1], strict=True):
            x = block(torch.cat([grow(x), skipped], dim=1), condition)
        return x


class Branch(nn.Module):
    """One channel of one modality: encoder, latent network, decoder."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        w = config.width
        self.encoder = nn.Sequential(
            nn.Conv2d(2 + 2 * config.frequency_waves, w // 2, 3, padding=1), nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(w // 2, w, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(w, w, 3, padding=1), nn.ReLU(),
        )  # fmt: skip
        self.latent = LatentNet(config)
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(w, w // 2, 4, 2, 1), nn.ReLU(),
            nn.ConvTranspose2d(w // 2, w // 2, 4, 2, 1), nn.ReLU(),
            nn.Conv2d(w // 2, 1, 3, padding=1),
        )  # fmt: skip

    def forward(self, mono: Tensor, condition: Condition) -> Tensor:
        """Log magnitude, phase and waves (B, C, F, T) to one channel (B, F, T)."""
        found: Tensor = self.decoder(self.latent(self.encoder(mono), condition))
        return found[:, 0]


class HiViBiX(nn.Module):
    """Mono spectrum and what is seen to the spectra of two ears."""

    def __init__(self, config: Config, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        self.visual = VisualEncoder(config, generator)
        self.branches = nn.ModuleDict(
            {name: Branch(config) for name in ("magnitude_x", "magnitude_y", "phase_x", "phase_y")}
        )
        self.film = AmbisonicsFilm()
        for branch in self.branches.values():  # both ears begin as the mono is
            nn.init.zeros_(branch.decoder[-1].weight)
            nn.init.zeros_(branch.decoder[-1].bias)

    def forward(self, mono: Tensor, seen: Seen) -> Tensor:
        """Complex (B, F, T) of l + r to complex (B, 2, F, T) of left and right."""
        level, turn = logarithmic(mono)
        condition = self.visual(seen)
        told = torch.cat([torch.stack([level, turn], dim=1), self._waves(mono)], dim=1)
        found = {name: branch(told, condition) for name, branch in self.branches.items()}
        if not self.config.film:
            return _as_they_are(found)
        ears: Tensor = self.film(
            Field(level, found["magnitude_x"], found["magnitude_y"]),
            Field(turn, found["phase_x"], found["phase_y"]),
        )
        return ears

    def _waves(self, mono: Tensor) -> Tensor:
        """(B, 2 * waves, F, T): 1, 2, 4, ... half turns over the frequencies."""
        batch, bins, columns = mono.shape
        halves = 2.0 ** torch.arange(self.config.frequency_waves, device=mono.device)
        share = (torch.arange(bins, device=mono.device) + 0.5) / bins
        turns = pi * halves[:, None] * share
        waves = torch.cat([turns.cos(), turns.sin()])
        return waves[None, :, :, None].expand(batch, -1, -1, columns)


def _as_they_are(found: dict[str, Tensor]) -> Tensor:
    """Spectra of both ears of which levels and phases are predicted, the left one's as X's."""
    levels = torch.stack([found["magnitude_x"], found["magnitude_y"]], dim=1)
    turns = torch.stack([found["phase_x"], found["phase_y"]], dim=1)
    return torch.polar(torch.expm1(levels).clamp(min=0.0), turns * pi)
