"""What moves is followed through a film: motion segmentation in blocks, cuts, tracks, paths.

Where the detector has a network beside it, that looks at some pictures meanwhile, and what it knows
is joined with the paths (`engine.vision.join_names`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.jobs import Progress
from engine.media.ahead import ahead
from engine.media.decode import Damage, read_video_frames
from engine.plugins import Detector
from engine.project.model import Video
from engine.vision.assemble import make_paths
from engine.vision.join_names import joined
from engine.vision.looks import Looker
from engine.vision.merge import merge
from engine.vision.paths import Followed, Path, most_objects, without_least
from engine.vision.repeats import shown_once
from engine.vision.scene_light import LookMeter
from engine.vision.shots import CutDetector
from engine.vision.track import Tracker

Image = NDArray[np.uint8]

TRACKER = "Kalman + Hungarian, two stages (after ByteTrack)"

_ANALYSIS_WIDTH = 480
_BLOCK_S = 12.0
_BLOCK_BYTES = 220 * 2**20


@dataclass
class _Shot:
    """Tracking state of the shot being read."""

    start_s: float
    tracker: Tracker | None = None
    size: tuple[int, int] = (0, 0)
    images: list[Image] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)
    all_s: list[float] = field(default_factory=list)
    """Moments of the shot's pictures, those of blocks that are over among them."""
    moves: bool = False
    """Whether the camera does."""


def follow_motion(
    video: Video, detector: Detector, prompt: Sequence[str], progress: Progress
) -> Followed:
    """Paths of everything that moves in all shots of a video.

    Raises
    ------
    MediaError
        If the video cannot be read.
    CancelledError
        From `progress`.
    """
    with closing(Looker(getattr(detector, "network", None), video.duration_s)) as looker:
        return _follow(video, detector, prompt, progress, looker)


def _follow(
    video: Video,
    detector: Detector,
    prompt: Sequence[str],
    progress: Progress,
    looker: Looker,
) -> Followed:
    cuts, damage, looks, shot = CutDetector(), Damage(), LookMeter(), _Shot(0.0)
    paths: list[Path] = []
    shots: list[float] = []
    cameras: set[str] = set()
    size = (0, 0)
    block_s, most = _block_length(video), most_objects(video.duration_s)
    pictures = read_video_frames(video.path, max_width=_ANALYSIS_WIDTH, damage=damage)
    for time_s, image in ahead(pictures):
        size = (image.shape[1], image.shape[0])
        is_cut = cuts.is_cut(image)
        looks.add(time_s, image, first=is_cut)
        full = shot.times_s and time_s - shot.times_s[0] >= block_s
        full = full or len(shot.images) * image.nbytes > _BLOCK_BYTES
        if is_cut or full:
            _detect_block(shot, detector, video, prompt, progress, cameras)
        if is_cut:
            paths = without_least([*paths, *_finish(shot, looker)], most, size)
            shots.append(shot.start_s)
            shot = _Shot(time_s)
        looker.add(time_s, image, first=is_cut)
        shot.images.append(image)
        shot.times_s.append(time_s)
        if len(shot.times_s) % 8 == 0:
            progress("finding what moves", min(0.99, time_s / video.duration_s))
    _detect_block(shot, detector, video, prompt, progress, cameras)
    paths += _finish(shot, looker)
    shots.append(shot.start_s)
    notes = [f"the camera is {' and '.join(sorted(cameras))}"] if cameras else []
    notes = [*damage.notes(), *notes, *getattr(detector, "notes", ())]
    told = looks.looks(shots)
    return Followed(
        tuple(paths), size, tuple(shots), tuple(notes), TRACKER, told, "moving" in cameras
    )


def _block_length(video: Video) -> float:
    """Equal blocks of at most `_BLOCK_S`, so that no last one is too short to learn from."""
    return video.duration_s / max(1.0, np.ceil(video.duration_s / _BLOCK_S)) + 1e-6


def _detect_block(
    shot: _Shot,
    detector: Detector,
    video: Video,
    prompt: Sequence[str],
    progress: Progress,
    cameras: set[str],
) -> None:
    """Detect and track in the pictures gathered; they are let go afterwards."""
    if not shot.images:
        return
    height, width = shot.images[0].shape[:2]
    shot.all_s += shot.times_s
    shot.images, shot.times_s = shown_once(shot.images, shot.times_s)
    if shot.tracker is None:
        shot.tracker, shot.size = Tracker(width, height), (width, height)
        detector.begin(width, height, float(video.rate), prompt)
    study = getattr(detector, "study", None)
    if study is not None and len(shot.images) >= 3:
        study(shot.images, shot.times_s)
        camera = str(getattr(detector, "camera", "static"))
        cameras.add(camera)
        shot.moves = shot.moves or camera == "moving"
    for index, (time_s, image) in enumerate(zip(shot.times_s, shot.images, strict=True)):
        if study is None or len(shot.images) >= 3:
            shot.tracker.step(detector.detect(image, time_s), time_s)
        if index % 8 == 0:
            progress("finding what moves", min(0.99, time_s / video.duration_s))
    shot.images, shot.times_s = [], []


def _finish(shot: _Shot, looker: Looker) -> list[Path]:
    """Paths of a shot that is over, with the names of what the looker saw meanwhile."""
    looks = looker.taken()
    if shot.tracker is None:
        return []
    paths = merge(make_paths(shot.tracker.finish(), *shot.size), *shot.size)
    return joined(paths, looks, np.asarray(shot.all_s), shot.size, camera_moves=shot.moves)
