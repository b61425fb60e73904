"""From a mask of moving pixels to boxes of things: joined pieces, shadows cut off."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.vision.background import Segmentation
from engine.vision.opencv import cv2

_LEAST_AREA_SHARE = 2.0e-4
_LARGEST_AREA_SHARE = 0.95
_JOIN_SHARE = 0.012
"""Pieces nearer than this share of the picture's width are one thing."""
_HISTOGRAM_BINS = 6
_MOST_PIECES = 48
_GHOST_EDGES = -12.0
"""Mean difference of edge strength (of 255) along an outline below which it is a ghost's."""


@dataclass(frozen=True)
class Blob:
    """A connected moving thing in one picture; pixels of the analysed image.

    `spread` is the width of its lowest quarter over its height (how far legs are apart), `sway`
    the centre of that quarter relative to the box centre, over its height. `contrast` is by how
    many thresholds it stands out; `colour` a normalised RGB histogram (216,); `flow` its median
    motion (2,) in pixels per second; `centroid` its centre of mass, finer than a pixel.
    """

    box: tuple[float, float, float, float]
    area_px: float
    contrast: float
    spread: float
    sway: float
    colour: NDArray[np.float32]
    flow: NDArray[np.float32]
    centroid: tuple[float, float] = (0.0, 0.0)

    @property
    def fill(self) -> float:
        """Share of the box that moves."""
        x0, y0, x1, y1 = self.box
        return self.area_px / max(1.0, (x1 - x0) * (y1 - y0))


def find_blobs(image: NDArray[np.uint8], segmentation: Segmentation) -> list[Blob]:
    """Moving things in an image, largest first."""
    height, width = segmentation.moving.shape
    mask = _clean(segmentation.moving)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    blobs: list[Blob] = []
    shadows: list[Blob] = []
    least = max(7.0, 0.5 * _LEAST_AREA_SHARE * width * height)
    order = 1 + np.argsort(-stats[1:, cv2.CC_STAT_AREA])
    for label in order[:_MOST_PIECES]:
        x, y, w, h, area = stats[label]
        if area < least or w * h > _LARGEST_AREA_SHARE * width * height:
            continue
        window = (slice(y, y + h), slice(x, x + w))
        piece = labels[window] == label
        shade = (segmentation.shadow[window] > 0) & piece
        solid = _without_shadow(piece, (segmentation.moving[window] > 0) & ~shade)
        if _is_ghost(piece, segmentation.edges[window]):
            continue
        flow = _median_flow(segmentation.flow, solid, (x, y, w, h), (width, height))
        blob = _blob(image[window], solid, segmentation.contrast[window], (x, y), flow)
        only_shade = shade.sum() > 0.7 * piece.sum()
        (shadows if only_shade else blobs).append(blob)
    blobs += [s for s in shadows if not _is_cast(s, blobs)]
    blobs = [b for b in join_pieces(blobs, width) if b.area_px >= 2.0 * least]
    return sorted(blobs, key=lambda blob: -blob.area_px)


def join_pieces(blobs: list[Blob], width: int) -> list[Blob]:
    """Blobs with those joined that are pieces of one thing: near each other, flowing alike."""
    blobs = sorted(blobs, key=lambda blob: -blob.area_px)
    joined: list[Blob] = []
    for blob in blobs:
        for index, whole in enumerate(joined):
            if _belongs(blob, whole, width):
                joined[index] = _union(whole, blob)
                break
        else:
            joined.append(blob)
    return joined if len(joined) == len(blobs) else join_pieces(joined, width)


def _belongs(piece: Blob, whole: Blob, width: int) -> bool:
    ax0, ay0, ax1, ay1 = whole.box
    bx0, by0, bx1, by1 = piece.box
    across = max(bx0 - ax1, ax0 - bx1, 0.0)
    down = max(by0 - ay1, ay0 - by1, 0.0)
    gap = math.hypot(across, down)
    size = min(max(ax1 - ax0, ay1 - ay0), 0.3 * width)
    inside = gap == 0.0 and bx0 >= ax0 - 3 and bx1 <= ax1 + 3 and by0 >= ay0 - 3 and by1 <= ay1 + 3
    near = inside or gap < _JOIN_SHARE * width
    if not near and gap >= 0.25 * size:
        return False
    speed = max(float(np.linalg.norm(whole.flow)), float(np.linalg.norm(piece.flow)))
    alike = float(np.linalg.norm(whole.flow - piece.flow)) < 0.4 * speed
    flows = speed > 0.03 * width
    if near and (alike or not flows):
        return True
    return flows and alike and gap < 0.25 * size


def _union(a: Blob, b: Blob) -> Blob:
    weight = b.area_px / (a.area_px + b.area_px)
    lower = a if a.box[3] >= b.box[3] else b
    box = (
        min(a.box[0], b.box[0]), min(a.box[1], b.box[1]),
        max(a.box[2], b.box[2]), max(a.box[3], b.box[3]),
    )  # fmt: skip
    share = (lower.box[3] - lower.box[1]) / max(1.0, box[3] - box[1])
    return Blob(
        box=box,
        area_px=a.area_px + b.area_px,
        contrast=(1 - weight) * a.contrast + weight * b.contrast,
        spread=lower.spread * share,
        sway=lower.sway * share,
        colour=(1 - weight) * a.colour + weight * b.colour,
        flow=(1 - weight) * a.flow + weight * b.flow,
        centroid=(
            (1 - weight) * a.centroid[0] + weight * b.centroid[0],
            (1 - weight) * a.centroid[1] + weight * b.centroid[1],
        ),
    )


def _clean(moving: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """With small gaps closed and holes filled."""
    closed = cv2.morphologyEx(
        moving, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    )
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(closed)
    cv2.drawContours(filled, outlines, -1, 255, cv2.FILLED)
    return filled


def _without_shadow(piece: NDArray[np.bool_], moving: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The piece without the rows at its foot and the columns at its sides that are all shadow.

    `moving` marks pixels that move and are no shadow.
    A piece that is mostly shadow-like stays whole: it is rather a dark thing on a dark ground.
    """
    solid = piece & moving
    rows, columns = solid.sum(axis=1), solid.sum(axis=0)
    if solid.sum() < 0.3 * piece.sum():
        return piece
    kept_rows = np.flatnonzero(rows >= max(1.0, 0.08 * rows.max()))
    kept_columns = np.flatnonzero(columns >= max(1.0, 0.08 * columns.max()))
    trimmed = piece.copy()
    trimmed[kept_rows[-1] + 1 :] = False
    trimmed[:, : kept_columns[0]] = False
    trimmed[:, kept_columns[-1] + 1 :] = False
    return trimmed


def _is_ghost(piece: NDArray[np.bool_], edges: NDArray[np.int16]) -> bool:
    """Whether the outline is an edge of the background only: something that is not there any more.

    A thing that stands still for most of a block gets into the background, and leaves a ghost
    where it stood.
    """
    solid = piece.astype(np.uint8)
    rim = (solid > 0) & (cv2.erode(solid, np.ones((3, 3), np.uint8), borderValue=0) == 0)
    return float(edges[rim].mean()) < _GHOST_EDGES


def _blob(
    image: NDArray[np.uint8],
    piece: NDArray[np.bool_],
    contrast: NDArray[np.uint8],
    corner: tuple[int, int],
    flow: NDArray[np.float32],
) -> Blob:
    x, y = corner
    columns, rows = piece.sum(axis=0), piece.sum(axis=1)
    x0, x1 = _extent(columns)
    y0, y1 = _extent(rows)
    height = max(1, y1 - y0)
    legs = np.flatnonzero(piece[y0 + (3 * height) // 4 : y1].any(axis=0))
    spread = float(legs[-1] - legs[0] + 1) / height if len(legs) else 0.0
    sway = float(legs.mean() - 0.5 * (x0 + x1)) / height if len(legs) else 0.0
    values = (image[piece] // 43).astype(np.int64)
    bins = values @ np.array([_HISTOGRAM_BINS**2, _HISTOGRAM_BINS, 1])
    colour = np.bincount(bins, minlength=_HISTOGRAM_BINS**3).astype(np.float32)
    return Blob(
        box=(float(x + x0), float(y + y0), float(x + x1), float(y + y1)),
        area_px=float(piece.sum()),
        contrast=float(contrast[piece].mean()) / 32.0,
        spread=spread,
        sway=sway,
        colour=colour / max(1.0, float(colour.sum())),
        flow=flow,
        centroid=_centroid(piece, contrast, x, y),
    )


def _centroid(
    piece: NDArray[np.bool_], contrast: NDArray[np.uint8], x: int, y: int
) -> tuple[float, float]:
    """Centre of mass, finer than a pixel: pixels at the rim count by how much they stand out."""
    solid = piece.astype(np.uint8)
    inner = cv2.erode(solid, np.ones((3, 3), np.uint8))
    rim = cv2.dilate(solid, np.ones((3, 3), np.uint8)) - inner
    weight = inner + rim * np.minimum(contrast / 64.0, 1.0)
    total = max(1e-6, float(weight.sum()))
    across = float((weight.sum(axis=0) @ np.arange(weight.shape[1])) / total)
    down = float((weight.sum(axis=1) @ np.arange(weight.shape[0])) / total)
    return x + across + 0.5, y + down + 0.5


def _median_flow(
    flow: NDArray[np.float32],
    piece: NDArray[np.bool_],
    window: tuple[int, int, int, int],
    picture: tuple[int, int],
) -> NDArray[np.float32]:
    """Median flow (2,) over the piece; the flow is smaller than the picture."""
    x, y, _, _ = window
    rows, columns = np.nonzero(piece)
    step = max(1, len(rows) // 400)
    down = ((rows[::step] + y) * flow.shape[0]) // picture[1]
    across = ((columns[::step] + x) * flow.shape[1]) // picture[0]
    across_and_down = np.sort(flow[down, across], axis=0)  # (n, 2): np.median's answer, sooner
    middle = len(across_and_down) // 2
    low = across_and_down[middle if len(across_and_down) % 2 else middle - 1]
    return np.asarray(0.5 * (low + across_and_down[middle]), np.float32)


def _extent(counts: NDArray[np.int64]) -> tuple[int, int]:
    """First and one past the last index with content."""
    filled = np.flatnonzero(counts)
    return int(filled[0]), int(filled[-1]) + 1


def _is_cast(shadow: Blob, blobs: list[Blob]) -> bool:
    """Whether an all-shadow blob lies under (or beside the foot of) another blob."""
    x0, y0, x1, y1 = shadow.box
    for blob in blobs:
        left, top, right, _ = blob.box
        reach = 0.5 * (right - left)
        if left - reach < x1 and x0 < right + reach and 0.5 * (y0 + y1) > top:
            return True
    return False
