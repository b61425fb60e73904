"""Filters that are mixed by where a source is: what lets a small network hear a direction at all.

The paper's condition block lays the trajectory beside the mono sound and convolves both. To make
two ears of them, the layers after it have to learn every response of every direction as a product
of the two, which takes 60 layers of 128 channels and days of four large GPUs. Here the product is
built in: the sound goes through a bank of learned filters, and how much of each is heard in an ear
depends on the position (direction and distance), which is seen as waves of many lengths.

References
----------
Tancik et al., "Fourier features let networks learn high frequency functions in low dimensional
domains", NeurIPS 2020.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_WAVES, _HIDDEN = 48, 256
_SHORTEST = 3.0
"""Deviation of the waves' numbers, in radians a unit of position."""
_EARS = 2


class DirectedFilters(nn.Module):
    """A mono sound at changing positions, as two ears; what is heard is never earlier than it."""

    def __init__(self, filters: int, samples: int, generator: torch.Generator | None) -> None:
        super().__init__()
        waves = _SHORTEST * torch.randn(_WAVES, 4, generator=generator)
        self.register_buffer("waves", waves)
        self.bank = nn.Conv1d(1, _EARS * filters, samples, bias=False)
        nn.init.normal_(self.bank.weight, 0.0, 0.02, generator=generator)
        self.mix = nn.Sequential(
            nn.Conv1d(2 * _WAVES, _HIDDEN, 1), nn.SiLU(), nn.Conv1d(_HIDDEN, filters, 1)
        )

    def forward(self, mono: Tensor, positions: Tensor) -> Tensor:
        """(B, n) and (B, 3, k), evenly spread over its time, to (B, 2, n)."""
        return mixed(self.heard(mono), self.shares(positions).repeat(1, _EARS, 1))

    def heard(self, mono: Tensor) -> Tensor:
        """(B, 2 filters, n): the mono sound (B, n) through every filter, left ear's first."""
        behind = nn.functional.pad(mono[:, None], (self.bank.kernel_size[0] - 1, 0))
        through: Tensor = self.bank(behind)
        return through

    def shares(self, positions: Tensor) -> Tensor:
        """(B, filters, k): how much of each filter is heard at positions (B, 3, k)."""
        far = positions.norm(dim=1, keepdim=True)
        place = torch.cat([positions / far.clamp(min=1e-3), far], dim=1)
        turns = torch.einsum("wc,bck->bwk", self.get_buffer("waves"), place)
        shared: Tensor = self.mix(torch.cat([turns.sin(), turns.cos()], dim=1))
        return shared

    def responses(self, positions: Tensor) -> Tensor:
        """(k, 2, samples): what is heard of an impulse at positions (k, 3)."""
        shares = self.shares(positions.T[None])[0]  # (filters, k)
        taps = self.bank.weight[:, 0].flip(-1)  # convolutions of the library are correlations
        return torch.einsum("fk,eft->ket", shares, taps.reshape(_EARS, len(shares), -1))


def mixed(heard: Tensor, shares: Tensor) -> Tensor:
    """(B, 2, n) of what is `heard` (B, 2 filters, n) by shares (B, 2 filters, k) over its time."""
    spread = nn.functional.interpolate(
        shares, size=heard.shape[2], mode="linear", align_corners=True
    )
    return torch.stack([ear.sum(dim=1) for ear in (heard * spread).chunk(_EARS, dim=1)], dim=1)
