"""Options that several commands share, spelt once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

from engine.errors import LayoutError
from engine.layouts import parse_formats
from engine.media.spherical import Projection
from engine.minds.budget import Price
from engine.minds.endpoint import MindSettings
from engine.project.limits import MOST_REFLECTIONS
from engine.project.model import Mapping

_DEFAULT = "default: %(default)s"


def output_path(text: str) -> Path:
    """Where to write; an empty word (often a variable that is not set) is no place."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the output has no name; give a path ('.' is this folder)")
    return Path(text)


def add_seeing(parser: argparse.ArgumentParser, prompt_help: str) -> None:
    """How the picture is read: --mapping, --projection, --detector and --prompt."""
    parser.add_argument(
        "--prompt", type=words, default=(), metavar="WORDS", help=f"{prompt_help}; with commas"
    )
    parser.add_argument(
        "--mapping",
        choices=get_args(Mapping),
        default="cylinder",
        help=f"how pixels become metres ({_DEFAULT})",
    )
    parser.add_argument(
        "--projection",
        choices=get_args(Projection),
        default="auto",
        help="whether the picture shows everything all around (equirectangular); auto: as the film "
        f"tells ({_DEFAULT})",
    )
    parser.add_argument(
        "--detector",
        default="motion+names",
        metavar="NAME",
        help=f"see `foleystage doctor`; motion: without names by looks ({_DEFAULT})",
    )
    parser.add_argument(
        "--weights",
        metavar="FILE",
        help="what the detector has learned: a file, or a name of `foleystage models list` "
        "(default: those that are here)",
    )
    parser.add_argument(
        "--depth", default="geometry", metavar="NAME", help=f"see `foleystage doctor` ({_DEFAULT})"
    )
    parser.add_argument("--depth-weights", metavar="FILE", help="likewise, for a depth network")
    parser.add_argument(
        "--distance",
        type=metres,
        metavar="M",
        help="distance of the most relevant object, if you know it: scales a network's depth",
    )


def add_mind(parser: argparse.ArgumentParser) -> None:
    """Who writes the script: --mind and its limits."""
    parser.add_argument(
        "--mind",
        metavar="URL",
        help="a language model that writes the script: the address of any server that speaks "
        "OpenAI's chat completions, such as http://localhost:11434/v1; a key is read from "
        "FOLEYSTAGE_MIND_KEY or the system's keyring (default: rules write it)",
    )
    parser.add_argument("--mind-model", default="", metavar="NAME", help="its name there")
    parser.add_argument("--mind-sees", action="store_true", help="it is sent pictures of the shots")
    parser.add_argument(
        "--mind-limit", type=float, default=60.0, metavar="S", help=f"for one answer ({_DEFAULT})"
    )
    parser.add_argument(
        "--mind-tokens",
        type=int,
        default=200_000,
        metavar="N",
        help=f"never more than these, told before they are spent ({_DEFAULT})",
    )
    parser.add_argument(
        "--mind-price",
        type=prices,
        default=(0.0, 0.0),
        metavar="IN,OUT",
        help="of a million tokens read and written, to tell the cost (default: 0,0)",
    )
    parser.add_argument("--mind-cost", type=float, metavar="MONEY", help="never more, by the price")


def mind_of(args: argparse.Namespace) -> MindSettings | None:
    """What was chosen by `add_mind`."""
    if args.mind is None:
        return None
    read, written = args.mind_price
    return MindSettings(
        base_url=args.mind,
        model=args.mind_model,
        sees=args.mind_sees,
        limit_s=args.mind_limit,
        most_tokens=args.mind_tokens,
        most_cost=args.mind_cost,
        price=Price(read=read, written=written),
    )


def prices(text: str) -> tuple[float, float]:
    """Two prices of 0 and above, with a comma between them.

    Raises
    ------
    argparse.ArgumentTypeError
        If they are none.
    """
    try:
        read, written = (float(part) for part in text.split(","))
    except ValueError:
        read = written = -1.0
    if not (0.0 <= read < 1e6 and 0.0 <= written < 1e6):
        raise argparse.ArgumentTypeError(f"'{text}' is not two prices, such as 0.5,1.5")
    return read, written


def add_hrir(parser: argparse.ArgumentParser) -> None:
    """Whose ears: --hrir."""
    parser.add_argument(
        "--hrir", default="kemar", metavar="SOFA", help="a SOFA file (default: the shipped KEMAR)"
    )


def add_features(parser: argparse.ArgumentParser) -> None:
    """What HiViBiX sees with: --features."""
    parser.add_argument(
        "--features",
        nargs=2,
        type=Path,
        metavar=("CLIP", "DINOV2"),
        help="hivibix: folders of CLIP (with projection) and of DINOv2, as transformers saves "
        "them, to see with (default: the visual network that comes with the program)",
    )


def add_room(parser: argparse.ArgumentParser, fewest_reflections: int) -> None:
    """Where it sounds: --room, --room-level and --reflections, which begin at the fewest."""
    parser.add_argument(
        "--room",
        default="none",
        metavar="NAME",
        help="small_room, hall, church, street, forest, car, ... (see docs/rooms.md), or a file: "
        "a room of your own (.toml), a measured response (.sofa, .wav) (default: none)",
    )
    parser.add_argument(
        "--room-level",
        type=float,
        default=0.0,
        metavar="DB",
        help=f"louder or softer than the room is by nature ({_DEFAULT})",
    )
    parser.add_argument(
        "--reflections",
        type=int,
        choices=range(fewest_reflections, MOST_REFLECTIONS + 1),
        default=1,
        metavar="N",
        help="most walls that an early reflection meets, "
        f"{fewest_reflections} to {MOST_REFLECTIONS} ({_DEFAULT})",
    )


def add_allow_missing(parser: argparse.ArgumentParser) -> None:
    """Deliver all the same: --allow-missing."""
    parser.add_argument(
        "--allow-missing",
        action="store_true",
        help="deliver although sounds of the session are missing or damaged: they are silent, and "
        "named",
    )


def metres(text: str) -> float:
    """A distance from 0.1 to 1000 m.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is none.
    """
    return _number(text, "distance", (0.1, 1000.0), "m")


def moment(text: str) -> float:
    """A time in the scene, from 0 to 86400 s.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is none.
    """
    return _number(text, "time", (0.0, 86_400.0), "s")


def _number(text: str, kind: str, limits: tuple[float, float], unit: str) -> float:
    low, high = limits
    try:
        value = float(text)
    except ValueError:
        value = low - 1.0
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"'{text}' is no {kind} from {low:g} to {high:g} {unit}")
    return value


def deliverables(text: str) -> tuple[str, ...]:
    """Deliverables by name, with commas.

    Raises
    ------
    argparse.ArgumentTypeError
        If none is given, or one is unknown.
    """
    try:
        return parse_formats(text)
    except LayoutError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def angles(text: str) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees, with commas; what is missing is 0.

    Raises
    ------
    argparse.ArgumentTypeError
        If they are no angles from -360 to 360.
    """
    try:
        given = [float(part) for part in text.split(",")]
    except ValueError:
        given = []
    if not 1 <= len(given) <= 3 or not all(-360.0 <= angle <= 360.0 for angle in given):
        raise argparse.ArgumentTypeError(
            f"'{text}' is not one to three angles from -360 to 360, with commas"
        )
    yaw_deg, pitch_deg, roll_deg = [*given, 0.0, 0.0][:3]
    return yaw_deg, pitch_deg, roll_deg


def words(text: str) -> tuple[str, ...]:
    """The parts of a list with commas, without the blanks around them."""
    return tuple(word.strip() for word in text.split(",") if word.strip())
