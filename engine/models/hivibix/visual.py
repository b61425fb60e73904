"""The hierarchical visual encoder: scene, position and depth, wholes that ask their parts.

It takes features as CLIP and a DINOv2 depth estimator give them, of the whole picture and of each
box, so that whoever has such networks can put theirs before it.

References
----------
"HiViBiX", section 3.2 and figure 2; Li et al., "Learnable Fourier features for multi-dimensional
spatial positional encoding", NeurIPS 2021 (eq. 3: their inner products are a Gaussian kernel).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.models.hivibix.config import Config

ENLARGED = 1.2
_FEATURES = 64
_SPREAD = 0.1
"""Deviation of the Gaussian around a source, as a share of the picture's width."""
_PLACE_WAVES = 4.0
"""Deviation of the waves over the picture's width that tell a box's place, in radians."""


@dataclass(frozen=True)
class Seen:
    """What is known of pictures with up to k sounding objects each.

    Attributes
    ----------
    scene, depth : (B, D)
        Features of the whole.
    scene_parts, depth_parts : (B, k, D)
        Of each object's box, enlarged by 20 %.
    centres : (B, k, 2)
        Of the boxes, x and y as shares of the picture.
    there : (B, k) bool
        Which of them there are.
    """

    scene: Tensor
    scene_parts: Tensor
    depth: Tensor
    depth_parts: Tensor
    centres: Tensor
    there: Tensor


def enlarged(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Boxes (..., 4) in pixels, 20 % larger about their centres, within a (height, width)."""
    low, high = boxes[..., :2], boxes[..., 2:]
    centre, half = (low + high) / 2.0, (high - low) / 2.0 * ENLARGED
    limits = torch.tensor([size[1], size[0]], dtype=boxes.dtype)
    grown = torch.cat([centre - half, centre + half], dim=-1)
    return torch.minimum(grown.clamp(min=0.0), limits.repeat(2))


class PositionImage(nn.Module):
    """Where the objects are: a sum of Gaussians, by Fourier features that can be learned."""

    def __init__(self, config: Config, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.size = config.position_px
        waves = torch.randn(2, _FEATURES, generator=generator) / _SPREAD
        self.waves = nn.Parameter(waves)

    def forward(self, centres: Tensor, there: Tensor) -> Tensor:
        """(B, 1, H, W) of centres (B, k, 2)."""
        height, width = self.size
        ratio = height / width
        y, x = torch.meshgrid(
            (torch.arange(height) + 0.5) / height * ratio,
            (torch.arange(width) + 0.5) / width,
            indexing="ij",
        )
        places = self._features(torch.stack([x, y], dim=-1).to(centres))  # (H, W, D)
        scaled = centres * torch.tensor([1.0, ratio]).to(centres)
        sources = self._features(scaled) * there[..., None]  # (B, k, D)
        return torch.einsum("hwd,bd->bhw", places, sources.sum(dim=1))[:, None]

    def _features(self, places: Tensor) -> Tensor:
        turns = places @ self.waves
        return torch.cat([turns.cos(), turns.sin()], dim=-1) / _FEATURES**0.5


class HierarchicalAttention(nn.Module):
    """The whole (query) gathers what it needs of its parts (keys and values)."""

    def __init__(self, size: int, out: int, heads: int) -> None:
        super().__init__()
        self.whole, self.part = nn.Linear(size, out), nn.Linear(size, out)
        self.attention = nn.MultiheadAttention(out, heads, batch_first=True)
        self.norm = nn.LayerNorm(out)

    def forward(self, whole: Tensor, parts: Tensor, there: Tensor) -> Tensor:
        """(B, D), (B, k, D) and which parts there are (B, k) to (B, out); none: the whole alone."""
        query = self.whole(whole)[:, None]
        keys = self.part(parts)
        nothing = torch.zeros_like(query)  # a part that is always there, and says nothing
        hidden = torch.cat([torch.zeros_like(there[:, :1]), ~there], dim=1)
        told, _ = self.attention(
            query, torch.cat([nothing, keys], dim=1), torch.cat([nothing, keys], dim=1),
            key_padding_mask=hidden,
        )  # fmt: skip
        normed: Tensor = self.norm(query + told)
        return normed[:, 0]


class PartTokens(nn.Module):
    """Every box by itself: what is in it, where it is, how far."""

    def __init__(self, config: Config, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        out = config.condition_size
        self.scene, self.depth = (
            nn.Linear(config.scene_size, out),
            nn.Linear(config.depth_size, out),
        )
        self.waves = nn.Parameter(torch.randn(2, _FEATURES, generator=generator) * _PLACE_WAVES)
        self.place = nn.Linear(2 * _FEATURES, out)
        self.together = nn.Sequential(nn.ReLU(), nn.Linear(out, out), nn.ReLU())

    def forward(self, seen: Seen) -> Tensor:
        """(B, k, condition)."""
        told = self.scene(seen.scene_parts)
        if self.config.depth:
            told = told + self.depth(seen.depth_parts)
        if self.config.position:
            turns = seen.centres @ self.waves
            told = told + self.place(torch.cat([turns.cos(), turns.sin()], dim=-1))
        tokens: Tensor = self.together(told)
        return tokens


class Condition(NamedTuple):
    """What the branches are told: of the whole (B, D); of each part (B, k, D), where they are told
    of parts, and which parts there are (B, k)."""

    whole: Tensor
    parts: Tensor | None
    there: Tensor


class VisualEncoder(nn.Module):
    """All three, side by side, as one vector; and the parts, where they are heard."""

    def __init__(self, config: Config, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        out = config.condition_size
        self.scene = HierarchicalAttention(config.scene_size, out, config.heads)
        self.depth = HierarchicalAttention(config.depth_size, out, config.heads)
        self.positions = PositionImage(config, generator)
        self.position = nn.Sequential(
            nn.Conv2d(1, 8, 5, 2, 2), nn.ReLU(), nn.Conv2d(8, 16, 5, 2, 2), nn.ReLU(),
            nn.AdaptiveAvgPool2d((2, 8)), nn.Flatten(), nn.Linear(16 * 16, out),
        )  # fmt: skip
        self.together = nn.Linear(3 * out, out)
        self.parts = PartTokens(config, generator) if config.parts_heard else None

    def forward(self, seen: Seen) -> Condition:
        """Of pictures."""
        scene = self.scene(seen.scene, seen.scene_parts, seen.there)
        nothing = torch.zeros_like(scene)
        depth = position = nothing
        if self.config.depth:
            depth = self.depth(seen.depth, seen.depth_parts, seen.there)
        if self.config.position:
            position = self.position(self.positions(seen.centres, seen.there))
        whole: Tensor = self.together(torch.cat([scene, position, depth], dim=1))
        parts = None if self.parts is None else self.parts(seen)
        return Condition(whole, parts, seen.there)
