"""What happens in the demo: the camera, three bodies, and the exact times they touch the ground.

The camera is the cylinder of the default mapping: the listener stands at the origin with the eyes
1.6 m above the ground, azimuth is linear in the column (+60 degrees at the left edge, -60 at the
right) and the row is linear in height over horizontal distance (+-pi/3 at the edges). Lengths are
metres, x front, y left, z up; everything is a function of time, so nothing accumulates error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

WIDTH_PX = 1280
HEIGHT_PX = 720
VIDEO_FRAMES_PER_S = 25
DURATION_S = 8.0
EYE_HEIGHT_M = 1.6
HALF_FIELD_DEG = 60.0
COLUMN_SCALE_PX = WIDTH_PX / 2 / np.radians(HALF_FIELD_DEG)
"""Pixels a radian of azimuth."""
ROW_SCALE_PX = HEIGHT_PX / 2 / (np.pi / 3)
"""Pixels a unit of height over horizontal distance; sprites are drawn at this scale both ways."""
GRAVITY_M_PER_S2 = 9.81


def project(position_m: ArrayLike) -> NDArray[np.float64]:
    """Column and row in pixels (..., 2) of positions (..., 3) in metres."""
    x, y, z = np.moveaxis(np.asarray(position_m, dtype=np.float64), -1, 0)
    column = WIDTH_PX / 2 - COLUMN_SCALE_PX * np.arctan2(y, x)
    row = HEIGHT_PX / 2 - ROW_SCALE_PX * z / np.hypot(x, y)
    return np.stack([column, row], axis=-1)


def pixels_per_metre(position_m: NDArray[np.float64]) -> float:
    """Scale of a sprite at a position: pixels on screen a metre of its height."""
    return float(ROW_SCALE_PX / np.hypot(position_m[0], position_m[1]))


@dataclass(frozen=True)
class Ball:
    """A play ball thrown in from the left; it bounces five times and rolls out to the right."""

    id: str = "ball"
    label: str = "ball"
    kind: str = "bounce"
    radius_m: float = 0.28
    first_contact_s: float = 0.80
    first_rebound_m_per_s: float = 4.0
    restitution: float = 0.74
    bounces: int = 4
    distance_m: float = 3.6
    start_left_m: float = 6.2
    start_s: float = 0.24
    speed_m_per_s: float = 2.4

    def contacts_s(self) -> list[float]:
        """Times at which the ball meets the ground; after the last it rolls."""
        times = [self.first_contact_s]
        for bounce in range(self.bounces):
            rebound = self.first_rebound_m_per_s * self.restitution**bounce
            times.append(times[-1] + 2.0 * rebound / GRAVITY_M_PER_S2)
        return times

    def position_m(self, time_s: float) -> NDArray[np.float64]:
        """Centre of the ball."""
        left = self.start_left_m - self.speed_m_per_s * (time_s - self.start_s)
        height = self.radius_m + self._rise_m(time_s)
        return np.array([self.distance_m, left, height - EYE_HEIGHT_M])

    def _rise_m(self, time_s: float) -> float:
        contacts = self.contacts_s()
        if time_s >= contacts[-1]:
            return 0.0
        if time_s < contacts[0]:
            before = contacts[0] - time_s
            falling = self.first_rebound_m_per_s / self.restitution
            return falling * before - 0.5 * GRAVITY_M_PER_S2 * before**2
        bounce = int(np.searchsorted(contacts, time_s, side="right")) - 1
        rebound = self.first_rebound_m_per_s * self.restitution**bounce
        flown = time_s - contacts[bounce]
        return rebound * flown - 0.5 * GRAVITY_M_PER_S2 * flown**2

    def roll_angle(self, time_s: float) -> float:
        """Turn about the line of sight (radians), without slip on screen."""
        rolled_m = self.speed_m_per_s * (time_s - self.start_s)
        return rolled_m / self.radius_m * COLUMN_SCALE_PX / ROW_SCALE_PX


@dataclass(frozen=True)
class Walker:
    """Someone who walks from far to near, a little from right to left, heel after heel."""

    id: str = "walker"
    label: str = "person"
    kind: str = "step"
    height_m: float = 1.75
    step_m: float = 0.60
    step_s: float = 0.56
    first_step_s: float = 0.28
    start_m: tuple[float, float] = (11.0, -1.5)
    heading_deg: float = 16.0
    bob_m: float = 0.02
    lift_m: float = 0.13

    @property
    def speed_m_per_s(self) -> float:
        return self.step_m / self.step_s

    @property
    def heading(self) -> NDArray[np.float64]:
        """Unit vector (x, y) of the walk."""
        angle = np.radians(self.heading_deg)
        return np.array([-np.cos(angle), np.sin(angle)])

    def contacts_s(self) -> list[float]:
        """Times at which a foot comes to rest on the ground, right foot first."""
        count = int((DURATION_S - self.first_step_s) / self.step_s) + 1
        return [self.first_step_s + self.step_s * k for k in range(count)]

    def ground_m(self, time_s: float) -> NDArray[np.float64]:
        """Point (x, y) of the ground below the hips."""
        return np.array(self.start_m) + self.heading * self.speed_m_per_s * time_s

    def position_m(self, time_s: float) -> NDArray[np.float64]:
        """Centre of the body, half way from the soles to the crown."""
        x, y = self.ground_m(time_s)
        return np.array([x, y, 0.5 * self.crown_m(time_s) - EYE_HEIGHT_M])

    def crown_m(self, time_s: float) -> float:
        """Height of the crown above the ground: lowest at each footfall."""
        phase = 2.0 * np.pi * (time_s - self.first_step_s) / self.step_s
        return self.height_m - self.bob_m * float(np.cos(phase))

    def foot(self, side: int, time_s: float) -> tuple[float, float]:
        """Place of a foot: metres ahead of the hips, and metres above the ground.

        `side` 0 is the right foot (even footfalls), 1 the left. From its footfall the foot stays
        where it landed for 1.2 steps, then swings to the next place in 0.8 steps.
        """
        steps = (time_s - self.first_step_s) / self.step_s - side
        within = steps % 2.0
        if within < 1.2:
            return self.step_m * (0.5 - within), 0.0
        swing = (within - 1.2) / 0.8
        eased = swing - np.sin(2.0 * np.pi * swing) / (2.0 * np.pi)
        ahead = self.step_m * (0.5 - within) + 2.0 * self.step_m * float(eased)
        return ahead, self.lift_m * float(np.sin(np.pi * swing))


@dataclass(frozen=True)
class Bird:
    """A goose that crosses the sky from right to left."""

    id: str = "bird"
    label: str = "bird"
    kind: str = ""
    start_s: float = 3.7
    speed_m_per_s: float = 6.5
    start_left_m: float = -10.8
    distance_m: float = 6.0
    height_m: float = 4.7
    flap_hz: float = 2.75
    span_m: float = 1.7
    length_m: float = 1.15

    def contacts_s(self) -> list[float]:
        return []

    def flap_phase(self, time_s: float) -> float:
        """Phase of the wing beat (radians); 0 is level, going down."""
        return 2.0 * np.pi * self.flap_hz * (time_s - self.start_s)

    def position_m(self, time_s: float) -> NDArray[np.float64]:
        """Centre of the body, lifted a little by each down stroke."""
        flown_s = time_s - self.start_s
        left = self.start_left_m + self.speed_m_per_s * flown_s
        lift = 0.025 * float(np.sin(self.flap_phase(time_s) - 0.6)) + 0.08 * flown_s
        return np.array([self.distance_m, left, self.height_m - EYE_HEIGHT_M + lift])


def on_screen(body: Ball | Walker | Bird, time_s: float) -> bool:
    """Whether the centre of a body is inside the picture, in front of the camera."""
    position = body.position_m(time_s)
    column, row = project(position)
    return bool(position[0] > 0 and 0 <= column < WIDTH_PX and 0 <= row < HEIGHT_PX)
