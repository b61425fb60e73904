"""The embedded detector "motion": whatever moves, and OpenCV's people detector on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import plugins
from engine.media.ahead import ahead
from engine.plugins import Detection
from engine.vision.background import BlockBackground, Segmentation
from engine.vision.blobs import Blob, find_blobs
from engine.vision.carried import CameraWay
from engine.vision.people import PeopleDetector

_ASK_PEOPLE_EVERY_S = 0.2
_MOST_ASKED = 4


@dataclass(frozen=True)
class MotionDetection(Detection):
    """A detection that comes from a moving blob. `person` is the HOG score, None if not asked."""

    blob: Blob | None = None
    person: float | None = None


class MotionDetector:
    """Motion segmentation joined with a people detector.

    It works best when `study` shows it the pictures of a block before `detect` is asked about
    each of them in turn; without that it learns the background as it goes along (from the last
    pictures it was given).
    """

    name = "motion"
    label = "motion segmentation + HOG people"

    def __init__(self) -> None:
        self._people = PeopleDetector()
        self._block: BlockBackground | None = None
        self._segments: Iterator[Segmentation] | None = None
        self._next = 0
        self._recent: list[tuple[float, NDArray[np.uint8]]] = []
        self._asked_s = -1e9
        self.camera = "static"
        self.camera_way: CameraWay | None = None

    def begin(self, width: int, height: int, rate_hz: float, prompt: Sequence[str]) -> None:
        """A new shot starts. The words are not used here: motion needs no vocabulary."""
        self._block, self._segments, self._recent, self._asked_s = None, None, [], -1e9

    def study(self, images: Sequence[NDArray[np.uint8]], times_s: Sequence[float]) -> None:
        """Learn the background of the pictures that `detect` will be asked about next."""
        block = self._block = BlockBackground(images, times_s)
        self.camera, self.camera_way = block.camera, block.camera_way
        self._segments = ahead(block.segment(index) for index in range(len(images)))
        self._next = 0

    def detect(self, image: NDArray[np.uint8], time_s: float) -> list[Detection]:
        """What moves in a (height, width, 3) RGB image; 'person' where the HOG detector agrees."""
        block, index = self._background(image, time_s)
        if block is None:
            return []
        blobs = find_blobs(image, self._segmented(block, index))
        ask = time_s - self._asked_s >= _ASK_PEOPLE_EVERY_S
        if ask:
            self._asked_s = time_s
        return [self._detection(image, b, ask and n < _MOST_ASKED) for n, b in enumerate(blobs)]

    def _detection(self, image: NDArray[np.uint8], blob: Blob, ask: bool) -> Detection:
        person = self._people.score(image, blob.box) if ask else None
        sure = _confidence(blob, image.shape[1], image.shape[0])
        label = "person" if person is not None and person > 0.3 else "object"
        return MotionDetection(blob.box, label, sure, blob=blob, person=person)

    def _segmented(self, block: BlockBackground, index: int) -> Segmentation:
        """What moves in a picture: worked out ahead, where pictures are asked about in turn."""
        if self._segments is not None and index == self._next:
            self._next += 1
            return next(self._segments)
        self._segments = None  # ends its thread, which shares the block's flow
        return block.segment(index)

    def _background(
        self, image: NDArray[np.uint8], time_s: float
    ) -> tuple[BlockBackground | None, int]:
        if self._block is not None:
            index = int(np.argmin(np.abs(self._block.times_s - time_s)))
            return self._block, index
        self._recent = [*self._recent[-40:], (time_s, image)]
        if len(self._recent) < 8:
            return None, 0
        images = [one for _, one in self._recent]
        return BlockBackground(images, [t for t, _ in self._recent]), len(images) - 1


def _confidence(blob: Blob, width: int, height: int) -> float:
    """0..1 from contrast, size and speed: a faint speck that does not move is hardly a thing."""
    contrast = min(4.0, blob.contrast) * min(1.0, blob.fill / 0.3)
    size = 2.0 * min(1.0, blob.area_px / (0.002 * width * height))
    speed = 2.0 * min(1.0, float(np.linalg.norm(blob.flow)) / (0.1 * width))
    return float(1.0 - np.exp(-0.4 * (contrast + size + speed)))


plugins.register("detector", MotionDetector.name, MotionDetector)
