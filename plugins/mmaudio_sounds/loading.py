"""MMAudio's networks from a folder of weights, through its own package.

Its files are PyTorch's, opened weights-only, which runs no code in them. Two networks that it gets
from a hub (CLIP and, at 44.1 kHz, BigVGAN) are taken from the hub's folder on this machine, which
its own demo fills; nothing is fetched here.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.errors import PluginError

VARIANTS = ("large_44k_v2", "large_44k", "medium_44k", "small_44k", "small_16k")
"""Preferred first."""
_SYNCHFORMER = "synchformer_state_dict.pth"


@dataclass(frozen=True)
class Model:
    """MMAudio's parts, named as in its package.

    Attributes
    ----------
    network, features, flow : Any
        ``MMAudio``, ``FeaturesUtils``, and a function of a number of steps that gives
        ``FlowMatching``.
    sequence : Any
        ``SequenceConfig``; its `duration` is a window's usual length in seconds.
    generate : callable
        ``mmaudio.eval_utils.generate``.
    """

    network: Any
    features: Any
    sequence: Any
    flow: Callable[[int], Any]
    generate: Callable[..., Any]


def variant_in(folder: Path) -> str | None:
    """The best variant whose weights are in a folder, or below it; None where there is none."""
    there = {file.name for file in folder.rglob("mmaudio_*.pth")} if folder.is_dir() else set()
    return next((name for name in VARIANTS if f"mmaudio_{name}.pth" in there), None)


@lru_cache(maxsize=1)
def loaded(folder: Path) -> Model:
    """The networks of a folder; one set is kept, since loading takes longer than a sound.

    Raises
    ------
    PluginError
        If the package or a file is missing, or is not what it should be.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"  # before the hub is imported: nothing is fetched
    try:
        torch: Any = importlib.import_module("torch")
        settings, networks, flows, features = (
            importlib.import_module(f"mmaudio.{name}")
            for name in (
                "eval_utils",
                "model.networks",
                "model.flow_matching",
                "model.utils.features_utils",
            )
        )
    except ImportError as error:
        raise PluginError(
            f"MMAudio is not installed ({error})",
            remedy="install it: pip install git+https://github.com/hkchengrex/MMAudio",
        ) from error
    variant = variant_in(folder)
    try:
        config = settings.all_model_cfg[variant]
        device = "cuda" if torch.cuda.is_available() else "cpu"
        network = networks.get_my_mmaudio(config.model_name).eval()
        network.load_weights(_opened(torch, folder, config.model_path))
        vocoder = config.bigvgan_16k_path
        looking = features.FeaturesUtils(
            tod_vae_ckpt=str(_file(folder, config.vae_path)),
            synchformer_ckpt=str(_file(folder, Path(_SYNCHFORMER))),
            enable_conditions=True,
            mode=config.mode,
            bigvgan_vocoder_ckpt=vocoder and str(_file(folder, vocoder)),
            need_vae_encoder=False,
        ).eval()
    except PluginError:
        raise
    except Exception as error:  # whatever the libraries say about files that are not the model's
        words = " ".join(str(error).split())[:120]
        raise PluginError(
            f"MMAudio cannot be loaded ({type(error).__name__}: {words})",
            place=folder,
            remedy="run MMAudio's own demo once, which fetches all that it needs",
        ) from error
    return Model(
        network=network.to(device),
        features=looking.to(device),
        sequence=config.seq_cfg,
        flow=lambda steps: flows.FlowMatching(0.0, inference_mode="euler", num_steps=steps),
        generate=settings.generate,
    )


def _opened(torch: Any, folder: Path, name: Path) -> Any:
    return torch.load(_file(folder, name), map_location="cpu", weights_only=True)


def _file(folder: Path, name: Path) -> Path:
    """The file of that name in a folder or below it."""
    for found in sorted(folder.rglob(name.name)):
        return found
    raise PluginError(
        f"MMAudio lacks its file {name.name}", place=folder, remedy="put it into that folder"
    )
