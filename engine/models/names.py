"""The learned spatialisers by name, and where the weights of each come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import PluginError, WeightsError
from engine.jobs import Progress, silent_progress
from engine.models.torch_here import require_torch
from engine.weights.choice import weights_for

if TYPE_CHECKING:
    from engine.models.foleyspace.infer import MovingSpatialiser
    from engine.models.hivibix.features import Features


class Spatialiser(Protocol):
    """Makes two ears out of mono sound and pictures; see `pseudobinaural.infer.Binauraliser`."""

    config: Any
    network: Any

    def beside(self, film: Path, progress: Progress = silent_progress) -> Spatialiser:
        """The same beside a film, of which it may have to know more than single pictures."""

    def difference(
        self,
        mono: NDArray[np.float32],
        picture_at: Callable[[float], NDArray[np.uint8]],
        start_s: float = 0.0,
    ) -> NDArray[np.float32]:
        """Half of left minus right (n,), of a mono sound (n,) at the network's rate."""


SPATIALISERS = ("pseudobinaural", "hivibix")
"""Those that there are."""


MOVING_SPATIALISERS = ("foleyspace",)
"""Those that are told where a source is, instead of seeing it."""


def load_spatialiser(
    name: str, weights: str | None = None, features: tuple[Path, Path] | None = None
) -> tuple[Spatialiser, Path]:
    """The spatialiser of that name with its weights, and the file they are from.

    Parameters
    ----------
    weights : str, optional
        A file, or a name of `foleystage models list`; by default those that are here.
    features : (CLIP, DINOv2), optional
        Folders; for HiViBiX, in place of our own shipped visual network.

    Raises
    ------
    PluginError
        If there is none of that name, or torch is missing.
    WeightsError
        If the weights are missing, damaged or another network's.
    """
    path = _weights(name, SPATIALISERS, weights)
    if name == "hivibix":
        from engine.models.hivibix.at_work import load_film_spatialiser

        return load_film_spatialiser(path, load_features(features)), path
    from engine.models.pseudobinaural.infer import load_binauraliser

    return load_binauraliser(path), path


def load_features(folders: tuple[Path, Path] | None = None) -> Features:
    """What HiViBiX is told of pictures by: folders of CLIP and DINOv2, or our own shipped network.

    Raises
    ------
    PluginError
        If torch or transformers is missing.
    WeightsError
        If weights are missing, damaged or another network's.
    """
    if folders is not None:
        require_torch("features")
        from engine.models.hivibix.public_features import load_public_features

        return load_public_features(*folders)
    seeing = _weights("pseudobinaural", SPATIALISERS, None)
    from engine.models.hivibix.features import EmbeddedFeatures
    from engine.models.pseudobinaural.infer import load_binauraliser

    return EmbeddedFeatures(load_binauraliser(seeing).network)


def load_moving_spatialiser(
    name: str, weights: str | None = None
) -> tuple[MovingSpatialiser, Path]:
    """The same of `MOVING_SPATIALISERS`."""
    path = _weights(name, MOVING_SPATIALISERS, weights)
    from engine.models.foleyspace.infer import load_moving_spatialiser as load

    return load(path), path


def _weights(name: str, names: tuple[str, ...], given: str | None) -> Path:
    if name not in names:
        raise PluginError(
            f"there is no spatialiser '{name}'", remedy=f"choose one of {', '.join(names)}"
        )
    path = weights_for(name, given, "spatialiser")
    if path is None:
        raise WeightsError(
            f"there are no weights for '{name}' here", remedy="give some: --weights FILE"
        )
    require_torch(f"'{name}'")
    return path
