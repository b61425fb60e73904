"""Depth by a network: maps are read at the objects' boxes and brought to metres.

Networks of one picture give depth up to a scale (and, as inverse depth, up to an offset, too):
Ranftl et al., "Towards Robust Monocular Depth Estimation", TPAMI 2022, 3.1. What is known about
the objects in metres, from their size and where they stand, gives both, robustly, for a whole
video; a distance that the user knows gives the scale.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.errors import PluginError
from engine.jobs import Progress
from engine.media.decode import read_video_frames
from engine.plugins import DepthEstimator
from engine.project.model import Mapping, Video
from engine.vision.paths import Path

Array = NDArray[np.float64]

_EVERY_S = 0.5
_END_S = 0.02
"""How near to its end the last map of a path is made."""
_WIDTH = 640
_CENTRE = 0.2
"""Share of a box about its centre whose median stands for the depth at the box centre."""
_FITS = 8
NEAREST_M, FARTHEST_M = 0.5, 80.0


def read_depths(
    video: Video,
    paths: Sequence[Path],
    size: tuple[int, int],
    part: DepthEstimator,
    mapping: Mapping,
    progress: Progress,
) -> list[Array] | None:
    """Values (n,) of the depth map for every row of every path; None where a part has no maps.

    'foleydesigner' takes the mean in the box (FoleyDesigner 3.2.1), the other mappings the depth
    at the box centre (FoleySpace III-B). Maps are made twice a second and drawn through between.

    Raises
    ------
    PluginError
        If a map is not of the picture's shape, or holds what is no number.
    """
    times: list[list[float]] = [[] for _ in paths]
    values: list[list[float]] = [[] for _ in paths]
    last_s = -1e9
    for time_s, image in read_video_frames(video.path, max_width=_WIDTH):
        here = [i for i, p in enumerate(paths) if p.times_s[0] - 1e-6 <= time_s <= p.times_s[-1]]
        due = time_s - last_s >= _EVERY_S - 1e-6 or any(not times[i] for i in here)
        due = due or any(paths[i].times_s[-1] - time_s < _END_S for i in here)
        if not here or not due:
            continue
        last_s = time_s
        depth = part.depth_map(image)
        if depth is None:
            return None
        _check(depth, image.shape[:2], part.name)
        for index in here:
            scale = image.shape[1] / size[0]
            box = paths[index].smooth[int(np.argmin(np.abs(paths[index].times_s - time_s)))]
            times[index].append(time_s)
            values[index].append(_in_box(depth, box * scale, mapping))
        progress("measuring depth", min(0.99, time_s / video.duration_s))
    return [
        np.interp(path.times_s, at, found) if at else np.full(len(path.times_s), np.nan)
        for path, at, found in zip(paths, times, values, strict=True)
    ]


def _check(depth: NDArray[np.float32], shape: tuple[int, ...], name: str) -> None:
    if depth.shape != shape:
        raise PluginError(
            f"the depth part '{name}' gave a map of {depth.shape} for a picture of {shape}",
            remedy="update or leave out that plug-in",
        )
    if not np.isfinite(depth).all():
        raise PluginError(
            f"the depth part '{name}' gave a map with values that are no numbers",
            remedy="update or leave out that plug-in",
        )


def _in_box(depth: NDArray[np.float32], box: Array, mapping: Mapping) -> float:
    height, width = depth.shape
    box = np.clip(box, 0.0, [width - 1, height - 1, width, height])
    if mapping != "foleydesigner":
        middle, half = 0.5 * (box[:2] + box[2:]), 0.5 * _CENTRE * (box[2:] - box[:2])
        box = np.concatenate([middle - half, middle + half])
    x0, y0 = np.floor(box[:2]).astype(int)
    x1, y1 = np.maximum(np.ceil(box[2:]).astype(int), [x0 + 1, y0 + 1])
    part = depth[y0:y1, x0:x1]
    return float(part.mean() if mapping == "foleydesigner" else np.median(part))


def to_metres(
    values: Sequence[Array],
    known_m: Sequence[Array],
    *,
    scale: str,
    distance_m: float | None = None,
) -> list[Array]:
    """Distances (n,) in metres of what depth maps told.

    Parameters
    ----------
    values : sequence of (n,) arrays
        Values of the maps, an object each; NaN where there are none.
    known_m : sequence of (n,) arrays
        What geometry says about the same rows.
    scale : {'metres', 'depth', 'inverse'}
        What the maps hold: metres, depth up to a scale, or inverse depth up to scale and offset.
    distance_m : float, optional
        Median distance of the first object, where the user knows it.
    """
    found = np.concatenate([*values, np.zeros(0)])
    known = np.concatenate([*known_m, np.zeros(0)])
    usable = np.isfinite(found)
    if not usable.any():
        return list(known_m)
    if scale == "metres":
        metres = [value.copy() for value in values]
    elif scale == "depth":
        ratio = float(np.median(known[usable] / np.maximum(found[usable], 1e-6)))
        metres = [ratio * value for value in values]
    else:
        slope, offset = _fit_inverse(found[usable], 1.0 / known[usable])
        metres = [1.0 / np.maximum(slope * value + offset, 1.0 / FARTHEST_M) for value in values]
    if distance_m is not None and np.isfinite(metres[0]).any():
        factor = distance_m / max(1e-6, float(np.nanmedian(metres[0])))
        metres = [factor * value for value in metres]
    return [
        np.clip(np.where(np.isfinite(m), m, k), NEAREST_M, FARTHEST_M)
        for m, k in zip(metres, known_m, strict=True)
    ]


def _fit_inverse(values: Array, inverse_m: Array) -> tuple[float, float]:
    """Slope > 0 and offset >= 0 of ``1 / metres = slope * value + offset``, robustly (Tukey)."""
    weight = np.ones_like(values)
    slope, offset = float(np.median(inverse_m) / max(1e-6, float(np.median(values)))), 0.0
    for _ in range(_FITS):
        centre = float(np.average(values, weights=weight))
        middle = float(np.average(inverse_m, weights=weight))
        spread = float(np.average((values - centre) ** 2, weights=weight))
        if spread > 1e-9:
            product = np.average((values - centre) * (inverse_m - middle), weights=weight)
            slope = float(product) / spread
            offset = middle - slope * centre
        if slope <= 0.0 or offset < 0.0:  # the farthest has no offset: infinity is zero
            squares = float(np.average(values**2, weights=weight))
            slope = float(np.average(values * inverse_m, weights=weight)) / max(squares, 1e-9)
            offset = 0.0
        misfit = np.abs(inverse_m - slope * values - offset)
        reach = 4.0 * max(1e-4, 1.4826 * float(np.median(misfit)))
        weight = np.maximum(1e-3, (1.0 - np.minimum(misfit / reach, 1.0) ** 2) ** 2)
    return slope, offset
