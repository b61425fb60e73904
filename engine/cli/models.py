"""`foleystage models list|fetch|trust|adopt`: weights of learned parts; fetched if asked for."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import Any

from engine.cli.options import output_path
from engine.cli.progress import TerminalProgress
from engine.errors import WeightsError
from engine.weights.fetching import fetch
from engine.weights.folder import folder, is_here, place_of
from engine.weights.registry import Weights, known, registry
from engine.weights.trust import SENTENCE, trust

log = logging.getLogger("foleystage")


def add_parser(subparsers: Any) -> None:
    """Add the `models` command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "models", help="weights of learned parts: what there is, and fetching it"
    )
    parser.add_argument(
        "action",
        choices=("list", "fetch", "trust", "adopt"),
        help="look, fetch one, trust a file, or make published weights of 2.5D Visual Sound or "
        "PseudoBinaural ours: adopt VISUAL.pth AUDIO.pth -o OUT.safetensors",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="which one to fetch, or the file")
    parser.add_argument("audio", nargs="?", type=Path, metavar="AUDIO", help=argparse.SUPPRESS)
    parser.add_argument(
        "-o", "--out", type=output_path, metavar="OUT", help="adopt: the checkpoint to write"
    )
    parser.set_defaults(refuse=parser.error)
    parser.add_argument(
        "--yes", action="store_true", help="agree to size and licence without being asked"
    )
    parser.add_argument(
        "--say", metavar="WORDS", help=f'trust without being asked: --say "{SENTENCE}"'
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """List the weights, or fetch one of them."""
    if args.action == "list":
        return _list(args.json)
    if args.action == "trust":
        return _trust(args.name, args.say)
    if args.action == "adopt":
        return _adopt(args)
    if not args.name:
        raise WeightsError("fetch which one?", remedy="see `foleystage models list`")
    weights = known(args.name)
    if not is_here(weights):
        _agree(weights, args.yes)
    progress = TerminalProgress()
    try:
        place = fetch(weights, progress)
    finally:
        progress.close()
    log.info("%s is at %s", weights.name, place)
    return {**_facts(weights), "path": str(place)}


def _list(as_json: bool) -> dict[str, Any]:
    if not as_json:
        width = max(len(one.name) for one in registry())
        for one in registry():
            here = "shipped" if one.shipped else "fetched"
            mark = here if is_here(one) else f"{one.size_bytes / 1e6:.1f} MB"
            print(f"{one.name:<{width}}  {mark:<8}  {one.kind} {one.part}: {one.title}")
            print(f"{'':<{width}}  {'':<8}  {one.licence}")
        print(f"kept in {folder()}; a file of your own: --weights FILE")
    return {"folder": str(folder()), "weights": [_facts(one) for one in registry()]}


def _facts(weights: Weights) -> dict[str, Any]:
    return {
        "name": weights.name,
        "kind": weights.kind,
        "part": weights.part,
        "title": weights.title,
        "licence": weights.licence,
        "url": weights.url,
        "size_bytes": weights.size_bytes,
        "sha256": weights.sha256,
        "path": str(place_of(weights)) if is_here(weights) else None,
    }


def _adopt(args: argparse.Namespace) -> dict[str, Any]:
    """Make a published pair of weights a checkpoint of ours."""
    if not (args.name and args.audio and args.out):
        args.refuse("adopt takes two files and -o: adopt VISUAL.pth AUDIO.pth -o OUT.safetensors")
    from engine.models.torch_here import require_torch

    require_torch("adopting weights")
    from engine.models.pseudobinaural.published import adopt

    facts = adopt(Path(args.name).expanduser(), args.audio.expanduser(), args.out)
    log.info("written to  %s", args.out)
    log.info("try it:     foleystage binauralise CLIP --weights %s -o OUT.wav", args.out)
    return {"out": str(args.out), **facts}


def _trust(name: str | None, said: str | None) -> dict[str, Any]:
    """Let the user say that a file may be opened that can run any program in it."""
    if not name:
        raise WeightsError("trust which file?", remedy="name a .pt file")
    file = Path(name).expanduser()
    if said is None and sys.stdin.isatty():
        sys.stderr.write(
            f"{file}\nOpening it can run any program in it. If you know whose it is, write: "
            f"{SENTENCE}\n> "
        )
        sys.stderr.flush()
        said = sys.stdin.readline()
    found = trust(file, said or "")
    log.info("%s is trusted (SHA-256 %s...)", file, found[:12])
    return {"path": str(file), "sha256": found}


def _agree(weights: Weights, yes: bool) -> None:
    """Ask the user; without a terminal only `--yes` is consent."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise WeightsError(
            f"'{weights.name}' would be fetched from {weights.url} "
            f"({weights.size_bytes / 1e6:.1f} MB, {weights.licence})",
            remedy="agree with --yes",
        )
    sys.stderr.write(
        f"{weights.title}\nlicence  {weights.licence}\nfrom     {weights.url}\n"
        f"size     {weights.size_bytes / 1e6:.1f} MB\nFetch it? [y/N] "
    )
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise WeightsError("nothing was fetched", remedy="answer y to fetch it")
