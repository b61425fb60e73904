"""The film as MMAudio looks at it: two series of pictures, whatever the film's rate and size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Pictures = Callable[[Sequence[float]], Iterator[Picture]]
"""Given rising times in seconds, the (height, width, 3) RGB picture on screen at each."""

CLIP_SIDE, SYNC_SIDE = 384, 224
"""Pixels: what is seen (the whole picture, squeezed), and when it moves (its middle square)."""


def seen(
    pictures: Pictures, start_s: float, clip_hz: float, clips: int, sync_hz: float, syncs: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What is seen from `start_s` on, at both rates; the film is decoded once.

    Beyond the film's end its last picture stays.

    Returns
    -------
    (clips, 3, 384, 384) float32, 0..1; (syncs, 3, 224, 224) float32, -1..1
    """
    clip_s = [start_s + (index + 0.5) / clip_hz for index in range(clips)]
    sync_s = [start_s + (index + 0.5) / sync_hz for index in range(syncs)]
    times = sorted({*clip_s, *sync_s})
    wanted_clip, wanted_sync = set(clip_s), set(sync_s)
    clip = np.empty((clips, 3, CLIP_SIDE, CLIP_SIDE), np.float32)
    sync = np.empty((syncs, 3, SYNC_SIDE, SYNC_SIDE), np.float32)
    clip_at = sync_at = 0
    for time_s, picture in zip(times, pictures(times), strict=True):
        if time_s in wanted_clip:
            clip[clip_at] = _planes(_squeezed(picture))
            clip_at += 1
        if time_s in wanted_sync:
            sync[sync_at] = 2.0 * _planes(_middle(picture)) - 1.0
            sync_at += 1
    return clip, sync


def _squeezed(picture: Picture) -> NDArray[np.uint8]:
    return _resized(picture, CLIP_SIDE, CLIP_SIDE)


def _middle(picture: Picture) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    scale = SYNC_SIDE / min(height, width)
    small = _resized(
        picture, max(round(width * scale), SYNC_SIDE), max(round(height * scale), SYNC_SIDE)
    )
    top, left = (small.shape[0] - SYNC_SIDE) // 2, (small.shape[1] - SYNC_SIDE) // 2
    return small[top : top + SYNC_SIDE, left : left + SYNC_SIDE]


def _resized(picture: Picture, width: int, height: int) -> NDArray[np.uint8]:
    shrinks = width * height < picture.shape[0] * picture.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (width, height), interpolation=how), dtype=np.uint8)


def _planes(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(3, height, width), 0..1."""
    return np.asarray(picture.transpose(2, 0, 1), dtype=np.float32) / np.float32(255.0)
