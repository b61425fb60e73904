"""The families of light detectors: how each wants its pictures, and what its outputs mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import PluginError
from plugins.onnx_detectors.decoding import centre_and_size, count_points, distances
from plugins.onnx_detectors.pictures import Preparation

Array = NDArray[np.float32]
Size = tuple[int, int]

_COARSE = (8, 16, 32)
_COARSER = (8, 16, 32, 64)
_BGR_MEAN, _BGR_DEVIATION = (103.53, 116.28, 123.675), (57.375, 57.12, 58.395)
_RGB_MEAN, _RGB_DEVIATION = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
"""ImageNet's means and standard deviations, of levels 0..255."""
_BINS = 8
"""A side's distance is a distribution over 0 to 7 strides."""


@dataclass(frozen=True)
class Family:
    """One family. `decode` makes boxes (n, 4) and scores (n, classes) of the outputs.

    Boxes below `least_score` are noise; doubtful ones above it are given, too, since the tracker
    uses them where a surer track leads to them. `size` is the usual input (width, height); `wide`
    is the width of inputs in the picture's own shape, for families whose networks take any (0:
    they do not).
    """

    name: str
    title: str
    preparation: Preparation
    size: Size
    decode: Callable[[Sequence[Array], Size], tuple[Array, Array]]
    least_score: float = 0.25
    wide: int = 0

    def size_for(self, width: int, height: int) -> Size:
        """Input (width, height) for pictures of this size."""
        if not self.wide:
            return self.size
        down = -(-self.wide * height // (max(width, 1) * _COARSE[-1])) * _COARSE[-1]
        return self.wide, min(max(_COARSE[-1], down), 2 * self.wide)


def _yolox(outputs: Sequence[Array], size: Size) -> tuple[Array, Array]:
    raw = _one(outputs)
    strides = _strides(len(raw), size)
    return centre_and_size(raw, size, strides)


def _picodet(outputs: Sequence[Array], size: Size) -> tuple[Array, Array]:
    """Grids of 4 strides; points in the middle of their cells.

    Yu et al., "PP-PicoDet: A Better Real-Time Object Detector on Mobile Devices", 2021.
    """
    scores, sides = _split(outputs)
    return distances(sides, size, _strides(len(sides), size), 0.5), scores


def _nanodet(outputs: Sequence[Array], size: Size) -> tuple[Array, Array]:
    """NanoDet has 3 strides and points in the middle of cells, NanoDet-Plus 4 and corners."""
    scores, sides = _split(outputs)
    strides = _strides(len(sides), size)
    return distances(sides, size, strides, 0.0 if strides == _COARSER else 0.5), scores


def _one(outputs: Sequence[Array]) -> Array:
    if len(outputs) != 1 or outputs[0].ndim != 3 or outputs[0].shape[2] < 6:
        raise _foreign(outputs)
    return outputs[0][0]


def _split(outputs: Sequence[Array]) -> tuple[Array, Array]:
    """Scores (n, classes) and sides (n, 4 * bins), whether in one table or one of each a grid."""
    if any(output.ndim != 3 for output in outputs):
        raise _foreign(outputs)
    flat = [output[0] for output in outputs]
    if len(flat) == 1 and flat[0].shape[1] > 4 * _BINS:
        return flat[0][:, : -4 * _BINS], flat[0][:, -4 * _BINS :]
    sides = [part for part in flat if part.shape[1] == 4 * _BINS]
    scores = [part for part in flat if part.shape[1] != 4 * _BINS]
    if not sides or [len(part) for part in scores] != [len(part) for part in sides]:
        raise _foreign(outputs)
    return np.concatenate(scores), np.concatenate(sides)


def _strides(rows: int, size: Size) -> tuple[int, ...]:
    for strides in (_COARSE, _COARSER):
        if count_points(size, strides) == rows:
            return strides
    raise PluginError(
        f"{rows} rows come out of the network, but its grids have "
        f"{count_points(size, _COARSE)} or {count_points(size, _COARSER)} points",
        remedy="choose the detector of the family that the weights are of",
    )


def _foreign(outputs: Sequence[Array]) -> PluginError:
    shapes = ", ".join("x".join(map(str, output.shape)) for output in outputs[:4])
    return PluginError(
        f"the network's outputs ({shapes}{', ...' if len(outputs) > 4 else ''}) are not this "
        "family's",
        remedy="choose the detector of the family that the weights are of",
    )


FAMILIES = {
    family.name: family
    for family in (
        Family("yolox", "YOLOX", Preparation("pad", "bgr"), (416, 416), _yolox, 0.1, 640),
        Family(
            "picodet",
            "PicoDet",
            Preparation("stretch", "rgb", _RGB_MEAN, _RGB_DEVIATION),
            (416, 416),
            _picodet,
        ),
        Family(
            "nanodet",
            "NanoDet",
            Preparation("stretch", "bgr", _BGR_MEAN, _BGR_DEVIATION),
            (416, 416),
            _nanodet,
        ),
    )
}
