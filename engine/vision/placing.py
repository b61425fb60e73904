"""Paths on the picture become objects in space: labels, contacts, distances, positions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine.project.model import Contact, Trajectory
from engine.spatial.trajectory import simplify
from engine.vision.beyond import beyond_sight
from engine.vision.contacts import find_contacts
from engine.vision.depth import CAMERA_HEIGHT_M, GeometryDepth, steady
from engine.vision.evidence import Evidence, while_seen
from engine.vision.gait import Gait
from engine.vision.geometry import PictureGeometry
from engine.vision.ground import find_horizon
from engine.vision.labels import Kind, Naming, kind_of, name_paths
from engine.vision.paths import Path, amodal
from engine.vision.seen import SeenObject, VisionSettings
from engine.vision.standing import held
from engine.vision.strikes import with_strikes
from engine.vocabularies import own_words

Array = NDArray[np.float64]
ToMetres = Callable[[list[Array]], list[Array]]
"""From geometry's distances (n,) of every path to those of another depth part."""

_SIMPLIFY_DEG = 0.4
_EDGE_SHARE, _EDGE_PIXELS = 0.006, 1.0
"""A box so near the picture's edge is taken for cut off by it (share of the height, and pixels)."""
_CUT_IN_HEIGHT, _CUT_IN_WIDTH, _NOT_SEEN = 0.1, 0.3, 0.5
"""How much a box says about its thing's size, against 1 for a whole one: where its height is cut
(apparent height and ground contact are what depth is read from), its width, or where nothing was
seen and the path goes on by itself."""
_SAME_MOMENT_S = 1e-6
"""Times of pictures and of shots differ by this much through rounding."""


@dataclass(frozen=True)
class LookedAt:
    """A path, and what closer looks at it gave: how it walks, if upright, and strikes of tools."""

    path: Path
    gait: Gait | None
    strikes: tuple[Contact, ...]

    @property
    def walks(self) -> bool:
        """Whether it surely takes steps."""
        return self.gait is not None and self.gait.walks


@dataclass(frozen=True)
class Screen:
    """Where paths were seen.

    size : width and height of the pictures they are in
    scale : how many times larger the video's own are
    shots_s : starts of all shots, and the film's end
    geometry : how they become places
    evidence : what speaks for and against names and hits
    """

    size: tuple[int, int]
    scale: float
    shots_s: tuple[float, ...]
    geometry: PictureGeometry
    evidence: Evidence = field(default_factory=Evidence)

    def shot_of(self, path: Path) -> tuple[float, float]:
        """Start and end of the shot a path is in."""
        first_s, last_s = float(path.times_s[0]), float(path.times_s[-1])
        start_s = max((s for s in self.shots_s if s <= first_s + _SAME_MOMENT_S), default=0.0)
        end_s = min((s for s in self.shots_s if s > last_s + _SAME_MOMENT_S), default=last_s)
        return start_s, end_s

    def evidence_of(self, path: Path) -> Evidence:
        """What speaks for and against what a path is, in its shot."""
        return self.evidence.in_shot(path, self.shots_s)

    def boxes(self, path: Path) -> Array:
        """Rows of time, x0, y0, x1, y1 (the video's own pixels) and confidence."""
        limits = np.array([*self.size, *self.size], dtype=np.float64)
        lowest = np.zeros(4)
        if self.geometry.spherical:  # columns go on across the line behind the listener
            lowest[[0, 2]], limits[[0, 2]] = -np.inf, np.inf
        boxes = np.clip(path.smooth, lowest, limits) * self.scale
        return np.column_stack([path.times_s, boxes, path.confidence])


@dataclass(frozen=True)
class _Thing:
    """A path with its kind, its name and the whole of its box (n, 4), beyond the picture too."""

    seen: LookedAt
    kind: Kind
    name: Naming
    whole: Array


def place(
    seen: Sequence[LookedAt], screen: Screen, settings: VisionSettings, maps: ToMetres | None
) -> tuple[tuple[SeenObject, ...], list[str]]:
    """Objects of the paths, in their order, and notes about the user's words.

    Parameters
    ----------
    maps : callable, optional
        Distances by another depth part; without it geometry's stand.
    """
    things, horizon, notes = _named(seen, screen, settings)
    distances = _all_distances(things, horizon, screen, maps)
    depth_range_m = _depth_range(distances, screen)
    objects = []
    for number, (thing, distances_m) in enumerate(zip(things, distances, strict=True), 1):
        middle = 0.5 * (thing.whole[:, :2] + thing.whole[:, 2:])
        positions_m = screen.geometry.lift(middle, distances_m, screen.size, depth_range_m)
        objects.append(_object(f"object-{number}", thing, positions_m, screen))
    return tuple(objects), notes


def _named(
    seen: Sequence[LookedAt], screen: Screen, settings: VisionSettings
) -> tuple[list[_Thing], float | None, list[str]]:
    """Things, the horizon that was found, and notes."""
    size, paths = screen.size, [one.path for one in seen]
    horizon = size[1] / 2 if screen.geometry.spherical else find_horizon(paths, *size)
    kinds = [
        kind_of(
            one.path, *size, walks=one.walks, horizon=horizon,
            camera_moves=screen.evidence_of(one.path).camera_moves,
        )
        for one in seen
    ]  # fmt: skip
    kinds = screen.evidence.believed(paths, kinds, screen.shots_s, size)
    names, notes = name_paths(paths, kinds, own_words(settings.prompt), size, horizon)
    names = screen.evidence.named(paths, names, screen.shots_s)
    things = [
        _Thing(one, name.kind, name, amodal(one.path, *size))
        for one, name in zip(seen, names, strict=True)
    ]
    return things, horizon, notes


def _object(object_id: str, thing: _Thing, positions_m: Array, screen: Screen) -> SeenObject:
    path = thing.seen.path
    contacts = _contacts(thing, screen)
    if not screen.evidence_of(path).camera_moves:
        positions_m = held(path, positions_m, contacts)
    trajectory = _trajectory(path.times_s, positions_m, contacts)
    if not screen.geometry.spherical:
        trajectory = beyond_sight(
            trajectory, path.times_s, positions_m, path.smooth, screen.size, screen.shot_of(path)
        )
    return SeenObject(
        id=object_id,
        label=thing.name.label,
        confidence=float(np.clip(thing.name.confidence, 0.0, 1.0)),
        boxes=screen.boxes(path),
        positions_m=positions_m,
        contacts=tuple(structs.replace(c, strength=round(c.strength, 3)) for c in contacts),
        trajectory=trajectory,
    )


def _contacts(thing: _Thing, screen: Screen) -> tuple[Contact, ...]:
    """Steps of people who walk; hits, starts and stops of everything else; strikes of tools."""
    gait, path = thing.seen.gait, thing.seen.path
    if thing.kind == "person" and gait is not None and gait.walks:
        return while_seen(path, gait.contacts())
    found = screen.evidence_of(path).contacts(path, find_contacts(path, thing.kind, *screen.size))
    return found if thing.kind == "vehicle" else with_strikes(found, thing.seen.strikes)


def _all_distances(
    things: Sequence[_Thing],
    horizon: float | None,
    screen: Screen,
    maps: ToMetres | None,
) -> list[Array]:
    """Steady distances (n,) in metres of every thing."""
    size = screen.size
    depth = GeometryDepth(screen.geometry.rows_per_unit(size), horizon)
    distances = [_distances(thing, depth, screen) for thing in things]
    if maps is None:
        return distances
    return [
        steady(thing.seen.path.times_s, mapped_m, np.ones(len(mapped_m)), thing.kind)
        for thing, mapped_m in zip(things, maps(distances), strict=True)
    ]


def _distances(thing: _Thing, depth: GeometryDepth, screen: Screen) -> Array:
    """Steady distances (n,) in metres; what the picture's edge cuts off says little about size."""
    path, size = thing.seen.path, screen.size
    width, height = size
    raw = path.smooth
    edge = _EDGE_SHARE * height + _EDGE_PIXELS
    aside = ~np.bool_(path.sideless) & ((raw[:, 0] <= edge) | (raw[:, 2] >= width - edge))
    above = (raw[:, 1] <= edge) | (raw[:, 3] >= height - edge)
    trust = np.where(above, _CUT_IN_HEIGHT, np.where(aside, _CUT_IN_WIDTH, 1.0))
    trust = trust * np.where(path.seen, 1.0, _NOT_SEEN)
    whole = screen.geometry.levelled(thing.whole, size)
    return steady(path.times_s, depth.distances_m(whole, thing.kind, *size), trust, thing.kind)


def _depth_range(distances: Sequence[Array], screen: Screen) -> tuple[float, float]:
    """Nearest and farthest distance that stand for FoleySpace's depth map."""
    ground_m = CAMERA_HEIGHT_M * screen.geometry.rows_per_unit(screen.size) / (screen.size[1] / 2)
    nearest = min([ground_m, *(float(d.min()) for d in distances)])
    farthest = max([2.0 * ground_m, *(float(d.max()) for d in distances)])
    return nearest, farthest


def _trajectory(times_s: Array, positions_m: Array, contacts: Sequence[Contact]) -> Trajectory:
    """Simplified keyframes; the moments of hits are kept, so that bounces stay sharp."""
    times, _ = simplify(times_s, positions_m, _SIMPLIFY_DEG)
    hits = [c.time_s for c in contacts if c.kind in ("bounce", "impact")]
    nearest = {int(np.argmin(np.abs(times_s - t))) for t in hits}
    index = sorted(set(np.searchsorted(times_s, times).tolist()) | nearest)
    return Trajectory.from_arrays(times_s[index], positions_m[index])
