"""Where a training stands: weights, Adam's moments and counts, so that it can be taken up again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import WeightsError
from engine.models.checkpoint import fitted, load_checkpoint, save_checkpoint

_NETWORK, _ADAM = "network.", "adam."


@dataclass(frozen=True)
class Standing:
    """Steps done, seconds they took, the last and the best held-out figures.

    Attributes
    ----------
    loss, share : float
        At the last look; the share is of what there is to predict.
    best : float
        The lowest share so far.
    since_best : int
        Looks since then.
    """

    step: int = 0
    seconds: float = 0.0
    loss: float = float("nan")
    share: float = float("nan")
    best: float = 1e30
    since_best: int = 0


def store(
    path: Path,
    network: nn.Module,
    adam: torch.optim.Optimizer,
    told: dict[str, Any],
    standing: Standing,
) -> None:
    """Write it all, whole or not at all. See `save_checkpoint` for what is raised."""
    tensors: dict[str, Tensor] = {_NETWORK + k: v for k, v in network.state_dict().items()}
    for number, moments in adam.state_dict()["state"].items():
        tensors |= {f"{_ADAM}{number}.{name}": value for name, value in moments.items()}
    save_checkpoint(path, tensors, {"told": told, "standing": asdict(standing)})


def restore(
    path: Path, network: nn.Module, adam: torch.optim.Optimizer, told: dict[str, Any]
) -> Standing:
    """Take up what was stored; the beginning where nothing was.

    Raises
    ------
    WeightsError
        If it is damaged, or was told otherwise.
    """
    if not path.is_file():
        return Standing()
    tensors, facts = load_checkpoint(path)
    if facts.get("told") != _as_stored(told):
        raise WeightsError(
            "a training with other settings was begun here",
            place=path,
            remedy="choose another folder, or the settings it was begun with",
        )
    weights = {k.removeprefix(_NETWORK): v for k, v in tensors.items() if k.startswith(_NETWORK)}
    fitted(network, weights, path)
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith(_ADAM):
            number, moment = name.removeprefix(_ADAM).split(".", 1)
            state.setdefault(int(number), {})[moment] = tensor
    adam.load_state_dict({"state": state, "param_groups": adam.state_dict()["param_groups"]})
    return Standing(**facts["standing"])


def _as_stored(told: Any) -> Any:
    """As JSON gives it back: tuples are lists."""
    if isinstance(told, dict):
        return {key: _as_stored(value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [_as_stored(value) for value in told]
    return told
