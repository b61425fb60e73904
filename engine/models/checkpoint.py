"""Files of trained networks: safetensors, which hold numbers and words and can run nothing."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from engine.errors import DeliveryError, WeightsError

Facts = dict[str, Any]
T = TypeVar("T")


def save_checkpoint(path: Path, tensors: Mapping[str, Any], facts: Facts) -> None:
    """Write tensors by name with some facts (anything JSON can hold), whole or not at all.

    Raises
    ------
    DeliveryError
        If the file cannot be written.
    """
    from safetensors.torch import save

    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    packed = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    try:
        partial.write_bytes(save(packed, {"facts": json.dumps(facts, sort_keys=True)}))
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise DeliveryError(
            f"the checkpoint cannot be written: {error.strerror or error}",
            place=path,
            remedy="free some disk space or choose another folder",
        ) from error


def load_checkpoint(path: Path) -> tuple[dict[str, Any], Facts]:
    """Tensors by name, and the facts.

    Raises
    ------
    WeightsError
        If the file is missing, damaged, or none of ours.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise WeightsError("there is no such checkpoint", place=path, remedy="check the path")
    try:
        with safe_open(path, framework="pt") as opened:
            words = opened.metadata() or {}
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
        facts = json.loads(words["facts"])
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise WeightsError(
            "this is no checkpoint of ours, or it is damaged",
            place=path,
            remedy="copy or fetch it again",
        ) from error
    return tensors, facts


def checkpoint_of(path: Path, model: str) -> tuple[dict[str, Any], Facts]:
    """Tensors and facts of a checkpoint that must be one of a `model`'s.

    Raises
    ------
    WeightsError
        If the file is missing, damaged, or another network's.
    """
    tensors, facts = load_checkpoint(path)
    if facts.get("model") != model:
        raise WeightsError(
            f"these are weights of '{facts.get('model', 'another network')}', not of '{model}'",
            place=path,
            remedy="choose another file",
        )
    return tensors, facts


def fact(facts: Facts, name: str, kind: type[T], path: Path) -> T:
    """One of the facts of a checkpoint, as a value of its kind.

    Raises
    ------
    WeightsError
        If this version knows no such value.
    """
    try:
        return msgspec.convert(facts[name], kind)
    except (KeyError, msgspec.ValidationError) as error:
        raise WeightsError(
            "it was made by another version of the program",
            place=path,
            remedy="train it again with this version",
        ) from error


def halved(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Real numbers in half precision: half the bytes, and next to the same figures."""
    return {k: v.half() if v.is_floating_point() else v for k, v in tensors.items()}


def fitted(network: Any, tensors: Mapping[str, Any], path: Path) -> None:
    """Put tensors (of any precision) into a network.

    Raises
    ------
    WeightsError
        If names or shapes differ, or a number is NaN or infinite.
    """
    mine = network.state_dict()
    if mine.keys() != tensors.keys() or any(
        mine[name].shape != tensor.shape for name, tensor in tensors.items()
    ):
        raise WeightsError(
            "its tensors are not those of the network that it names",
            place=path,
            remedy="train it again with this version",
        )
    if not all(tensor.isfinite().all() for tensor in tensors.values()):
        raise WeightsError(
            "it holds NaN or infinity", place=path, remedy="copy it or train it again"
        )
    network.load_state_dict({k: v.to(mine[k].dtype) for k, v in tensors.items()})
