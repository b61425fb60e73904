"""ultralytics' detectors behind the protocol: boxes, names, and words for an open vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import PluginError
from engine.plugins import Detection, Detector
from engine.vocabularies import spelt_out
from plugins.ultralytics_detectors.loading import load
from plugins.ultralytics_detectors.words import Encoder, encoder_beside

Image = NDArray[np.uint8]

_LEAST_SCORE = 0.1
"""Doubtful boxes are given, too: the tracker uses them where a surer track leads to them."""
_SAME_IOU = 0.6
_MOST = 100
_WIDTH = 640


class UltralyticsDetector:
    """A detector of the YOLO family.

    Parameters
    ----------
    name, label : str
        What it is called in settings, and shown.
    network : ultralytics.YOLO, or anything with its `predict`
    encoder : callable, optional
        Words to features; given, the vocabulary is open.
    """

    sampled = True

    def __init__(self, name: str, label: str, network: Any, encoder: Encoder | None = None) -> None:
        self.name = name
        self.label = label
        self._network = network
        self._encoder = encoder
        self._words: tuple[str, ...] = ()

    def begin(self, width: int, height: int, rate_hz: float, prompt: Sequence[str]) -> None:
        """A new shot starts. An open vocabulary is set to the prompt, where there is one.

        Raises
        ------
        PluginError
            If the prompt names a vocabulary there is not, or no text encoder is at hand.
        """
        words = spelt_out(prompt)
        if self._encoder is None or not words or words == self._words:
            return
        set_words(self._network, words, self._encoder(words))
        self._words = words

    def detect(self, image: Image, time_s: float) -> list[Detection]:
        """Objects in one (height, width, 3) RGB image, surest first, each under its surest name.

        Raises
        ------
        PluginError
            If the network answers with what are no boxes.
        """
        (found,) = self._network.predict(
            np.ascontiguousarray(image[..., ::-1]),  # ultralytics takes BGR
            imgsz=_WIDTH, conf=_LEAST_SCORE, iou=_SAME_IOU, max_det=_MOST,
            agnostic_nms=True, verbose=False, save=False,
        )  # fmt: skip
        if found.boxes is None:
            raise PluginError("the network gives no boxes", remedy="give weights of a detector")
        boxes, scores, classes = (
            np.asarray(part.cpu(), dtype=np.float64)
            for part in (found.boxes.xyxy, found.boxes.conf, found.boxes.cls)
        )
        height, width = image.shape[:2]
        boxes = np.clip(boxes.reshape(-1, 4), 0.0, [width, height, width, height])
        real = np.all((boxes[:, 2:] - boxes[:, :2]) >= 1.0, axis=1)  # and no NaN
        order = [int(i) for i in np.argsort(-scores, kind="stable") if real[i]]
        return [
            Detection(
                (float(boxes[i, 0]), float(boxes[i, 1]), float(boxes[i, 2]), float(boxes[i, 3])),
                str(found.names[int(classes[i])]),
                float(np.clip(scores[i], 0.0, 1.0)),
            )
            for i in order
        ]


def set_words(network: Any, words: Sequence[str], features: Any) -> None:
    """Give YOLO-World its vocabulary: features (n, width) of the words, and their names."""
    network.model.txt_feats = features[None]  # (1, n, width)
    network.model.model[-1].nc = len(words)
    network.model.names = list(words)
    if getattr(network, "predictor", None) is not None:
        network.predictor = None  # it keeps the old names


def _needed(name: str, weights: Path | None) -> Path:
    if weights is None:
        raise PluginError(
            f"the detector '{name}' needs weights",
            remedy="give --weights FILE.pt, or see `foleystage models list`",
        )
    return weights


def yolo(weights: Path | None = None) -> Detector:
    """YOLOv8, YOLO11 and their kin, with the names they were trained on."""
    file = _needed("yolo", weights)
    return UltralyticsDetector("yolo", f"YOLO ({file.name}, ultralytics)", load(file, world=False))


def yolo_world(weights: Path | None = None) -> Detector:
    """YOLO-World: finds what the prompt says."""
    file = _needed("yolo-world", weights)
    network = load(file, world=True)
    label = f"YOLO-World ({file.name}, ultralytics)"
    return UltralyticsDetector("yolo-world", label, network, encoder_beside(file))
