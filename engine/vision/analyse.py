"""The whole of vision: a video file in, objects with boxes, positions and contacts out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from engine import plugins
from engine.coordinates import to_spherical
from engine.errors import MediaError
from engine.jobs import Progress, silent_progress
from engine.media.ahead import ahead
from engine.media.decode import read_video_frames
from engine.media.probe import missing_s, probe_video
from engine.plugins import DepthEstimator, Detector
from engine.project.model import Analysis, Contact, Mapping, Trajectory, Video
from engine.spatial.trajectory import simplify
from engine.vision import detect  # noqa: F401  (registers the embedded detector)
from engine.vision.beyond import beyond_sight
from engine.vision.contacts import find_contacts
from engine.vision.depth import CAMERA_HEIGHT_M, GeometryDepth, steady
from engine.vision.depth_maps import read_depths, to_metres
from engine.vision.follow_boxes import follow_boxes, stirs
from engine.vision.follow_motion import follow_motion
from engine.vision.gait import FootMotion, Gait
from engine.vision.ground import find_horizon
from engine.vision.labels import FLYER, kind_of, name_paths
from engine.vision.lift import lift, rows_per_unit
from engine.vision.merge import roams
from engine.vision.paths import Path, amodal, relevance, surely_person
from engine.vision.scene_light import SceneLook, places
from engine.vision.strikes import find_strikes, with_strikes
from engine.vocabularies import own_words

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

SHORTEST_S = 0.4
"""Videos shorter than this hold no motion that could be analysed."""

GEOMETRY = "geometry"
"""The embedded depth."""
ToMetres = Callable[[list[Array]], list[Array]]

_GAIT_WIDTH = 1280
_MOST_OBJECTS = 12
_MORE_PER_MINUTE = 6
_LEAST_RELEVANCE = 0.15
"""Objects that matter less than this share of the most relevant one are left out."""
_LEAST_OF_TRAVELLERS = 0.04
"""The same for those that go a good way or look like people: small ones are heard, too."""
_LEAST_OF_PEOPLE = 0.004
"""The same for those that the people detector is sure of again and again, however far away."""
_GOOD_WAY = 0.2
_SIMPLIFY_DEG = 0.4


@dataclass(frozen=True)
class VisionSettings:
    """What analyses the picture, and how pixels become metres."""

    detector: str = "motion"
    weights: FilePath | None = None
    mapping: Mapping = "cylinder"
    horizontal_fov_deg: float = 60.0
    depth: str = "geometry"
    depth_weights: FilePath | None = None
    distance_m: float | None = None
    """Of the most relevant object, where the user knows it; for depth by maps."""
    prompt: tuple[str, ...] = ()
    seed: int = 0


@dataclass(frozen=True)
class SeenObject:
    """One object. `boxes` (n, 6): time_s, x0, y0, x1, y1 (full-resolution pixels), confidence;
    `positions_m` (n, 3) at the same times, x front, y left, z up."""

    id: str
    label: str
    confidence: float
    boxes: Array
    positions_m: Array
    contacts: tuple[Contact, ...]
    trajectory: Trajectory


@dataclass(frozen=True)
class VisionResult:
    """Everything that was seen, most relevant object first."""

    video: Video
    analysis: Analysis
    objects: tuple[SeenObject, ...]
    looks: tuple[SceneLook, ...] = ()
    """Outdoors or indoors, and how light, of every shot."""


def analyse_video(
    path: str | os.PathLike[str],
    settings: VisionSettings | None = None,
    progress: Progress = silent_progress,
) -> VisionResult:
    """Find what moves in a video and place it in space.

    Memory is bounded by a block of some seconds of small pictures, whatever the video's length.

    Raises
    ------
    MediaError
        If the video cannot be read or is shorter than 0.4 s.
    PluginError
        If there is no such detector.
    CancelledError
        From `progress`.
    """
    settings = settings or VisionSettings()
    progress("reading the video", 0.0)
    video = probe_video(path)
    _check_length(video)
    detector: Detector = plugins.create("detector", settings.detector, settings.weights)
    part: DepthEstimator = plugins.create("depth", settings.depth, settings.depth_weights)
    follow = follow_boxes if getattr(detector, "sampled", False) else follow_motion
    followed = follow(video, detector, settings.prompt, progress)
    size = followed.size
    paths = _relevant(list(followed.paths), size, video.duration_s)
    scale = video.width / size[0]
    gaits = _gaits(video, paths, size, progress)
    strikes = find_strikes(video, paths, size, progress)
    maps = _maps(video, paths, size, part, settings, progress)
    shots_s = (*followed.shots_s, video.duration_s)
    objects, more = _place(paths, gaits, strikes, size, scale, settings, maps, shots_s)
    progress("placing objects", 1.0)
    analysis = Analysis(
        detector=getattr(detector, "label", detector.name),
        tracker=followed.tracker,
        depth=getattr(part, "label", part.name),
        notes=(
            *_damage(video),
            *followed.notes,
            *places(followed.looks),
            *_exaggeration(settings),
            *more,
        ),
        shots_s=followed.shots_s,
    )
    return VisionResult(video, analysis, objects, followed.looks)


def _check_length(video: Video) -> None:
    if video.duration_s < SHORTEST_S:
        raise MediaError(
            f"the video lasts {video.duration_s:.2f} s, but {SHORTEST_S} s are analysed at once",
            place=video.path,
            remedy="give a longer one",
        )


def _damage(video: Video) -> list[str]:
    """A note for the user where the pictures end early but are used as far as they go."""
    missing = missing_s(video.path)
    if missing <= 0.0:
        return []
    return [
        f"the pictures end {missing:.2f} s before the file says so; "
        f"the {video.duration_s:.2f} s before were analysed"
    ]


def _exaggeration(settings: VisionSettings) -> list[str]:
    """A note that FoleySpace's mapping wants a depth network, which has no part in this."""
    if settings.mapping != "foleyspace" or settings.depth != GEOMETRY:
        return []
    return [
        "the foleyspace mapping runs without a depth network: its depth comes from geometry, and "
        "near things sound farther to the side than they are seen"
    ]


def _relevant(paths: list[Path], size: tuple[int, int], duration_s: float) -> list[Path]:
    """The most relevant paths: a dozen, and some more for every further minute."""
    width, height = size
    heard = [p for p in paths if not p.named or stirs(p, width)]
    ranked = sorted(heard, key=lambda p: -relevance(p, width, height))
    most = _MOST_OBJECTS + int(_MORE_PER_MINUTE * max(0.0, duration_s - 60.0) / 60.0)
    if not ranked:
        return []
    top = relevance(ranked[0], width, height)
    return [p for p in ranked[:most] if relevance(p, width, height) >= top * _least(p, width)]


def _least(path: Path, width: int) -> float:
    """Share of the top relevance that a path must have to be kept."""
    scores = path.person_scores
    if surely_person(path):
        return _LEAST_OF_PEOPLE
    travels = roams(path, width) and float(np.ptp(path.centres[:, 0])) > _GOOD_WAY * width
    person = len(scores) > 2 and float(np.mean(scores > 0.2)) > 0.3
    return _LEAST_OF_TRAVELLERS if travels or person else _LEAST_RELEVANCE


def _gaits(
    video: Video, paths: Sequence[Path], size: tuple[int, int], progress: Progress
) -> list[Gait | None]:
    """Gaits of upright paths, from a second and sharper look; None for the others."""
    upright = [index for index, path in enumerate(paths) if _is_upright(path, size[1])]
    gaits: list[Gait | None] = [None] * len(paths)
    if not upright:
        return gaits
    shown = min(_GAIT_WIDTH, video.width)
    feet = {index: FootMotion(paths[index], shown / size[0]) for index in upright}
    start_s = min(float(paths[i].times_s[0]) for i in upright)
    end_s = max(float(paths[i].times_s[-1]) for i in upright) + 1e-3
    pictures: Iterator[tuple[float, Image]] = read_video_frames(
        video.path, max_width=_GAIT_WIDTH, start_s=start_s, end_s=end_s, gray=True
    )
    for number, (time_s, gray) in enumerate(ahead(pictures)):
        for foot in feet.values():
            foot.add(time_s, gray)
        if number % 8 == 0:
            progress("listening for steps", min(0.99, time_s / video.duration_s))
    for index, foot in feet.items():
        gaits[index] = foot.gait()
    return gaits


def _is_upright(path: Path, height: int) -> bool:
    ratio = float(np.median(path.sizes[:, 1] / np.maximum(path.sizes[:, 0], 1.0)))
    tall = float(np.percentile(path.sizes[:, 1], 80)) > 0.06 * height
    return 1.25 < ratio < 5.0 and tall and path.duration_s > 1.0 and not path.parts


def _maps(
    video: Video,
    paths: Sequence[Path],
    size: tuple[int, int],
    part: DepthEstimator,
    settings: VisionSettings,
    progress: Progress,
) -> ToMetres | None:
    """How geometry's distances become those of the chosen part; None where geometry stands."""
    if settings.depth == GEOMETRY or not paths:
        return None
    values = read_depths(video, paths, size, part, settings.mapping, progress)
    if values is None:
        return None
    scale = str(getattr(part, "scale", "depth"))
    return lambda known_m: to_metres(values, known_m, scale=scale, distance_m=settings.distance_m)


def _place(
    paths: Sequence[Path],
    gaits: Sequence[Gait | None],
    strikes: Sequence[tuple[Contact, ...]],
    size: tuple[int, int],
    scale: float,
    settings: VisionSettings,
    maps: ToMetres | None,
    shots_s: Sequence[float],
) -> tuple[tuple[SeenObject, ...], list[str]]:
    """Labels, contacts and positions of the paths; notes about the user's words."""
    width, height = size
    horizon = find_horizon(paths, width, height)
    kinds = [
        kind_of(p, width, height, walks=g is not None and g.walks, horizon=horizon)
        for p, g in zip(paths, gaits, strict=True)
    ]
    names, notes = name_paths(paths, kinds, own_words(settings.prompt), size, horizon)
    rows = rows_per_unit(settings.mapping, width, height, settings.horizontal_fov_deg)
    depth = GeometryDepth(rows, horizon)
    whole = [amodal(path, width, height) for path in paths]
    ways = zip(paths, whole, kinds, strict=True)
    distances = [_distances(path, boxes, kind, depth, size) for path, boxes, (kind, _) in ways]
    if maps is not None:
        found = zip(paths, maps(distances), kinds, strict=True)
        distances = [
            steady(path.times_s, one, np.ones(len(one)), kind) for path, one, (kind, _) in found
        ]
    range_m = _depth_range(distances, settings, size)
    objects = []
    for index, path in enumerate(paths):
        contacts = _contacts(path, kinds[index][0], gaits[index], strikes[index], size)
        middle = 0.5 * (whole[index][:, :2] + whole[index][:, 2:])
        positions = lift(
            settings.mapping, middle, distances[index], size,
            horizontal_fov_deg=settings.horizontal_fov_deg, depth_range_m=range_m,
        )  # fmt: skip
        trajectory = _trajectory(path.times_s, positions, contacts)
        if kinds[index][0] == "vehicle" or names[index].label == FLYER:
            shot_s = _shot_of(path, shots_s)
            trajectory = beyond_sight(
                trajectory, path.times_s, positions, path.smooth, size, shot_s
            )
        objects.append(
            SeenObject(
                id=f"object-{index + 1}",
                label=names[index].label,
                confidence=float(np.clip(names[index].confidence, 0.0, 1.0)),
                boxes=_rows(path, size, scale),
                positions_m=positions,
                contacts=_rounded(contacts),
                trajectory=trajectory,
            )
        )
    return tuple(objects), notes


def _shot_of(path: Path, shots_s: Sequence[float]) -> tuple[float, float]:
    """Start and end of the shot a path is in; `shots_s` are all starts and the film's end."""
    first_s, last_s = float(path.times_s[0]), float(path.times_s[-1])
    start_s = max((s for s in shots_s if s <= first_s + 1e-6), default=0.0)
    return start_s, min((s for s in shots_s if s > last_s + 1e-6), default=last_s)


def _contacts(
    path: Path,
    kind: str,
    gait: Gait | None,
    strikes: Sequence[Contact],
    size: tuple[int, int],
) -> tuple[Contact, ...]:
    """Steps of people who walk; hits, starts and stops of everything else; strikes of tools."""
    if kind == "person" and gait is not None and gait.walks:
        return gait.contacts()
    found = find_contacts(path, kind, *size)
    return found if kind == "vehicle" else with_strikes(found, strikes)


def _distances(
    path: Path, boxes: Array, kind: str, depth: GeometryDepth, size: tuple[int, int]
) -> Array:
    """Steady distances (n,) in metres; what the picture's edge cuts off says little about size."""
    width, height = size
    raw = path.smooth
    edge = 0.006 * height + 1.0
    aside = (raw[:, 0] <= edge) | (raw[:, 2] >= width - edge)
    above = (raw[:, 1] <= edge) | (raw[:, 3] >= height - edge)
    trust = np.where(above, 0.1, np.where(aside, 0.3, 1.0)) * np.where(path.seen, 1.0, 0.5)
    return steady(path.times_s, depth.distances_m(boxes, kind, *size), trust, kind)


def _depth_range(
    distances: Sequence[Array], settings: VisionSettings, size: tuple[int, int]
) -> tuple[float, float]:
    """Nearest and farthest distance that stand for FoleySpace's depth map."""
    scale = rows_per_unit(settings.mapping, *size, settings.horizontal_fov_deg)
    ground_m = CAMERA_HEIGHT_M * scale / (size[1] / 2)
    nearest = min([ground_m, *(float(d.min()) for d in distances)])
    farthest = max([2.0 * ground_m, *(float(d.max()) for d in distances)])
    return nearest, farthest


def _rows(path: Path, size: tuple[int, int], scale: float) -> Array:
    limits = np.array([size[0], size[1], size[0], size[1]], dtype=np.float64)
    boxes = np.clip(path.smooth, 0.0, limits) * scale
    return np.column_stack([path.times_s, boxes, path.confidence])


def _rounded(contacts: Sequence[Contact]) -> tuple[Contact, ...]:
    """The contacts with strengths to a thousandth, as they are stored."""
    return tuple(structs.replace(c, strength=round(c.strength, 3)) for c in contacts)


def _trajectory(times_s: Array, positions_m: Array, contacts: Sequence[Contact]) -> Trajectory:
    """Simplified keyframes; the moments of hits are kept, so that bounces stay sharp."""
    times, _ = simplify(times_s, positions_m, _SIMPLIFY_DEG)
    hits = [c.time_s for c in contacts if c.kind in ("bounce", "impact")]
    nearest = {int(np.argmin(np.abs(times_s - t))) for t in hits}
    index = sorted(set(np.searchsorted(times_s, times).tolist()) | nearest)
    return Trajectory.from_arrays(times_s[index], positions_m[index])


def spherical_of(seen: SeenObject) -> Array:
    """Azimuth, elevation (degrees) and distance (metres) of an object's positions, (n, 3)."""
    return to_spherical(seen.positions_m)
