"""What vision is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.media.spherical import Projection
from engine.project.model import Analysis, Contact, Mapping, Scene, Trajectory, Video
from engine.vision.named_motion import NAME
from engine.vision.scene_light import SceneLook

Array = NDArray[np.float64]


@dataclass(frozen=True)
class VisionSettings:
    """What analyses the picture, and how pixels become metres."""

    detector: str = NAME
    weights: Path | None = None
    mapping: Mapping = "cylinder"
    projection: Projection = "auto"
    horizontal_fov_deg: float = Scene().horizontal_fov_deg
    depth: str = "geometry"
    depth_weights: Path | None = None
    distance_m: float | None = None
    """Of the most relevant object, where the user knows it; for depth by maps."""
    prompt: tuple[str, ...] = ()


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
