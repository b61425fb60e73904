"""What the paper puts before HiViBiX: CLIP for the scene and DINOv2 for depth, of files at hand.

Both are whole folders as transformers saves them, given by their paths: nothing is fetched, and
only safetensors are read. CLIP answers its picture embedding; of DINOv2, on which the paper's depth
estimator is built, the normalised class token is taken. The whole picture and each box, enlarged by
20 %, are looked at by both.

References
----------
"HiViBiX", section 3.2; Radford et al., "Learning transferable visual models from natural language
supervision", ICML 2021; Oquab et al., "DINOv2", TMLR 2024.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from torch import Tensor, nn

from engine.errors import PluginError, WeightsError
from engine.models.hivibix.features import Boxes, Picture, shares_of
from engine.models.hivibix.visual import Seen, enlarged

CLIP_MEAN, CLIP_DEVIATION = (
    (0.48145466, 0.4578275, 0.40821073),
    (0.26862954, 0.26130258, 0.27577711),
)
DINO_MEAN, DINO_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
DINO_PX = 224
"""Side that DINOv2 looks at: 16 of its patches."""


class PublicFeatures:
    """CLIP's and DINOv2's way of seeing; `seen` is what it is for.

    Parameters
    ----------
    clip : nn.Module
        `CLIPVisionModelWithProjection`.
    dino : nn.Module
        `Dinov2Model`.

    Attributes
    ----------
    scene_size, depth_size : int
        Lengths of the feature vectors.
    picture_px : (height, width)
        As large as pictures should be drawn for it.
    """

    picture_px = (224, 448)

    def __init__(self, clip: nn.Module, dino: nn.Module) -> None:
        self.clip, self.dino = clip.eval(), dino.eval()
        configs: Any = (clip.config, dino.config)
        self.scene_size = int(configs[0].projection_dim)
        self.depth_size = int(configs[1].hidden_size)
        self._clip_px = int(configs[0].image_size)

    @property
    def digest(self) -> str:
        """SHA-256 of the weights: what has learned with some features knows no others."""
        whole = hashlib.sha256()
        for network in (self.clip, self.dino):
            for tensor in network.state_dict().values():
                whole.update(np.ascontiguousarray(tensor.numpy()).tobytes())
        return whole.hexdigest()

    @torch.no_grad()
    def seen(self, pictures: Sequence[Picture], boxes: Sequence[Boxes]) -> Seen:
        """Of pictures (h, w, 3) of any size, with boxes in their pixels."""
        shares, there = shares_of(pictures, boxes)
        most = shares.shape[1]
        views: list[Picture] = []
        for picture, some, known in zip(pictures, shares, there, strict=True):
            views.append(picture)
            views += [_part(picture, box) for box in some[known]]
        scene_views = self._scene(views)
        depth_views = self._depth(views)
        scene, scene_parts = _sorted_out(scene_views, there, most)
        depth, depth_parts = _sorted_out(depth_views, there, most)
        centres = (shares[..., :2] + shares[..., 2:]) / 2.0
        return Seen(scene, scene_parts, depth, depth_parts, centres, there)

    def _scene(self, views: Sequence[Picture]) -> Tensor:
        told = _normalised(views, self._clip_px, CLIP_MEAN, CLIP_DEVIATION)
        found: Tensor = self.clip(pixel_values=told).image_embeds
        return nn.functional.normalize(found, dim=1) * self.scene_size**0.5

    def _depth(self, views: Sequence[Picture]) -> Tensor:
        told = _normalised(views, DINO_PX, DINO_MEAN, DINO_DEVIATION)
        found: Tensor = self.dino(pixel_values=told).last_hidden_state[:, 0]
        return found


def load_public_features(clip: Path, depth: Path) -> PublicFeatures:
    """The features of two folders.

    Parameters
    ----------
    clip : Path
        Such as openai/clip-vit-base-patch32.
    depth : Path
        Such as facebook/dinov2-small.

    Raises
    ------
    PluginError
        If transformers is missing.
    WeightsError
        If a folder is missing, holds another network, or is damaged.
    """
    try:
        from transformers import CLIPVisionModelWithProjection, Dinov2Model
    except ImportError as error:
        raise PluginError(
            "features of CLIP and DINOv2 need transformers",
            remedy="pip install 'foleystage[learned]'",
        ) from error
    return PublicFeatures(
        _from(clip, CLIPVisionModelWithProjection, "CLIP"), _from(depth, Dinov2Model, "DINOv2")
    )


def _from(folder: Path, kind: Any, name: str) -> nn.Module:
    if not (folder / "config.json").is_file():
        raise WeightsError(
            f"there is no {name} in this folder",
            place=folder,
            remedy="give the folder with config.json and model.safetensors",
        )
    try:
        found, told = kind.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError, KeyError, AttributeError, SafetensorError) as error:
        raise WeightsError(
            f"this {name} cannot be opened: {str(error).splitlines()[0]}",
            place=folder,
            remedy="copy it again, as safetensors",
        ) from error
    if told["missing_keys"]:
        raise WeightsError(
            f"this is no {name}: it lacks {len(told['missing_keys'])} of its tensors",
            place=folder,
            remedy="choose another folder",
        )
    network: nn.Module = found.float()
    return network


def _part(picture: Picture, share: Tensor) -> Picture:
    """What is in a box, 20 % larger; a pixel at least."""
    height, width = picture.shape[:2]
    scale = torch.tensor([width, height, width, height], dtype=torch.float32)
    x0, y0, x1, y1 = enlarged(share * scale, (height, width)).tolist()
    left, top = min(int(x0), width - 1), min(int(y0), height - 1)
    return picture[top : max(round(y1), top + 1), left : max(round(x1), left + 1)]


def _normalised(
    views: Sequence[Picture],
    side_px: int,
    mean: tuple[float, float, float],
    deviation: tuple[float, float, float],
) -> Tensor:
    """(B, 3, side, side) of pictures of any size."""
    small: list[NDArray[np.uint8]] = []
    for view in views:
        shrinks = max(view.shape[:2]) > side_px
        way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        small.append(np.asarray(cv2.resize(view, (side_px, side_px), interpolation=way), np.uint8))
    told = torch.from_numpy(np.stack(small)).float() / 255.0
    return ((told - torch.tensor(mean)) / torch.tensor(deviation)).permute(0, 3, 1, 2)


def _sorted_out(views: Tensor, there: Tensor, most: int) -> tuple[Tensor, Tensor]:
    """(B, D) of the wholes and (B, k, D) of the parts, of all views in their order."""
    wholes = torch.zeros(len(there), views.shape[1])
    parts = torch.zeros(len(there), most, views.shape[1])
    at = 0
    for row, known in enumerate(there):
        count = int(known.sum())
        wholes[row] = views[at]
        parts[row, :count] = views[at + 1 : at + 1 + count]
        at += 1 + count
    return wholes, parts
