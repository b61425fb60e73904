"""How well what was clicked on is followed: clips with a box for every video frame.

``python benchmarks/follow_eval.py DATA_FOLDER [--weights NANOTRACK_BACKBONE.onnx]`` prints a table.
The click is on the middle of what is to be followed in the first video frame. `lost`: over the
last eight annotated video frames the mean IoU is below 0.1, or following ended before them.
"""

from __future__ import annotations

import argparse
import csv
import io
import time
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.media.probe import probe_video
from engine.vision.follow import follow
from engine.vision.track import iou

Array = NDArray[np.float64]

LOST_IOU = 0.1
LAST = 8


def truth_of(clip: Path) -> tuple[Array, tuple[float, float]]:
    """(n, 4) true boxes x0, y0, x1, y1 in pixels, and the point to click on."""
    text = clip.with_name(f"{clip.stem}_gt.txt")
    if text.exists():
        rows = [
            [float(v) for v in line.replace("\t", ",").split(",")]
            for line in text.read_text().splitlines()
            if line.strip()
        ]
        boxes = np.array([_of_row(row) for row in rows])
        middle = 0.5 * (boxes[0, :2] + boxes[0, 2:])
        return boxes, (float(middle[0]), float(middle[1]))
    with zipfile.ZipFile(clip.with_name(f"{clip.stem}_gt.zip")) as archive:
        name = next(n for n in archive.namelist() if n.endswith("boxes.csv"))
        table = list(csv.DictReader(io.StringIO(archive.read(name).decode())))
    rows = [[float(row[key] or "nan") for key in "xywh"] for row in table]
    boxes = np.array([_of_row(row) for row in rows])
    return boxes, (float(table[0]["cx"]), float(table[0]["cy"]))


def _of_row(row: list[float]) -> list[float]:
    if len(row) == 4:
        return [row[0], row[1], row[0] + row[2], row[1] + row[3]]
    return [min(row[::2]), min(row[1::2]), max(row[::2]), max(row[1::2])]


def measure(clip: Path, weights: Path | None) -> tuple[float, float, bool, str]:
    """Mean IoU from the second video frame on, that of the first, lost or not, the tracker."""
    boxes, click = truth_of(clip)
    found = follow(clip, 0.0, click, weights=weights)
    rate = float(probe_video(clip).rate)
    at = {round(row[0] * rate): row[1:5] for row in found.boxes}
    scores = [
        iou(tuple(at[n]), tuple(true)) if n in at else 0.0
        for n, true in enumerate(boxes)
        if np.isfinite(true).all() and true[2] > true[0]
    ]
    lost = float(np.mean(scores[-LAST:])) < LOST_IOU
    return float(np.mean(scores[1:])), scores[0], lost, found.tracker


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--weights", type=Path)
    arguments = parser.parse_args()
    clips = sorted((arguments.data / "video_mask_gt").glob("*.mp4"))
    means, lost_clips, tracker = [], 0, ""
    for clip in clips:
        start = time.perf_counter()
        mean, first, lost, tracker = measure(clip, arguments.weights)
        took_s = time.perf_counter() - start
        means.append(mean)
        lost_clips += lost
        print(f"{clip.stem:24s} IoU {mean:.2f}  first {first:.2f}  {'LOST' if lost else 'held'}"
              f"  {took_s:.1f} s", flush=True)  # fmt: skip
    print(f"{tracker}: mean IoU {np.mean(means):.3f}, lost in {lost_clips} of {len(clips)}")


if __name__ == "__main__":
    main()
