"""`foleystage export PROJECT --format FORMAT -o OUT`: deliverables of a saved session."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.options import add_allow_missing, angles, deliverables, output_path
from engine.cli.outputs import check_sound_name
from engine.cli.progress import TerminalProgress
from engine.errors import DeliveryError, LayoutError
from engine.layouts import FILE_NAMES
from engine.pipeline.settings import LOUDNESS_LUFS

if TYPE_CHECKING:
    from engine.deliver.report import Deliverable
    from engine.project.model import Project

log = logging.getLogger("foleystage")

AS_MIXED = "none"
_FILE_ENDINGS = (".wav", ".wave", ".mp4", ".mov", ".mkv")


def add_parser(subparsers: Any) -> None:
    """Add the `export` command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "export", help="deliverables of a saved session"
    )
    parser.add_argument("project", type=Path, metavar="PROJECT", help="a scene.foley session")
    parser.add_argument(
        "--format",
        type=deliverables,
        required=True,
        metavar="FORMAT",
        help=f"any of {', '.join(FILE_NAMES)}; several with commas",
    )
    parser.add_argument(
        "-o",
        "--out",
        type=output_path,
        required=True,
        metavar="OUT",
        help="a folder for files of the usual names; or, for one format, the file itself",
    )
    parser.add_argument(
        "--film-order",
        action="store_true",
        help="5.1 as L C R Ls Rs LFE instead of L R C LFE Ls Rs",
    )
    parser.add_argument(
        "--loudness",
        type=_loudness,
        metavar="LUFS",
        help="integrated loudness to deliver at, in place of the session's own; or 'none': as loud "
        "as it was mixed, without target and limiter (mixes and ambisonics)",
    )
    add_allow_missing(parser)
    parser.add_argument(
        "--rotate",
        type=angles,
        metavar="YAW,PITCH,ROLL",
        help="the whole scene turned about the listener, in degrees: to the left, up, towards the "
        "right; in place of the session's own turn (write --rotate=-90 for a negative yaw)",
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Deliver; the report is what --json prints."""
    import msgspec

    from engine.deliver.bounce import DeliveryOptions, deliver
    from engine.deliver.inputs import keep_inputs
    from engine.project.store import Bundle

    wanted = args.format
    folder, file_name = _destination(args.out, wanted)
    options = DeliveryOptions(
        film_order=args.film_order,
        file_name=file_name,
        allow_missing=args.allow_missing,
        as_mixed=args.loudness == AS_MIXED,
    )
    progress = TerminalProgress()
    bundle, project, recovery = Bundle.open(args.project, read_only=True)
    try:
        for note in recovery.notes if recovery else ():
            log.warning("%s: %s", args.project, note)
        film = project.video.path if project.video else None
        keep_inputs([folder / file_name] if file_name else [], [film, *bundle.path.rglob("*")])
        if file_name and wanted[0] not in ("stems", "video"):
            check_sound_name(args.out)
        project = _as_wanted(project, args)
        report = deliver(project, bundle, wanted, folder, progress, options)
    finally:
        progress.close()
        bundle.close()
    for file in report.files:
        log.info("%s", _line(folder, file))
    for problem in report.problems:
        log.warning("%s", problem)
    return {"out": str(folder), **msgspec.to_builtins(report)}


def _as_wanted(project: Project, args: argparse.Namespace) -> Project:
    """The session, turned and with the target that the command line says."""
    from msgspec import structs

    from engine.project.edits import TurnScene

    if args.rotate is not None:
        yaw_deg, pitch_deg, roll_deg = args.rotate
        project = TurnScene(yaw_deg=yaw_deg, pitch_deg=pitch_deg, roll_deg=roll_deg).apply(project)
    if isinstance(args.loudness, float):
        scene = structs.replace(project.scene, target_lufs=args.loudness)
        project = structs.replace(project, scene=scene)
    return project


def _loudness(text: str) -> float | str:
    """A loudness in LUFS, or `AS_MIXED`."""
    if text == AS_MIXED:
        return text
    low, high = LOUDNESS_LUFS
    try:
        target_lufs = float(text)
    except ValueError:
        target_lufs = float("nan")
    if not low <= target_lufs <= high:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no loudness; give one from {low:g} to {high:g} LUFS, or '{AS_MIXED}'"
        )
    return target_lufs


def _destination(out: Path, formats: tuple[str, ...]) -> tuple[Path, str | None]:
    """Folder, and the file's own name where OUT names one.

    A folder that is there takes files of the usual names, and so does a name without an ending;
    stems are a folder themselves.

    Raises
    ------
    LayoutError, DeliveryError
        If what it names cannot hold what is asked for.
    """
    if out.is_dir():
        return out, None
    if len(formats) != 1:
        if out.suffix.lower() in _FILE_ENDINGS:
            raise LayoutError(
                f"{len(formats)} formats do not fit one file", place=out, remedy="name a folder"
            )
        return out, None
    if out.exists() and formats == ("stems",):
        raise DeliveryError(
            "this is a file, and stems go into a folder", place=out, remedy="name a folder"
        )
    if out.suffix or formats == ("stems",):
        return out.absolute().parent, out.name
    return out, None


def _line(folder: Path, file: Deliverable) -> str:
    """One file in words."""
    figures = [f"gain {file.gain_db:+.1f} dB"]
    if file.integrated_lufs is not None:
        figures.append(f"{file.integrated_lufs:.1f} LUFS")
    if file.true_peak_dbtp is not None:
        figures.append(f"peak {file.true_peak_dbtp:.1f} dB")
    if file.sample_peak_dbfs is not None:
        figures.append(f"sample peak {file.sample_peak_dbfs:.1f} dBFS")
    if file.limiter_reduction_db:
        figures.append(f"limiter -{file.limiter_reduction_db:.1f} dB")
    return f"{folder / file.path}: {', '.join([*figures, *file.notes])}"
