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
from engine.media.decode import Damage
from engine.plugins import Detector
from engine.project.model import Video
from engine.vision.assemble import make_paths
from engine.vision.carried import CameraWay
from engine.vision.chains import unchained_paths
from engine.vision.close_paths import closed
from engine.vision.geometry import is_spherical
from engine.vision.join_names import joined
from engine.vision.looks import Looker
from engine.vision.merge import merge
from engine.vision.paths import Followed, Path, most_objects, without_least
from engine.vision.repeats import shown_once
from engine.vision.round_pictures import read_pictures, turn_px
from engine.vision.scene_light import LookMeter
from engine.vision.shots import CutDetector
from engine.vision.tiles import InTiles
from engine.vision.track import Tracker

Image = NDArray[np.uint8]

TRACKER = "Kalman + Hungarian, two stages (after ByteTrack)"

_ANALYSIS_WIDTH, _ROUND_WIDTH = 480, 720
"""Width of the pictures that are looked at; of those all around, which are wider to the eye."""
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
    judged: bool = False
    """Whether anything was said about its camera."""
    moves: bool = False
    """Whether the camera does."""
    camera: list[CameraWay] = field(default_factory=list)
    """How it does, block by block."""


@dataclass
class _Film:
    """What was found in the shots that are over, the `most` relevant paths of it."""

    most: int
    spherical: bool
    paths: list[Path] = field(default_factory=list)
    shots_s: list[float] = field(default_factory=list)
    moves: list[bool] = field(default_factory=list)
    judged: bool = False
    size: tuple[int, int] = (0, 0)
    """Width and height of the pictures; of one turn, where they show everything all around."""

    def take(self, shot: _Shot, looker: Looker) -> None:
        """Take in a shot that is over."""
        found = _finish(shot, looker)
        width, height = shot.size if shot.tracker is not None else self.size
        if self.spherical and shot.tracker is not None:
            turn = turn_px(width)
            found, width = closed(found, turn, width), turn
        self.size = (width, height)
        self.paths = without_least([*self.paths, *found], self.most, self.size)
        self.shots_s.append(shot.start_s)
        self.moves.append(shot.moves)
        self.judged = self.judged or shot.judged

    def moving(self) -> tuple[bool, ...]:
        """Of every shot whether its camera moves; empty where nobody has looked."""
        return tuple(self.moves) if self.judged else ()


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
    network = getattr(detector, "network", None)
    if network is not None and is_spherical(video):
        network = InTiles(network)
    with closing(Looker(network, video.duration_s)) as looker:
        return _follow(video, detector, prompt, progress, looker)


def _follow(
    video: Video,
    detector: Detector,
    prompt: Sequence[str],
    progress: Progress,
    looker: Looker,
) -> Followed:
    cuts, damage, looks, shot = CutDetector(), Damage(), LookMeter(), _Shot(0.0)
    film = _Film(most_objects(video.duration_s), is_spherical(video))
    block_s = _block_length(video)
    widest = _ROUND_WIDTH if film.spherical else _ANALYSIS_WIDTH
    for time_s, image in ahead(read_pictures(video, max_width=widest, damage=damage)):
        is_cut = cuts.is_cut(image)
        looks.add(time_s, image, first=is_cut)
        full = shot.times_s and time_s - shot.times_s[0] >= block_s
        full = full or len(shot.images) * image.nbytes > _BLOCK_BYTES
        if is_cut or full:
            _detect_block(shot, detector, video, prompt, progress)
        if is_cut:
            film.take(shot, looker)
            shot = _Shot(time_s)
        looker.add(time_s, image, first=is_cut)
        shot.images.append(image)
        shot.times_s.append(time_s)
        if len(shot.times_s) % 8 == 0:
            progress("finding what moves", min(0.99, time_s / video.duration_s))
    _detect_block(shot, detector, video, prompt, progress)
    film.take(shot, looker)
    told = looks.looks(film.shots_s)
    moving = film.moving()
    notes = (*damage.notes(), *camera_notes(moving), *getattr(detector, "notes", ()))
    return Followed(tuple(film.paths), film.size, tuple(film.shots_s), notes, TRACKER, told, moving)


def camera_notes(moving: Sequence[bool]) -> list[str]:
    """What the camera does, shot by shot, in words for the user; nothing where nobody has looked.

    moving : of every shot, whether the camera travels, pans or zooms
    """
    if not moving:
        return []
    if all(moving) or not any(moving):
        return [f"the camera is {'moving' if moving[0] else 'static'}"]
    shots = [str(number) for number, moves in enumerate(moving, 1) if moves]
    told = " and ".join(filter(None, (", ".join(shots[:-1]), shots[-1])))
    some = "shot" if len(shots) == 1 else "shots"
    return [f"the camera is moving in {some} {told} of {len(moving)}, static in the others"]


def _block_length(video: Video) -> float:
    """Equal blocks of at most `_BLOCK_S`, so that no last one is too short to learn from."""
    return video.duration_s / max(1.0, np.ceil(video.duration_s / _BLOCK_S)) + 1e-6


def _detect_block(
    shot: _Shot,
    detector: Detector,
    video: Video,
    prompt: Sequence[str],
    progress: Progress,
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
        shot.judged = True
        shot.moves = shot.moves or getattr(detector, "camera", "static") == "moving"
        way: CameraWay | None = getattr(detector, "camera_way", None)
        shot.camera += [way] if way is not None else []
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
    paths = make_paths(shot.tracker.finish(), *shot.size)
    paths = merge(paths if shot.moves else unchained_paths(paths, shot.size[0]), *shot.size)
    return joined(
        paths,
        looks,
        np.asarray(shot.all_s),
        shot.size,
        camera_moves=shot.moves,
        camera=shot.camera if shot.moves else (),
    )
