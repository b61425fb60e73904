"""What PseudoBinaural learns from: a recipe with the sounds to learn from and to choose by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import PluginError
from engine.models.pseudobinaural.config import CONFIGS, Config
from engine.models.pseudobinaural.pairs import Recipe
from engine.models.sounds import Sound, SoundBank, learning_banks


@dataclass(frozen=True)
class Material:
    """What is learned from, and what the held-out figures are measured on."""

    recipe: Recipe
    train: SoundBank
    validation: SoundBank


def config_named(name: str) -> Config:
    """The configuration of that name.

    Raises
    ------
    PluginError
        If there is none.
    """
    if name not in CONFIGS:
        raise PluginError(
            f"there is no configuration '{name}'", remedy=f"choose one of {', '.join(CONFIGS)}"
        )
    return CONFIGS[name]


def material_of(
    config: Config, sounds: Sequence[Sound], seed: int, hrir: str = "kemar"
) -> Material:
    """Material out of sounds; see `learning_banks` and `load_hrirs` for what is raised."""
    train, validation = learning_banks(sounds, config.sample_rate_hz)
    recipe = Recipe(config.picture_px, config.samples, seed, hrir=hrir)
    return Material(recipe, train, validation)
