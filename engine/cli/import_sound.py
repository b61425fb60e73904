"""`foleystage import PROJECT AUDIO`: a sound file as ambience of a saved session."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

from engine.cli.options import moment
from engine.cli.progress import TerminalProgress

log = logging.getLogger("foleystage")


def add_parser(subparsers: Any) -> None:
    """Add the `import` command."""
    from engine.spatial.conventions import CONVENTIONS

    parser: argparse.ArgumentParser = subparsers.add_parser(
        "import", help="a sound field, or a stereo, 5.1, 7.1, 5.1.4 or 7.1.4 bed, as ambience"
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="a scene.foley session")
    parser.add_argument(
        "audio",
        type=Path,
        metavar="AUDIO",
        help="a sound file; with 4, 9, 16, 25, 36, 49 or 64 channels it is ambisonic",
    )
    parser.add_argument(
        "--convention",
        choices=CONVENTIONS,
        default="ambix",
        help="of an ambisonic file: ambix (ACN, SN3D), n3d (ACN, N3D) or fuma (WXYZ..., "
        "Furse-Malham, to order 3) (default: %(default)s)",
    )
    parser.add_argument(
        "--at", type=moment, default=0.0, metavar="SECONDS", help="where it begins (default: 0)"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Import, save, and say what was added."""
    from engine.pipeline.importing import import_ambience
    from engine.project.store import Bundle

    progress = TerminalProgress()
    try:
        bundle, project, recovery = Bundle.open(args.project)
        with bundle:
            for note in recovery.notes if recovery else ():
                log.warning("%s: %s", args.project, note)
            edit = import_ambience(
                bundle.media, project, args.audio, convention=args.convention, start_s=args.at,
                progress=progress,
            )  # fmt: skip
            project = edit.apply(project)
            bundle.save(project)
    finally:
        progress.close()
    take = project.takes[-1]
    log.info("%s: %d channels, %.2f s", take.name, take.channels, take.duration_s)
    return {
        "project": str(args.project),
        "track": project.tracks[-1].id,
        "take": take.id,
        "channels": take.channels,
        "duration_s": take.duration_s,
    }
