"""Things that are drawn and can be heard: what stands for a sound's source in pseudo pictures.

Where a recipe for training data has no photographs of its sources, it draws them: a kind of thing
always looks alike in shape (so that a network can tell what it is) and never in colour, pose,
proportion or size. Original drawings, of nobody's pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SHEET_PX = 96
"""Things are drawn on square sheets of this size, and scaled down."""

Sheet = NDArray[np.uint8]
Draw = Callable[["Pen", np.random.Generator], None]


class Pen:
    """Paints shapes on a transparent sheet; lengths are shares of the sheet, y down."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.sheet: Sheet = np.zeros((SHEET_PX, SHEET_PX, 4), np.uint8)
        self._rng = rng

    def colour(self, low: int = 20, high: int = 235) -> tuple[int, int, int, int]:
        """Any opaque colour between two levels."""
        red, green, blue = (int(v) for v in self._rng.integers(low, high, 3))
        return red, green, blue, 255

    def ellipse(
        self,
        x: float,
        y: float,
        wide: float,
        high: float,
        colour: tuple[int, int, int, int],
        turn_deg: float = 0.0,
    ) -> None:
        """Fill an ellipse around (x, y) of half axes `wide` and `high`."""
        centre, axes = self._pixels(x, y), (_px(wide), _px(high))
        cv2.ellipse(self.sheet, centre, axes, turn_deg, 0, 360, colour, -1, cv2.LINE_AA)

    def polygon(self, points: list[tuple[float, float]], colour: tuple[int, int, int, int]) -> None:
        """Fill a polygon."""
        corners = np.array([self._pixels(x, y) for x, y in points], np.int32)
        cv2.fillPoly(self.sheet, [corners], colour, cv2.LINE_AA)

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        thick: float,
        colour: tuple[int, int, int, int],
    ) -> None:
        """A stroke with round ends."""
        first, second = self._pixels(*start), self._pixels(*end)
        cv2.line(self.sheet, first, second, colour, max(_px(thick), 1), cv2.LINE_AA)

    def _pixels(self, x: float, y: float) -> tuple[int, int]:
        return _px(x), _px(y)


@dataclass(frozen=True)
class Thing:
    """A kind of thing.

    Attributes
    ----------
    name : str
    draw : callable
        ``(pen, rng)``: paints one that fills most of the sheet's height or width.
    size : float
        Its height at the nearest depth, as a share of the picture's.
    words : tuple of str
        A sound file whose name holds one of them is this thing's.
    """

    name: str
    draw: Draw
    size: float
    words: tuple[str, ...]


def draw_thing(thing: Thing, rng: np.random.Generator) -> Sheet:
    """One of that kind, as an RGBA picture cut to its outline; either way round."""
    pen = Pen(rng)
    thing.draw(pen, rng)
    rows, columns = (np.flatnonzero(pen.sheet[..., 3].any(axis=axis)) for axis in (1, 0))
    cut = pen.sheet[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.ascontiguousarray(cut[:, ::-1] if rng.random() < 0.5 else cut)


def _px(share: float) -> int:
    return round(share * SHEET_PX)


def _person(pen: Pen, rng: np.random.Generator) -> None:
    skin, coat, legs = pen.colour(60, 235), pen.colour(), pen.colour(10, 160)
    stride, swing = rng.uniform(0.02, 0.16), rng.uniform(0.05, 0.2)
    for side in (-1, 1):
        pen.line((0.5, 0.55), (0.5 + side * stride, 0.97), 0.085, legs)
        pen.line((0.5, 0.27), (0.5 + side * swing, 0.55), 0.06, coat)
    pen.polygon([(0.4, 0.22), (0.6, 0.22), (0.58, 0.6), (0.42, 0.6)], coat)
    pen.ellipse(0.5, 0.12, 0.075, 0.1, skin)
    pen.ellipse(0.5, 0.06, 0.08, 0.05, pen.colour(10, 120))


def _car(pen: Pen, rng: np.random.Generator) -> None:
    paint, glass, tyre = pen.colour(), (40, 50, 60, 255), (15, 15, 15, 255)
    roof = rng.uniform(0.3, 0.4)
    pen.polygon([(0.2, 0.5), (0.32, roof), (0.68, roof), (0.84, 0.5)], paint)
    pen.polygon([(0.26, 0.5), (0.35, roof + 0.03), (0.65, roof + 0.03), (0.76, 0.5)], glass)
    pen.polygon([(0.02, 0.5), (0.97, 0.5), (0.98, 0.66), (0.02, 0.66)], paint)
    pen.line((0.5, roof), (0.5, 0.5), 0.02, paint)
    for x in (0.22, 0.78):
        pen.ellipse(x, 0.66, 0.09, 0.09, tyre)
        pen.ellipse(x, 0.66, 0.04, 0.04, (150, 150, 150, 255))


def _dog(pen: Pen, rng: np.random.Generator) -> None:
    coat = pen.colour(20, 200)
    pen.ellipse(0.45, 0.5, 0.3, 0.13, coat)
    pen.ellipse(0.8, 0.35, 0.12, 0.1, coat)
    pen.ellipse(0.92, 0.38, 0.07, 0.045, coat)
    pen.line((0.74, 0.3), (0.72, 0.45), 0.06, pen.colour(10, 120))
    pen.line((0.16, 0.45), (0.04, rng.uniform(0.2, 0.45)), 0.04, coat)
    for x in (0.22, 0.32, 0.6, 0.7):
        pen.line((x, 0.55), (x + rng.uniform(-0.06, 0.06), 0.85), 0.055, coat)


def _bird(pen: Pen, rng: np.random.Generator) -> None:
    coat = pen.colour()
    lift = rng.uniform(-0.35, 0.25)
    pen.ellipse(0.5, 0.5, 0.2, 0.09, coat)
    pen.ellipse(0.7, 0.44, 0.08, 0.08, coat)
    pen.polygon([(0.77, 0.42), (0.88, 0.46), (0.77, 0.48)], (230, 160, 30, 255))
    pen.polygon([(0.32, 0.48), (0.1, 0.42), (0.12, 0.56)], coat)
    pen.polygon([(0.4, 0.47), (0.6, 0.47), (0.42, 0.5 + lift)], pen.colour(10, 200))


def _drum(pen: Pen, rng: np.random.Generator) -> None:
    shell, skin = pen.colour(), pen.colour(180, 245)
    high = rng.uniform(0.35, 0.6)
    pen.polygon([(0.15, 0.3), (0.85, 0.3), (0.8, 0.3 + high), (0.2, 0.3 + high)], shell)
    pen.ellipse(0.5, 0.3 + high, 0.3, 0.08, shell)
    pen.ellipse(0.5, 0.3, 0.35, 0.1, skin)
    for x in (0.2, 0.4, 0.6, 0.8):
        pen.line((x, 0.36), (0.5 + (x - 0.5) * 0.8, 0.3 + high), 0.02, skin)


def _bell(pen: Pen, rng: np.random.Generator) -> None:
    metal = (int(rng.integers(150, 235)), int(rng.integers(110, 190)), int(rng.integers(20, 90)))
    bronze = (*metal, 255)
    wide = rng.uniform(0.3, 0.4)
    pen.ellipse(0.5, 0.35, wide * 0.6, 0.22, bronze)
    left, right = 0.5 - wide, 0.5 + wide
    pen.polygon(
        [(0.5 - wide * 0.6, 0.35), (0.5 + wide * 0.6, 0.35), (right, 0.75), (left, 0.75)], bronze
    )
    pen.ellipse(0.5, 0.75, wide, 0.06, (90, 70, 20, 255))
    pen.ellipse(0.5, 0.84, 0.07, 0.07, (60, 50, 30, 255))


def _fountain(pen: Pen, rng: np.random.Generator) -> None:
    water = (int(rng.integers(150, 220)), int(rng.integers(190, 235)), 250, 255)
    for side in (-1, 1):
        for reach in rng.uniform(0.08, 0.35, 4):
            pen.line((0.5, 0.2), (0.5 + side * reach * 0.7, 0.25), 0.03, water)
            pen.line((0.5 + side * reach * 0.7, 0.25), (0.5 + side * reach, 0.72), 0.03, water)
    stone = pen.colour(90, 190)
    pen.line((0.5, 0.2), (0.5, 0.75), 0.06, stone)
    pen.ellipse(0.5, 0.76, 0.45, 0.1, stone)
    pen.ellipse(0.5, 0.74, 0.4, 0.07, water)


def _fire(pen: Pen, rng: np.random.Generator) -> None:
    flames = ((225, 70, 20, 255), (245, 150, 30, 255), (250, 230, 120, 255))
    for colour, share in zip(flames, (1.0, 0.7, 0.4), strict=True):
        left, middle, right = rng.uniform(0.0, 0.35, 3) * share
        half, dip = 0.36 * share, 0.7 - 0.2 * share
        tongues = [
            (0.5 - 0.7 * half, 0.82 - 0.55 * share + left),
            (0.5 - 0.3 * half, dip),
            (0.5, 0.85 - 0.78 * share + middle * 0.4),
            (0.5 + 0.3 * half, dip),
            (0.5 + 0.7 * half, 0.82 - 0.5 * share + right),
        ]
        pen.polygon([(0.5 - half, 0.82), *tongues, (0.5 + half, 0.82)], colour)
    for turn in (-12, 12):
        pen.ellipse(0.5, 0.86, 0.4, 0.05, (70, 45, 25, 255), turn)


def _machine(pen: Pen, rng: np.random.Generator) -> None:
    case, dark = pen.colour(90, 235), pen.colour(10, 90)
    top = rng.uniform(0.15, 0.35)
    pen.polygon([(0.15, top), (0.85, top), (0.85, 0.9), (0.15, 0.9)], case)
    pen.ellipse(0.5, (top + 0.95) / 2, 0.24, 0.24, dark)
    for turn in np.arange(3) * 60.0 + rng.uniform(0, 60):
        pen.ellipse(0.5, (top + 0.95) / 2, 0.2, 0.05, case, float(turn))
    pen.line((0.22, top + 0.07), (0.4, top + 0.07), 0.05, dark)


def _clock(pen: Pen, rng: np.random.Generator) -> None:
    rim = pen.colour(20, 160)
    pen.ellipse(0.5, 0.5, 0.45, 0.45, rim)
    pen.ellipse(0.5, 0.5, 0.37, 0.37, (245, 245, 235, 255))
    for reach, thick in ((0.2, 0.05), (0.32, 0.03)):
        turn = rng.uniform(0, 2 * np.pi)
        end = (0.5 + reach * np.cos(turn), 0.5 + reach * np.sin(turn))
        pen.line((0.5, 0.5), end, thick, (20, 20, 20, 255))


_PERSON = ("step", "walk", "run", "sneez", "cough", "baby", "cry", "laugh", "cloth", "crowd")
_CAR = ("car", "motor", "engine", "truck", "tyre", "horn", "train", "vehicle")
_MACHINE = ("drill", "saw", "machine", "fan", "vacuum", "pump")

THINGS: tuple[Thing, ...] = (
    Thing("person", _person, 0.8, _PERSON),
    Thing("car", _car, 0.6, _CAR),
    Thing("dog", _dog, 0.4, ("dog", "bark", "cat", "horse", "cow", "sheep", "paw")),
    Thing("bird", _bird, 0.3, ("bird", "wing", "rooster", "crow", "duck", "helicopter")),
    Thing("drum", _drum, 0.4, ("drum", "knock", "ball", "bounc", "hit", "impact", "slam", "chop")),
    Thing("bell", _bell, 0.4, ("bell", "key", "glass", "chime", "coin", "metal")),
    Thing("fountain", _fountain, 0.6, ("water", "rain", "sea", "wave", "pour", "river", "sink")),
    Thing("fire", _fire, 0.5, ("fire", "crackl", "paper", "leaves", "gravel")),
    Thing("machine", _machine, 0.5, _MACHINE),
    Thing("clock", _clock, 0.3, ("clock", "tick", "keyboard", "click", "switch", "type")),
)
"""All kinds; a sound of none of these names is given one by its file's name all the same."""


def thing_named(name: str) -> Thing:
    """The thing of that name, which there must be."""
    return next(thing for thing in THINGS if thing.name == name)
