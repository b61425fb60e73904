"""`foleystage dataset NAME -o FOLDER`: data to train learned spatialisers on, made by recipe."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from engine.cli.material import add_material, count, sounds_of
from engine.cli.options import add_hrir, output_path
from engine.cli.progress import TerminalProgress

log = logging.getLogger("foleystage")

RATE_HZ = 16_000


def add_parser(subparsers: Any) -> None:
    """Add the `dataset` command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "dataset",
        help="make data to train learned spatialisers on",
        description="Make training data by the papers' recipes. pseudobinaural: pictures (.png) "
        "and what is heard of them (.wav). foleyspace: sounds that move (binaural and mono .wav) "
        "and their trajectories (.csv). Broken off, the same command goes on; the same seed makes "
        "the same data.",
    )
    parser.add_argument("name", choices=tuple(RECIPES), metavar="NAME", help=", ".join(RECIPES))
    parser.add_argument("-o", "--out", type=output_path, required=True, metavar="FOLDER")
    parser.add_argument("--count", type=count, default=1_000, metavar="N", help="of samples")
    parser.add_argument(
        "--part",
        choices=("train", "validation", "test"),
        default="train",
        help="of the sounds, for data to learn from or held out (default: %(default)s)",
    )
    add_material(parser)
    add_hrir(parser)
    parser.add_argument(
        "--seconds", type=count, default=10, metavar="N", help="pseudobinaural: of each sound"
    )
    parser.add_argument(
        "--scheme",
        choices=("fine", "coarse"),
        default="fine",
        help="foleyspace: 200 positions or 8 in 8 s (default: %(default)s)",
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Make what is missing, and say how much that was."""
    from engine.errors import MediaError
    from engine.models.sounds import SoundBank, parted

    sounds = sounds_of(args, RATE_HZ)
    bank = SoundBank(parted(sounds, args.part), RATE_HZ)
    if not bank.sounds:
        raise MediaError(
            f"of {len(sounds)} sounds none is in the part '{args.part}'",
            remedy="give ten or more, three at least of a kind",
        )
    progress = TerminalProgress()
    try:
        made = RECIPES[args.name](args, bank, progress)
    finally:
        progress.close()
    log.info("%d samples made, %d in all, in %s", made, args.count, args.out)
    return {"out": str(args.out), "made": made, "count": args.count, "sounds": len(bank.sounds)}


def _told(args: argparse.Namespace, recipe: Any) -> dict[str, Any]:
    source = str(args.sounds) if args.sounds else f"synthesis, {args.variants} variants"
    return {"name": args.name, "part": args.part, "sounds": source, **asdict(recipe)}


def _pseudobinaural(args: argparse.Namespace, bank: Any, progress: TerminalProgress) -> int:
    import cv2

    from engine.media.audio_file import write_audio
    from engine.models.dataset import write_dataset
    from engine.models.material import config_named
    from engine.models.pseudobinaural.config import CONFIGS
    from engine.models.pseudobinaural.pairs import Recipe, make_pair

    config = config_named(args.config, CONFIGS)
    recipe = Recipe(config.picture_px, args.seconds * RATE_HZ, args.seed)
    recipe = replace(recipe, hrir=args.hrir)

    def make(number: int, folder: Path) -> Sequence[object]:
        pair = make_pair(recipe, bank, number)
        write_audio(folder / f"{number:06d}.wav", pair.binaural, RATE_HZ, subtype="FLOAT")
        coded = cv2.imencode(".png", pair.picture[..., ::-1])[1]
        (folder / f"{number:06d}.png").write_bytes(coded.tobytes())
        lists = (pair.names, pair.azimuth_deg.round(2), pair.elevation_deg.round(2))
        return [" ".join(str(value) for value in values) for values in lists]

    columns = ("sounds", "azimuth_deg", "elevation_deg")
    return write_dataset(args.out, args.count, _told(args, recipe), columns, make, progress)


def _foleyspace(args: argparse.Namespace, bank: Any, progress: TerminalProgress) -> int:
    import numpy as np

    from engine.media.audio_file import write_audio
    from engine.models.dataset import write_dataset
    from engine.models.foleyspace.moving import SECONDS, Recipe, make_sample

    recipe = Recipe(args.scheme, args.hrir, args.seed)

    def make(number: int, folder: Path) -> Sequence[object]:
        sample = make_sample(recipe, bank, number)
        write_audio(folder / f"{number:06d}.wav", sample.binaural, RATE_HZ, subtype="FLOAT")
        write_audio(folder / f"{number:06d}.mono.wav", sample.mono, RATE_HZ, subtype="FLOAT")
        times_s = np.linspace(0.0, SECONDS, len(sample.positions))
        lines = [
            ",".join(f"{value:.4f}" for value in (time_s, *position))
            for time_s, position in zip(times_s, sample.positions, strict=True)
        ]
        head = "time_s,azimuth_deg,elevation_deg,distance_m"
        (folder / f"{number:06d}.csv").write_text("\n".join([head, *lines, ""]), "utf-8")
        return [sample.name]

    return write_dataset(args.out, args.count, _told(args, recipe), ("sound",), make, progress)


RECIPES = {"pseudobinaural": _pseudobinaural, "foleyspace": _foleyspace}
"""Recipe name to the function that makes its data."""
