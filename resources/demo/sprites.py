"""The moving bodies of the demo, drawn eight times finer than the picture and laid over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from resources.demo.scene import (
    EYE_HEIGHT_M,
    HEIGHT_PX,
    ROW_SCALE_PX,
    WIDTH_PX,
    Ball,
    Bird,
    pixels_per_metre,
    project,
)

FINENESS = 8
Colour = tuple[float, float, float]
Point = Sequence[float] | NDArray[np.float64]
GLOW: Colour = (255, 204, 150)


@dataclass(frozen=True)
class Box:
    """Pixels, origin top left; centred on the projected body centre."""

    x0: float
    y0: float
    x1: float
    y1: float


class Sheet:
    """A transparent sheet, centred on a point of the picture, on which shapes are painted."""

    def __init__(self, centre: NDArray[np.float64], half_px: tuple[float, float]) -> None:
        self.centre = centre
        self.origin = np.floor(centre - half_px).astype(int)
        size = np.ceil(centre + half_px).astype(int) - self.origin
        width, height = (size * FINENESS).tolist()
        self.colour = np.zeros((height, width, 3), np.float32)
        self.cover = np.zeros((height, width), np.float32)

    def polygon(
        self, points: Sequence[NDArray[np.float64]] | NDArray[np.float64], colour: Colour
    ) -> None:
        """Fill a polygon given in pixels of the picture."""
        fixed = np.round((np.asarray(points) - self.origin) * FINENESS * 16).astype(np.int32)
        cv2.fillPoly(self.colour, [fixed], colour, cv2.LINE_8, 4)
        cv2.fillPoly(self.cover, [fixed], 1.0, cv2.LINE_8, 4)

    def ellipse(self, centre: Point, radii: Point, colour: Colour, turn: float = 0.0) -> None:
        """Fill an ellipse, turned clockwise by `turn` radians."""
        around = np.linspace(0, 2 * np.pi, 64, endpoint=False)
        across, down = np.cos(around) * radii[0], np.sin(around) * radii[1]
        c, s = np.cos(turn), np.sin(turn)
        points = np.column_stack([across * c - down * s, across * s + down * c])
        self.polygon(points + np.asarray(centre), colour)

    def limb(self, start: Point, end: Point, radii: Point, colour: Colour) -> None:
        """Fill a tapered limb with round ends."""
        self.ellipse(start, (radii[0], radii[0]), colour)
        self.ellipse(end, (radii[1], radii[1]), colour)
        along = np.asarray(end, float) - np.asarray(start, float)
        length = float(np.hypot(*along))
        if length > 0:
            normal = np.array([-along[1], along[0]]) / length
            sides = [start + normal * radii[0], end + normal * radii[1]]
            sides += [end - normal * radii[1], start - normal * radii[0]]
            self.polygon(np.array(sides), colour)

    def light_from_left(self, depth_px: float, amount: float) -> None:
        """Let the evening sun catch the edges that face it, and shade the others."""
        shift = max(1, round(depth_px * FINENESS))
        for step, colour, strength in ((shift, GLOW, amount), (-2 * shift, (22, 20, 40), 0.3)):
            moved = np.roll(self.cover, step, axis=1)
            edge = cv2.blur(np.clip(self.cover - moved, 0, 1), (shift, shift)) * self.cover
            self.colour += (np.array(colour, np.float32) - self.colour) * strength * edge[..., None]

    def lay_over(self, picture: NDArray[np.float32]) -> Box:
        """Lay the sheet over the picture in place; gives the smallest centred box around it."""
        size = (self.cover.shape[1] // FINENESS, self.cover.shape[0] // FINENESS)
        cover = cv2.resize(self.cover, size, interpolation=cv2.INTER_AREA)[..., None]
        colour = cv2.resize(self.colour * self.cover[..., None], size, interpolation=cv2.INTER_AREA)
        x0, y0 = np.maximum(self.origin, 0)
        x1, y1 = np.minimum(self.origin + size, (WIDTH_PX, HEIGHT_PX))
        if x1 > x0 and y1 > y0:
            part = (
                slice(y0 - self.origin[1], y1 - self.origin[1]),
                slice(x0 - self.origin[0], x1 - self.origin[0]),
            )
            below = picture[y0:y1, x0:x1]
            below[:] = below * (1 - cover[part]) + colour[part]
        return self._box()

    def _box(self) -> Box:
        rows, columns = np.nonzero(self.cover)
        x = self.origin[0] + np.array([columns.min(), columns.max() + 1]) / FINENESS
        y = self.origin[1] + np.array([rows.min(), rows.max() + 1]) / FINENESS
        half_x = float(np.abs(x - self.centre[0]).max())
        half_y = float(np.abs(y - self.centre[1]).max())
        column, row = self.centre.tolist()
        return Box(column - half_x, row - half_y, column + half_x, row + half_y)


def cast_shadow(
    picture: NDArray[np.float32], ground_m: Point, radius_m: float, height_m: float
) -> None:
    """Darken the ground softly below a body; fainter and wider the higher it is."""
    column, row = project([ground_m[0], ground_m[1], -EYE_HEIGHT_M])
    scale = ROW_SCALE_PX / np.hypot(ground_m[0], ground_m[1])
    spread = radius_m * (1.0 + 0.5 * height_m) * scale
    y0, y1 = max(0, int(row - spread)), min(HEIGHT_PX, int(row + spread) + 1)
    x0, x1 = max(0, int(column - 3 * spread)), min(WIDTH_PX, int(column + 3 * spread) + 1)
    if y1 <= y0 or x1 <= x0:
        return
    y, x = np.mgrid[y0:y1, x0:x1]
    away = ((x - column) / spread) ** 2 + ((y - row) / (0.3 * spread)) ** 2
    dark = 0.17 / (1.0 + 3.0 * height_m) * np.exp(-away)
    picture[y0:y1, x0:x1] *= (1.0 - dark[..., None]).astype(np.float32)


def draw_ball(picture: NDArray[np.float32], ball: Ball, time_s: float) -> Box:
    """A play ball of six panels, shaded by the sky and the low sun; it turns as it rolls."""
    position = ball.position_m(time_s)
    centre, scale = project(position), pixels_per_metre(position)
    cast_shadow(picture, position[:2], ball.radius_m, position[2] + EYE_HEIGHT_M - ball.radius_m)
    radius = ball.radius_m * scale
    sheet = Sheet(centre, (radius + 2, radius + 2))
    height, width = sheet.cover.shape
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    across = ((across + 0.5) / FINENESS + sheet.origin[0] - centre[0]) / radius
    down = ((down + 0.5) / FINENESS + sheet.origin[1] - centre[1]) / radius
    reach = across**2 + down**2
    sheet.cover[:] = reach <= 1.0
    towards = np.sqrt(np.clip(1.0 - reach, 0, 1))
    angle = ball.roll_angle(time_s)
    tilted, deep = 0.82 * towards + 0.57 * down, 0.82 * down - 0.57 * towards
    turned = np.arctan2(deep, across) - angle
    panel = np.floor(turned / (np.pi / 3)).astype(int) % 3
    paints = np.array([(226, 78, 44), (250, 186, 44), (28, 104, 128)], np.float32)
    sheet.colour[:] = paints[panel]
    sheet.colour[tilted > 0.955] = (250, 238, 220)
    light = 0.60 + 0.42 * np.clip(-0.62 * across - 0.55 * down + 0.55 * towards, -0.4, 1)
    sheet.colour *= light[..., None]
    shine = np.exp(-(((across + 0.42) ** 2 + (down + 0.45) ** 2) / 0.035))
    sheet.colour += (255 - sheet.colour) * (0.55 * shine)[..., None]
    return sheet.lay_over(picture)


def draw_bird(picture: NDArray[np.float32], bird: Bird, time_s: float) -> Box:
    """A goose in flight to the left: neck stretched, wings beating about the shoulders."""
    position = bird.position_m(time_s)
    centre, scale = project(position), pixels_per_metre(position)
    sheet = Sheet(centre, (bird.length_m * scale * 0.7 + 4, bird.span_m * scale * 0.6 + 4))

    def at(ahead: float, up: float) -> NDArray[np.float64]:
        return centre + np.array([-ahead, -up]) * scale * bird.length_m

    phase = bird.flap_phase(time_s)
    beat, bend = np.cos(phase), np.cos(phase - 0.9)
    for far, tone in ((True, 0.78), (False, 1.0)):
        lift = 0.40 * beat * (0.85 if far else 1.0)
        tip = lift + 0.27 * bend
        sweep = 0.06 if far else 0.0
        wing = [at(0.13 + sweep, 0.05), at(0.17 + sweep, 0.05 + 0.5 * lift)]
        wing += [at(0.11 + sweep, 0.05 + lift), at(-0.10 + sweep, 0.05 + tip)]
        wing += [at(-0.15 + sweep, 0.05 + tip), at(-0.09 + sweep, 0.03 + 0.6 * lift)]
        wing += [at(-0.10 + sweep, 0.03)]
        grey = (58 * tone, 54 * tone, 66 * tone)
        if far:
            sheet.polygon(_rounded(wing), grey)
            _goose_body(sheet, at, scale * bird.length_m)
        else:
            sheet.polygon(_rounded(wing), grey)
    sheet.light_from_left(0.012 * scale, 0.35)
    return sheet.lay_over(picture)


def _goose_body(
    sheet: Sheet, at: Callable[[float, float], NDArray[np.float64]], length_px: float
) -> None:
    body: Colour = (82, 74, 80)
    sheet.polygon(
        [at(-0.2, 0.05), at(-0.4, 0.03), at(-0.5, 0.012), at(-0.4, -0.012), at(-0.2, -0.05)],
        (48, 44, 54),
    )
    sheet.ellipse(at(-0.04, 0.0), (0.26 * length_px, 0.085 * length_px), body)
    sheet.ellipse(at(-0.06, -0.035), (0.2 * length_px, 0.05 * length_px), (168, 146, 138))
    sheet.limb(at(0.14, 0.02), at(0.41, 0.05), (0.05 * length_px, 0.025 * length_px), (40, 38, 48))
    sheet.ellipse(at(0.43, 0.055), (0.045 * length_px, 0.033 * length_px), (36, 34, 44))
    sheet.polygon([at(0.46, 0.075), at(0.5, 0.05), at(0.46, 0.04)], (30, 28, 34))


def _rounded(points: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Cut the corners of a closed outline twice (Chaikin), so that a wing looks grown."""
    outline = np.array(points)
    for _ in range(2):
        following = np.roll(outline, -1, axis=0)
        near, far = 0.75 * outline + 0.25 * following, 0.25 * outline + 0.75 * following
        outline = np.stack([near, far], axis=1).reshape(-1, 2)
    return outline
