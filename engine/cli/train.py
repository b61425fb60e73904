"""`foleystage train NAME -o FOLDER`: train a learned part; broken off, it goes on where it was."""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from math import inf
from typing import Any

from engine.cli.material import add_material, count, sounds_of
from engine.cli.options import output_path
from engine.cli.progress import TerminalProgress
from engine.errors import PluginError

log = logging.getLogger("foleystage")

NETWORKS = ("pseudobinaural",)


def add_parser(subparsers: Any) -> None:
    """Add the `train` command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "train",
        help="train a learned spatialiser on data that is made while it learns",
        description="Train a learned spatialiser. Data is made by the recipe while it learns. The "
        "folder gets state.safetensors (to go on from: give the same command again), log.csv and "
        "the best NAME.safetensors.",
    )
    parser.add_argument("name", choices=NETWORKS, metavar="NAME", help=", ".join(NETWORKS))
    parser.add_argument("-o", "--out", type=output_path, required=True, metavar="FOLDER")
    add_material(parser)
    parser.add_argument("--steps", type=count, metavar="N", help="at most (default: 1600)")
    parser.add_argument("--batch", type=count, metavar="N", help="pairs a step (default: 16)")
    parser.add_argument(
        "--looking-steps", type=count, metavar="N", help="of the visual network alone, before"
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

    torch = require_torch("training")
    if args.device != "cpu" and not torch.cuda.is_available():
        raise PluginError(f"there is no '{args.device}' here", remedy="choose --device cpu")
    if args.threads:
        torch.set_num_threads(args.threads)
    from engine.models.pseudobinaural.train import CHECKPOINT, LOG

    outcome = _train(args)
    log.info(
        "%s after %d steps: of the difference between the ears %.1f %% is left at best",
        {"time": "time is up"}.get(outcome.reason, outcome.reason),
        outcome.steps,
        100 * outcome.best_share,
    )
    return {
        "name": args.name,
        "steps": outcome.steps,
        "best_share": outcome.best_share,
        "reason": outcome.reason,
        "checkpoint": str(args.out / CHECKPOINT),
        "log": str(args.out / LOG),
    }


def _train(args: argparse.Namespace) -> Any:
    """Its `Outcome`."""
    from engine.models.pseudobinaural.material import config_named, material_of
    from engine.models.pseudobinaural.train import Schedule, train

    config = config_named(args.config)
    material = material_of(config, sounds_of(args, config.sample_rate_hz), args.seed)
    given = {"steps": args.steps, "batch": args.batch, "seed": args.seed}
    given["looking_steps"] = args.looking_steps
    schedule = replace(Schedule(), **{k: v for k, v in given.items() if v is not None})
    args.out.mkdir(parents=True, exist_ok=True)
    progress = TerminalProgress()
    try:
        return train(
            config,
            schedule,
            material,
            args.out,
            most_s=inf if args.minutes is None else 60.0 * args.minutes,
            device=args.device,
            progress=progress,
        )
    finally:
        progress.close()
