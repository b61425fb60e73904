"""The box of what was clicked on: what moves with it, sharpened by its colours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.vision.opencv import cv2

Image = NDArray[np.uint8]
Array = NDArray[np.float64]
Mask = NDArray[np.uint8]

_STEPS = (1, 2, 3, 4, 6, 8)
"""Pictures ahead to which motion is measured: slow things need time to show."""
_FITS = 8
_NEAR = 0.012
"""Radius around the click, in picture widths, that is the thing for sure."""
_STILL_PX = 0.3
_CROP_PX = 200
_GUESS = 0.12
"""Half the side, in picture widths, of the place in which a still thing is looked for."""


def box_of_click(pictures: Sequence[Image], click: tuple[float, float]) -> Array:
    """The box (4,) x0, y0, x1, y1 in pixels around what was clicked on in the first picture.

    The following ones (some eight) tell what moves with it. Colours, by GrabCut (Rother et al.,
    SIGGRAPH 2004), tend to see a part and motion a little too much: the box is half way between.
    """
    height, width = pictures[0].shape[:2]
    near = _disc((height, width), click, max(2.0, _NEAR * width))
    votes = _votes([cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in pictures], near)
    if votes is None:
        reach = _GUESS * width
        mask = _disc((height, width), click, reach).astype(np.uint8)
        return _bounds(_by_colour(pictures[0], mask, click))
    mask = ((votes > 0.1) | near).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel) | near.astype(np.uint8)
    mask = _piece(mask, click)
    return 0.5 * (_bounds(mask) + _bounds(_by_colour(pictures[0], mask, click)))


def _votes(grays: Sequence[Image], near: NDArray[np.bool_]) -> Array | None:
    """(height, width) from -1 to 1: whether it moves as the place near the click; None: still."""
    votes, weights = np.zeros(near.shape), 0.0
    flow_of = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    for step in _STEPS:
        if step >= len(grays):
            break
        flow = _less_background(flow_of.calc(grays[0], grays[step], None))
        speed = np.linalg.norm(flow, axis=2)
        own = np.median(flow[near], axis=0)
        fast, noise = float(np.linalg.norm(own)), max(_STILL_PX, float(np.median(speed)))
        if fast < 2.0 * noise:
            continue
        weight = min(1.0, fast / (4.0 * noise))
        votes += weight * np.clip((speed - np.linalg.norm(flow - own, axis=2)) / fast, -1.0, 1.0)
        weights += weight
    return votes / weights if weights else None


def _less_background(flow: NDArray[np.float32]) -> NDArray[np.float32]:
    """Flow less a robust quadratic that the picture's borders weigh most in."""
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.arange(width) / width - 0.5, np.arange(height) / height - 0.5)
    powers = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    rows = powers[::4, ::4].reshape(-1, 6)
    values = flow[::4, ::4].reshape(-1, 2).astype(np.float64)
    border = np.maximum(np.abs(x), np.abs(y))[::4, ::4].ravel() ** 2 + 0.02
    weight, fit = border, np.zeros((6, 2))
    for _ in range(_FITS):
        weighed = rows * weight[:, None]
        fit = np.linalg.solve(weighed.T @ rows + 1e-6 * np.eye(6), weighed.T @ values)
        misfit = np.linalg.norm(values - rows @ fit, axis=1)
        reach = max(0.5, 3.0 * float(np.median(misfit)))
        weight = border * np.clip(1.0 - (misfit / reach) ** 2, 0.0, 1.0) ** 2
    return flow - (powers @ fit).astype(np.float32)


def _by_colour(image: Image, mask: Mask, click: tuple[float, float]) -> Mask:
    """The mask with its edge moved to where colours change; the mask itself where that fails."""
    x0, y0, x1, y1 = _bounds(mask)
    size = max(x1 - x0, y1 - y0)
    pad = 0.6 * size + 8
    left, top = max(0, int(x0 - pad)), max(0, int(y0 - pad))
    area = (slice(top, int(y1 + pad)), slice(left, int(x1 + pad)))
    crop, inside = image[area], mask[area]
    zoom = _CROP_PX / max(crop.shape[:2])
    way = cv2.INTER_AREA if zoom < 1.0 else cv2.INTER_CUBIC
    small = cv2.resize(crop, None, fx=zoom, fy=zoom, interpolation=way)
    shape = small.shape[1::-1]
    inside = cv2.resize(inside, shape, interpolation=cv2.INTER_NEAREST)
    wider = cv2.dilate(inside, np.ones((3, 3)), iterations=max(2, int(0.12 * size * zoom)))
    trimap = np.where(inside > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    trimap[wider == 0] = cv2.GC_BGD
    middle = ((click[0] - left) * zoom, (click[1] - top) * zoom)
    trimap[_disc(trimap.shape, middle, max(3.0, 0.05 * size * zoom))] = cv2.GC_FGD
    if not (trimap == cv2.GC_BGD).any():
        return mask
    cv2.setRNGSeed(1)  # its first clusters are drawn: the same click gives the same box
    cv2.grabCut(small, trimap, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    found = np.isin(trimap, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    out = np.zeros_like(mask)
    out[area] = cv2.resize(
        _piece(found, middle), crop.shape[1::-1], interpolation=cv2.INTER_NEAREST
    )
    return out if out.any() else mask


def _disc(shape: tuple[int, ...], middle: tuple[float, float], radius: float) -> NDArray[np.bool_]:
    y, x = np.ogrid[: shape[0], : shape[1]]
    inside: NDArray[np.bool_] = (x - middle[0]) ** 2 + (y - middle[1]) ** 2 <= radius**2
    return inside


def _piece(mask: Mask, click: tuple[float, float]) -> Mask:
    """The connected piece of a mask that was clicked on."""
    _, pieces = cv2.connectedComponents(mask, connectivity=8)
    column = min(max(int(click[0]), 0), mask.shape[1] - 1)
    row = min(max(int(click[1]), 0), mask.shape[0] - 1)
    chosen = pieces[row, column]
    return (pieces == chosen).astype(np.uint8) if chosen else mask


def _bounds(mask: Mask) -> Array:
    """Box of a mask (4,), without thin ends."""
    across, down = mask.sum(axis=0), mask.sum(axis=1)
    columns = np.flatnonzero(across >= max(1.0, 0.06 * across.max()))
    rows = np.flatnonzero(down >= max(1.0, 0.06 * down.max()))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], dtype=np.float64)
