"""Data sets as folders: samples written one by one, told in a table, taken up where it ended.

A folder holds `recipe.json` (what it is made by), the samples' files, and `index.csv`, to which a
line is added when a sample's files are whole. A killed run leaves at worst files of one sample that
the table does not name; the next run makes them again.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engine.errors import DeliveryError, ProjectError
from engine.jobs import Progress, silent_progress

INDEX, RECIPE = "index.csv", "recipe.json"
NUMBER = "number"

MakeSample = Callable[[int, Path], Sequence[object]]
"""``(number, folder)``: write that sample's files; its line of the table, without the number."""


def write_dataset(
    folder: Path,
    count: int,
    recipe: dict[str, Any],
    columns: Sequence[str],
    make: MakeSample,
    progress: Progress = silent_progress,
) -> int:
    """Make samples 0 to `count` - 1 that are not there yet; how many were made.

    Raises
    ------
    ProjectError
        If the folder holds a data set of another recipe.
    DeliveryError
        If something cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _claim(folder, recipe)
        first = _made(folder / INDEX, columns)
        with (folder / INDEX).open("a", newline="", encoding="utf-8") as handle:
            table = csv.writer(handle)
            for number in range(first, count):
                table.writerow([number, *make(number, folder)])
                handle.flush()
                progress("making", (number + 1) / count)
        return max(count - first, 0)
    except OSError as error:
        raise DeliveryError(
            f"the data set cannot be written: {error.strerror or error}",
            place=folder,
            remedy="free some disk space or choose another folder",
        ) from error


def _claim(folder: Path, recipe: dict[str, Any]) -> None:
    text = json.dumps(recipe, indent=2, sort_keys=True) + "\n"
    told = folder / RECIPE
    if told.is_file():
        if told.read_text("utf-8") != text:
            raise ProjectError(
                "it holds a data set of another recipe",
                place=folder,
                remedy="choose another folder",
            )
        return
    told.write_text(text, "utf-8")


def _made(index: Path, columns: Sequence[str]) -> int:
    """How many samples the table names; a line that was cut short is taken away."""
    head = ",".join((NUMBER, *columns)) + "\r\n"
    text = index.read_bytes().decode("utf-8") if index.is_file() else ""
    whole = text[: text.rfind("\n") + 1]
    if not whole:
        whole = head
    if whole != text:
        index.write_bytes(whole.encode("utf-8"))
    return whole.count("\n") - 1
