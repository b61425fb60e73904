"""PseudoBinaural's networks: a U-Net on spectra that sees the picture, and the separation branch.

References
----------
Xu et al., CVPR 2021, section 3.3; Gao and Grauman, CVPR 2019 (Mono2Binaural's U-Net); Zhou et al.,
"Sep-Stereo", ECCV 2020 (associative pyramid network, APNet).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.models.pseudobinaural.config import Config
from engine.models.pseudobinaural.residual import VisualNet

_SLOPE = 0.2
_START_DEVIATION = 0.02


def _down(before: int, after: int) -> nn.Module:
    """Half as large both ways."""
    return nn.Sequential(
        nn.Conv2d(before, after, 4, 2, 1), nn.BatchNorm2d(after), nn.LeakyReLU(_SLOPE)
    )


def _up(before: int, after: int) -> nn.Module:
    """Twice as large both ways."""
    return nn.Sequential(
        nn.ConvTranspose2d(before, after, 4, 2, 1), nn.BatchNorm2d(after), nn.ReLU()
    )


def _mask(before: int) -> nn.Module:
    """Twice as large both ways, to a complex mask; its logits."""
    return nn.ConvTranspose2d(before, 2, 4, 2, 1)


def mask_of(logits: Tensor) -> Tensor:
    """Each part of a mask is within -1..1: 2 sigmoid - 1."""
    return 2.0 * torch.sigmoid(logits) - 1.0


class AudioNet(nn.Module):
    """U-Net over the mixture's spectrum; the picture's features lie beside the deepest layer."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        w = config.width
        widths = (2, w, 2 * w, 4 * w, 8 * w, 8 * w)
        self.down = nn.ModuleList(_down(a, b) for a, b in pairwise(widths))
        self.reduce = nn.Sequential(
            nn.Conv2d(config.visual_channels, config.reduced, 1),
            nn.BatchNorm2d(config.reduced),
            nn.ReLU(),
        )
        seen = config.reduced * config.places
        self.up = nn.ModuleList(
            [_up(8 * w + seen, 8 * w), _up(16 * w, 4 * w), _up(8 * w, 2 * w), _up(4 * w, w)]
        )
        self.last = _mask(2 * w)

    def forward(self, mixture: Tensor, visual: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Mask (B, 2, F, T) of a mixture (B, 2, F, T), and the four upward layers' features."""
        layers = [mixture]
        for step in self.down:
            layers.append(step(layers[-1]))
        deepest = layers[-1]
        seen = self.reduce(visual).flatten(1)[:, :, None, None]  # (B, reduced * places, 1, 1)
        x = torch.cat([seen.expand(-1, -1, *deepest.shape[2:]), deepest], dim=1)
        features = []
        for step, beside in zip(self.up, layers[-2:0:-1], strict=True):
            features.append(step(x))
            x = torch.cat([features[-1], beside], dim=1)
        return mask_of(self.last(x)), features


class Association(nn.Module):
    """Each place of the picture asks the sound's features with a kernel of its own."""

    def __init__(self, visual_channels: int, channels: int) -> None:
        super().__init__()
        self.kernels = nn.Conv1d(visual_channels, channels, 1)

    def forward(self, sound: Tensor, visual: Tensor) -> Tensor:
        """(B, C, F, T) and (B, V, h, w) to (B, h * w, F, T)."""
        kernels = torch.relu(self.kernels(visual.flatten(2)))  # (B, C, places)
        return torch.einsum("bcp,bcft->bpft", kernels, sound)


class SeparationNet(nn.Module):
    """The pyramid of associations (APNet) that parts what is seen left from what is seen right."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        w, places = config.width, config.places
        self.ask = nn.ModuleList(
            Association(config.visual_channels, c) for c in (8 * w, 4 * w, 2 * w, w)
        )
        self.up = nn.ModuleList(
            [_up(places, places), _up(2 * places, places), _up(2 * places, places)]
        )
        self.left, self.right = _mask(2 * places), _mask(2 * places)

    def forward(self, features: list[Tensor], visual: Tensor) -> tuple[Tensor, Tensor]:
        """Masks (B, 2, F, T) of the left and the right source."""
        x = self.up[0](self.ask[0](features[0], visual))
        for level in (1, 2):
            x = self.up[level](torch.cat([self.ask[level](features[level], visual), x], dim=1))
        x = torch.cat([self.ask[3](features[3], visual), x], dim=1)
        return mask_of(self.left(x)), mask_of(self.right(x))


class Parted(NamedTuple):
    """Masks of two sources, (B, 2, F, T) each."""

    left: Tensor
    right: Tensor


class PseudoBinaural(nn.Module):
    """All of it. `difference_mask` is what is used; `separation_masks` helps to learn."""

    def __init__(self, config: Config, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        self.visual = VisualNet(config)
        self.audio = AudioNet(config)
        self.separation = SeparationNet(config) if config.separation else None
        _begin(self, generator)

    def look(self, pictures: Tensor) -> Tensor:
        """Features (B, V, h, w) of normalised pictures (B, 3, H, W)."""
        features: Tensor = self.visual(pictures)
        return features

    def difference_mask(self, mixture: Tensor, visual: Tensor) -> Tensor:
        """Mask (B, 2, 256, T) that makes l - r out of l + r (B, 2, 257, T)."""
        mask: Tensor = self.audio(mixture[:, :, : self.config.bins], visual)[0]
        return mask

    def separation_masks(self, mixture: Tensor, visual: Tensor) -> Parted:
        """Masks that make two sources out of their sum."""
        assert self.separation is not None, "this configuration has no separation branch"
        features = self.audio(mixture[:, :, : self.config.bins], visual)[1]
        return Parted(*self.separation(features, visual))


def _begin(network: nn.Module, generator: torch.Generator | None) -> None:
    """Weights to begin with: as published; of the visual network as He et al. have them."""
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Conv1d):
            if name.startswith("visual."):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", generator=generator)
            else:
                nn.init.normal_(module.weight, 0.0, _START_DEVIATION, generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
