"""Weights of the published networks, which ours at the paper's size take as they are.

2.5D Visual Sound and PseudoBinaural publish a file for the visual network and one for the U-Net;
both have the same two networks. Tensors have other names there, and the same shapes.

References
----------
Gao and Grauman, "2.5D Visual Sound", CVPR 2019, and Xu et al., CVPR 2021: the names of the tensors
are those of `models/networks.py` in facebookresearch/2.5D-Visual-Sound and in
SheldonTsui/PseudoBinaural_CVPR2021 (classes VisualNet and AudioNet).
"""

from __future__ import annotations

import hashlib
import pickle
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from engine.errors import WeightsError
from engine.models.checkpoint import fitted, save_checkpoint
from engine.models.pseudobinaural.config import Config
from engine.models.pseudobinaural.infer import MODEL
from engine.models.pseudobinaural.network import PseudoBinaural

PUBLISHED = Config(separation=False)
"""The paper's size; the branch that helps to learn is not needed to hear."""

_RESIDUAL = {"0": "conv1", "1": "bn1", **{str(n): f"layer{n - 3}" for n in range(4, 8)}}
"""Children of torchvision's ResNet, by their number in a sequence."""
_AUDIO = {
    **{f"audionet_convlayer{n}": f"down.{n - 1}" for n in range(1, 6)},
    **{f"audionet_upconvlayer{n}": f"up.{n - 1}" for n in range(1, 5)},
    "audionet_upconvlayer5.0": "last",
    "conv1x1": "reduce",
}
_COUNTERS = re.compile(r"num_batches_tracked$|_running_iter$|_tmp_running_(mean|var)$")
"""What normalising layers remember of learning."""


def adopt(visual: Path, audio: Path, out: Path) -> dict[str, Any]:
    """Make a checkpoint of ours of a published pair; the facts that it tells.

    Parameters
    ----------
    visual, audio : Path
        `.pth` files (opened weights-only: nothing in them runs) or safetensors.
    out : Path
        A safetensors file, for `foleystage binauralise --weights`.

    Raises
    ------
    WeightsError
        If a file is missing, damaged, or holds another network.
    DeliveryError
        If the checkpoint cannot be written.
    """
    tensors = {f"visual.{name}": one for name, one in _renamed_visual(visual).items()}
    tensors |= {f"audio.{name}": one for name, one in _renamed_audio(audio).items()}
    network = PseudoBinaural(PUBLISHED)
    counters = {name: one for name, one in network.state_dict().items() if _COUNTERS.search(name)}
    fitted(network, {**tensors, **counters}, audio)
    digests = {path.name: _sha256(path) for path in (visual, audio)}
    facts = {"model": MODEL, "config": asdict(PUBLISHED), "published": digests}
    save_checkpoint(out, network.state_dict(), facts)
    return facts


def _renamed_visual(path: Path) -> dict[str, Tensor]:
    renamed = {}
    for name, tensor in _tensors(path).items():
        _, is_there, rest = name.partition("feature_extraction.")
        number, _, inner = rest.partition(".")
        if not is_there or number not in _RESIDUAL:
            raise _another(path, name, "of a ResNet-18's features (feature_extraction.0 to .7)")
        renamed[f"{_RESIDUAL[number]}.{inner}"] = tensor
    return renamed


def _renamed_audio(path: Path) -> dict[str, Tensor]:
    renamed = {}
    for name, tensor in _tensors(path).items():
        found = [(old, new) for old, new in _AUDIO.items() if name.startswith(f"{old}.")]
        if not found:
            raise _another(path, name, "of the U-Net (audionet_convlayer1 ... conv1x1)")
        ((old, new),) = found
        renamed[new + name.removeprefix(old)] = tensor
    return renamed


def _tensors(path: Path) -> Mapping[str, Tensor]:
    """Tensors of a file by name, without counters and what parallel training puts before names."""
    if not path.is_file():
        raise WeightsError("there is no such file", place=path, remedy="check the path")
    try:
        if path.suffix == ".safetensors":
            held: Any = load_file(path)
        else:
            held = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, ValueError, RuntimeError, SafetensorError) as error:
        raise _damaged(path) from error
    except pickle.UnpicklingError as error:
        raise WeightsError(
            "it holds more than tensors, or is damaged, and is not opened",
            place=path,
            remedy="use the published file as it is",
        ) from error
    if not isinstance(held, Mapping) or not all(torch.is_tensor(one) for one in held.values()):
        raise _damaged(path)
    return {
        str(name).removeprefix("module."): one
        for name, one in held.items()
        if not _COUNTERS.search(str(name))
    }


def _damaged(path: Path) -> WeightsError:
    return WeightsError(
        "this is no file of tensors by name, or it is damaged", place=path, remedy="copy it again"
    )


def _another(path: Path, name: str, wanted: str) -> WeightsError:
    return WeightsError(
        f"its tensor '{name}' is none {wanted}: it is another network's",
        place=path,
        remedy="give the visual network's file first, then the audio network's",
    )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
