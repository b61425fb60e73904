"""Learning to look: which kind of thing is where in a picture, before any sound is heard.

The paper begins with a visual network that was trained on a million photographs. Where those
weights are not at hand, this takes their place: the network is asked of every cell of its grid how
much of each kind of thing covers it.
"""

from __future__ import annotations

from dataclasses import replace
from math import cos, pi

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.jobs import Progress, silent_progress
from engine.models.pseudobinaural.config import Config
from engine.models.pseudobinaural.pairs import Pair, Recipe, make_pair
from engine.models.pseudobinaural.residual import VisualNet, normalised_pictures
from engine.models.sounds import SoundBank
from engine.models.things import THINGS

BATCH = 32
LEARNING_RATE = 2e-3
_FIRST_NUMBER = 10_000_000
"""Pictures are looked at that belong to no pair that is heard."""


def learn_to_look(
    visual: VisualNet,
    config: Config,
    recipe: Recipe,
    bank: SoundBank,
    steps: int,
    device: str = "cpu",
    progress: Progress = silent_progress,
) -> float:
    """Train the visual network alone, with a last layer that is thrown away; the last loss."""
    generator = torch.Generator().manual_seed(recipe.seed)
    head = nn.Conv2d(config.visual_channels, len(THINGS), 1)
    nn.init.normal_(head.weight, 0.0, 0.01, generator=generator)
    assert head.bias is not None
    nn.init.constant_(head.bias, -3.0)  # most cells hold nothing
    head.to(device)
    adam = torch.optim.Adam([*visual.parameters(), *head.parameters()], lr=LEARNING_RATE)
    silent = replace(recipe, samples=config.hop_samples)
    visual.train()
    loss = torch.zeros(())
    for step in range(steps):
        first = _FIRST_NUMBER + step * BATCH
        pairs = [make_pair(silent, bank, number) for number in range(first, first + BATCH)]
        seen = normalised_pictures(torch.from_numpy(np.stack([p.picture for p in pairs])))
        wanted = torch.from_numpy(np.stack([coverage(pair, config) for pair in pairs]))
        for group in adam.param_groups:
            group["lr"] = LEARNING_RATE * 0.5 * (1.0 + cos(pi * step / steps))
        found = head(visual(seen.to(device)))
        loss = nn.functional.binary_cross_entropy_with_logits(found, wanted.to(device))
        adam.zero_grad()
        loss.backward()
        adam.step()
        progress("learning to look", (step + 1) / steps)
    return float(loss.detach())


def coverage(pair: Pair, config: Config) -> NDArray[np.float32]:
    """(kinds, rows, columns): the share of each cell that lies in the box of a kind of thing."""
    rows, columns = config.grid
    order = [thing.name for thing in THINGS]
    covered = np.zeros((len(order), rows, columns), np.float32)
    height, width = config.picture_px
    for box, thing in zip(pair.boxes, pair.things, strict=True):
        across = _overlap(box[0] * columns / width, box[2] * columns / width, columns)
        down = _overlap(box[1] * rows / height, box[3] * rows / height, rows)
        covered[order.index(thing)] += np.outer(down, across).astype(np.float32)
    return np.minimum(covered, 1.0)


def _overlap(low: float, high: float, cells: int) -> NDArray[np.float64]:
    """(cells,) how much of each unit cell lies within low..high."""
    edges = np.arange(cells + 1, dtype=np.float64)
    return np.clip(np.minimum(edges[1:], high) - np.maximum(edges[:-1], low), 0.0, 1.0)
