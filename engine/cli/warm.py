"""`foleystage warm`: what a first run would wait for, done beforehand: loops compiled and kept.

The program's own bytecode, too: who installs it for others, or tells Python to write none, would
have every command compile four hundred modules again.
"""

from __future__ import annotations

import argparse
import compileall
import importlib.util
import logging
import tempfile
import time
from pathlib import Path
from typing import Any

from engine import resources
from engine.cli.progress import TerminalProgress

SAMPLE_RATE_HZ = 48_000
_PACKAGES = ("app", "engine", "plugins")

log = logging.getLogger("foleystage")


def add_parser(subparsers: Any) -> None:
    """Add the `warm` command."""
    subparsers.add_parser(
        "warm", help="compile once what sounds are rendered with, so that no first run waits for it"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Make the demo's sound and play a little of everything; what was made is thrown away."""
    from engine.pipeline.produce import produce
    from engine.pipeline.settings import RunSettings
    from engine.playback.warming import warm_all

    begun_s = time.monotonic()
    progress = TerminalProgress()
    compile_modules()
    try:
        with tempfile.TemporaryDirectory(prefix="foleystage-warm-") as folder:
            demo = resources.path("demo/demo.mp4")
            produce(demo, Path(folder) / "out", RunSettings(), progress)
        warm_all(SAMPLE_RATE_HZ, progress)
    finally:
        progress.close()
    spent_s = round(time.monotonic() - begun_s, 1)
    log.info("warm after %.0f s", spent_s)
    return {"total_s": spent_s}


def compile_modules() -> None:
    """Keep bytecode of all our modules beside them, where that can be written."""
    for name in _PACKAGES:
        found = importlib.util.find_spec(name)
        for place in (found and found.submodule_search_locations) or ():
            compileall.compile_dir(place, quiet=2)
