"""Annotated vehicles of real street clips, and which of the tracks found follow them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.vision.track import iou

Array = NDArray[np.float64]

NOTES = "av_binaural_gt/urbansas_annotations_A.json"
CROSSES = 1 / 3
"""Share of the picture's width from which a way crosses it."""
_LEAST_IOU = 0.3
_LEAST_ALONE = 2
"""Boxes of one vehicle, none of another, from which a track is on it."""
_NEAR = 0.5
"""Or: the centres lie nearer than this share of the larger box's width, and its height."""


@dataclass(frozen=True)
class Vehicle:
    """One annotated vehicle: rows (n, 5) of time_s, x0, y0, x1, y1, as shares of the picture."""

    name: str
    rows: Array

    @property
    def crosses(self) -> bool:
        """Whether its centre goes across a third of the picture, in two boxes or more."""
        return len(self.rows) > 1 and bool(np.ptp(self._middles) >= CROSSES)

    @property
    def azimuths(self) -> Array:
        """Rows (n, 2) of time_s and true azimuth, degrees to the left, by a lens of 120 degrees."""
        return np.column_stack([self.rows[:, 0], 120.0 * (0.5 - self._middles)])

    @property
    def _middles(self) -> Array:
        return np.asarray(0.5 * (self.rows[:, 1] + self.rows[:, 3]))


def read_vehicles(data: Path) -> dict[str, list[Vehicle]]:
    """Vehicles of every annotated clip, by the clip's name (boxes come twice a second)."""
    clips: dict[str, list[Vehicle]] = {}
    for name, clip in json.loads((data / NOTES).read_text())["meta"].items():
        found: dict[str, list[list[float]]] = {}
        for boxes in clip["visual_objects"].values():
            for one in boxes:
                if one["w"] > 0:
                    x, y = one["x"], one["y"]
                    row = [one["time"], x, y, x + one["w"], y + one["h"]]
                    found.setdefault(f"{one['label']}{one['track_id']}", []).append(row)
        clips[name] = [Vehicle(key, np.array(rows)) for key, rows in found.items()]
    return clips


def follows(boxes: Array, vehicle: Vehicle) -> NDArray[np.bool_]:
    """Where (n,) a track's rows (m, 5+) of time and box, as shares, lie on a vehicle's boxes."""
    times = boxes[:, 0]
    hits = np.zeros(len(vehicle.rows), dtype=bool)
    for index, (time_s, *box) in enumerate(vehicle.rows):
        if not times[0] - 0.05 <= time_s <= times[-1] + 0.05:
            continue
        here = np.array([np.interp(time_s, times, column) for column in boxes[:, 1:5].T])
        there = np.array(box)
        size = np.maximum(here[2:] - here[:2], there[2:] - there[:2])
        apart = np.abs(here[:2] + here[2:] - there[:2] - there[2:]) / 2
        hits[index] = iou(here, there) > _LEAST_IOU or bool(np.all(apart < _NEAR * size))
    return hits


def owner(boxes: Array, vehicles: list[Vehicle]) -> str:
    """The vehicle a track follows for half of the boxes annotated meanwhile, or ''."""
    best, best_share = "", 0.5
    for vehicle in vehicles:
        times = vehicle.rows[:, 0]
        during = (times >= boxes[0, 0] - 0.05) & (times <= boxes[-1, 0] + 0.05)
        lasts_s = max(float(boxes[-1, 0] - boxes[0, 0]), 0.5)
        if not during.any() or during.sum() < 0.5 * min(2 * lasts_s, len(times)):
            continue
        share = float(follows(boxes, vehicle)[during].mean())
        if share >= best_share:
            best, best_share = vehicle.name, share
    return best


def chain(boxes: Array, vehicles: list[Vehicle]) -> tuple[str, ...]:
    """The vehicles a track goes on from one to the next; empty where it is on one at the most.

    A vehicle counts where the track lies on it, and on no other, in two of its boxes or more.
    """
    on = {vehicle.name: vehicle.rows[follows(boxes, vehicle), 0] for vehicle in vehicles}
    found = []
    for name, times_s in on.items():
        others = [other for key, other in on.items() if key != name]
        shared = np.concatenate([np.zeros(0), *others])
        if np.sum(~np.isin(times_s, shared)) >= _LEAST_ALONE:
            found.append(name)
    return tuple(found) if len(found) > 1 else ()
