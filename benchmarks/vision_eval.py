"""How well vision finds and places things: figures on the demo and, where at hand, on real clips.

``python -m benchmarks.vision_eval [DATA_FOLDER]`` prints a table. The data folder is the optional
test media (environment variable FOLEYSTAGE_TEST_DATA, or `shared/data` beside the checkout);
without it only the demo is measured.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.follow_eval import truth_of
from engine import resources
from engine.coordinates import to_spherical
from engine.media.probe import probe_video
from engine.vision.analyse import SeenObject, VisionResult, analyse_video, spherical_of
from engine.vision.track import iou

CONTACT_TOLERANCE_S = 0.040
TOUCHING = ("step", "bounce", "impact")


def measure_demo() -> None:
    """Azimuth, elevation and contacts of the demo against its ground truth."""
    truth = json.loads(resources.path("demo/demo.truth.json").read_text())
    start = time.perf_counter()
    result = analyse_video(resources.path("demo/demo.mp4"))
    print(f"demo: {time.perf_counter() - start:.2f} s, {len(result.objects)} objects")
    azimuths: list[float] = []
    for one in truth["objects"]:
        match = _nearest(result, np.array([row[:4] for row in one["path"]], dtype=float))
        if match is None:
            print(f"  {one['id']}: NOT FOUND")
            continue
        seen, error, up, ratio, share = match
        azimuths += error.tolist()
        print(
            f"  {one['id']:8s} {seen.label:8s} azimuth median {np.median(error):.2f} p95 "
            f"{np.percentile(error, 95):.2f} deg, elevation median {np.median(up):.2f} deg, "
            f"distance ratio {np.median(ratio):.2f}, seen {share:.0%}, "
            f"keyframes {len(seen.trajectory.keyframes)}"
        )
    print(f"  azimuth median {np.median(azimuths):.2f} p95 {np.percentile(azimuths, 95):.2f} deg")
    expected = sorted(c["time_s"] for c in truth["contacts"] if c["kind"] in TOUCHING)
    found = sorted(c.time_s for seen in result.objects for c in seen.contacts if c.kind in TOUCHING)
    print(f"  contacts F1 {_f1(expected, found):.3f} ({len(found)} found, {len(expected)} true)")


def _nearest(
    result: VisionResult, path: np.ndarray
) -> tuple[SeenObject, np.ndarray, np.ndarray, np.ndarray, float] | None:
    true = to_spherical(path[:, 1:4])
    best = None
    for seen in result.objects:
        times = seen.boxes[:, 0]
        inside = (path[:, 0] >= times[0] - 1e-6) & (path[:, 0] <= times[-1] + 1e-6)
        if inside.mean() < 0.5:
            continue
        here = to_spherical(seen.trajectory.at(path[inside, 0]))
        error = np.abs(here[:, 0] - true[inside, 0])
        up = np.abs(here[:, 1] - true[inside, 1])
        ratio = here[:, 2] / true[inside, 2]
        if best is None or np.median(error) + np.median(up) < np.median(best[1]) + np.median(
            best[2]
        ):
            best = (seen, error, up, ratio, float(inside.mean()))
    return best


def _f1(expected: list[float], found: list[float]) -> float:
    unused = list(expected)
    hits = 0
    for time_s in found:
        near = [e for e in unused if abs(e - time_s) <= CONTACT_TOLERANCE_S]
        if near:
            unused.remove(min(near, key=lambda e: abs(e - time_s)))
            hits += 1
    return 2 * hits / max(1, len(expected) + len(found))


def measure_streets(folder: Path) -> None:
    """Crossing vehicles of real street clips: found as one stable track each?"""
    notes = folder / "av_binaural_gt" / "urbansas_annotations_A.json"
    total = covered = whole = 0
    errors: list[float] = []
    correlations: list[float] = []
    for name, truth in _street_truth(json.loads(notes.read_text())).items():
        video = folder / "av_binaural_gt" / f"urbansas_{name}.mp4"
        if not video.exists():
            continue
        start = time.perf_counter()
        result = analyse_video(video)
        lasted = time.perf_counter() - start
        line = []
        for track_id, rows in truth.items():
            if len(rows) < 3 or np.ptp(rows[:, 1] + 0.5 * rows[:, 3]) < 1 / 3:
                continue
            share, single, error, correlation = _street_match(result, rows)
            total += 1
            covered += share >= 0.5
            whole += single >= 0.8
            errors += error
            correlations += correlation
            line.append(f"{track_id}:{share:.2f}/{single:.2f}")
        print(f"  {name}: {lasted:.1f} s, {len(result.objects)} objects, {' '.join(line)}")
    print(
        f"streets: {covered}/{total} vehicles that cross a third in full sight found "
        f"(half of those boxes), "
        f"{whole}/{total} by one track for >= 80 % of what was found; azimuth error median "
        f"{np.median(errors):.2f} p95 {np.percentile(errors, 95):.2f} deg; rank correlation "
        f"median {np.median(correlations):.3f}"
    )


def _street_truth(notes: dict[str, dict]) -> dict[str, dict[str, np.ndarray]]:
    """Per clip and track: rows of time, x, y, w, h (0..1) of the boxes that nothing hides."""
    clips = {}
    for name, clip in notes["meta"].items():
        tracks: dict[str, list[list[float]]] = {}
        for boxes in clip["visual_objects"].values():
            for one in boxes:
                if one["w"] > 0 and one["visibility"] > 0:
                    row = [one["time"], one["x"], one["y"], one["w"], one["h"]]
                    tracks.setdefault(f"{one['label']}{one['track_id']}", []).append(row)
        clips[name] = {key: np.array(rows, dtype=float) for key, rows in tracks.items()}
    return clips


def _street_match(
    result: VisionResult, rows: np.ndarray
) -> tuple[float, float, list[float], list[float]]:
    width, height = result.video.width, result.video.height
    owners: list[str | None] = []
    errors: list[float] = []
    sides: dict[str, list[tuple[float, float]]] = {}
    for time_s, x, y, w, h in rows:
        box = np.array([x * width, y * height, (x + w) * width, (y + h) * height])
        best, best_iou = None, 0.3
        for seen in result.objects:
            index = int(np.argmin(np.abs(seen.boxes[:, 0] - time_s)))
            if abs(seen.boxes[index, 0] - time_s) < 0.1:
                overlap = iou(box, seen.boxes[index, 1:5])
                if overlap > best_iou:
                    best, best_iou = (seen, index), overlap
        owners.append(best[0].id if best else None)
        if best:
            true = 120.0 * (0.5 - (x + w / 2))
            here = float(spherical_of(best[0])[best[1], 0])
            if x > 0.02 and x + w < 0.98:
                errors.append(abs(here - true))
            sides.setdefault(best[0].id, []).append((true, here))
    found = [o for o in owners if o]
    share = len(found) / len(rows)
    single = max((found.count(o) for o in set(found)), default=0) / max(1, len(found))
    ranks = [_rank_correlation(np.array(s)) for s in sides.values() if len(s) >= 4]
    return share, single, errors, ranks


def _rank_correlation(pairs: np.ndarray) -> float:
    ranks = np.argsort(np.argsort(pairs, axis=0), axis=0).astype(float)
    return float(np.corrcoef(ranks.T)[0, 1])


def measure_masks(folder: Path) -> None:
    """Clips with a box for every picture: mean overlap with the best single track."""
    for video in sorted((folder / "video_mask_gt").glob("*.mp4")):
        truth = _mask_truth(video)
        start = time.perf_counter()
        result = analyse_video(video)
        best, label = 0.0, "none"
        for seen in result.objects:
            overlaps = [
                iou(box, seen.boxes[int(np.argmin(np.abs(seen.boxes[:, 0] - t))), 1:5])
                for t, box in truth
                if seen.boxes[0, 0] - 0.05 <= t <= seen.boxes[-1, 0] + 0.05
            ]
            mean = float(np.sum(overlaps)) / max(1, len(truth))
            if mean > best:
                best, label = mean, seen.label
        print(
            f"  {video.stem}: best track IoU {best:.2f} ({label}), {len(result.objects)} objects, "
            f"{time.perf_counter() - start:.1f} s, {result.analysis.notes[:1]}"
        )


def _mask_truth(video: Path) -> list[tuple[float, np.ndarray]]:
    """(time_s, box) of every video frame in which the thing is to be seen."""
    boxes, _ = truth_of(video)
    rate_hz = float(probe_video(video).rate)
    return [
        (number / rate_hz, box)
        for number, box in enumerate(boxes)
        if np.isfinite(box).all() and box[2] > box[0]
    ]


def main() -> None:
    """Print all figures."""
    measure_demo()
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    default = os.environ.get("FOLEYSTAGE_TEST_DATA", beside)
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else default)
    if not folder.is_dir():
        print("there are no test media beside the checkout (set FOLEYSTAGE_TEST_DATA)")
        return
    measure_streets(folder)
    measure_masks(folder)


if __name__ == "__main__":
    main()
