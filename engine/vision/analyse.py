"""The whole of vision: a video file in, objects with boxes, positions and contacts out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path as FilePath

import numpy as np
from numpy.typing import NDArray

from engine import plugins
from engine.coordinates import to_spherical
from engine.errors import MediaError
from engine.jobs import Progress, silent_progress
from engine.media.ahead import ahead
from engine.media.probe import missing_s, probe_video
from engine.media.spherical import says_spherical
from engine.plugins import DepthEstimator, Detector
from engine.project.model import Analysis, Video
from engine.vision import detect, named_motion  # noqa: F401  (register the embedded detectors)
from engine.vision.depth_maps import read_depths, to_metres
from engine.vision.evidence import Evidence
from engine.vision.follow_boxes import follow_boxes, stirs
from engine.vision.follow_motion import follow_motion
from engine.vision.gait import FootMotion, Gait
from engine.vision.geometry import is_spherical, picture_geometry
from engine.vision.merge import roams
from engine.vision.paths import Path, most_objects, relevance, surely_person
from engine.vision.placing import LookedAt, Screen, ToMetres, place
from engine.vision.round_pictures import in_turn, read_pictures
from engine.vision.scene_light import ground_of, places
from engine.vision.seen import SeenObject, VisionResult, VisionSettings
from engine.vision.strikes import find_strikes
from engine.vision.user_words import yielding
from engine.vocabularies import own_words

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

SHORTEST_S = 0.4
"""Videos shorter than this hold no motion that could be analysed."""

GEOMETRY = "geometry"
"""The embedded depth."""

_GAIT_WIDTH = 1280
"""Steps are read from pictures no wider than this; feet are too small in those that motion uses."""
"""So many objects of the first minute, and of every further one, are heard at the most."""
_LEAST_RELEVANCE = 0.15
"""Objects that matter less than this share of the most relevant one are left out."""
_LEAST_OF_TRAVELLERS = 0.04
"""The same for those that go a good way or look like people: small ones are heard, too."""
_LEAST_OF_PEOPLE = 0.004
"""The same for those that the people detector is sure of again and again, however far away."""
_GOOD_WAY = 0.2
"""Share of the picture's width."""
_LIKELY_PERSON, _OFTEN = 0.2, 0.3
"""A path looks like a person where that detector's score is above this, in this share of looks."""
_UPRIGHT = (1.25, 5.0)
"""Height over width of a box in which a person stands or walks."""
_LEAST_HEIGHT = 0.06
"""Share of the picture's height below which feet cannot be told apart."""
_LEAST_WALK_S = 1.0
"""Two steps, at the least."""
_PROGRESS_EVERY = 8


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
    video = probe_video(path, settings.projection)
    _check_length(video)
    detector: Detector = plugins.create("detector", settings.detector, settings.weights)
    part: DepthEstimator = plugins.create("depth", settings.depth, settings.depth_weights)
    follow = follow_boxes if getattr(detector, "sampled", False) else follow_motion
    followed = follow(video, detector, settings.prompt, progress)
    size = followed.size
    paths = _relevant(list(followed.paths), size, video.duration_s)
    paths = yielding(paths, own_words(settings.prompt))
    gaits = _gaits(video, paths, size, progress)
    shown = [_in_turn(path, size[0]) for path in paths]
    strikes = find_strikes(video, shown, size, progress)
    maps = _maps(video, shown, size, part, settings, progress)
    looked_at = [LookedAt(*one) for one in zip(paths, gaits, strikes, strict=True)]
    geometry = picture_geometry(video, settings.mapping, settings.horizontal_fov_deg)
    shots_s = (*followed.shots_s, video.duration_s)
    evidence = Evidence(followed.looks, any(followed.moving_shots), followed.moving_shots)
    screen = Screen(size, video.width / size[0], shots_s, geometry, evidence)
    objects, more = place(looked_at, screen, settings, maps)
    progress("placing objects", 1.0)
    notes = (
        *_damage(video), *_all_around(video, geometry.spherical), *followed.notes,
        *places(followed.looks), *_exaggeration(settings), *more,
    )  # fmt: skip
    analysis = Analysis(
        detector=getattr(detector, "label", detector.name),
        tracker=followed.tracker,
        depth=getattr(part, "label", part.name),
        notes=notes,
        shots_s=followed.shots_s,
        camera_moves=any(followed.moving_shots),
        moving_shots=followed.moving_shots,
        ground=ground_of(followed.looks),
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


def _all_around(video: Video, spherical: bool) -> list[str]:
    """A note for the user where the film says that it is spherical."""
    said = says_spherical(FilePath(video.path))
    if spherical:
        why = "" if said else " (its file does not say so; its sides meet, or you have said it)"
        return [f"the film shows everything all around{why}: things are placed on the whole sphere"]
    if said:
        return ["the film says that it is spherical, but not in one whole picture: taken for flat"]
    return []


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
    heard = [p for p in paths if not p.named or p.acts or stirs(p, width)]
    ranked = sorted(heard, key=lambda p: -relevance(p, width, height))
    most = most_objects(duration_s)
    if not ranked:
        return []
    top = relevance(ranked[0], width, height)
    return [p for p in ranked[:most] if relevance(p, width, height) >= top * _least(p, width)]


def _least(path: Path, width: int) -> float:
    """Share of the top relevance that a path must have to be kept."""
    scores = path.person_scores
    if surely_person(path) or path.acts:
        return _LEAST_OF_PEOPLE
    travels = roams(path, width) and float(np.ptp(path.centres[:, 0])) > _GOOD_WAY * width
    person = len(scores) > 2 and float(np.mean(scores > _LIKELY_PERSON)) > _OFTEN
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
    turn = shown if is_spherical(video) else None
    feet = {index: FootMotion(paths[index], shown / size[0], turn) for index in upright}
    start_s = min(float(paths[i].times_s[0]) for i in upright)
    end_s = max(float(paths[i].times_s[-1]) for i in upright) + 1e-3
    pictures = read_pictures(video, max_width=_GAIT_WIDTH, start_s=start_s, end_s=end_s, gray=True)
    for number, (time_s, gray) in enumerate(ahead(pictures)):
        for foot in feet.values():
            foot.add(time_s, gray)
        if number % _PROGRESS_EVERY == 0:
            progress("listening for steps", min(0.99, time_s / video.duration_s))
    for index, foot in feet.items():
        gaits[index] = foot.gait()
    return gaits


def _in_turn(path: Path, width: int) -> Path:
    """The path within the picture's own columns: those of a film all around may go on beyond."""
    return replace(path, smooth=in_turn(path.smooth, width)) if path.sideless else path


def _is_upright(path: Path, height: int) -> bool:
    ratio = float(np.median(path.sizes[:, 1] / np.maximum(path.sizes[:, 0], 1.0)))
    tall = float(np.percentile(path.sizes[:, 1], 80)) > _LEAST_HEIGHT * height
    stands = _UPRIGHT[0] < ratio < _UPRIGHT[1]
    return stands and tall and path.duration_s > _LEAST_WALK_S and not path.parts


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


def spherical_of(seen: SeenObject) -> Array:
    """Azimuth, elevation (degrees) and distance (metres) of an object's positions, (n, 3)."""
    return to_spherical(seen.positions_m)
