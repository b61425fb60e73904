"""The picture on screen at any time, in quick succession forwards and backwards.

Video is decoded forwards only, from one key picture to the next. Going backwards, the pictures that
are passed on the way to the wanted one are kept, decoded but not yet converted, so that those
before it need no decoding.
"""

from __future__ import annotations

import os
from collections import deque
from fractions import Fraction
from typing import Any, NamedTuple

from engine.media.decode import Image, VideoReader, to_image

KEPT_BYTES = 160 * 2**20
"""Room for pictures that were passed (three bytes for two pixels each)."""
_FEWEST = 8


class _Passed(NamedTuple):
    time: Fraction
    end: Fraction
    picture: Any


class BothWaysReader(VideoReader):
    """A `VideoReader` that is as quick backwards as forwards where key pictures are not too rare.

    Parameters
    ----------
    path : str or path
    max_width : int, optional
        Scale wider pictures down to this width.
    """

    def __init__(self, path: str | os.PathLike[str], max_width: int | None = None) -> None:
        self._passed: deque[_Passed] = deque()
        super().__init__(path, max_width)
        stream = self._video.stream
        picture_bytes = max(1, stream.width * stream.height * 3 // 2)
        self._passed = deque(maxlen=max(_FEWEST, KEPT_BYTES // picture_bytes))

    def at(self, time_s: float) -> tuple[float, Image]:
        """The picture on screen at `time_s`; see `VideoReader.at`."""
        target = self._first + Fraction(max(time_s, 0.0)) + Fraction(1, 1_000_000)
        with self._lock:
            found = next((p for p in reversed(self._passed) if p.time <= target < p.end), None)
            if found is not None:
                image = self._cache.pop(found.time, None)
                if image is None:
                    image = to_image(found.picture, self._geometry)
                self._cache[found.time] = image
                while len(self._cache) > self._cache_images:
                    self._cache.popitem(last=False)
                return float(found.time - self._first), image
        return super().at(time_s)

    def _jump(self, target: Fraction) -> None:
        self._passed.clear()
        super()._jump(target)

    def _advance(self) -> None:
        assert self._now is not None
        assert self._next is not None
        self._passed.append(_Passed(self._now[0], self._next[0], self._now[1]))
        super()._advance()
