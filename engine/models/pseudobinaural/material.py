"""What PseudoBinaural learns from: a recipe with the sounds to learn from and to choose by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import MediaError, PluginError
from engine.models.pseudobinaural.config import CONFIGS, Config
from engine.models.pseudobinaural.pairs import Recipe
from engine.models.sounds import Sound, SoundBank, parted


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


def material_of(config: Config, sounds: Sequence[Sound], seed: int) -> Material:
    """Material out of sounds; those of the test part are left alone.

    Raises
    ------
    MediaError
        If too few sounds are given to hold some out and to part two.
    """
    banks = [
        SoundBank(parted(sounds, part), config.sample_rate_hz) for part in ("train", "validation")
    ]
    if len(banks[0].sounds) < 2 or not banks[1].sounds:
        raise MediaError(
            f"{len(sounds)} sounds are too few to learn from and to hold some out",
            remedy="give ten or more, three at least of a kind",
        )
    return Material(Recipe(config.picture_px, config.samples, seed), *banks)
