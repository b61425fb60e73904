"""The still background of the demo: a river promenade at dusk, seen by the cylinder camera."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from resources.demo.scene import (
    COLUMN_SCALE_PX,
    EYE_HEIGHT_M,
    HEIGHT_PX,
    ROW_SCALE_PX,
    WIDTH_PX,
    project,
)

SUPERSAMPLING = 2
RIVER_M = 13.2
"""Where the quay ends and the water begins."""
Picture = NDArray[Any]
"""(rows, columns[, 3]) float32, 0..255."""


def draw_backdrop(seed: int = 7) -> Picture:
    """Paint the background.

    Returns
    -------
    (720, 1280, 3) float32 array
        RGB, 0..255.
    """
    rng = np.random.default_rng(seed)
    height, width = HEIGHT_PX * SUPERSAMPLING, WIDTH_PX * SUPERSAMPLING
    row = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / SUPERSAMPLING
    column = (np.arange(width, dtype=np.float32)[None, :] + 0.5) / SUPERSAMPLING
    row, column = np.broadcast_arrays(row, column)
    picture = _sky(row, column, rng)
    _far_bank(picture, rng)
    _ground(picture, row, column, rng)
    _railing(picture)
    for left_m in (-17.5, -8.5, 0.6, 9.4, 18.0):
        _lamp(picture, row, column, left_m)
    _bench(picture, 5.1)
    _bench(picture, -6.3)
    return cv2.resize(picture, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA)


def _noise(rng: np.random.Generator, shape: tuple[int, int], cell: tuple[float, float]) -> Picture:
    """Smooth noise of about unit deviation whose grains measure `cell` (rows, columns) pixels."""
    small = (max(2, round(shape[0] / cell[0])), max(2, round(shape[1] / cell[1])))
    grains = rng.standard_normal(small).astype(np.float32)
    return cv2.resize(grains, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def _blend(picture: Picture, colour: tuple[float, float, float], amount: Picture) -> None:
    """Mix a colour into the picture in place; `amount` is 0..1, one value a pixel."""
    picture += (np.asarray(colour, np.float32) - picture) * amount[..., None]


def _sky(row: Picture, column: Picture, rng: np.random.Generator) -> Picture:
    stops = np.array([0, 110, 215, 300, 362, 400], np.float32)
    upper = [(58, 78, 122), (94, 112, 152), (156, 146, 166)]
    colours = np.array([*upper, (226, 178, 152), (250, 206, 160), (250, 206, 160)], np.float32)
    picture = np.stack([np.interp(row, stops, colours[:, c]) for c in range(3)], axis=-1)
    picture = picture.astype(np.float32)
    glow = np.exp(-(((column - 330) / 330) ** 2) - ((row - 352) / 120) ** 2)
    _blend(picture, (255, 214, 150), 0.75 * glow.astype(np.float32))
    shape = row.shape
    clouds = sum(
        weight * _noise(rng, shape, (28.0 * scale, 260.0 * scale))
        for weight, scale in ((0.9, 1.6), (0.5, 0.8), (0.25, 0.4))
    )
    band = np.exp(-(((row - 205) / 85) ** 2))
    veil = np.clip((clouds - 0.25) * 0.55, 0, 1) * band
    _blend(picture, (236, 176, 160), (0.62 * veil).astype(np.float32))
    underside = np.roll(veil, -10 * SUPERSAMPLING, axis=0)
    _blend(picture, (118, 112, 142), (0.5 * np.clip(veil - underside, 0, 1)).astype(np.float32))
    moon = np.hypot(column - 1088, row - 92)
    crescent = np.clip(13.5 - moon, 0, 1) * np.clip(np.hypot(column - 1083, row - 88) - 12.5, 0, 1)
    _blend(picture, (250, 240, 222), (0.9 * crescent).astype(np.float32))
    return picture


def _far_bank(picture: Picture, rng: np.random.Generator) -> None:
    """Hills, a skyline with lit windows, and trees on the other side of the river."""
    columns = np.arange(WIDTH_PX + 1, dtype=np.float64)
    ridge = 330 - 13 * np.sin(columns / 190 + 0.8) - 7 * np.sin(columns / 71)
    _silhouette(picture, columns, ridge, (178, 150, 164))
    ridge = 344 - 9 * np.sin(columns / 140 + 2.1) - 4 * np.sin(columns / 43 + 1)
    _silhouette(picture, columns, ridge, (146, 126, 148))
    column = -20.0
    while column < WIDTH_PX + 20:
        width, height = rng.uniform(24, 62), rng.uniform(22, 58)
        height *= 0.72 + 0.55 * np.exp(-(((column - 900) / 240) ** 2))
        _house(picture, rng, column, width, height)
        column += width + (rng.uniform(6, 30) if rng.random() < 0.3 else 0.0)
    crowns = []
    column = -10.0
    while column < WIDTH_PX + 20:
        crowns.append((column, rng.uniform(5, 12), rng.uniform(0.85, 1.35)))
        column += rng.uniform(5, 13) if rng.random() < 0.9 else rng.uniform(20, 44)
    for column, radius, tall in crowns:
        shade = rng.uniform(-6, 6)
        colour = (62 + shade, 66 + shade, 76 + shade)
        _ellipse(picture, (column, 368 - radius * tall * 0.6), (radius, radius * tall), colour)


def _silhouette(
    picture: Picture,
    columns: NDArray[np.float64],
    ridge: NDArray[np.float64],
    colour: tuple[float, float, float],
) -> None:
    outline = np.column_stack([columns, ridge])
    _polygon(picture, np.vstack([outline, [[WIDTH_PX, 380], [0, 380]]]), colour)


def _house(
    picture: Picture, rng: np.random.Generator, column: float, width: float, height: float
) -> None:
    top = 374 - height
    tone = rng.uniform(-8, 8)
    colour = (104 + tone, 96 + tone, 118 + tone)
    _polygon(picture, _box(column, top, column + width, 376), colour)
    roof = rng.random()
    if roof < 0.45:
        gable = [
            (column - 1, top),
            (column + width / 2, top - width * 0.28),
            (column + width + 1, top),
        ]
        _polygon(picture, np.array(gable), (86 + tone, 78 + tone, 102 + tone))
    elif roof < 0.6:
        mid = column + width / 2
        _polygon(picture, _box(mid - 1, top - 14, mid + 1, top), colour)
    for y in np.arange(top + 6, 356, 8.0):
        for x in np.arange(column + 5, column + width - 6, 8.0):
            draw = rng.random()
            if draw < 0.2:
                warm = rng.uniform(0.75, 1.0)
                _polygon(picture, _box(x, y, x + 3, y + 4), (255 * warm, 212 * warm, 138 * warm))
            elif draw < 0.7:
                _polygon(picture, _box(x, y, x + 3, y + 4), (88 + tone, 84 + tone, 108 + tone))


def _ground(picture: Picture, row: Picture, column: Picture, rng: np.random.Generator) -> None:
    """The river with its reflections, then the quay: courses of stone, seen in perspective."""
    slope = np.maximum(row - HEIGHT_PX / 2, 1e-3) / ROW_SCALE_PX
    distance = EYE_HEIGHT_M / slope
    azimuth = (WIDTH_PX / 2 - column) / COLUMN_SCALE_PX
    x, y = distance * np.cos(azimuth), distance * np.sin(azimuth)
    horizon = int(373 * SUPERSAMPLING)
    mirrored = picture[np.clip(2 * horizon - np.arange(len(picture)), 0, len(picture) - 1)]
    mirrored = cv2.GaussianBlur(mirrored, (0, 0), sigmaX=2.5, sigmaY=9)
    ripple = _noise(rng, row.shape, (3.0, 90.0))
    water = mirrored * 0.82 + np.array((24, 22, 30), np.float32) + 5.0 * ripple[..., None]
    river = ((row > 373) & (x > RIVER_M)).astype(np.float32)
    picture += (water - picture) * river[..., None]
    stone = _stone(x, y, distance, rng)
    glow = np.exp(-(((column - 330) / 420) ** 2) - ((distance - 14) / 9) ** 2)[..., None]
    stone += np.array((46, 24, 0), np.float32) * glow.astype(np.float32)
    quay = (x <= RIVER_M) & (row > 362)
    picture[quay] = stone[quay]
    kerb = (np.abs(x - RIVER_M + 0.25) < 0.25) & (row > 362)
    picture[kerb] = (168, 152, 146)


def _stone(
    x: Picture, y: Picture, distance: Picture, rng: np.random.Generator
) -> NDArray[np.float32]:
    far = np.clip(distance / 14.0, 0, 1)[..., None]
    near_colour, far_colour = np.array((128, 120, 122)), np.array((196, 172, 156))
    colour = near_colour + (far_colour - near_colour) * np.sqrt(far)
    deep, wide = 0.5, 0.9
    course = np.floor(x / deep)
    shifted = y / wide + 0.5 * (course % 2)
    slab = np.floor(shifted)
    key = (course.astype(np.int64) * 73856093) ^ (slab.astype(np.int64) * 19349663)
    tone = rng.standard_normal(4096)[key & 4095]
    fade = np.clip(1.25 - distance / 11.0, 0, 1)
    across = np.minimum(x / deep - course, course + 1 - x / deep) * deep
    along = np.minimum(shifted - slab, slab + 1 - shifted) * wide
    pixel_m = distance**2 / (ROW_SCALE_PX * EYE_HEIGHT_M)
    joint = np.maximum(
        np.clip(1.0 - across / np.maximum(0.014, 0.6 * pixel_m), 0, 1)
        * np.minimum(1, 0.020 / np.maximum(0.014, 0.6 * pixel_m)),
        np.clip(1.0 - along / np.maximum(0.014, 0.6 * distance / COLUMN_SCALE_PX), 0, 1),
    )
    shade = 5.0 * tone * fade - 34.0 * joint * fade
    speckle = _noise(rng, x.shape, (3.0, 5.0)) * 1.6 * fade
    return (colour + (shade + speckle)[..., None]).astype(np.float32)


def _railing(picture: Picture) -> None:
    distance = RIVER_M - 0.1
    left = np.linspace(-30, 30, 481)
    for height_m, thick_m in ((1.05, 0.055), (0.62, 0.03), (0.22, 0.03)):
        edge = [_at(distance, y, height_m + thick_m / 2) for y in left]
        edge += [_at(distance, y, height_m - thick_m / 2) for y in left[::-1]]
        _polygon(picture, np.array(edge), (74, 66, 78))
    for y in np.arange(-27, 27.1, 1.5):
        _post(picture, distance, y, (0.0, 1.08), 0.035, (70, 62, 74))


def _lamp(picture: Picture, row: Picture, column: Picture, left_m: float) -> None:
    distance = RIVER_M - 0.6
    _post(picture, distance, left_m, (0.0, 3.5), 0.05, (56, 52, 64))
    _post(picture, distance, left_m, (0.0, 0.5), 0.1, (56, 52, 64))
    head_column, head_row = _at(distance, left_m, 3.68)
    scale = ROW_SCALE_PX / np.hypot(distance, left_m)
    away = np.hypot(column - head_column, row - head_row) / scale
    _blend(picture, (255, 214, 150), (0.5 * np.exp(-((away / 0.75) ** 2))).astype(np.float32))
    _ellipse(picture, (head_column, head_row), (0.19 * scale, 0.19 * scale), (255, 240, 206))
    foot_column, foot_row = _at(distance, left_m, 0.0)
    pool = ((column - foot_column) / (2.6 * scale)) ** 2 + (
        (row - foot_row - 4) / (0.5 * scale)
    ) ** 2
    lit = np.where(row > 398, 0.3 * np.exp(-pool), 0.0)
    _blend(picture, (255, 220, 168), lit.astype(np.float32))


def _bench(picture: Picture, left_m: float) -> None:
    distance = RIVER_M - 1.2
    wood, iron = (112, 82, 66), (58, 54, 62)
    for side in (-0.62, 0.62):
        _post(picture, distance, left_m + side, (0.0, 0.82), 0.035, iron)
    for height_m in (0.46, 0.62, 0.76):
        top = [_at(distance, left_m + side, height_m + 0.05) for side in (0.75, -0.75)]
        low = [_at(distance, left_m + side, height_m - 0.05) for side in (-0.75, 0.75)]
        _polygon(picture, np.array(top + low), wood)


def _at(x: float, y: float, height_m: float) -> tuple[float, float]:
    column, row = project([x, y, height_m - EYE_HEIGHT_M])
    return float(column), float(row)


def _post(
    picture: Picture,
    x: float,
    y: float,
    span_m: tuple[float, float],
    half_m: float,
    colour: tuple[float, float, float],
) -> None:
    (column, low), (_, high) = _at(x, y, span_m[0]), _at(x, y, span_m[1])
    half = half_m * ROW_SCALE_PX / np.hypot(x, y)
    _polygon(picture, _box(column - half, high, column + half, low), colour)


def _box(x0: float, y0: float, x1: float, y1: float) -> NDArray[np.float64]:
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def _polygon(
    picture: Picture,
    points: NDArray[np.float64],
    colour: tuple[float, float, float],
) -> None:
    """Fill a polygon given in pixels of the final picture."""
    fixed = np.round(np.asarray(points) * SUPERSAMPLING * 16).astype(np.int32)
    cv2.fillPoly(picture, [fixed], colour, cv2.LINE_8, 4)


def _ellipse(
    picture: Picture,
    centre: tuple[float, float],
    radii: tuple[float, float],
    colour: tuple[float, float, float],
) -> None:
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    points = np.column_stack([np.cos(turn) * radii[0], np.sin(turn) * radii[1]]) + centre
    _polygon(picture, points, colour)
