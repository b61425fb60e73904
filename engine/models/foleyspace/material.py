"""What FoleySpace's diffusion learns from: a recipe, sounds to learn from and to choose by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from engine.models.foleyspace.config import Config
from engine.models.foleyspace.moving import (
    FURTHEST_M,
    NEAREST_M,
    SECONDS,
    Recipe,
    Scheme,
)
from engine.models.material import Material
from engine.models.sounds import Mono, Sound, learning_banks

_NOISES_PER = 2
"""One noise for so many sounds."""


def material_of(
    config: Config,
    sounds: Sequence[Sound],
    scheme: Scheme,
    seed: int,
    distances_m: tuple[float, float] = (NEAREST_M, FURTHEST_M),
    hrir: str = "kemar",
) -> Material[Recipe]:
    """Material out of sounds; see `learning_banks` and `load_hrirs` for what is raised.

    Some noises are among what is learned from: in them every frequency of a direction is heard.
    """
    train, validation = learning_banks(sounds, config.sample_rate_hz)
    noises = tuple(
        Sound(f"noise-{number}", "noise", partial(_noise, number, config.sample_rate_hz))
        for number in range(len(train.sounds) // _NOISES_PER)
    )
    more = replace(train, sounds=(*train.sounds, *noises))
    return Material(Recipe(scheme, hrir, seed, distances_m), more, validation)


def _noise(number: int, sample_rate_hz: int) -> Mono:
    """White, 8 s of it."""
    rng = np.random.default_rng([number, 77])
    return rng.standard_normal(SECONDS * sample_rate_hz, dtype=np.float32)
