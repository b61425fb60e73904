"""`foleystage tracks VIDEO -o tracks.csv`: what moves in the picture, and where it is in space."""

from __future__ import annotations

import argparse
import csv
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.options import add_seeing, output_path
from engine.cli.outputs import whole_file
from engine.cli.progress import TerminalProgress
from engine.errors import DeliveryError

if TYPE_CHECKING:
    from engine.vision.analyse import VisionResult
    from engine.vision.follow import Followed

log = logging.getLogger("foleystage")

HEADER = (
    "time_s", "track_id", "label", "confidence", "x0", "y0", "x1", "y1",
    "azimuth_deg", "elevation_deg", "distance_m",
)  # fmt: skip


def add_parser(subparsers: Any) -> None:
    """Add the `tracks` command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "tracks", help="find what moves in a video and where it is in space"
    )
    parser.add_argument("video", type=Path, help="any video that FFmpeg reads")
    parser.add_argument("-o", "--out", type=output_path, required=True, metavar="CSV")
    parser.add_argument(
        "--follow",
        type=_shown,
        metavar="X,Y@TIME",
        help="follow only what is at this pixel (or in the box X0,Y0,X1,Y1) at this second",
    )
    parser.add_argument(
        "--follow-weights",
        type=Path,
        metavar="ONNX",
        help="NanoTrack's backbone, its head beside it (default: a correlation filter)",
    )
    add_seeing(parser, 'what moves, e.g. "woman, ball"')


def _shown(text: str) -> tuple[float, tuple[float, ...]]:
    """'x,y@time' or 'x0,y0,x1,y1@time' as (time_s, pixels)."""
    place, _, time_s = text.partition("@")
    try:
        pixels = tuple(float(part) for part in place.split(","))
        wanted = float(time_s or 0.0), pixels
    except ValueError:
        wanted = 0.0, ()
    if len(wanted[1]) not in (2, 4):
        raise argparse.ArgumentTypeError(f"'{text}' is not X,Y@TIME, such as 320,180@1.5")
    return wanted


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Analyse the video, write the table whole or not at all, and report."""
    if args.follow is not None:
        return _run_follow(args)
    from engine.vision.analyse import VisionSettings
    from engine.vision.remembered import analyse_once
    from engine.vocabularies import spelt_out
    from engine.weights.choice import weights_for

    settings = VisionSettings(
        detector=args.detector,
        weights=weights_for(args.detector, args.weights),
        mapping=args.mapping,
        projection=args.projection,
        depth=args.depth,
        depth_weights=weights_for(args.depth, args.depth_weights, "depth"),
        distance_m=args.distance,
        prompt=args.prompt,
    )
    spelt_out(settings.prompt)  # refuses names of vocabularies there are not
    read = (args.video, settings.weights, settings.depth_weights)
    with whole_file(args.out, ".csv", read) as staged:
        progress = TerminalProgress()
        try:
            result = analyse_once(args.video, settings, progress)
        finally:
            progress.close()
        write_tracks(staged, result)
    report = _report(result, args.out, args.mapping)
    _tell(report)
    return report


def _run_follow(args: argparse.Namespace) -> dict[str, Any]:
    """Follow what was pointed at, write its table and report."""
    from engine.vision.follow import follow

    time_s, shown = args.follow
    with whole_file(args.out, ".csv", (args.video, args.follow_weights)) as staged:
        progress = TerminalProgress()
        try:
            found = follow(
                args.video,
                time_s,
                shown,
                weights=args.follow_weights,
                mapping=args.mapping,
                projection=args.projection,
                progress=progress,
            )
        finally:
            progress.close()
        result = _followed(args.video, found)
        write_tracks(staged, result)
    report = _report(result, args.out, args.mapping)
    _tell(report)
    return report


def _followed(video: Path, found: Followed) -> VisionResult:
    """What was followed, as what a film's analysis finds."""
    from engine.media.probe import probe_video
    from engine.project.model import Analysis, Trajectory
    from engine.vision.analyse import SeenObject, VisionResult

    seen = SeenObject(
        id="followed",
        label="object",
        confidence=float(found.boxes[:, 5].mean()),
        boxes=found.boxes,
        positions_m=found.positions_m,
        contacts=(),
        trajectory=Trajectory.from_arrays(found.boxes[:, 0], found.positions_m),
    )
    analysis = Analysis(
        detector="pointed at by hand",
        tracker=found.tracker,
        depth="geometry (apparent size and ground contact)",
        notes=(f"followed back to its {found.began}, on to its {found.ended}",),
    )
    return VisionResult(probe_video(video), analysis, (seen,))


def write_tracks(out: Path, result: VisionResult) -> None:
    """Write a row for every object in every video frame, in order of time.

    Raises
    ------
    DeliveryError
        If it cannot be written.
    """
    try:
        with out.open("w", newline="", encoding="utf-8") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(_rows(result))
            handle.flush()
            os.fsync(handle.fileno())
    except OSError as error:
        raise DeliveryError(
            f"the tracks cannot be written ({error.strerror or error})",
            place=out,
            remedy="check free space and permissions, or choose another place",
        ) from error


def _rows(result: VisionResult) -> list[tuple[str, ...]]:
    from engine.vision.analyse import spherical_of

    rows: list[tuple[float, int, tuple[str, ...]]] = []
    for order, seen in enumerate(result.objects):
        for box, place in zip(seen.boxes, spherical_of(seen), strict=True):
            time_s, x0, y0, x1, y1, confidence = box
            cells = (
                f"{time_s:.6f}", seen.id, seen.label, f"{confidence:.3f}",
                f"{x0:.2f}", f"{y0:.2f}", f"{x1:.2f}", f"{y1:.2f}",
                f"{place[0]:.3f}", f"{place[1]:.3f}", f"{place[2]:.4f}",
            )  # fmt: skip
            rows.append((float(time_s), order, cells))
    return [cells for _, _, cells in sorted(rows, key=lambda row: row[:2])]


def _report(result: VisionResult, out: Path, mapping: str) -> dict[str, Any]:
    video, analysis = result.video, result.analysis
    return {
        "video": {
            "path": video.path,
            "width": video.width,
            "height": video.height,
            "duration_s": video.duration_s,
            "rate": float(video.rate),
            "variable_rate": video.variable_rate,
        },
        "detector": analysis.detector,
        "tracker": analysis.tracker,
        "depth": analysis.depth,
        "mapping": mapping,
        "notes": list(analysis.notes),
        "shots_s": list(analysis.shots_s),
        "shots": [{"start_s": s, "camera": camera} for s, camera in analysis.cameras],
        "tracks": [
            {
                "id": seen.id,
                "label": seen.label,
                "confidence": round(seen.confidence, 3),
                "start_s": float(seen.boxes[0, 0]),
                "end_s": float(seen.boxes[-1, 0]),
                "contacts": [
                    {"time_s": c.time_s, "kind": c.kind, "strength": c.strength}
                    for c in seen.contacts
                ],
            }
            for seen in result.objects
        ],
        "written": str(out),
    }


def _tell(report: dict[str, Any]) -> None:
    log.info("detector    %s", report["detector"])
    log.info("tracker     %s", report["tracker"])
    log.info("depth       %s", report["depth"])
    for note in report["notes"]:
        log.info("note        %s", note)
    for track in report["tracks"]:
        log.info(
            "%-11s %s, %.2f to %.2f s, %d contacts",
            track["id"], track["label"], track["start_s"], track["end_s"], len(track["contacts"]),
        )  # fmt: skip
    if not report["tracks"]:
        log.info("nothing that moves was found")
    log.info("written to  %s", report["written"])
