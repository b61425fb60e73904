"""A light network looks at a film's pictures beside its decoding: what it finds, and what stirs.

It looks at a picture 2.5 times a second, in long films twice; twice as often while there is a
crowd, whose people are gone, or behind each other, after two looks. A thread does it, one picture
at a time and in order, so that what it finds does not hang on how busy the machine is; it may be
some seconds of film behind, for which pictures wait.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.plugins import Detection, Detector
from engine.vision.opencv import cv2

Image = NDArray[np.uint8]
Gray = NDArray[np.uint8]

_STEP_S, _LONG_STEP_S, _LONG_S = 0.4, 0.5, 30.0
"""Time between looks, and in films that last longer."""
_LEAST_STEP_S, _LEAST_LOOKS = 0.12, 25
"""Short films are looked at oftener: so many times in all, but no more often than that."""
_CROWD, _CROWD_SCORE, _CROWD_HEIGHT = 3, 0.4, 0.25
"""So many people, of that score and share of the picture's height, are a crowd."""
_SMALL_WIDTH = 160
_CHANGED = 10
"""Change of a small picture's pixel (of 255) from one picture to the next that is motion."""
_PLAIN, _PLAIN_STEP, _SURE_IN_DRAWN = 0.9, 1, 0.7
"""Share of a picture without any texture (of so many grey levels) from which it is drawn on plain
ground and no photograph, which the network has not learned from: it calls a dot a bird, and is
believed from this score on only."""
_MOST_WAITING_BYTES = 48 * 2**20
"""Of pictures that wait for the network at the most; then the film waits."""


@dataclass(frozen=True)
class Look:
    """What was found at one moment.

    `found` are boxes in pixels of the picture; `changed` (h, w) of 0 and 1 is where a small
    picture changed since the picture before; None where there was none.
    """

    time_s: float
    found: tuple[Detection, ...]
    changed: Gray | None


class Looker:
    """Shows every so many pictures to a network, in a thread of its own.

    Parameters
    ----------
    network : Detector or None
        Of single pictures; without one nothing is looked at.
    duration_s : float
        Of the whole film.
    """

    def __init__(self, network: Detector | None, duration_s: float) -> None:
        self._network = network
        usual_s = _STEP_S if duration_s <= _LONG_S else _LONG_STEP_S
        self._step_s = min(usual_s, max(_LEAST_STEP_S, duration_s / _LEAST_LOOKS))
        self._pool = ThreadPoolExecutor(1)
        self._waiting: deque[Future[Look | None]] = deque()
        self._looks: list[Look] = []
        # what follows is the thread's own
        self._last: Image | None = None
        self._due_s = -np.inf
        self._recent: deque[Look] = deque(maxlen=2)

    def add(self, time_s: float, image: Image, *, first: bool) -> None:
        """The next picture (height, width, 3), RGB; `first` in its shot.

        Raises
        ------
        PluginError
            From the network, of pictures before.
        """
        if self._network is None:
            return
        self._gather(max(1, _MOST_WAITING_BYTES // image.nbytes))
        self._waiting.append(self._pool.submit(self._show, self._network, time_s, image, first))

    def taken(self) -> tuple[Look, ...]:
        """Everything found since this was asked the last time, in order.

        Raises
        ------
        PluginError
            From the network.
        """
        self._gather(0)
        looks, self._looks = self._looks, []
        self._recent.clear()
        return tuple(looks)

    def _gather(self, most: int) -> None:
        """Take in what was found, until no more than so many pictures wait."""
        while self._waiting and (len(self._waiting) > most or self._waiting[0].done()):
            look = self._waiting.popleft().result()
            if look is not None:
                self._looks.append(look)

    def _show(self, network: Detector, time_s: float, image: Image, first: bool) -> Look | None:
        """The thread's part: a look, where it is time for one."""
        if first:
            self._last, self._due_s = None, -np.inf
        look = None
        if time_s >= self._due_s - 1e-6:
            crowded = len(self._recent) > 1 and is_crowd(self._recent[0], image.shape[0])
            self._due_s = time_s + self._step_s * (0.5 if crowded else 1.0)
            look = _look(network, time_s, image, self._last)
            self._recent.append(look)
        self._last = image
        return look

    def close(self) -> None:
        """No more pictures come; what nobody asked for is not looked at any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _look(network: Detector, time_s: float, image: Image, before: Image | None) -> Look:
    height, width = image.shape[:2]
    network.begin(width, height, 1.0 / _STEP_S, ())
    found = tuple(network.detect(image, time_s))
    if found and is_drawn(image):
        found = tuple(one for one in found if one.confidence >= _SURE_IN_DRAWN)
    return Look(time_s, found, None if before is None else changed(before, image))


def is_drawn(image: Image) -> bool:
    """Whether a picture (height, width, 3) is nearly all without texture, as no photograph is."""
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    texture = cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return bool(np.mean(texture <= _PLAIN_STEP) >= _PLAIN)


def is_crowd(look: Look, height: int) -> bool:
    """Whether a look at a picture so high found several people who are not far away."""
    tall = [
        one
        for one in look.found
        if one.label == "person"
        and one.confidence >= _CROWD_SCORE
        and one.box[3] - one.box[1] >= _CROWD_HEIGHT * height
    ]
    return len(tall) >= _CROWD


def changed(before: Image, after: Image) -> Gray:
    """Where one picture differs from the next: (h, w) of 0 and 1, 160 wide."""
    small = [_small(one) for one in (before, after)]
    return (cv2.absdiff(small[0], small[1]) > _CHANGED).astype(np.uint8)


def stirring(
    looks: Sequence[Look], boxes: NDArray[np.float64], times_s: NDArray[np.float64], width: int
) -> NDArray[np.float64]:
    """Share of each box (n, 4) that changed at its moment; not a number where nobody looked."""
    at = {look.time_s: look.changed for look in looks}
    shares = np.full(len(boxes), np.nan)
    for index, (time_s, box) in enumerate(zip(times_s, boxes, strict=True)):
        mask = at.get(float(time_s))
        if mask is None:
            continue
        scale = mask.shape[1] / width
        x0, y0, x1, y1 = (round(float(side) * scale) for side in box)
        part = mask[max(0, y0) : max(1, y1), max(0, x0) : max(1, x1)]
        shares[index] = float(part.mean()) if part.size else 0.0
    return shares


def _small(image: Image) -> Gray:
    height, width = image.shape[:2]
    size = (_SMALL_WIDTH, max(1, round(_SMALL_WIDTH * height / width)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
