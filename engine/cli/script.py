"""`foleystage script SESSION`: the script of a session: its tree, other branches, tables."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.progress import TerminalProgress
from engine.errors import ScriptError

if TYPE_CHECKING:
    from engine.project.edits import Edit
    from engine.project.model import Project
    from engine.project.store import Bundle

log = logging.getLogger("foleystage")


def add_parser(subparsers: Any) -> None:
    """Add the `script` command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "script", help="the script of a saved session: its tree, other branches, tables"
    )
    parser.add_argument("project", type=Path, metavar="SESSION", help="a scene.foley session")
    parser.add_argument(
        "--choose", metavar="BRANCH", help="take another branch of the tree, such as n3"
    )
    parser.add_argument(
        "--import", dest="table", type=Path, metavar="CSV", help="take over changes of a table"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the script as a table")
    parser.add_argument("--cues", type=Path, metavar="FILE", help="write it as a cue sheet")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Show the tree and its branches; choose, import, write what is asked for."""
    from engine.pipeline.script_report import script_report
    from engine.project.store import Bundle

    changes = args.choose is not None or args.table is not None
    progress = TerminalProgress()
    bundle, project, recovery = Bundle.open(args.project, read_only=not changes)
    try:
        for note in recovery.notes if recovery else ():
            log.warning("%s: %s", args.project, note)
        for edit in _edits(args, project, bundle, progress):
            project = edit.apply(project)
        if changes:
            bundle.save(project)
    finally:
        progress.close()
        bundle.close()
    _write(args, project)
    report = script_report(project)
    _tell(report)
    return report


def _edits(
    args: argparse.Namespace, project: Project, bundle: Bundle, progress: TerminalProgress
) -> list[Edit]:
    import engine.foley.generate  # noqa: F401  (registers the generators)

    found: list[Edit] = []
    if args.table is not None:
        from engine.script.sheet.csv_sheet import read_sheet

        table = read_sheet(_text(args.table), project, str(args.table))
        if table is not None:
            found.append(table)
            project = table.apply(project)
    if args.choose is not None:
        from engine.pipeline.branch import other_branch

        found.append(other_branch(project, bundle.media, args.choose, progress))
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ScriptError(f"cannot be read: {reason}", place=path) from error


def _write(args: argparse.Namespace, project: Project) -> None:
    from engine.script.sheet.csv_sheet import write_sheet
    from engine.script.sheet.cue_sheet import cue_sheet

    for path, make in ((args.csv, write_sheet), (args.cues, cue_sheet)):
        if path is not None:
            path.write_text(make(project), encoding="utf-8", newline="")
            log.info("written to  %s", path)


def _tell(report: dict[str, Any]) -> None:
    for node in report["branches"]:
        mark = "*" if node["id"] == report["chosen"] else " "
        moves = ", ".join(node.get("moves", ())) or "as the rules have it"
        reasons = "; ".join(node.get("reasons", ()))
        log.info("%s %-4s %.3f  %s%s", mark, node["id"], node.get("score", 0.0), moves,
                 f"  ({reasons})" if reasons else "")  # fmt: skip
    if report["branches"]:
        log.info("%s; %s", report["scribe"], report["stop"])
    for text in report["objections"]:
        log.info("objection   %s", text)
