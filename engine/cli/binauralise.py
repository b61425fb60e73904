"""`foleystage binauralise VIDEO|AUDIO [--video VIDEO] --model NAME -o OUT.wav`."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

from engine.cli.options import output_path
from engine.cli.outputs import whole_file
from engine.cli.progress import TerminalProgress

log = logging.getLogger("foleystage")


def add_parser(subparsers: Any) -> None:
    """Add the `binauralise` command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "binauralise",
        help="make production sound binaural by what the picture shows",
        description="Make existing mono or stereo production sound binaural with a learned "
        "spatialiser, which listens to the sound and looks at the picture. Any length.",
    )
    parser.add_argument("sound", type=Path, metavar="VIDEO|AUDIO", help="what to make binaural")
    parser.add_argument(
        "--video", type=Path, metavar="VIDEO", help="where it is seen (default: the same file)"
    )
    parser.add_argument(
        "--model",
        default="pseudobinaural",
        metavar="NAME",
        help="the spatialiser (default: %(default)s)",
    )
    parser.add_argument(
        "--weights",
        metavar="FILE",
        help="what it has learned: a file, or a name of `foleystage models list` "
        "(default: those that are here)",
    )
    parser.add_argument("-o", "--out", type=output_path, required=True, metavar="OUT.wav")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Make it binaural and say what was done."""
    import msgspec

    from engine.models.binauralise import binauralise
    from engine.models.names import load_spatialiser

    spatialiser, weights = load_spatialiser(args.model, args.weights)
    video = args.video or args.sound
    log.info("spatialised by %s, with %s", args.model, weights.name)
    with whole_file(args.out, ".wav", (args.sound, args.video, args.weights)) as staged:
        progress = TerminalProgress()
        try:
            done = binauralise(
                args.sound,
                video,
                spatialiser.config.sample_rate_hz,
                spatialiser.difference,
                staged,
                progress,
            )
        finally:
            progress.close()
    if done.input_channels > 1:
        log.info("note        %d channels were mixed to mono", done.input_channels)
    if done.difference_db is None:
        log.warning("note        both ears are alike: the sound is silent")
    log.info("written to  %s", args.out)
    facts = dict(msgspec.to_builtins(done))
    return {"out": str(args.out), "model": args.model, "weights": str(weights), **facts}
