"""The command line: one file a command, found here by name.

Exit status: 0 done; 1 the work failed, and one line on stderr says why; 2 wrong usage.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import metadata

from engine.errors import CancelledError, FoleystageError

DEBUG_VARIABLE = "FOLEYSTAGE_DEBUG"
"""Environment variable: show the traceback of an unexpected failure."""

COMMANDS = {
    "run": "engine.cli.run",
    "tracks": "engine.cli.tracks",
    "spatialise": "engine.cli.spatialise",
    "binauralise": "engine.cli.binauralise",
    "export": "engine.cli.export",
    "import": "engine.cli.import_sound",
    "script": "engine.cli.script",
    "metrics": "engine.cli.metrics",
    "library": "engine.cli.library",
    "models": "engine.cli.models",
    "dataset": "engine.cli.dataset",
    "train": "engine.cli.train",
    "doctor": "engine.cli.doctor",
    "warm": "engine.cli.warm",
}
"""Command name to the module that offers ``add_parser(subparsers)`` and ``run(args)``."""


def build_parser(commands: Sequence[str] = tuple(COMMANDS)) -> argparse.ArgumentParser:
    """The argument parser with the given commands (their modules are imported)."""
    parser = argparse.ArgumentParser(
        prog="foleystage",
        description="Turn a silent film clip into spatial Foley. Without a command, opens the "
        "window: foleystage [PROJECT|VIDEO].",
    )
    parser.add_argument("--version", action="version", version=metadata.version("foleystage"))
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in commands:
        module = importlib.import_module(COMMANDS[name])
        module.add_parser(subparsers)
        command = subparsers.choices[name]
        command.add_argument(
            "--json",
            action="store_true",
            default=bool(command.get_default("json")),  # a command may print its report always
            help="print a machine-readable report to stdout; all else goes to stderr",
        )
        command.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is returned."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    wanted = tuple(arguments[:1]) if arguments and arguments[0] in COMMANDS else tuple(COMMANDS)
    parser = build_parser(wanted)
    try:
        args = parser.parse_args(arguments)
    except SystemExit as stop:  # argparse has printed usage, help or version
        return int(stop.code or 0)
    return _run(args)


def _run(args: argparse.Namespace) -> int:
    try:
        report = args.run(args)
    except BrokenPipeError:  # whoever read our output has gone
        return 1
    except (Exception, KeyboardInterrupt) as error:  # the program's edge: told in one line
        if os.environ.get(DEBUG_VARIABLE):
            traceback.print_exc()
        told = f"foleystage: {_in_words(error)}"  # a file's name may be no Unicode
        print(told.encode("utf-8", "backslashreplace").decode("utf-8"), file=sys.stderr)
        return 1
    if args.json and report is not None:
        print(json.dumps(report, indent=2))
    return 0


def _in_words(error: BaseException) -> str:
    if isinstance(error, CancelledError | KeyboardInterrupt):
        return "cancelled"
    if isinstance(error, FoleystageError):
        return str(error)
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}"
    what = f"{type(error).__name__} {' '.join(str(error).split())}"
    return f"unexpected {what}; a fault of ours, set {DEBUG_VARIABLE}=1 to see where"
