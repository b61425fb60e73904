"""HiViBiX beside a film: its boxes are those of the program's own analysis of the picture.

The paper finds who sounds by YOLOv8 in every picture; the analysis follows what moves, and names it
where it can. Where it sees nothing, both ears are alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import WeightsError
from engine.jobs import Progress, silent_progress
from engine.models.checkpoint import checkpoint_of
from engine.models.hivibix.features import Features
from engine.models.hivibix.infer import MODEL, HivibixSpatialiser, load_hivibix
from engine.models.hivibix.visual import Seen
from engine.vision.analyse import VisionSettings
from engine.vision.remembered import analyse_once

LOST_S = 0.25
"""A box that is farther away in time is none."""

Picture = NDArray[np.uint8]
PictureAt = Callable[[float], Picture]


@dataclass(frozen=True)
class FilmBoxes:
    """Where things are in a film.

    Attributes
    ----------
    things : tuple of (n, 5) float64
        Of each thing: time_s, and x0, y0, x1, y1 as shares of the picture; times rise.
    """

    things: tuple[NDArray[np.float64], ...]

    def at(self, time_s: float) -> NDArray[np.float64]:
        """(k, 4) boxes of a moment, as shares of the picture."""
        found = []
        for boxes in self.things:
            nearest = int(np.argmin(np.abs(boxes[:, 0] - time_s)))
            if abs(boxes[nearest, 0] - time_s) <= LOST_S:
                found.append(boxes[nearest, 1:])
        return np.array(found).reshape(-1, 4)


def boxes_of(film: Path, progress: Progress = silent_progress) -> FilmBoxes:
    """What the analysis of a film finds.

    Raises
    ------
    MediaError
        If the film cannot be read.
    """
    seen = analyse_once(film, VisionSettings(), progress)
    width, height = seen.video.width, seen.video.height
    scale = np.array([1.0, width, height, width, height])
    return FilmBoxes(tuple(one.boxes[:, :5] / scale for one in seen.objects if len(one.boxes)))


class FilmSpatialiser:
    """The network, the features that it has learned with, and the boxes of a film."""

    def __init__(
        self, spatialiser: HivibixSpatialiser, features: Features, boxes: FilmBoxes
    ) -> None:
        self.config, self.network = spatialiser.config, spatialiser.network
        self._spatialiser, self._features, self._boxes = spatialiser, features, boxes

    def beside(self, film: Path, progress: Progress = silent_progress) -> FilmSpatialiser:
        """The same beside a film."""
        return FilmSpatialiser(self._spatialiser, self._features, boxes_of(film, progress))

    def difference(
        self, mono: NDArray[np.float32], picture_at: PictureAt, start_s: float = 0.0
    ) -> NDArray[np.float32]:
        """Half of left minus right (n,), of a mono sound (n,) at the network's rate."""

        def seen_at(time_s: float) -> Seen | None:
            picture = picture_at(time_s)
            shares = self._boxes.at(time_s)
            if not len(shares):
                return None
            height, width = picture.shape[:2]
            return self._features.seen([picture], [shares * [width, height, width, height]])

        return self._spatialiser.difference(mono, seen_at, start_s)


def load_film_spatialiser(path: Path, features: Features) -> FilmSpatialiser:
    """The network of a checkpoint with its features, beside no film yet.

    Raises
    ------
    WeightsError
        If a file is missing, damaged or another network's, or it has learned with other features.
    """
    _, facts = checkpoint_of(path, MODEL)
    if facts.get("features") != features.digest:
        raise WeightsError(
            "HiViBiX has learned with features of another visual network",
            place=path,
            remedy="give those it has learned with (--features), or train it with these",
        )
    return FilmSpatialiser(load_hivibix(path), features, FilmBoxes(()))
