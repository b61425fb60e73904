"""Training data as tensors: pairs by number, each mixture at the same level.

The batch of a step holds the pairs of the numbers that are that step's, so that learning can go on
at any step with the very data it would have had.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.models.pseudobinaural.config import Config
from engine.models.pseudobinaural.pairs import Recipe, make_edge_pair, make_pair
from engine.models.pseudobinaural.residual import normalised_pictures
from engine.models.pseudobinaural.spectra import spectrum
from engine.models.sounds import SoundBank

MIXTURE_RMS = 0.1
_LEAST_RMS = 1e-4


@dataclass(frozen=True)
class Batch:
    """Pictures (B, 3, H, W), mixtures and what is to be predicted of them (B, 2, 257, T).

    The first `stereo` of them are l + r with the target l - r; the others are sums of two sources,
    whose targets are in `parts` (B', 2 sources, 2, 257, T).
    """

    pictures: Tensor
    mixtures: Tensor
    differences: Tensor
    parts: Tensor | None

    @property
    def stereo(self) -> int:
        """How many are pairs of picture and two ears."""
        return len(self.differences)


def make_batch(
    config: Config,
    recipe: Recipe,
    bank: SoundBank,
    numbers: range,
    edge_numbers: range = range(0),
) -> Batch:
    """The pairs of these numbers, and pairs of two sources of those."""
    pairs = [make_pair(recipe, bank, number) for number in numbers]
    edges = [make_edge_pair(recipe, bank, number) for number in edge_numbers]
    ears = [_levelled(pair.binaural) for pair in pairs]
    sources = [_levelled(pair.sources) for pair in edges]
    both = spectrum(_tensor(np.stack([(e[0] + e[1], e[0] - e[1]) for e in ears])), config)
    mixed, parts = [both[0::2]], None
    if edges:
        found = spectrum(_tensor(np.stack(sources)), config)
        parts = found.reshape(len(edges), 2, *found.shape[1:])
        mixed.append(parts.sum(dim=1))
    pictures = np.stack([pair.picture for pair in (*pairs, *edges)])
    return Batch(
        pictures=normalised_pictures(torch.from_numpy(pictures)),
        mixtures=torch.cat(mixed),
        differences=both[1::2],
        parts=parts,
    )


def level_of(mixture: NDArray[np.floating]) -> float:
    """Gain that brings a sound to RMS 0.1; silence is left alone."""
    rms = float(np.sqrt(np.mean(np.square(mixture, dtype=np.float64))))
    return MIXTURE_RMS / max(rms, _LEAST_RMS)


def _levelled(channels: NDArray[np.float32]) -> NDArray[np.float32]:
    """(2, n) so that their sum has the level the networks are used to."""
    return channels * np.float32(level_of(channels[0] + channels[1]))


def _tensor(stacked: NDArray[np.float32]) -> Tensor:
    """(B, 2, n) as (2 B, n)."""
    return torch.from_numpy(stacked.reshape(-1, stacked.shape[-1]))
