"""What HiViBiX is told of a picture, offline: our own shipped visual network's features, and boxes.

The paper puts CLIP and a DINOv2 depth estimator before its encoder, and finds the sounding objects
with YOLOv8. Here the visual network of PseudoBinaural, which has learned which kind of thing is
where, stands for CLIP, and what a box's size and foot tell of its distance for the depth estimator.
Whoever has better features makes `Seen` of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.models.hivibix.visual import Seen, enlarged
from engine.models.pseudobinaural.network import PseudoBinaural
from engine.models.pseudobinaural.residual import normalised_pictures

MOST_PARTS = 4
"""Boxes that are heeded, the largest."""
DEPTH_SIZE = 6

Picture = NDArray[np.uint8]
Boxes = NDArray[np.float64]
"""(k, 4): x0, y0, x1, y1 in pixels."""


class Features(Protocol):
    """A way of seeing.

    Attributes
    ----------
    picture_px : (height, width)
        As large as pictures should be drawn for it; any size will do.
    scene_size, depth_size : int
        Lengths of its vectors.
    """

    picture_px: tuple[int, int]
    scene_size: int
    depth_size: int

    @property
    def digest(self) -> str:
        """SHA-256 of the weights: what has learned with some features knows no others."""

    def seen(self, pictures: Sequence[Picture], boxes: Sequence[Boxes]) -> Seen:
        """Of pictures (h, w, 3) of any size, with boxes in their pixels."""


class EmbeddedFeatures:
    """The shipped network's way of seeing: `Features`."""

    depth_size = DEPTH_SIZE

    def __init__(self, network: PseudoBinaural) -> None:
        self.visual = network.visual.eval()
        self.picture_px = network.config.picture_px
        self.scene_size = network.config.visual_channels

    @property
    def digest(self) -> str:
        """SHA-256 of the weights: what has learned with some features knows no others."""
        whole = hashlib.sha256()
        for tensor in self.visual.state_dict().values():
            whole.update(np.ascontiguousarray(tensor.numpy()).tobytes())
        return whole.hexdigest()

    @torch.no_grad()
    def seen(self, pictures: Sequence[Picture], boxes: Sequence[Boxes]) -> Seen:
        """Of pictures (h, w, 3) of any size, with boxes in their pixels."""
        height, width = self.picture_px
        small = [
            p if p.shape[:2] == (height, width) else cv2.resize(p, (width, height))
            for p in pictures
        ]
        grid = self.visual(normalised_pictures(torch.from_numpy(np.stack(small))))  # (B, C, h, w)
        shares, there = shares_of(pictures, boxes)
        parts = torch.stack([_within(one, some) for one, some in zip(grid, shares, strict=True)])
        depth = _depths(shares) * there[..., None]
        count = there.sum(dim=1, keepdim=True).clamp(min=1)
        return Seen(
            scene=grid.mean(dim=(2, 3)),
            scene_parts=parts,
            depth=depth.sum(dim=1) / count,
            depth_parts=depth,
            centres=(shares[..., :2] + shares[..., 2:]) / 2.0,
            there=there,
        )


def shares_of(pictures: Sequence[Picture], boxes: Sequence[Boxes]) -> tuple[Tensor, Tensor]:
    """(B, k, 4) the largest boxes as shares of their pictures, and (B, k) which there are."""
    shares = torch.zeros(len(pictures), MOST_PARTS, 4)
    there = torch.zeros(len(pictures), MOST_PARTS, dtype=torch.bool)
    for row, (picture, some) in enumerate(zip(pictures, boxes, strict=True)):
        height, width = picture.shape[:2]
        scaled = np.asarray(some, np.float32).reshape(-1, 4) / [width, height, width, height]
        area = (scaled[:, 2] - scaled[:, 0]) * (scaled[:, 3] - scaled[:, 1])
        kept = scaled[np.argsort(-area)[:MOST_PARTS]]
        shares[row, : len(kept)] = torch.from_numpy(kept.astype(np.float32))
        there[row, : len(kept)] = True
    return shares, there


def _within(grid: Tensor, shares: Tensor) -> Tensor:
    """(k, C): means of a grid (C, h, w) over boxes, enlarged, as shares of the picture."""
    rows, columns = grid.shape[1:]
    scale = torch.tensor([columns, rows, columns, rows], dtype=torch.float32)
    boxes = enlarged(shares * scale, (rows, columns))
    across = _overlap(boxes[:, 0], boxes[:, 2], columns)  # (k, w)
    down = _overlap(boxes[:, 1], boxes[:, 3], rows)
    weight = down[:, :, None] * across[:, None, :]
    total = weight.sum(dim=(1, 2)).clamp(min=1e-6)
    return torch.einsum("chw,khw->kc", grid, weight) / total[:, None]


def _overlap(low: Tensor, high: Tensor, cells: int) -> Tensor:
    """(k, cells): how much of each unit cell lies within low..high."""
    edges = torch.arange(cells + 1, dtype=torch.float32)
    inner = torch.minimum(edges[1:], high[:, None]) - torch.maximum(edges[:-1], low[:, None])
    return inner.clamp(0.0, 1.0)


def _depths(shares: Tensor) -> Tensor:
    """(B, k, 6): what a box tells of its distance: size, both ways and in logarithms, and foot."""
    wide, high = shares[..., 2] - shares[..., 0], shares[..., 3] - shares[..., 1]
    logs = [torch.log(side.clamp(min=0.01)) for side in (wide, high)]
    return torch.stack([wide, high, *logs, shares[..., 1], shares[..., 3]], dim=-1)
