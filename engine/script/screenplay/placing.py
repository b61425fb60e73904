"""Where and how long something sounds that words tell and the picture does not show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from msgspec import Struct

from engine import resources
from engine.coordinates import to_cartesian
from engine.project.model import Curve, Trajectory
from engine.script.rules import mentions, read_toml
from engine.script.screenplay.told_sounds import ToldSound
from engine.script.script import event_seed

_BESIDE_DEG, _BESIDE_M = 70.0, 6.0
_POINTS_PER_PATH = 9
_SLOW_M_PER_S = 15.0
"""No told thing moves faster than this, but in the air."""


class Place(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place by words; see `off_screen.toml`."""

    words: tuple[str, ...]
    azimuth_deg: float
    elevation_deg: float
    distance_m: float
    occlusion: float
    side: bool = False
    outside_occlusion: float | None = None


class Path(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way of moving by words."""

    words: tuple[str, ...]
    azimuth_deg: tuple[float, float]
    distance: tuple[float, float]


class OffScreen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`off_screen.toml`."""

    place: tuple[Place, ...]
    path: tuple[Path, ...]
    far: dict[str, tuple[float, float]]
    repeats: dict[str, tuple[int, float]]
    lasts_s: dict[str, float]
    rings_s: dict[str, float]


@dataclass(frozen=True)
class Placed:
    """Where it is over its time, how much is in between, and what says so."""

    trajectory: Trajectory
    occlusion: Curve
    why: str


@lru_cache(maxsize=1)
def shipped_places() -> OffScreen:
    """The places that come with the program."""
    return read_toml(resources.path("script/off_screen.toml"), OffScreen)


def place_of(sound: ToldSound, span: tuple[float, float], indoors: bool, seed: int) -> Placed:
    """Where a told sound is.

    Parameters
    ----------
    sound : ToldSound
        Its sentence tells the place and the way, its thing how far it is at least.
    span : (start_s, end_s)
        When it sounds.
    indoors : bool
        Whether the scene is: what is outside is then behind a window.
    seed : int
        Decides the side where words do not.
    """
    table = shipped_places()
    found = [(mentions(sound.sentence, place.words), place) for place in table.place]
    word, place = next(
        ((word, place) for word, place in found if word is not None), (None, _beside())
    )
    side = 1.0
    if place.side:
        side = 1.0 if event_seed(seed, f"{sound.thing}:{sound.line}") % 2 else -1.0
    least_m, elevation_deg = table.far.get(sound.thing, (0.0, place.elevation_deg))
    distance_m = max(place.distance_m, least_m)
    elevation_deg = max(elevation_deg, place.elevation_deg, key=abs)
    occlusion = place.occlusion
    if indoors and (place.outside_occlusion is not None or least_m > 0.0):
        occlusion = 0.4 if place.outside_occlusion is None else place.outside_occlusion
    path = next((p for p in table.path if mentions(sound.sentence, p.words)), None)
    trajectory = _trajectory(place.azimuth_deg * side, elevation_deg, distance_m, path, side, span)
    says = f"'{word}'" if word else "beside the picture, as nothing says where"
    curve = ((0.0, occlusion),) if occlusion else ()
    return Placed(trajectory, curve, says)


def _beside() -> Place:
    return Place(
        words=(),
        azimuth_deg=_BESIDE_DEG,
        elevation_deg=0.0,
        distance_m=_BESIDE_M,
        occlusion=0.0,
        side=True,
    )


def _trajectory(
    azimuth_deg: float,
    elevation_deg: float,
    distance_m: float,
    path: Path | None,
    side: float,
    span: tuple[float, float],
) -> Trajectory:
    if path is None:
        return Trajectory.from_arrays(
            [span[0]], to_cartesian([azimuth_deg], elevation_deg, distance_m)
        )
    part = np.linspace(0.0, 1.0, _POINTS_PER_PATH)
    ends = np.array(
        [
            [azimuth_deg + side * path.azimuth_deg[i], elevation_deg, distance_m * path.distance[i]]
            for i in (0, 1)
        ]
    )
    first, last = to_cartesian(*ends.T)
    length_s = max(span[1] - span[0], 1e-3)
    way = float(np.linalg.norm(last - first))
    reach = min(1.0, _SLOW_M_PER_S * length_s / max(way, 1e-6))
    middle = 0.5 * (first + last)
    positions = middle + (part[:, None] - 0.5) * reach * (last - first)
    return Trajectory.from_arrays(span[0] + part * length_s, positions)
