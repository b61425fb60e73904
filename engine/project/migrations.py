"""Sessions of older versions are brought up to date as they are opened.

``MIGRATIONS[v]`` turns the project (as plain JSON tables) of schema version v into that of v+1;
``EDIT_MIGRATIONS[v]`` does the same for an edit in the journal. Defaults are not stored, so that
changing a default in the model needs a migration just like renaming a field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.errors import ProjectError
from engine.project.model import SCHEMA_VERSION

Table = dict[str, Any]
Migration = Callable[[Table], Table]

MIGRATIONS: dict[int, Migration] = {}
EDIT_MIGRATIONS: dict[int, Migration] = {}


def migrate(
    table: Table,
    version: object,
    place: Path,
    *,
    migrations: Mapping[int, Migration] = MIGRATIONS,
    target: int = SCHEMA_VERSION,
    may_be_missing: bool = False,
) -> Table:
    """`table` brought from schema `version` to `target`.

    Raises
    ------
    ProjectError
        If it was written by a newer Foleystage, its version is no version, or a step is missing.
    """
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise ProjectError(
            f"schema_version is {version!r}, not a version number",
            place=place,
            remedy="put back the number, or take a file from the generations folder",
        )
    if version > target:
        raise ProjectError(
            f"this session has schema version {version}, this Foleystage reads up to {target}",
            place=place,
            remedy="open it with a newer Foleystage",
        )
    for step in range(version, target):
        if step in migrations:
            table = migrations[step](table)
        elif not may_be_missing:
            raise ProjectError(
                f"there is no way from schema version {step} to {step + 1}",
                place=place,
                remedy="open and save it with an older Foleystage first",
            )
    return table
