"""What a network learns from, whichever it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from engine.errors import PluginError
from engine.models.sounds import SoundBank

RecipeT = TypeVar("RecipeT")
ConfigT = TypeVar("ConfigT")


@dataclass(frozen=True)
class Material(Generic[RecipeT]):
    """A recipe with the sounds to learn from, and those that held-out figures are measured on."""

    recipe: RecipeT
    train: SoundBank
    validation: SoundBank


def config_named(name: str, configs: Mapping[str, ConfigT]) -> ConfigT:
    """The configuration of that name.

    Raises
    ------
    PluginError
        If there is none.
    """
    if name not in configs:
        raise PluginError(
            f"there is no configuration '{name}'", remedy=f"choose one of {', '.join(configs)}"
        )
    return configs[name]


def told_of(model: str, **parts: Any) -> dict[str, Any]:
    """What a state and a checkpoint are told about themselves: the model's name, and dataclasses.

    Parts that are None are left out.
    """
    given = {name: part for name, part in parts.items() if part is not None}
    return {"model": model} | {
        name: part if isinstance(part, str) else asdict(part) for name, part in given.items()
    }
