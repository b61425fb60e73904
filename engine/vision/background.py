"""Which pixels belong to something that moves: difference to the usual picture, and flow.

A block of pictures of one shot is studied as a whole. With a static (or hand-held) camera the
background is the median of pictures spread over the block, aligned to each other; a pixel moves
where it differs clearly from that, or differs a little and flows. With a moving camera there is
no lasting background: there the flow that the camera's own motion does not explain decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.vision.camera import (
    Matrix,
    accumulate,
    camera_motion,
    corner_shift_px,
    is_static,
    register,
)
from engine.vision.carried import CameraWay
from engine.vision.flow import FlowField
from engine.vision.opencv import cv2
from engine.vision.plate import clean_plate

Image = NDArray[np.uint8]

_SAMPLES = 25
_LEAST_CONTRAST = 13.0
_WEAK_SHARE = 0.4
"""Share of the contrast threshold that is enough where the pixel also flows."""
_SLACK_PX = 1
_BRIEF_S = 5.0
"""In shorter blocks the median may show slow movers instead of the background."""
_HAND_HELD_SHARE = 0.12
"""A camera that wanders less than this share of the width within a block counts as hand-held."""
_FLOW_STEP_S = 0.04
"""Flow is measured between pictures at least this far apart."""
_SHADOW = (0.5, 0.99)
"""How dark a shadow leaves the ground: darker is a thing, lighter is nothing."""
_SHADOW_TINT, _SHADOW_TEXTURE = 0.09, 0.08
"""How unlike red, green and blue may be darkened, and neighbours: a shadow keeps the ground's
colour and pattern."""
_TEXTURE_SHARE, _TEXTURE_EDGE, _TEXTURE_LEAST = 0.03, 12, 0.3
"""Size of a neighbourhood (share of the width), difference of neighbours (of 255) that is an edge,
and share of edges in the neighbourhood from which it has texture."""


@dataclass(frozen=True)
class Segmentation:
    """What differs from the background in one picture, all (height, width).

    `moving` is a mask of 0 or 255; `contrast` says by how many thresholds a pixel differs
    (uint8, 32 = once); `shadow` marks moving pixels that merely got darker. `flow` (h, w, 2) is
    in pixels per second, at a smaller size. `edges` (int16) is the strength of edges in the picture
    less that in the background: along the outline of a real thing it is not negative.
    """

    moving: NDArray[np.uint8]
    contrast: NDArray[np.uint8]
    shadow: NDArray[np.uint8]
    flow: NDArray[np.float32]
    edges: NDArray[np.int16]


class BlockBackground:
    """Background of a block of pictures of one shot.

    Parameters
    ----------
    images : sequence of (height, width, 3) uint8 RGB
    times_s : sequence of float
    """

    def __init__(self, images: Sequence[Image], times_s: Sequence[float]) -> None:
        self.images = images
        self.times_s = np.asarray(times_s, dtype=np.float64)
        self._grays = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in images]
        self._flow = FlowField()
        self.camera = "static" if is_static(self._grays) else "moving"
        self._to_reference: list[Matrix] | None = None
        self._known: NDArray[np.uint8] | None = None
        if self.camera == "moving":
            self._learn_camera()
        if self.camera != "moving":
            self._median, self._threshold = self._whole_block()

    @property
    def camera_way(self) -> CameraWay | None:
        """How the camera moved through the block; None where it stands."""
        if self._to_reference is None:
            return None
        return CameraWay(self.times_s, tuple(self._to_reference))

    def segment(self, index: int) -> Segmentation:
        """What moves in picture `index` of the block."""
        flow, flows = self._flow_at(index)
        image = self.images[index]
        if self.camera == "moving":
            return _by_flow(flow, flows, self._grays[index])
        background, threshold, seen = self._aligned(index)
        slack = 0 if self._to_reference is None else _SLACK_PX
        return _by_contrast(image, background, threshold, seen, (flow, flows), slack)

    def _learn_camera(self) -> None:
        reference = len(self.images) // 2
        transforms = accumulate(camera_motion(self._grays), reference)
        height, width = self._grays[0].shape
        wander = [corner_shift_px(m, width, height) for m in transforms]
        if np.percentile(wander, 95) < _HAND_HELD_SHARE * width:
            self.camera = "hand-held"
            transforms = register(self._grays, reference, transforms)
        self._to_reference = transforms

    def _flow_at(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Flow per second at a picture, and where it is significant."""
        last = len(self.images) - 1
        other = index
        while other < last and self.times_s[other] - self.times_s[index] < _FLOW_STEP_S - 0.005:
            other += 1
        sign = 1.0
        if other == index:
            other, sign = max(0, index - 1), -1.0
        span_s = max(1e-3, abs(float(self.times_s[other] - self.times_s[index])))
        camera = None
        if self._to_reference is not None:
            camera = np.linalg.inv(self._to_reference[other]) @ self._to_reference[index]
        flow, flows = self._flow.residual(self._grays[index], self._grays[other], camera)
        return flow * np.float32(sign / span_s), flows

    def _whole_block(self) -> tuple[Image, NDArray[np.float32]]:
        """Median over the block, in the reference picture's pixels, and its noise threshold."""
        picks = np.unique(np.linspace(0, len(self.images) - 1, _SAMPLES).round().astype(int))
        if self._to_reference is None:
            stack = np.stack([self.images[i] for i in picks])
            self._known = None
        else:
            stack, self._known = self._aligned_stack(picks, self._to_reference)
        brief = float(self.times_s[-1] - self.times_s[0]) < _BRIEF_S
        median, spread = clean_plate(stack, doubt=brief and self._known is None)
        noise = float(np.median(spread))
        threshold = np.maximum(_LEAST_CONTRAST, 4.0 * np.maximum(spread, noise) + 3.0)
        return median, cv2.dilate(threshold.astype(np.float32), np.ones((3, 3), np.uint8))

    def _aligned_stack(
        self, picks: NDArray[np.intp], to_reference: Sequence[Matrix]
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Samples warped onto the reference; what a sample does not show is filled with the mean
        of those that do. Also 255 where enough samples show something."""
        stack = np.stack([self._warp(self.images[i], to_reference[i]) for i in picks])
        white = np.full(self.images[0].shape[:2], 255, np.uint8)
        shown = np.stack([self._warp(white, to_reference[i]) for i in picks]) > 250
        count = shown.sum(axis=0)
        total = np.where(shown[..., None], stack, 0).sum(axis=0, dtype=np.uint32)
        mean = (total / np.maximum(count, 1)[..., None]).astype(np.uint8)
        known = (count >= max(3, len(picks) // 4)).astype(np.uint8) * 255
        return np.where(shown[..., None], stack, mean[None]), known

    def _aligned(self, index: int) -> tuple[Image, NDArray[np.float32], NDArray[np.bool_] | None]:
        """Background, threshold and where they are known, in the pixels of one picture."""
        if self._to_reference is None:
            return self._median, self._threshold, None
        assert self._known is not None
        back = np.asarray(np.linalg.inv(self._to_reference[index]), dtype=np.float64)
        inside = self._warp(self._known, back)
        seen = cv2.erode(
            inside, np.ones((7, 7), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0
        )
        seen = seen > 250
        return self._warp(self._median, back), self._warp(self._threshold, back, 255), seen

    def _warp(self, image: NDArray[Any], matrix: Matrix, fill: float = 0) -> Any:
        height, width = image.shape[:2]
        return cv2.warpPerspective(
            image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(fill,) * 3
        )


def _by_flow(
    flow: NDArray[np.float32], flows: NDArray[np.bool_], gray: NDArray[np.uint8]
) -> Segmentation:
    """Segmentation where what flows moves, but for what has no texture to tell flow by.

    There the flow of what is next to it is carried on: over asphalt, sky and walls.
    """
    height, width = gray.shape
    mask = cv2.morphologyEx(flows.astype(np.uint8) * 255, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    moving = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)
    moving = ((moving > 127) & _textured(gray)).astype(np.uint8) * 255
    contrast = (moving > 0).astype(np.uint8) * 64
    return Segmentation(
        moving, contrast, np.zeros_like(moving), flow, np.zeros_like(moving, dtype=np.int16)
    )


def _textured(gray: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where a (height, width) picture has texture enough near by that its flow can be told."""
    size = max(3, round(_TEXTURE_SHARE * gray.shape[1]) | 1)
    edges = cv2.morphologyEx(cv2.blur(gray, (3, 3)), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    share = cv2.blur((edges > _TEXTURE_EDGE).astype(np.float32), (size, size))
    return np.asarray(share > _TEXTURE_LEAST)


def _by_contrast(
    image: Image,
    background: Image,
    threshold: NDArray[np.float32],
    seen: NDArray[np.bool_] | None,
    flow_and_flows: tuple[NDArray[np.float32], NDArray[np.bool_]],
    slack_px: int,
) -> Segmentation:
    """Segmentation of an image against a background; unseen pixels never move.

    A pixel may equal any background pixel within `slack_px`: pictures never align perfectly.
    """
    flow, flows = flow_and_flows
    height, width = image.shape[:2]
    smooth, base = cv2.blur(image, (3, 3)), cv2.blur(background, (3, 3))
    difference = cv2.absdiff(smooth, base)
    if slack_px:
        around = np.ones((2 * slack_px + 1, 2 * slack_px + 1), np.uint8)
        over = cv2.subtract(smooth, cv2.dilate(base, around))
        difference = cv2.max(over, cv2.subtract(cv2.erode(base, around), smooth))
    largest = cv2.max(cv2.max(difference[..., 0], difference[..., 1]), difference[..., 2])
    ratio = largest / threshold
    if seen is not None:
        ratio[~seen] = 0.0
    flowing = cv2.resize(flows.astype(np.uint8), (width, height)) > 0
    moving = ((ratio > 1.0) | (flowing & (ratio > _WEAK_SHARE))).astype(np.uint8) * 255
    contrast = np.minimum(ratio * 32.0, 255).astype(np.uint8)
    edges = _edges(smooth).astype(np.int16) - _edges(base).astype(np.int16)
    return Segmentation(moving, contrast, _shadow(smooth, base, moving), flow, edges)


def _edges(image: Image) -> NDArray[np.uint8]:
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))


def _shadow(image: Image, background: Image, moving: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Moving pixels whose colour is the background's, evenly darkened."""
    shadow = np.zeros_like(moving)
    x, y, w, h = cv2.boundingRect(moving)
    if w == 0:
        return shadow
    window = (slice(y, y + h), slice(x, x + w))
    ratio = (image[window].astype(np.float32) + 1.0) / (background[window].astype(np.float32) + 1.0)
    red, green, blue = cv2.split(ratio)
    darkening = (red + green + blue) / 3.0
    uneven = cv2.max(cv2.max(red, green), blue) - cv2.min(cv2.min(red, green), blue)
    flat = cv2.absdiff(darkening, cv2.blur(darkening, (5, 5))) < _SHADOW_TEXTURE
    low, high = _SHADOW
    dark = (darkening > low) & (darkening < high) & (uneven < _SHADOW_TINT) & flat
    shadow[window] = np.where((moving[window] > 0) & dark, 255, 0)
    return shadow
