"""What PseudoBinaural learns from: a recipe with the sounds to learn from and to choose by."""

from __future__ import annotations

from collections.abc import Sequence

from engine.models.material import Material
from engine.models.pseudobinaural.config import Config
from engine.models.pseudobinaural.pairs import Recipe
from engine.models.sounds import Sound, learning_banks


def material_of(
    config: Config,
    sounds: Sequence[Sound],
    seed: int,
    hrir: str = "kemar",
    *,
    filmed: bool = False,
) -> Material[Recipe]:
    """Material out of sounds; see `learning_banks` and `load_hrirs` for what is raised."""
    train, validation = learning_banks(sounds, config.sample_rate_hz)
    recipe = Recipe(config.picture_px, config.samples, seed, hrir=hrir, filmed=filmed)
    return Material(recipe, train, validation)
