"""`foleystage train NAME -o FOLDER`: train a spatialiser; broken off, it goes on where it was."""

from __future__ import annotations

import argparse
import logging
import os
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.material import add_material, count, sounds_of
from engine.cli.options import add_features, add_hrir, output_path
from engine.cli.progress import TerminalProgress
from engine.errors import PluginError

if TYPE_CHECKING:
    from engine.models.training import Running
    from engine.models.training_log import Outcome

log = logging.getLogger("foleystage")


def add_parser(subparsers: Any) -> None:
    """Add the `train` command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "train",
        help="train a learned spatialiser on data that is made while it learns",
        description="Train a learned spatialiser. Data is made by the recipe while it learns. The "
        "folder gets state.safetensors (to go on from: give the same command again), log.csv, the "
        "best NAME.safetensors, and in heard/ a held-out sound as it is and as it is made.",
    )
    parser.add_argument("name", choices=tuple(NETWORKS), metavar="NAME", help=", ".join(NETWORKS))
    parser.add_argument("-o", "--out", type=output_path, required=True, metavar="FOLDER")
    add_material(parser)
    parser.add_argument("--steps", type=count, metavar="N", help="at most (default: the network's)")
    parser.add_argument("--batch", type=count, metavar="N", help="a step (default: the network's)")
    _add_parts(parser)
    _add_limits(parser)


def _add_parts(parser: argparse.ArgumentParser) -> None:
    """What belongs to one network or another."""
    parser.add_argument(
        "--looking-steps",
        type=count,
        metavar="N",
        help="pseudobinaural: of the visual network alone, before (default: 800)",
    )
    parser.add_argument(
        "--filmed",
        action="store_true",
        help="pseudobinaural: pictures as a camera gives them, with silent things in them, and "
        "sounds that nobody sees",
    )
    parser.add_argument(
        "--scheme",
        choices=("fine", "coarse"),
        default="fine",
        help="foleyspace: 200 positions or 8 in 8 s (default: %(default)s)",
    )
    parser.add_argument(
        "--distances",
        type=float,
        nargs=2,
        metavar=("NEAREST", "FURTHEST"),
        help="foleyspace: of sources in metres; where both are the measured set's own, time "
        "differences are those of its head (default: 0.1 6, as published)",
    )
    add_hrir(parser)
    parser.add_argument(
        "--without",
        nargs="+",
        choices=("position", "depth", "film"),
        help="hivibix: leave these out, to see what they are worth",
    )
    add_features(parser)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    """Where to begin, where to stop, and on what."""
    parser.add_argument(
        "--begin-with",
        type=Path,
        metavar="FILE",
        help="weights of the same network to begin with (default: none)",
    )
    parser.add_argument(
        "--until", type=count, metavar="N", help="stop after that step; a later call goes on"
    )
    parser.add_argument(
        "--minutes", type=float, metavar="N", help="stop after so long; a later call goes on"
    )
    parser.add_argument("--threads", type=count, metavar="N", help="of the processor")
    parser.add_argument(
        "--device", default="cpu", metavar="NAME", help="cpu or cuda (default: cpu)"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Train, and say how far it came."""
    from engine.models.torch_here import require_torch

    # Without it CUDA's matrix products are not the same twice; it is read when torch is loaded.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch = require_torch("training")
    if args.device != "cpu" and not torch.cuda.is_available():
        raise PluginError(f"there is no '{args.device}' here", remedy="choose --device cpu")
    if args.threads:
        torch.set_num_threads(args.threads)
    from engine.models.training_log import LOG

    args.out.mkdir(parents=True, exist_ok=True)
    progress = TerminalProgress()
    try:
        outcome = NETWORKS[args.name](args, progress)
    finally:
        progress.close()
    log.info(
        "%s after %d steps: of what is to be predicted %.1f %% is left at best",
        {"time": "time is up"}.get(outcome.reason, outcome.reason),
        outcome.steps,
        100 * outcome.best_share,
    )
    return {
        "name": args.name,
        "steps": outcome.steps,
        "best_share": outcome.best_share,
        "reason": outcome.reason,
        "checkpoint": str(args.out / f"{args.name}.safetensors"),
        "log": str(args.out / LOG),
    }


def _pseudobinaural(args: argparse.Namespace, progress: TerminalProgress) -> Outcome:
    from engine.models.material import config_named
    from engine.models.pseudobinaural.config import CONFIGS
    from engine.models.pseudobinaural.material import material_of
    from engine.models.pseudobinaural.train import Schedule, train

    config = config_named(args.config, CONFIGS)
    sounds = sounds_of(args, config.sample_rate_hz)
    material = material_of(config, sounds, args.seed, args.hrir, filmed=args.filmed)
    schedule = replace(Schedule(), **_given(args, "steps", "batch", "looking_steps", "seed"))
    return train(config, schedule, material, args.out, _running(args), progress)


def _foleyspace(args: argparse.Namespace, progress: TerminalProgress) -> Outcome:
    from engine.models.foleyspace.config import CONFIGS
    from engine.models.foleyspace.material import material_of
    from engine.models.foleyspace.moving import FURTHEST_M, NEAREST_M
    from engine.models.foleyspace.train import SCHEDULES, Schedule, train
    from engine.models.material import config_named
    from engine.project.limits import check_number

    nearest_m, furthest_m = args.distances or (NEAREST_M, FURTHEST_M)
    check_number(nearest_m, "--distances", NEAREST_M, FURTHEST_M, "metres")
    check_number(furthest_m, "--distances", nearest_m, FURTHEST_M, "metres")
    config = config_named(args.config, CONFIGS)
    sounds = sounds_of(args, config.sample_rate_hz)
    distances_m = (nearest_m, furthest_m)
    material = material_of(config, sounds, args.scheme, args.seed, distances_m, args.hrir)
    schedule = replace(
        SCHEDULES.get(args.config, Schedule()), **_given(args, "steps", "batch", "seed")
    )
    return train(config, schedule, material, args.out, _running(args), progress)


def _hivibix(args: argparse.Namespace, progress: TerminalProgress) -> Outcome:
    from engine.models.hivibix.config import CONFIGS
    from engine.models.hivibix.train import Schedule, train
    from engine.models.material import Material, config_named
    from engine.models.names import load_features
    from engine.models.pseudobinaural.pairs import Recipe
    from engine.models.sounds import learning_banks

    features = load_features(tuple(args.features) if args.features else None)
    left_out: dict[str, Any] = dict.fromkeys(args.without or (), False)
    config = replace(
        config_named(args.config, CONFIGS),
        scene_size=features.scene_size,
        depth_size=features.depth_size,
        **left_out,
    )
    sounds = sounds_of(args, config.sample_rate_hz)
    train_sounds, held_out = learning_banks(sounds, config.sample_rate_hz)
    recipe = Recipe(
        features.picture_px, config.samples, args.seed, hrir=args.hrir, filmed=args.filmed
    )
    material = Material(recipe, train_sounds, held_out)
    schedule = replace(Schedule(), **_given(args, "steps", "batch", "seed"))
    return train(config, schedule, material, features, args.out, _running(args), progress)


def _given(args: argparse.Namespace, *names: str) -> dict[str, Any]:
    """Those options that were given."""
    return {name: getattr(args, name) for name in names if getattr(args, name) is not None}


def _running(args: argparse.Namespace) -> Running:
    from engine.models.training import Running

    most_s = inf if args.minutes is None else 60.0 * args.minutes
    return Running(args.until, most_s, args.device, args.begin_with)


NETWORKS = {
    "pseudobinaural": _pseudobinaural,
    "foleyspace": _foleyspace,
    "hivibix": _hivibix,
}
"""What can be trained, to the function that does."""
