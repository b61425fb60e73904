"""What kind of place a shot shows: outdoors or indoors, and how light it is.

A small logistic model over four numbers of the picture: red light (lamps, skin, wood), darkness,
a bright and bluish upper part that the lower part lacks (sky), and fine texture (leaves, gravel,
streets). It was fitted to 67 films told by eye (23 indoors, 44 outdoors); left out of the fit in
turn, a city at a time, 74 % of the former and 89 % of the latter are told rightly; where it is 70 %
sure or more (76 % of them) 86 % are. Bedrooms full of daylight reach 84 % the wrong way, sunsets
more; so the place is told from 90 % on, and what is seen there outweighs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.vision.opencv import cv2

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

Place = Literal["outdoors", "indoors", "unknown"]
Light = Literal["bright", "dim", "dark"]

_SIZE = (96, 54)
_UPPER, _LOWER = 18, 36
"""Rows above and below which the picture's upper and lower parts lie."""
_WEIGHTS = (-5.63, -9.61, 6.88, 2.70)
"""Of red, dark, sky and fine, in `_features`."""
_OFFSET = 0.02
_SURE = 0.9
"""Probability from which the place is told at all."""
SURELY_INDOORS = 0.75
"""Probability from which the look of a place speaks against what only lives outdoors."""
_DIM, _DARK = 0.22, 0.08
"""Mean luminance (0..1, as encoded) below which a shot is dim, and dark."""
_EVERY_S = 0.9
_GRASSY = 0.6
"""Share of the lower half from which the ground is grass. Measured: meadows and lawns of five films
0.67 to 0.91; of 80 others, streams and woods among them, 0.34 at the most."""
_GRASS_WIDTH = 320
_GREEN_DEG, _VIVID, _LIT = (50.0, 105.0), (0.12, 0.85), 0.3
"""Hue, saturation and value (HSV) of grass in daylight; what is greener, like screens and cloths,
and darker, like water beneath trees, is none."""
_ROUGH = 2.5
"""Mean difference (of 255) from their surroundings of pixels that are blades and not a surface."""
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)  # BT.709


@dataclass(frozen=True)
class SceneLook:
    """The look of one shot.

    `outdoors` is a probability (0..1), `confidence` that of the likelier of both (0.5..1), and
    `place` the likelier one where it is sure enough. `luminance` (0..1) is the mean of the encoded
    picture, `grass` the share (0..1) of its lower half that looks like grass in daylight.
    """

    place: Place
    outdoors: float
    confidence: float
    light: Light
    luminance: float
    grass: float = 0.0


def look_of(images: Sequence[Image]) -> SceneLook:
    """The look of some pictures (height, width, 3) of one shot."""
    return _look(np.array([_features(image) for image in images]))


def looks_indoors(look: SceneLook) -> bool:
    """Whether a look is so surely indoors that it speaks against vehicles."""
    return look.light != "dark" and look.outdoors <= 1.0 - SURELY_INDOORS


def is_dark(look: SceneLook) -> bool:
    """Whether a look is so dark that what is seen in it shines."""
    return look.light == "dark"


class LookMeter:
    """Takes in a picture a second of a film, and tells the look of its shots."""

    def __init__(self) -> None:
        self._times_s: list[float] = []
        self._rows: list[Array] = []

    def add(self, time_s: float, image: Image, *, first: bool = False) -> None:
        """The next (height, width, 3) picture; `first` of a shot."""
        if first or not self._times_s or time_s - self._times_s[-1] >= _EVERY_S:
            self._times_s.append(time_s)
            self._rows.append(_features(image))

    def looks(self, shots_s: Sequence[float]) -> tuple[SceneLook, ...]:
        """One look for each of the shots that start at these times."""
        shot = np.searchsorted(np.asarray(shots_s), np.asarray(self._times_s) + 1e-6, side="right")
        rows = np.asarray(self._rows).reshape(-1, len(_WEIGHTS) + 2)
        return tuple(_look(rows[shot == number + 1]) for number in range(len(shots_s)))


def ground_of(looks: Sequence[SceneLook]) -> str:
    """What the ground is: "grass" where all shots show it, empty where nothing surely tells."""
    shown = [look.grass for look in looks]
    return "grass" if shown and min(shown) >= _GRASSY else ""


def places(looks: Sequence[SceneLook]) -> tuple[str, ...]:
    """A note for the user: where the shots seem to be, if that can be told of any."""
    told = [look.place for look in looks if look.place != "unknown"]
    if not told:
        return ()
    if len(set(told)) > 1:
        return ("some shots look like outdoors, others like indoors",)
    sure = float(np.mean([look.confidence for look in looks if look.place != "unknown"]))
    return (f"it looks like {told[0]} ({100 * sure:.0f} % sure)",)


def _look(rows: Array) -> SceneLook:
    """The look by the features (n, 6) of some pictures; nothing is known of none."""
    if len(rows) == 0:
        return SceneLook("unknown", 0.5, 0.5, "dim", 0.0)
    mean = rows.mean(axis=0)
    outdoors = float(1.0 / (1.0 + np.exp(-(mean[: len(_WEIGHTS)] @ np.array(_WEIGHTS) + _OFFSET))))
    luminance, grass = float(mean[-2]), float(mean[-1])
    light: Light = "dark" if luminance < _DARK else "dim" if luminance < _DIM else "bright"
    sure = max(outdoors, 1.0 - outdoors)
    place: Place = "outdoors" if outdoors > 0.5 else "indoors"
    # in the dark there is nothing to tell a place by
    told = place if sure >= _SURE and light != "dark" else "unknown"
    return SceneLook(told, outdoors, sure, light, luminance, grass)


def _features(image: Image) -> Array:
    """Red, dark, sky, fine, luminance and grass of a picture, (6,)."""
    small = cv2.resize(image, _SIZE, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    red, green, blue = small[..., 0], small[..., 1], small[..., 2]
    luminance = small @ _LUMINANCE
    edges = np.hypot(cv2.Sobel(luminance, cv2.CV_32F, 1, 0), cv2.Sobel(luminance, cv2.CV_32F, 0, 1))
    bluish = (blue - red) / np.maximum(blue + red, 0.05)
    sky = (
        np.clip((luminance - 0.45) / 0.25, 0.0, 1.0)
        * np.clip((bluish + 0.02) / 0.08, 0.0, 1.0)
        * np.clip(1.0 - cv2.blur(edges, (5, 5)) / 0.25, 0.0, 1.0)
    )
    return np.array(
        [
            np.clip((red - np.maximum(green, blue)) / 0.15, 0.0, 1.0).mean(),
            (luminance < 0.08).mean(),
            sky[:_UPPER].mean() - sky[_LOWER:].mean(),
            (edges > 0.12).mean(),
            luminance.mean(),
            _grass(image),
        ],
        dtype=np.float64,
    )


def _grass(image: Image) -> float:
    """Share of a picture's lower half that is grass by colour; 0 where it is smooth."""
    height = max(2, round(_GRASS_WIDTH * image.shape[0] / image.shape[1]))
    small = cv2.resize(image, (_GRASS_WIDTH, height), interpolation=cv2.INTER_AREA)
    lower = small[height // 2 :]
    hsv = cv2.cvtColor(lower, cv2.COLOR_RGB2HSV).astype(np.float32)
    hue_deg, vivid, lit = 2.0 * hsv[..., 0], hsv[..., 1] / 255.0, hsv[..., 2] / 255.0
    green = (hue_deg > _GREEN_DEG[0]) & (hue_deg < _GREEN_DEG[1])
    green &= (vivid > _VIVID[0]) & (vivid < _VIVID[1]) & (lit > _LIT)
    if not green.any():
        return 0.0
    gray = cv2.cvtColor(lower, cv2.COLOR_RGB2GRAY).astype(np.float32)
    rough = float(np.abs(gray - cv2.GaussianBlur(gray, (0, 0), 3.0))[green].mean())
    return float(green.mean()) if rough >= _ROUGH else 0.0
