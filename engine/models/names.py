"""The learned spatialisers by name, and where the weights of each come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import PluginError, WeightsError
from engine.models.torch_here import require_torch
from engine.weights.choice import weights_for


class Spatialiser(Protocol):
    """Makes two ears out of mono sound and pictures; see `pseudobinaural.infer.Binauraliser`."""

    config: Any

    def difference(
        self,
        mono: NDArray[np.float32],
        picture_at: Callable[[float], NDArray[np.uint8]],
        start_s: float = 0.0,
    ) -> NDArray[np.float32]:
        """Half of left minus right (n,), of a mono sound (n,) at the network's rate."""


SPATIALISERS = ("pseudobinaural",)
"""Those that there are."""


def load_spatialiser(name: str, weights: str | None = None) -> tuple[Spatialiser, Path]:
    """The spatialiser of that name with its weights, and the file they are from.

    Parameters
    ----------
    weights : str, optional
        A file, or a name of `foleystage models list`; by default those that are here.

    Raises
    ------
    PluginError
        If there is none of that name, or torch is missing.
    WeightsError
        If the weights are missing, damaged or another network's.
    """
    if name not in SPATIALISERS:
        raise PluginError(
            f"there is no spatialiser '{name}'", remedy=f"choose one of {', '.join(SPATIALISERS)}"
        )
    path = weights_for(name, weights, "spatialiser")
    if path is None:
        raise WeightsError(
            f"there are no weights for '{name}' here", remedy="give some: --weights FILE"
        )
    require_torch(f"'{name}'")
    from engine.models.pseudobinaural.infer import load_binauraliser

    return load_binauraliser(path), path
