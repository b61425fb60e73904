"""Learning to hear: what each ear hears of an impulse in any direction, before any sound is noised.

It is the condition block's filters alone that learn here, and nowhere else; the diffusion begins
with what they make of a sound.
"""

from __future__ import annotations

from math import cos, pi

import numpy as np
import torch
from torch import Tensor

from engine.coordinates import to_cartesian
from engine.jobs import Progress, silent_progress
from engine.models.foleyspace.directed import DirectedFilters
from engine.models.foleyspace.moving import FURTHEST_M, Recipe, random_places, stretched_responses
from engine.spatial.hrir import load_hrirs

PLACES, BATCH = 8_000, 256
LEARNING_RATE = 2e-2


def learn_to_hear(
    filters: DirectedFilters,
    recipe: Recipe,
    sample_rate_hz: int,
    steps: int,
    device: str = "cpu",
    progress: Progress = silent_progress,
) -> float:
    """Train the filters alone; the last error, as a share of the responses' energy."""
    rng = np.random.default_rng([recipe.seed, 5])
    places, wanted = _heard(recipe, rng, sample_rate_hz, filters.bank.kernel_size[0])
    places, wanted = places.to(device), wanted.to(device)
    adam = torch.optim.Adam(filters.parameters(), lr=LEARNING_RATE)
    share = torch.ones(())
    for step in range(steps):
        rising = min(1.0, (step + 1) / 50)
        for group in adam.param_groups:
            group["lr"] = LEARNING_RATE * rising * 0.5 * (1.0 + cos(pi * step / steps))
        some = torch.from_numpy(rng.integers(0, PLACES, BATCH)).to(device)
        error = (filters.responses(places[some]) - wanted[some]).square().mean()
        adam.zero_grad()
        error.backward()
        adam.step()
        share = error.detach() / wanted.square().mean()
        if not step % 100:
            progress("learning to hear", (step + 1) / steps)
    return float(share)


def _heard(
    recipe: Recipe, rng: np.random.Generator, sample_rate_hz: int, taps: int
) -> tuple[Tensor, Tensor]:
    """Places (k, 3), as the network is told them, and responses (k, 2, taps) there."""
    places = random_places(PLACES, rng, recipe.distances_m)
    heard = stretched_responses(load_hrirs(recipe.hrir, sample_rate_hz), places)[..., :taps]
    wanted = np.zeros((PLACES, 2, taps), np.float32)
    wanted[..., : heard.shape[-1]] = heard
    told = to_cartesian(places[:, 0], places[:, 1], places[:, 2]) / FURTHEST_M
    return torch.from_numpy(told.astype(np.float32)), torch.from_numpy(wanted)
