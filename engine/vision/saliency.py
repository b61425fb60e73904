"""Patchwise saliency: what in the picture differs from its surroundings, in space and in time.

After ViSAGe (5.1, Eq. 3): a patch's spatial score is how far its embedding is from the mean of the
patches around it, its temporal score how far from the mean of itself a moment before and after.
Softmax over the patches makes probabilities of both; their mean is the energy map. The embeddings
are an embedded descriptor of colours and edges, or come from a plug-in (ViSAGe takes CLIP's).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine import plugins
from engine.errors import PluginError
from engine.jobs import Progress, silent_progress
from engine.media.decode import read_video_frames
from engine.media.probe import probe_video
from engine.plugins import PatchEmbedder
from engine.vision.opencv import cv2

Image = NDArray[np.uint8]
Array = NDArray[np.float64]
Around = Literal["window", "neighbours"]

RATE_HZ = 4.0
"""Pictures a second that are looked at (ViSAGe, appendix)."""
TEMPERATURE = 0.1
TOP_P = 0.7
_GRID = 7
_CELL_PX = 32
_BINS = 8
_WIDTH = 480
_BATCH = 32
_LEAST = 1e-9


def spatial_scores(embeddings: Array, around: Around = "window") -> Array:
    """Spatial scores (t, h, w), 0 (like its surroundings) to 4, of embeddings (t, h, w, d).

    ``S = 2 - 2 cos(x, mean of x in the window)``, ViSAGe Eq. 3 with N = 1. 'window' is the 3 x 3
    of the paper, the patch itself in it; 'neighbours' the four beside it without it, as its
    published code has it. At the edges those are taken that there are.
    """
    unit = _unit(embeddings)
    if around == "window":
        steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    else:
        steps = [(-1, 0), (1, 0), (0, -1), (0, 1)]
    total, count = np.zeros_like(unit), np.zeros(unit.shape[1:3])
    for down, across in steps:
        rows, columns = _overlap(unit.shape[1], down), _overlap(unit.shape[2], across)
        total[:, rows[0], columns[0]] += unit[:, rows[1], columns[1]]
        count[rows[0], columns[0]] += 1.0
    return _distance(unit, total / np.maximum(count, 1.0)[None, :, :, None])


def temporal_scores(embeddings: Array) -> Array:
    """Temporal scores (t, h, w), 0 (unchanged) to 4: ViSAGe Eq. 3 with T = 1."""
    unit = _unit(embeddings)
    total, count = unit.copy(), np.ones(len(unit))
    total[1:] += unit[:-1]
    total[:-1] += unit[1:]
    count[1:] += 1.0
    count[:-1] += 1.0
    return _distance(unit, total / count[:, None, None, None])


def energy_map(
    embeddings: Array,
    *,
    around: Around = "window",
    temperature: float = TEMPERATURE,
    top_p: float = TOP_P,
) -> Array:
    """Energy (t, h, w) of patches: 0 or more, 1 in all at every moment.

    Mean of the softmaxes over the patches of both scores; then only the most probable patches
    stay that together hold `top_p`, and their sum is 1 again.

    Parameters
    ----------
    embeddings : (t, h, w, d) array, finite
    """
    scores = (spatial_scores(embeddings, around), temporal_scores(embeddings))
    chances = 0.5 * sum(_softmax(score / temperature) for score in scores)
    flat = np.asarray(chances).reshape(len(embeddings), -1)  # (t, h * w)
    order = np.argsort(-flat, axis=1, kind="stable")
    ranked = np.take_along_axis(flat, order, axis=1)
    before = np.cumsum(ranked, axis=1) - ranked
    kept = np.zeros_like(flat)
    np.put_along_axis(kept, order, np.where(before < top_p, ranked, 0.0), axis=1)
    return (kept / kept.sum(axis=1, keepdims=True)).reshape(embeddings.shape[:3])


class ColoursAndEdges:
    """The embedded descriptor of a patch: its mean colour, its contrast, and where its edges go."""

    name = "colours-and-edges"

    def embed(self, images: Sequence[Image]) -> Array:
        """Embeddings (t, 7, 7, 15) of (height, width, 3) RGB images."""
        return np.stack([_describe(image) for image in images])


def saliency_of(
    path: str | os.PathLike[str],
    embedder: PatchEmbedder | None = None,
    progress: Progress = silent_progress,
) -> tuple[Array, Array]:
    """Energy maps of a video at four pictures a second.

    Returns
    -------
    times_s : (t,) seconds
    energy : (t, h, w)

    Raises
    ------
    MediaError
        If the video cannot be read.
    PluginError
        If the embedder answers nonsense.
    """
    embedder = embedder or ColoursAndEdges()
    duration_s = probe_video(path).duration_s
    times: list[float] = []
    parts: list[Array] = []
    waiting: list[Image] = []
    for time_s, image in read_video_frames(path, max_width=_WIDTH):
        if times and time_s - times[-1] < 1.0 / RATE_HZ - 1e-6:
            continue
        times.append(time_s)
        waiting.append(image)
        if len(waiting) == _BATCH:
            parts.append(_checked(embedder, waiting))
            waiting = []
            progress("measuring saliency", min(0.99, time_s / duration_s))
    if waiting:
        parts.append(_checked(embedder, waiting))
    return np.asarray(times), energy_map(np.concatenate(parts))


def _checked(embedder: PatchEmbedder, images: Sequence[Image]) -> Array:
    found = np.asarray(embedder.embed(images), dtype=np.float64)
    if found.ndim != 4 or len(found) != len(images) or not np.isfinite(found).all():
        raise PluginError(
            f"the embedder '{embedder.name}' answered {found.shape} for {len(images)} pictures, "
            "(t, h, w, d) finite numbers are needed",
            remedy="update or leave out that plug-in",
        )
    return found


def _describe(image: Image) -> Array:
    """(7, 7, 15): constant, mean L a b, deviation of L a b, and edges in eight directions."""
    side = _GRID * _CELL_PX
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB) / 100.0
    light = np.ascontiguousarray(lab[..., 0])
    x, y = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    strength = np.hypot(x, y)
    bins = np.floor(np.mod(np.arctan2(y, x), np.pi) / np.pi * _BINS).astype(int) % _BINS
    edges = strength[..., None] * (bins[..., None] == np.arange(_BINS))
    cells = [_cells(values) for values in (lab.astype(np.float64), edges)]
    return np.concatenate(
        [
            np.full((_GRID, _GRID, 1), 0.5),
            cells[0].mean(axis=2),
            cells[0].std(axis=2),
            cells[1].mean(axis=2),
        ],
        axis=-1,
    )


def _cells(values: Array) -> Array:
    """(7, 7, pixels, d) of (side, side, d)."""
    parted = values.reshape(_GRID, _CELL_PX, _GRID, _CELL_PX, -1).swapaxes(1, 2)
    return parted.reshape(_GRID, _GRID, _CELL_PX * _CELL_PX, -1)


def _unit(embeddings: Array) -> Array:
    length = np.linalg.norm(embeddings, axis=-1, keepdims=True)
    return embeddings / np.maximum(length, _LEAST)


def _distance(unit: Array, mean: Array) -> Array:
    return np.maximum(2.0 - 2.0 * (unit * _unit(mean)).sum(axis=-1), 0.0)


def _overlap(size: int, step: int) -> tuple[slice, slice]:
    """Where values go and come from when they are moved against `step`, inside `size`."""
    low, high = max(0, -step), size - max(0, step)
    return slice(low, high), slice(low + step, high + step)


def _softmax(scores: Array) -> Array:
    """Over the patches of every moment."""
    weights = np.exp(scores - scores.max(axis=(1, 2), keepdims=True))
    return np.asarray(weights / weights.sum(axis=(1, 2), keepdims=True))


plugins.register("embedder", ColoursAndEdges.name, ColoursAndEdges)
