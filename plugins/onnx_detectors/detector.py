"""A light detector: an ONNX network, its family, and COCO's 80 names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine import resources
from engine.errors import PluginError
from engine.plugins import Detection, Detector
from plugins.onnx_detectors.families import FAMILIES, Family
from plugins.onnx_detectors.network import open_network
from plugins.onnx_detectors.pictures import prepare

Image = NDArray[np.uint8]
Array = NDArray[np.float32]

_SAME_IOU = 0.6
"""Boxes of one label that overlap more are one object."""
_MOST = 100


class OnnxDetector:
    """YOLOX, PicoDet or NanoDet through OpenCV (or onnxruntime, where it is installed).

    Parameters
    ----------
    family : one of `FAMILIES`
    weights : an ONNX file

    Raises
    ------
    PluginError
        If the file is not there or is no network that can be run.
    """

    sampled = True
    """It looks at single pictures, so that not each of a film's needs to be shown to it."""

    def __init__(self, family: Family, weights: Path) -> None:
        self.name = family.name
        self._family = family
        self._network = open_network(weights)
        self._size = self._network.size or family.size
        self._labels = coco_labels()
        self.label = f"{family.title} ({weights.name}, {self._network.runtime})"

    def begin(self, width: int, height: int, rate_hz: float, prompt: Sequence[str]) -> None:
        """A new shot starts; of the last one nothing is remembered. The vocabulary is COCO's."""
        self._size = self._network.size or self._family.size_for(width, height)

    def detect(self, image: Image, time_s: float) -> list[Detection]:
        """Objects in one (height, width, 3) RGB image, surest first, down to doubtful ones.

        Raises
        ------
        PluginError
            If the network is of another family, or knows other classes than COCO's.
        """
        boxes, scores, scale = self._run(image)
        if scores.shape[1] != len(self._labels):
            raise PluginError(
                f"the network knows {scores.shape[1]} classes, COCO has {len(self._labels)}",
                remedy="give weights trained on COCO",
            )
        found = (boxes / np.tile(scale, 2)).astype(np.float32)
        sure = scores.max(axis=1) >= self._family.least_score
        size = (image.shape[1], image.shape[0])
        return _detections(found[sure], scores[sure], self._labels, size)

    def _run(self, image: Image) -> tuple[Array, Array, Array]:
        """Boxes, scores and scale; in the usual size, where the file takes no other."""
        how = self._family.preparation
        picture, scale = prepare(image, self._size, how)
        try:
            outputs = self._network.run(picture)
        except PluginError:
            if self._size == self._family.size:
                raise
            self._size = self._family.size
            picture, scale = prepare(image, self._size, how)
            outputs = self._network.run(picture)
        return *self._family.decode(outputs, self._size), scale


def _detections(
    boxes: Array, scores: Array, labels: Sequence[str], size: tuple[int, int]
) -> list[Detection]:
    """Distinct objects of boxes (n, 4) and scores (n, classes), cut at the picture's edges."""
    classes = scores.argmax(axis=1)
    best = scores.max(axis=1)
    sure = np.isfinite(boxes).all(axis=1)
    limits = np.array([*size, *size], dtype=np.float32)
    boxes, best, classes = np.clip(boxes[sure], 0.0, limits), best[sure], classes[sure]
    real = ((boxes[:, 2:] - boxes[:, :2]) >= 1.0).all(axis=1)
    boxes, best, classes = boxes[real], best[real], classes[real]
    if not len(boxes):
        return []
    corners = np.column_stack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    kept = cv2.dnn.NMSBoxesBatched(
        corners.tolist(), best.tolist(), classes.tolist(), 0.0, _SAME_IOU
    )
    order = sorted((int(i) for i in np.ravel(np.asarray(kept))), key=lambda i: -float(best[i]))
    return [
        Detection(
            (float(boxes[i, 0]), float(boxes[i, 1]), float(boxes[i, 2]), float(boxes[i, 3])),
            labels[int(classes[i])],
            float(np.clip(best[i], 0.0, 1.0)),
        )
        for i in order[:_MOST]
    ]


def coco_labels() -> tuple[str, ...]:
    """COCO's 80 classes, in the order of the networks' outputs."""
    text = resources.path("vocabularies/coco.txt").read_text(encoding="utf-8")
    return tuple(text.split("\n"))[:80]


def _make(name: str, weights: Path | None) -> OnnxDetector:
    if weights is None:
        raise PluginError(
            f"the detector '{name}' needs weights",
            remedy="give --weights FILE.onnx, or see `foleystage models list`",
        )
    return OnnxDetector(FAMILIES[name], weights)


def yolox(weights: Path | None = None) -> Detector:
    """YOLOX of any size."""
    return _make("yolox", weights)


def picodet(weights: Path | None = None) -> Detector:
    """PP-PicoDet of any size, exported without its own suppression of doubles."""
    return _make("picodet", weights)


def nanodet(weights: Path | None = None) -> Detector:
    """NanoDet and NanoDet-Plus."""
    return _make("nanodet", weights)
