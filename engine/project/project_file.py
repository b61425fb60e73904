"""`project.json` and its generations: indented JSON that a person can read and compare.

``{"format": "foleystage", "schema_version": 1, "number": n, "project": {...}}``; `number` says up
to which line of the journal the project goes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from engine.errors import ProjectError
from engine.project.checks import check_project
from engine.project.coding import encode_value
from engine.project.migrations import migrate
from engine.project.model import SCHEMA_VERSION, Project
from engine.project.unknown_fields import unknown_fields

FORMAT = "foleystage"
_MOST_NAMED = 3
_VERSION_FIELD = "project.schema_version"
GENERATIONS = "generations"
"""Folder of the last saves, beside the project's file."""


def _remedy(place: Path | str, first: str = "mend it there") -> str:
    """What to do about a file that is no project: an earlier save in its place, if one is left."""
    beside = Path(place).parent
    folder = beside if beside.name == GENERATIONS else beside / GENERATIONS
    if any(folder.glob("*.json")):
        return f"{first}, or take the newest file of the {GENERATIONS} folder in its place"
    return f"{first}, or put back a copy of the session: no earlier save is left beside it"


def encode_project_file(project: Project, number: int) -> bytes:
    """The file's bytes: the same project and number give the same bytes."""
    table = {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "number": number,
        "project": project,
    }
    return msgspec.json.format(encode_value(table), indent=2) + b"\n"


def read_project_file(path: Path) -> tuple[Project, int]:
    """The project in a file, checked, and its number; see `read_with_notes`."""
    project, number, _ = read_with_notes(path)
    return project, number


def read_with_notes(path: Path) -> tuple[Project, int, tuple[str, ...]]:
    """The project in a file, checked, its number, and a note where fields are unknown.

    Raises
    ------
    ProjectError
        With file, line or field, and remedy, for anything that is not a sound project.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ProjectError(
            "the saved project is not there",
            place=path,
            remedy=_remedy(path, "put it back"),
        ) from error
    except OSError as error:
        raise ProjectError(
            f"cannot be read ({error.strerror})", place=path, remedy="check its permissions"
        ) from error
    table = _parse(data, path)
    if table.get("format") != FORMAT or not isinstance(table.get("project"), dict):
        raise ProjectError("this is not a Foleystage project", place=path, remedy=_remedy(path))
    number = table.get("number")
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise ProjectError(f"number is {number!r}, not a count", place=path, remedy=_remedy(path))
    current = migrate(table["project"], table.get("schema_version"), path)
    project = decode_project(current, path)
    unknown = [name for name in unknown_fields(project, current) if name != _VERSION_FIELD]
    return project, number, (_ignored(path, unknown),) if unknown else ()


def _ignored(path: Path, unknown: list[str]) -> str:
    more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
    return f"{path.name}: there is no field {', '.join(unknown[:_MOST_NAMED])}{more}; ignored"


def decode_project(table: Any, place: Path | str) -> Project:
    """A project from JSON tables of the current schema version, every field checked.

    Raises
    ------
    ProjectError
        Naming the field.
    """
    try:
        project = msgspec.convert({**table, "schema_version": SCHEMA_VERSION}, Project)
        check_project(project)
    except msgspec.ValidationError as error:
        raise ProjectError(
            str(error).replace("$", "project"), place=place, remedy=_remedy(place)
        ) from error
    except ProjectError as error:
        raise ProjectError(
            error.problem, place=place, remedy=f"{error.remedy}; {_remedy(place)}".lstrip("; ")
        ) from error
    return project


def _parse(data: bytes, path: Path) -> dict[str, Any]:
    try:
        data.decode("utf-8")
        table = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProjectError(
            _reason(error), place=f"{path}:{_line_of(error, data)}", remedy=_remedy(path)
        ) from error
    if not isinstance(table, dict):
        raise ProjectError("this is not a Foleystage project", place=path, remedy=_remedy(path))
    return table


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "the text is not valid UTF-8"
    reason = str(error).split(" (byte ")[0]
    return "the file ends too early" if "truncated" in reason else reason


def _line_of(error: Exception, data: bytes) -> int:
    if isinstance(error, UnicodeDecodeError):
        at = error.start
    elif "(byte " in str(error):
        at = int(str(error).rsplit("(byte ", 1)[1].rstrip(")"))
    else:
        at = len(data.rstrip())
    return data.count(b"\n", 0, at) + 1
