"""A picture of everything all around shown to a network in parts: whole, it is too wide for it.

Networks see a picture of a few hundred pixels; a person some metres away fills a tenth of a turn.
So square parts as high as the picture, half a turn wide and each over half of the next, are shown
one by one. What an inner side of a part cuts off is whole in another; what two parts show is one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.plugins import Detection, Detector
from engine.vision.track import iou

Image = NDArray[np.uint8]

_CUT_PX = 2.0
_SAME = 0.5
"""Overlap (intersection over union) from which two boxes hold one thing."""


class InTiles:
    """A detector of single pictures that is shown wide ones in parts.

    Parameters
    ----------
    network : Detector
    """

    def __init__(self, network: Detector) -> None:
        self.name = network.name
        self._network = network
        self._begun: tuple[float, Sequence[str]] = (1.0, ())

    def begin(self, width: int, height: int, rate_hz: float, prompt: Sequence[str]) -> None:
        """A new shot starts."""
        self._begun = rate_hz, prompt

    def detect(self, image: Image, time_s: float) -> list[Detection]:
        """What is in the parts of a (height, width, 3) RGB image, in its own pixels."""
        height, width = image.shape[:2]
        side = min(height, width)
        found: list[Detection] = []
        for left in _starts(width, side):
            self._network.begin(side, height, *self._begun)
            part = np.ascontiguousarray(image[:, left : left + side])
            for one in self._network.detect(part, time_s):
                x0, y0, x1, y1 = one.box
                cut = (left > 0 and x0 <= _CUT_PX) or (left + side < width and x1 >= side - _CUT_PX)
                if not cut:
                    box = (x0 + left, y0, x1 + left, y1)
                    found.append(Detection(box=box, label=one.label, confidence=one.confidence))
        return _once(found)


def _starts(width: int, side: int) -> list[int]:
    """First columns of the parts: half of one apart, the last at the right end."""
    starts = list(range(0, width - side, max(1, side // 2)))
    return [*starts, width - side]


def _once(found: Sequence[Detection]) -> list[Detection]:
    """The surest of those that hold the same thing."""
    kept: list[Detection] = []
    for one in sorted(found, key=lambda d: -d.confidence):
        if all(iou(one.box, other.box) < _SAME for other in kept):
            kept.append(one)
    return kept
