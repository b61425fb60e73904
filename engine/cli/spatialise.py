"""`foleystage spatialise AUDIO --trajectory CSV --format FORMAT -o OUT.wav`."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.material import count
from engine.cli.options import add_hrir, add_room, output_path
from engine.cli.outputs import whole_file
from engine.cli.progress import TerminalProgress
from engine.layouts import FORMATS
from engine.project.lfe_send import NO_SEND_DB

if TYPE_CHECKING:
    from engine.jobs import Progress
    from engine.render.spatialise import Spatialisation

    Render = Callable[[Path, Spatialisation, Path, Progress], dict[str, Any]]

log = logging.getLogger("foleystage")


def add_parser(subparsers: Any) -> None:
    """Add the `spatialise` command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "spatialise", help="move one sound along a trajectory, into any format"
    )
    parser.add_argument(
        "audio",
        type=Path,
        help="mono, stereo (two sides with --width, else mixed), or ambisonics, which turn",
    )
    parser.add_argument(
        "--trajectory",
        type=Path,
        required=True,
        metavar="CSV",
        help="columns time_s,azimuth_deg,elevation_deg,distance_m",
    )
    parser.add_argument("--format", required=True, choices=tuple(FORMATS))
    add_hrir(parser)
    add_room(parser, fewest_reflections=0)
    parser.add_argument("--air", action="store_true", help="let distance swallow high frequencies")
    parser.add_argument(
        "--lfe-send",
        type=float,
        default=NO_SEND_DB,
        metavar="DB",
        help="level of its low end in the LFE of 5.1, 5.1.4 and 7.1.4 (default: nothing)",
    )
    parser.add_argument(
        "--width",
        type=float,
        default=0.0,
        metavar="DEG",
        help="angle it fills, to 360; of stereo, the angle between left and right, to 180 "
        "(default: a point)",
    )
    parser.add_argument("--doppler", action="store_true", help="let sound take its time to travel")
    _add_method(parser)
    parser.add_argument("-o", "--out", type=output_path, required=True, metavar="OUT.wav")


def _add_method(parser: argparse.ArgumentParser) -> None:
    """Measured responses or a network, and how it goes about it."""
    parser.add_argument(
        "--method",
        choices=("hrir", "foleyspace"),
        default="hrir",
        help="measured responses, or a network that has learned them (default: %(default)s)",
    )
    parser.add_argument(
        "--weights",
        metavar="FILE",
        help="of the network: a file, or a name of `foleystage models list` "
        "(default: those that are here)",
    )
    parser.add_argument(
        "--steps",
        type=count,
        default=6,
        metavar="N",
        help="foleyspace: of the way back from noise; the paper has 50 (default: %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="foleyspace: of the noise")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Render and say what was done."""
    from engine.project.limits import check_gain, check_number
    from engine.render.rooms import RoomChoice
    from engine.render.spatialise import Spatialisation, spatialise
    from engine.spatial.trajectory import read_trajectory_csv

    check_gain(args.room_level, "--room-level")
    check_gain(args.lfe_send, "--lfe-send")
    check_number(args.width, "--width", 0.0, 360.0, "degrees")
    times_s, positions_m = read_trajectory_csv(args.trajectory)
    room = RoomChoice(args.room, args.room_level, reflections=args.reflections)
    wanted = Spatialisation(
        times_s,
        positions_m,
        args.format,
        hrir=args.hrir,
        room=room,
        doppler=args.doppler,
        air=args.air,
        width_deg=args.width,
        lfe_send_db=args.lfe_send,
    )
    render = _learned(args) if args.method != "hrir" else spatialise
    read = (args.audio, args.trajectory, args.hrir, args.room, args.weights)
    with whole_file(args.out, ".wav", read) as staged:
        progress = TerminalProgress()
        try:
            report = render(args.audio, wanted, staged, progress) | {"out": str(args.out)}
        finally:
            progress.close()
    if report["mixed_to_mono"]:
        log.info("note        %d channels were mixed to mono", report["input_channels"])
    for note in report["notes"]:
        log.info("note        %s", note)
    log.info("written to  %s (peak %.1f dBFS)", report["out"], report["peak_dbfs"])
    return report


def _learned(args: argparse.Namespace) -> Render:
    """The network's way of doing the same."""
    from engine.models.names import load_moving_spatialiser

    spatialiser, weights = load_moving_spatialiser(args.method, args.weights)
    from engine.models.foleyspace.render import spatialise_by_diffusion

    log.info("spatialised by %s, with %s, in %d steps", args.method, weights.name, args.steps)

    def render(
        audio: Path, wanted: Spatialisation, out: Path, progress: Progress
    ) -> dict[str, Any]:
        done = spatialise_by_diffusion(
            audio, wanted, spatialiser, out, steps=args.steps, seed=args.seed, progress=progress
        )
        return done | {"weights": str(weights)}

    return render
