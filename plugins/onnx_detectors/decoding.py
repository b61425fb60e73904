"""What the networks' outputs mean: boxes and class scores on grids of several strides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def grid(size: tuple[int, int], strides: Sequence[int], offset: float) -> tuple[Array, Array]:
    """Points (n, 2) of all grids, in pixels of the input, and their strides (n, 1).

    Parameters
    ----------
    size : (width, height) of the network's input
    strides : pixels between points, a grid each; grids at the border are rounded up
    offset : where in its cell a point lies, 0 (corner) to 0.5 (middle)
    """
    points, steps = [], []
    for stride in strides:
        columns, rows = -(-size[0] // stride), -(-size[1] // stride)
        x, y = np.meshgrid(np.arange(columns), np.arange(rows))
        at = (np.stack([x, y], axis=-1).reshape(-1, 2) + offset) * stride
        points.append(at.astype(np.float32))
        steps.append(np.full((len(at), 1), stride, dtype=np.float32))
    return np.concatenate(points), np.concatenate(steps)


def count_points(size: tuple[int, int], strides: Sequence[int]) -> int:
    """How many points the grids of these strides have."""
    return sum(-(-size[0] // stride) * -(-size[1] // stride) for stride in strides)


def centre_and_size(
    raw: Array, size: tuple[int, int], strides: Sequence[int]
) -> tuple[Array, Array]:
    """Boxes (n, 4) and scores (n, classes) of a head that gives centre, size, object and classes.

    `raw` is (n, 5 + classes): the centre as an offset from the cell's corner in strides, the size
    as a logarithm of strides, whether there is an object, and classes (both 0..1). Ge et al.,
    "YOLOX: Exceeding YOLO Series in 2021", 2021, 2.1 (decoupled, anchor-free head).
    """
    corners, steps = grid(size, strides, 0.0)
    centres = raw[:, :2] * steps + corners
    half = 0.5 * np.exp(np.minimum(raw[:, 2:4], 10.0)) * steps
    boxes = np.concatenate([centres - half, centres + half], axis=1)
    return boxes, raw[:, 5:] * raw[:, 4:5]


def distances(sides: Array, size: tuple[int, int], strides: Sequence[int], offset: float) -> Array:
    """Boxes (n, 4) of a head that gives the distance of each side as a distribution.

    `sides` is (n, 4 * bins): for left, top, right and bottom the logits of 0, 1, ... strides from
    the point. Their mean is the distance: Li et al., "Generalized Focal Loss", NeurIPS 2020, eq. 5.
    """
    points, steps = grid(size, strides, offset)
    logits = sides.reshape(len(sides), 4, -1)  # (n, 4, bins)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    away = (weights @ np.arange(logits.shape[-1], dtype=np.float32)) * steps  # (n, 4)
    return np.concatenate([points - away[:, :2], points + away[:, 2:]], axis=1)
