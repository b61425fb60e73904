"""The walking figure of the demo: joints from the step cycle, limbs from the joints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from resources.demo.scene import EYE_HEIGHT_M, ROW_SCALE_PX, Walker, pixels_per_metre, project
from resources.demo.sprites import Box, Colour, Sheet, cast_shadow

ANKLE_M = 0.085
HIP_M = 0.90
THIGH_M, SHIN_M = 0.43, 0.42
COAT: Colour = (40, 56, 78)
COAT_SHADE: Colour = (30, 43, 62)
TROUSERS: Colour = (52, 46, 54)
TROUSERS_SHADE: Colour = (40, 36, 44)
SHOES: Colour = (74, 46, 36)
SKIN: Colour = (226, 172, 138)
WOOL: Colour = (214, 150, 52)
HAIR: Colour = (66, 42, 36)


def draw_walker(picture: NDArray[np.float32], walker: Walker, time_s: float) -> Box:
    """A person in a long coat and a wool hat, walking towards the camera."""
    position = walker.position_m(time_s)
    cast_shadow(picture, position[:2], 0.34, 0.0)
    scale = pixels_per_metre(position)
    sheet = Sheet(project(position), (0.8 * scale + 4, 1.3 * scale + 4))
    draw_figure(sheet, walker, time_s)
    sheet.light_from_left(0.022 * scale, 0.5)
    return sheet.lay_over(picture)


def draw_figure(sheet: Sheet, walker: Walker, time_s: float) -> None:
    """Draw the walker on a sheet, the parts further from the camera first."""
    body = _Body(walker, time_s)
    feet = [walker.foot(side, time_s) for side in (0, 1)]
    for side in np.argsort([ahead for ahead, _ in feet]):
        _leg(sheet, body, -1 if side == 0 else 1, *feet[side])
    arms = sorted((-1, 1), key=lambda sign: body.swing(sign))
    _arm(sheet, body, arms[0])
    _coat(sheet, body)
    _arm(sheet, body, arms[1])
    _head(sheet, body)


class _Body:
    """Places of the body in pixels: ahead of the hips, to the walker's left, above ground."""

    def __init__(self, walker: Walker, time_s: float) -> None:
        self.walker, self.time_s = walker, time_s
        self.lift_m = walker.crown_m(time_s) - walker.height_m
        steps = (time_s - walker.first_step_s) / walker.step_s
        self.stride = float(np.cos(np.pi * steps))
        """+1 at a right footfall, -1 at a left one."""

    def at(self, ahead_m: float, aside_m: float, up_m: float) -> NDArray[np.float64]:
        x, y = self.walker.ground_m(self.time_s) + self.walker.heading * ahead_m
        column, row = project([x, y, up_m - EYE_HEIGHT_M])
        return np.array([column + aside_m * ROW_SCALE_PX / np.hypot(x, y), row])

    def scale(self, ahead_m: float = 0.0) -> float:
        """Pixels a metre at a depth of the body."""
        x, y = self.walker.ground_m(self.time_s) + self.walker.heading * ahead_m
        return float(ROW_SCALE_PX / np.hypot(x, y))

    def swing(self, sign: int) -> float:
        """How far ahead (metres) the hand of a side (-1 right, +1 left) swings."""
        return 0.24 * self.stride * sign


def _leg(sheet: Sheet, body: _Body, sign: int, ahead_m: float, lift_m: float) -> None:
    trailing = max(0.0, -ahead_m - 0.12)
    heel_m = ANKLE_M + lift_m + 0.32 * trailing
    hip = np.array([0.0, HIP_M + body.lift_m])
    ankle = np.array([ahead_m + 0.25 * trailing, heel_m])
    knee = _knee(hip, ankle)
    shade = TROUSERS if ahead_m > 0 else TROUSERS_SHADE
    scale, aside = body.scale(ahead_m), 0.095 * sign
    hip_px = body.at(0.0, aside, hip[1])
    knee_px = body.at(knee[0], aside, knee[1])
    ankle_px = body.at(ankle[0], 0.9 * aside, ankle[1])
    sheet.limb(hip_px, knee_px, (0.098 * scale, 0.072 * scale), shade)
    sheet.limb(knee_px, ankle_px, (0.072 * scale, 0.05 * scale), shade)
    toe_up = lift_m + 0.035 + (0.05 if ahead_m > 0.2 and lift_m > 0 else 0.0)
    toe = body.at(ahead_m + 0.1, 1.25 * aside, toe_up)
    heel = body.at(ankle[0] - 0.04, 0.95 * aside, heel_m - 0.03)
    sheet.limb(heel, toe, (0.05 * scale, 0.046 * scale), SHOES)


def _knee(hip: NDArray[np.float64], ankle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Knee (ahead, up) of a two-bone leg; it always bends forward."""
    reach = hip - ankle
    length = min(float(np.hypot(*reach)), THIGH_M + SHIN_M - 1e-6)
    along = (SHIN_M**2 - THIGH_M**2 + length**2) / (2.0 * length)
    out = np.sqrt(max(0.0, SHIN_M**2 - along**2))
    unit = reach / np.hypot(*reach)
    return np.asarray(ankle + along * unit + out * np.array([unit[1], -unit[0]]))


def _arm(sheet: Sheet, body: _Body, sign: int) -> None:
    swing, scale = body.swing(sign), body.scale()
    colour = COAT if swing > 0 else COAT_SHADE
    shoulder = body.at(0.0, 0.185 * sign, 1.40 + body.lift_m)
    elbow = body.at(0.35 * swing - 0.03, 0.255 * sign, 1.13 + body.lift_m)
    wrist_up = 0.90 + 0.35 * max(0.0, swing) + body.lift_m
    wrist = body.at(swing, 0.245 * sign, wrist_up)
    sheet.ellipse(wrist + np.array([0.0, 0.05 * scale]), (0.042 * scale, 0.058 * scale), SKIN)
    sheet.limb(shoulder, elbow, (0.074 * scale, 0.062 * scale), colour)
    sheet.limb(elbow, wrist, (0.062 * scale, 0.05 * scale), colour)


def _coat(sheet: Sheet, body: _Body) -> None:
    """Coat to the knee; the hem follows the legs, the front panel opens at each step."""
    up, sway = body.lift_m, 0.02 * body.stride
    outline = [(-0.09, 1.50), (0.09, 1.50), (0.215, 1.43), (0.225, 1.30), (0.178, 1.04)]
    outline += [(0.235 + sway, 0.60), (0.14, 0.575), (0.02 + sway, 0.59), (-0.12, 0.575)]
    outline += [(-0.235 + sway, 0.60), (-0.178, 1.04), (-0.225, 1.30), (-0.215, 1.43)]
    sheet.polygon([body.at(0.0, s, h + up) for s, h in outline], COAT)
    scale = body.scale()
    seam = [(0.005, 1.42), (0.02, 1.42), (0.03 + sway, 0.59), (0.0 + sway, 0.59)]
    sheet.polygon([body.at(0.0, s, h + up) for s, h in seam], COAT_SHADE)
    for height_m in (1.28, 1.12, 0.96):
        place = body.at(0.0, 0.055, height_m + up)
        sheet.ellipse(place, (0.013 * scale, 0.013 * scale), (150, 120, 84))
    belt = [(-0.182, 1.075), (0.182, 1.075), (0.182, 1.02), (-0.182, 1.02)]
    sheet.polygon([body.at(0.0, s, h + up) for s, h in belt], COAT_SHADE)


def _head(sheet: Sheet, body: _Body) -> None:
    up, scale = body.lift_m, body.scale()
    lean = 0.008 * body.stride

    def at(aside_m: float, up_m: float) -> NDArray[np.float64]:
        return body.at(0.0, aside_m + lean, up_m + up)

    sheet.ellipse(at(0.0, 1.605), (0.092 * scale, 0.125 * scale), HAIR)
    sheet.ellipse(at(0.0, 1.585), (0.078 * scale, 0.108 * scale), SKIN)
    for side in (-0.03, 0.03):
        sheet.ellipse(at(side, 1.602), (0.008 * scale, 0.011 * scale), HAIR)
    scarf = [(-0.12, 1.50), (-0.085, 1.445), (0.0, 1.425), (0.085, 1.445), (0.12, 1.50)]
    scarf += [(0.075, 1.52), (-0.075, 1.52)]
    sheet.polygon([at(s, h) for s, h in scarf], WOOL)
    tail = [(-0.07, 1.46), (-0.005, 1.44), (-0.02, 1.2), (-0.09, 1.21)]
    sheet.polygon([at(s, h) for s, h in tail], (196, 134, 44))
    hat = [(-0.098, 1.625), (-0.1, 1.68), (-0.07, 1.73), (0.0, 1.75)]
    hat += [(0.07, 1.73), (0.1, 1.68), (0.098, 1.625)]
    sheet.polygon([at(s, h) for s, h in hat], WOOL)
    brim = [(-0.102, 1.655), (0.102, 1.655), (0.1, 1.618), (-0.1, 1.618)]
    sheet.polygon([at(s, h) for s, h in brim], (188, 126, 40))
