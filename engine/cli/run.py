"""`foleystage run VIDEO -o DIR`: the main job."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

from engine.cli.options import (
    add_allow_missing,
    add_hrir,
    add_mind,
    add_room,
    add_seeing,
    deliverables,
    mind_of,
    output_path,
)
from engine.cli.progress import TerminalProgress
from engine.layouts import FILE_NAMES, FORMATS, USUAL_FORMATS
from engine.media.probe import probe_video
from engine.pipeline.settings import LOUDNESS_LUFS, SYNTHESIS, RunSettings
from engine.script.separation import SEPARATIONS, TURNS

log = logging.getLogger("foleystage")


def add_parser(subparsers: Any) -> None:
    """Add the `run` command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "run", help="a silent clip in: every deliverable and the session out"
    )
    parser.add_argument("video", type=Path, help="any video that FFmpeg reads")
    parser.add_argument(
        "-o",
        "--out",
        type=output_path,
        required=True,
        metavar="DIR",
        help="made if it is not there",
    )
    add_seeing(parser, 'what sounds, e.g. "footsteps, rain"')
    _add_scripts(parser)
    parser.add_argument(
        "--formats",
        type=deliverables,
        default=",".join(USUAL_FORMATS),
        metavar="LIST",
        help=f"what to deliver, with commas: any of {', '.join(FILE_NAMES)} (default: %(default)s)",
    )
    parser.add_argument(
        "--generator",
        default=SYNTHESIS,
        metavar="NAME",
        help="what makes the sounds, see `foleystage doctor` (default: %(default)s)",
    )
    parser.add_argument(
        "--separation",
        choices=SEPARATIONS,
        default=TURNS,
        help="movers that sound at once: one in front by turns, the others 6 to 12 dB softer; "
        "the others 6 dB softer; or all as loud as they are (default: %(default)s)",
    )
    add_mind(parser)
    _add_sound(parser)


def _add_scripts(parser: argparse.ArgumentParser) -> None:
    """What is told beside the picture."""
    parser.add_argument(
        "--script",
        type=Path,
        metavar="FILE",
        help="a Foley script of your own, TOML or JSON, in place of the one written by rules: "
        "its format is in docs/script.md, an example is resources/script/example.toml",
    )
    parser.add_argument(
        "--screenplay",
        type=Path,
        metavar="FILE",
        help="a screenplay (.fountain, .fdx, .txt): what it tells and the picture does not show "
        "sounds off the screen, see docs/script.md",
    )


def _add_sound(parser: argparse.ArgumentParser) -> None:
    """How it shall sound."""
    add_hrir(parser)
    add_room(parser, fewest_reflections=1)
    low, high = LOUDNESS_LUFS
    parser.add_argument(
        "--loudness",
        type=float,
        default=-23.0,
        metavar="LUFS",
        help=f"integrated loudness to deliver at, from {low:g} to {high:g} (default: %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="same seed, same samples; 0 or more (default: %(default)s)",
    )
    add_allow_missing(parser)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Run the chain; prints what was used and where the files are."""
    settings = RunSettings(
        prompt=args.prompt,
        script=args.script,
        screenplay=args.screenplay,
        mind=mind_of(args),
        formats=args.formats,
        mapping=args.mapping,
        projection=args.projection,
        detector=args.detector,
        weights=args.weights,
        depth=args.depth,
        depth_weights=args.depth_weights,
        distance_m=args.distance,
        generator=args.generator,
        hrir=args.hrir,
        room=args.room,
        room_level_db=args.room_level,
        room_reflections=args.reflections,
        target_lufs=args.loudness,
        seed=args.seed,
        separation=args.separation,
        allow_missing=args.allow_missing,
    )
    # what is no film is told before the slow imports
    probe_video(args.video.expanduser(), args.projection)
    from engine.pipeline.produce import produce

    progress = TerminalProgress()
    try:
        report = produce(args.video, args.out, settings, progress, progress.tell)
    finally:
        progress.close()
    _tell(report, args.out)
    return report


def _tell(report: dict[str, Any], out_dir: Path) -> None:
    used = report["used"]
    log.info("detector    %s", used["detector"])
    log.info("tracker     %s", used["tracker"])
    log.info("depth       %s", used["depth"])
    log.info("generators  %s", ", ".join(used["generators"]))
    log.info("mapping     %s, room %s", used["mapping"], used["room"])
    log.info("HRIR set    %s", used["hrir_set"])
    for note in used["notes"]:
        log.info("note        %s", note)
    for file in report["deliverables"]["files"]:
        if file["format"] in FORMATS:
            for note in file["notes"]:
                log.info("note        %s: %s", file["path"], note)
    for problem in report["deliverables"]["problems"]:
        log.warning("%s", problem)
    log.info(
        "%d tracks, %d events; %.1f s of film in %.1f s (%.2f x real time)",
        len(report["tracks"]),
        len(report["events"]),
        report["video"]["duration_s"],
        report["total_s"],
        report["run_real_time_factor"],
    )
    log.info("written to  %s", out_dir)
    log.info("open it with: foleystage %s", out_dir / "scene.foley")
