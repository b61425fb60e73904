"""What a learned detector finds is followed through a film: sampled pictures, cuts, traces, paths.

Pictures are shown to the detector as often as something changes in them, a few times a second at
least; between them boxes are drawn through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.jobs import Progress
from engine.media.ahead import ahead
from engine.media.decode import Damage
from engine.plugins import Detection, Detector
from engine.project.model import Video
from engine.vision.associate import TRACKER, associate
from engine.vision.close_paths import closed
from engine.vision.geometry import is_spherical
from engine.vision.opencv import cv2
from engine.vision.paths import Followed, Path, smoothed
from engine.vision.round_pictures import read_pictures, turn_px
from engine.vision.scene_light import LookMeter
from engine.vision.shots import CutDetector
from engine.vision.tiles import InTiles
from engine.vision.traces import Trace

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

_ANALYSIS_WIDTH, _ROUND_WIDTH = 640, 960
"""Width of the pictures that are looked at; of those all around, which are wider to the eye."""
_LONGEST_STEP_S, _SHORTEST_STEP_S = 0.33, 0.15
"""Pictures are looked at no rarer, and no oftener, than this."""
_CHANGED = 4.0
"""Mean change (of 255) in the liveliest twentieth of the picture from which it is looked at."""
_SMALL = (64, 36)
_LEAST_SIGHTINGS = 2
_LEAST_SCORE = 0.5
"""Mean score from which a trace is believed."""
_LEAST_SIZE = 0.03
"""Share of the picture's width (square root of the area) below which nothing is followed."""


@dataclass
class _Shot:
    start_s: float
    times_s: list[float] = field(default_factory=list)
    seen: list[tuple[float, list[Detection]]] = field(default_factory=list)
    small: NDArray[np.int16] | None = None


def follow_boxes(
    video: Video, detector: Detector, prompt: Sequence[str], progress: Progress
) -> Followed:
    """Paths of the objects that a detector of single pictures finds in all shots of a video.

    Raises
    ------
    MediaError
        If the video cannot be read.
    PluginError
        From the detector.
    CancelledError
        From `progress`.
    """
    cuts = CutDetector()
    damage = Damage()
    looks = LookMeter()
    shot = _Shot(0.0)
    paths: list[Path] = []
    shots: list[float] = []
    size = (0, 0)
    spherical, every_s = is_spherical(video), getattr(detector, "every_s", None)
    if spherical and every_s is None:  # those that choose their own moments take their time
        detector = InTiles(detector)
    widest = _ROUND_WIDTH if spherical else _ANALYSIS_WIDTH
    pictures = read_pictures(video, max_width=widest, damage=damage)
    for time_s, image in ahead(pictures):
        size = (image.shape[1], image.shape[0])
        cut = cuts.is_cut(image)
        looks.add(time_s, image, first=cut)
        if cut:
            paths += _paths_of(shot, size, spherical=spherical)
            shots.append(shot.start_s)
            shot = _Shot(time_s)
        if not shot.times_s:
            detector.begin(*size, float(video.rate), prompt)
        shot.times_s.append(time_s)
        small = _small(image)
        if _is_due(shot, small, time_s, every_s):
            shot.small = small
            shot.seen.append((time_s, detector.detect(image, time_s)))
            progress("finding what is there", min(0.99, time_s / video.duration_s))
    paths += _paths_of(shot, size, spherical=spherical)
    size = (turn_px(size[0]), size[1]) if spherical else size
    shots.append(shot.start_s)
    told = looks.looks(shots)
    return Followed(tuple(paths), size, tuple(shots), damage.notes(), TRACKER, told)


def _small(image: Image) -> NDArray[np.int16]:
    gray = cv2.cvtColor(cv2.resize(image, _SMALL, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    return np.asarray(gray, dtype=np.int16)


def _is_due(shot: _Shot, small: NDArray[np.int16], time_s: float, every_s: float | None) -> bool:
    """Whether the detector is to look at this picture; `every_s` is its own wish."""
    if shot.small is None or not shot.seen:
        return True
    since_s = time_s - shot.seen[-1][0] + 1e-6
    if every_s is not None:
        return since_s >= every_s
    if since_s >= _LONGEST_STEP_S:
        return True
    change = np.sort(np.abs(small - shot.small).ravel())[-small.size // 20 :]
    return since_s >= _SHORTEST_STEP_S and float(change.mean()) >= _CHANGED


def _paths_of(shot: _Shot, size: tuple[int, int], *, spherical: bool) -> list[Path]:
    if not shot.times_s:
        return []
    traces = associate(shot.seen, *size)
    times = np.asarray(shot.times_s, dtype=np.float64)
    paths = [_path(trace, times) for trace in traces if _is_clear(trace, size[0])]
    return closed(paths, turn_px(size[0]), size[0]) if spherical else paths


def _is_clear(trace: Trace, width: int) -> bool:
    """Whether it was seen often, surely and large enough to be followed."""
    boxes = np.asarray(trace.boxes)
    size = float(np.sqrt(np.median(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))))
    often = len(trace.times_s) >= _LEAST_SIGHTINGS
    return often and float(np.mean(trace.scores)) >= _LEAST_SCORE and size >= _LEAST_SIZE * width


def _path(trace: Trace, pictures_s: Array) -> Path:
    """A trace as a path with a row for every picture from its first sighting to its last."""
    at = np.asarray(trace.times_s)
    times = pictures_s[(pictures_s >= at[0] - 1e-6) & (pictures_s <= at[-1] + 1e-6)]
    known = np.asarray(trace.boxes, dtype=np.float64)
    boxes = np.column_stack([np.interp(times, at, known[:, k]) for k in range(4)])
    scores = np.interp(times, at, np.asarray(trace.scores))
    centres = 0.5 * (boxes[:, :2] + boxes[:, 2:])
    path = Path(
        times_s=times,
        boxes=boxes,
        smooth=boxes,
        confidence=scores,
        seen=np.ones(len(times), dtype=bool),
        person_scores=np.zeros(0),
        labels=tuple(trace.votes().items()),
        colour=None,
        points=centres,
        speed=np.zeros(len(times)),
        named=True,
    )
    path = smoothed(path)
    pace = np.gradient(path.centres, path.times_s, axis=0) if len(times) > 1 else np.zeros((1, 2))
    return replace(path, speed=np.linalg.norm(pace, axis=1))


def stirs(path: Path, width: int) -> bool:
    """Whether it goes somewhere, comes near or goes away: what stands still makes no sound."""
    size = float(np.sqrt(np.median(np.prod(path.sizes, axis=1))))
    extent = float(np.linalg.norm(np.ptp(path.centres, axis=0)))
    growth = float(np.ptp(np.log(np.maximum(path.sizes[:, 1], 1.0))))
    return extent > max(0.35 * size, 0.02 * width) or growth > 0.35
