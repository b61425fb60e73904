"""Depth Anything V2 (Yang et al., NeurIPS 2024): inverse depth of single pictures.

Torch and transformers are imported when the part is made, which happens in worker processes and
commands, never in the window. Only safetensors are read: they hold numbers and no code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import PluginError
from engine.plugins import DepthEstimator, Detection
from plugins.torchvision_on_cpu import mend_torchvision

_PATCH = 14
_ROWS = 18
"""Patches from top to bottom: a quarter of the training's pixels, for speed on a processor."""
_MOST_COLUMNS = 48
_MEAN, _DEVIATION = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)


class DepthAnything:
    """Inverse depth, up to scale and offset.

    Parameters
    ----------
    weights : a ``.safetensors`` file, or a folder with ``model.safetensors``; a ``config.json``
        beside it says which size of network it is (without one: the small one)

    Raises
    ------
    PluginError
        If transformers is not installed, or the file is not of that network.
    """

    name = "depth-anything"
    scale = "inverse"

    def __init__(self, weights: Path) -> None:
        file = weights / "model.safetensors" if weights.is_dir() else weights
        self._torch, transformers, load = _libraries()
        self._network = _network(transformers, load, file)
        self.label = f"Depth Anything V2 ({file.name})"

    def depth_map(self, image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        """Inverse depth (height, width) of an RGB picture; larger is nearer."""
        height, width = image.shape[:2]
        columns = int(np.clip(round(_ROWS * width / height), 1, _MOST_COLUMNS))
        size = (columns * _PATCH, _ROWS * _PATCH)
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        values = (small - np.asarray(_MEAN, np.float32)) / np.asarray(_DEVIATION, np.float32)
        picture = self._torch.from_numpy(np.ascontiguousarray(values.transpose(2, 0, 1)[None]))
        with self._torch.inference_mode():
            found = self._network(pixel_values=picture).predicted_depth[0]  # (H, W)
        depth = cv2.resize(found.float().numpy(), (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(depth, dtype=np.float32)

    def box_distance_m(self, detection: Detection, width: int, height: int) -> float:
        """Not known from a box alone.

        Raises
        ------
        PluginError
            Always: this part gives maps.
        """
        raise PluginError("this depth part gives maps, not distances of boxes")


def depth_anything(weights: Path | None = None) -> DepthEstimator:
    """The part, with weights that were given or fetched."""
    if weights is None:
        raise PluginError(
            "the depth part 'depth-anything' needs weights",
            remedy="give --depth-weights FILE.safetensors, or see `foleystage models list`",
        )
    return DepthAnything(weights)


def _libraries() -> tuple[Any, Any, Any]:
    try:
        import torch

        mend_torchvision()
        import transformers
        from safetensors.torch import load_file
    except ImportError as error:
        raise PluginError(
            f"Depth Anything needs transformers and torch ({error})",
            remedy="install them: pip install 'foleystage[learned]'",
        ) from error
    return torch, transformers, load_file


def _network(transformers: Any, load: Any, file: Path) -> Any:
    if file.suffix != ".safetensors":
        raise PluginError(
            "only safetensors are read, since other files can run code",
            place=file,
            remedy="give a .safetensors file",
        )
    try:
        # by from_pretrained, since names of parts in files differ from those in memory
        network, report = transformers.DepthAnythingForDepthEstimation.from_pretrained(
            None,
            config=_config(transformers, file),
            state_dict=load(str(file)),
            output_loading_info=True,
        )
        lacking = sorted(report["missing_keys"]) + sorted(map(str, report["mismatched_keys"]))
        if lacking:
            raise ValueError(f"{len(lacking)} parts are missing or differ, such as {lacking[0]}")
    except Exception as error:  # whatever the libraries say about a file that is not the network's
        words = " ".join(str(error).split())[:120]
        raise PluginError(
            f"not weights of Depth Anything V2 ({type(error).__name__}: {words})",
            place=file,
            remedy="give other weights, or put their config.json beside them",
        ) from error
    return network.eval()


def _config(transformers: Any, file: Path) -> Any:
    beside = file.with_name("config.json")
    if beside.is_file():
        return transformers.DepthAnythingConfig.from_json_file(str(beside))
    backbone = transformers.Dinov2Config(
        hidden_size=384,
        num_attention_heads=6,
        num_hidden_layers=12,
        image_size=518,
        patch_size=_PATCH,
        out_indices=[3, 6, 9, 12],
        apply_layernorm=True,
        reshape_hidden_states=False,
    )
    return transformers.DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=384,
        neck_hidden_sizes=[48, 96, 192, 384],
        fusion_hidden_size=64,
        head_hidden_size=32,
    )
