"""`foleystage library`: folders of your own recordings, indexed once and searched."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from engine.cli.progress import TerminalProgress

log = logging.getLogger("foleystage")

_DEFAULT_LIMIT = 20


def add_parser(subparsers: Any) -> None:
    """Add the `library` command and what it can do."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "library", help="your own recordings: index folders, search by words or by likeness"
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    index = actions.add_parser("index", help="bring the index up to date with a folder")
    index.add_argument("folder", type=Path, metavar="DIR")
    index.add_argument(
        "--licence", default="", metavar="WORDS", help="of recordings that do not say themselves"
    )
    index.add_argument(
        "--source", default="", metavar="WORDS", help="where they come from, likewise"
    )
    search = actions.add_parser("search", help="recordings by words")
    search.add_argument(
        "words", nargs="+", metavar="WORDS", help='"in quotes", -not, category:DOORS'
    )
    search.add_argument(
        "--by", default="words", metavar="HOW",
        help="words (of names and descriptions), or a listener that knows what they mean: clap",
    )  # fmt: skip
    listen = actions.add_parser("listen", help="let a listener hear all recordings, for --by")
    listen.add_argument("--by", default="clap", metavar="NAME", help="%(default)s")
    for hearing in (search, listen):
        hearing.add_argument(
            "--weights", type=Path, metavar="DIR", help="folder of the listener's weights"
        )
    like = actions.add_parser("like", help="recordings that sound like a file")
    like.add_argument("file", type=Path, metavar="FILE")
    for asking in (search, like):
        asking.add_argument(
            "--limit", type=int, default=_DEFAULT_LIMIT, help="so many at most (%(default)s)"
        )
    actions.add_parser("list", help="the indexed folders")
    forget = actions.add_parser("forget", help="take a folder out of the index")
    forget.add_argument("folder", type=Path, metavar="DIR")
    for action in actions.choices.values():  # so that --json may stand at the end, as elsewhere
        action.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Do what was asked, and say what was found."""
    from engine.library.database import Database
    from engine.library.indexing import folders, forget_folder
    from engine.library.meaning import BY_WORDS
    from engine.library.search import like, search

    with Database() as database:
        if args.action == "index":
            return _index(database, args)
        if args.action == "forget":
            count = forget_folder(database, args.folder)
            log.info("%d recordings are no longer in the index", count)
            return {"folder": str(args.folder), "removed": count}
        if args.action == "list":
            held = folders(database)
            if not args.json:
                for folder, count in held:
                    print(f"{count:7d}  {folder}")
            return {
                "index": str(database.folder),
                "folders": [{"folder": folder, "sounds": count} for folder, count in held],
            }
        if args.action == "listen":
            return _listen(database, args)
        if args.action == "like":
            found, by = like(database, args.file, args.limit), f"likeness to {args.file.name}"
        elif args.by == BY_WORDS:
            found, by = search(database, " ".join(args.words), args.limit), BY_WORDS
        else:
            found, by = _by_meaning(database, args)
    log.info("searched by %s", by)
    if not args.json:
        _print(found)
    return {"by": by, "recordings": [msgspec.to_builtins(recording) for recording in found]}


def _by_meaning(database: Any, args: argparse.Namespace) -> tuple[list[Any], str]:
    """Recordings, and by what they were found."""
    from engine.library.meaning import heard, search_meaning
    from engine.plugins import create

    listener = create("listener", args.by, args.weights)
    found = search_meaning(database, listener, " ".join(args.words), args.limit)
    return found, f"meaning ({heard(database, listener).words})"


def _listen(database: Any, args: argparse.Namespace) -> dict[str, Any]:
    from engine.library.meaning import listen
    from engine.plugins import create

    progress = TerminalProgress()
    try:
        report = listen(database, create("listener", args.by, args.weights), progress)
    finally:
        progress.close()
    log.info("%s", report.words)
    for path, reason in report.refused:
        log.warning("%s: %s", path, reason)
    return dict(msgspec.to_builtins(report))


def _index(database: Any, args: argparse.Namespace) -> dict[str, Any]:
    from engine.library.indexing import index_folder

    progress = TerminalProgress()
    try:
        report = index_folder(
            database, args.folder, licence=args.licence, source=args.source, progress=progress
        )
    finally:
        progress.close()
    log.info(
        "%s: %d recordings (%d new, %d changed, %d gone, %d refused)",
        report.folder, report.sounds, report.added, report.changed, report.removed,
        len(report.refused),
    )  # fmt: skip
    for path, reason in report.refused:
        log.warning("%s: %s", path, reason)
    return dict(msgspec.to_builtins(report))


def _print(found: Sequence[Any]) -> None:
    if not found:
        log.info("nothing was found")
    for one in found:
        category = f"{one.category} {one.subcategory}".strip()
        licence = one.licence or "licence unknown"
        print(f"{one.likeness:4.0%} {one.duration_s:8.2f} s  {one.path}")
        print(f"{'':17}{'; '.join(filter(None, (one.title, category, licence)))}")
