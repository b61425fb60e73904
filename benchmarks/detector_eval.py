"""How well a detector of single pictures finds and follows annotated vehicles of real streets.

``python -m benchmarks.detector_eval NAME WEIGHTS [--data FOLDER] [--clips N]`` prints, for each
clip and for all: the share of annotated boxes that some followed box covers (IoU 0.5), identity
F1 (see `benchmarks.identity`), and the same for the objects that are kept as moving. Boxes are
annotated twice a second; followed boxes are those labelled car, truck, bus or motorcycle.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.identity import Counts, count
from benchmarks.street_truth import Vehicle, read_vehicles
from engine import plugins
from engine.jobs import silent_progress
from engine.media.probe import probe_video
from engine.vision.follow_boxes import follow_boxes, stirs
from engine.vision.paths import Path as Way

Array = NDArray[np.float64]

VEHICLES = frozenset({"car", "truck", "bus", "motorcycle"})
EVERY_S = 0.5
_NEAR_S = 0.07


def true_identities(vehicles: Sequence[Vehicle], times_s: Array) -> list[Array]:
    """Boxes (pictures, 4) of every annotated vehicle, as shares of the picture."""
    identities = []
    for vehicle in vehicles:
        boxes = np.full((len(times_s), 4), np.nan)
        for time_s, *box in vehicle.rows:
            boxes[round(time_s / EVERY_S)] = box
        identities.append(boxes)
    return identities


def found_identity(way: Way, size: tuple[int, int], times_s: Array) -> Array:
    """Boxes (pictures, 4) of a followed object, as shares of the picture."""
    boxes = np.full((len(times_s), 4), np.nan)
    shares = np.clip(way.smooth / np.array([*size, *size]), 0.0, 1.0)
    here = (times_s >= way.times_s[0] - _NEAR_S) & (times_s <= way.times_s[-1] + _NEAR_S)
    for column in range(4):
        boxes[here, column] = np.interp(times_s[here], way.times_s, shares[:, column])
    return boxes


def measure(video: Path, vehicles: Sequence[Vehicle], name: str, weights: Path) -> list[Counts]:
    """Counts of one clip: of all that was followed, and of what moves."""
    probed = probe_video(video)
    detector = plugins.create("detector", name, weights)
    followed = follow_boxes(probed, detector, (), silent_progress)
    times_s = np.arange(0.0, probed.duration_s + EVERY_S, EVERY_S)
    true = true_identities(vehicles, times_s)
    ways = [way for way in followed.paths if max(way.labels, key=lambda one: one[1])[0] in VEHICLES]
    moving = [way for way in ways if stirs(way, followed.size[0])]
    return [
        count(true, [found_identity(way, followed.size, times_s) for way in some])
        for some in (ways, moving)
    ]


def main() -> None:
    """Measure all clips that are there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--data", type=Path, default=_data())
    parser.add_argument("--clips", type=int, default=1000)
    args = parser.parse_args()
    total = [Counts(), Counts()]
    taken_s = 0.0
    for clip, vehicles in list(read_vehicles(args.data).items())[: args.clips]:
        video = args.data / "av_binaural_gt" / f"urbansas_{clip}.mp4"
        if not video.exists():
            continue
        start_s = time.process_time()
        counts = measure(video, vehicles, args.name, args.weights)
        used_s = time.process_time() - start_s
        taken_s += used_s
        total = [a + b for a, b in zip(total, counts, strict=True)]
        print(f"{clip:16s} {_row(counts)}  {used_s:5.1f} s of processor", flush=True)
    print(f"{'all':16s} {_row(total)}  {taken_s:5.1f} s of processor")


def _row(counts: Sequence[Counts]) -> str:
    return " | ".join(
        f"recall {one.recall:.3f} IDF1 {one.identity_f1:.3f} "
        f"({one.true} true, {one.found} found, {one.identified} identified)"
        for one in counts
    )


def _data() -> Path:
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("FOLEYSTAGE_TEST_DATA", beside))


if __name__ == "__main__":
    main()
