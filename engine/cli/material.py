"""Options about what training data is made of, spelt once for `dataset` and `train`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.models.sounds import Sound

_DEFAULT = "default: %(default)s"


def add_material(parser: argparse.ArgumentParser) -> None:
    """Where sounds come from, and the seed."""
    parser.add_argument(
        "--sounds",
        type=Path,
        metavar="FOLDER",
        help="mono sounds of yours, in any format (default: the program's own synthesis)",
    )
    parser.add_argument(
        "--variants",
        type=count,
        default=12,
        metavar="N",
        help=f"synthesised sounds of each kind ({_DEFAULT})",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help=_DEFAULT)
    parser.add_argument(
        "--config",
        default="small",
        metavar="NAME",
        help=f"size of pictures and networks: paper, small, tiny ({_DEFAULT})",
    )


def sounds_of(args: argparse.Namespace, sample_rate_hz: int) -> list[Sound]:
    """What was chosen by `add_material`."""
    from engine.models.sounds import sounds_of_folder, synthesised_sounds

    if args.sounds is None:
        return synthesised_sounds(args.variants, sample_rate_hz)
    return sounds_of_folder(args.sounds.expanduser(), sample_rate_hz)


def count(text: str) -> int:
    """A whole number from 1.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is none.
    """
    try:
        value = int(text)
    except ValueError:
        value = 0
    if not 1 <= value <= 10**9:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1")
    return value
