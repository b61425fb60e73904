"""Which keys do what: a set of keys and the user's own over it, in the settings and in files."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtGui import QKeySequence

from app import actions, places
from engine import resources
from engine.errors import FoleystageError, ProjectError

Keys = dict[str, tuple[str, ...]]
"""Key sequences by action; none means no shortcut."""
SETS = {"foleystage": "Foleystage", "reaper": "Like Reaper", "pro_tools": "Like Pro Tools"}
_SET = "shortcuts/set"
_OWN = "shortcuts/own"


def keys_of_set(name: str) -> Keys:
    """All keys of a shipped set."""
    keys: Keys = {spec.name: spec.keys for spec in actions.TABLE}
    if name != "foleystage":
        text = resources.path(f"shortcuts/{name}.toml").read_text(encoding="utf-8")
        keys |= _checked(tomllib.loads(text), name)
    return keys


def chosen() -> tuple[str, Keys]:
    """The set that is in use, and the user's own keys over it."""
    stored = places.settings()
    name = str(stored.value(_SET) or "foleystage")
    try:
        own = _checked(json.loads(str(stored.value(_OWN) or "{}")), "the settings")
    except (FoleystageError, ValueError):
        own = {}
    return (name if name in SETS else "foleystage"), own


def choose(name: str, own: Keys) -> None:
    """Use a set with one's own keys over it, in later runs too."""
    stored = places.settings()
    stored.setValue(_SET, name)
    stored.setValue(_OWN, json.dumps(own, sort_keys=True))


def in_use() -> Keys:
    """The keys of every action now."""
    name, own = chosen()
    return keys_of_set(name) | own


def clashes(keys: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Key sequences that several actions have, and which."""
    owners: dict[str, list[str]] = {}
    for name, sequences in keys.items():
        for sequence in {portable(one) for one in sequences}:
            owners.setdefault(sequence, []).append(name)
    return {sequence: names for sequence, names in owners.items() if len(names) > 1}


def portable(sequence: str) -> str:
    """A key sequence in the one way of writing it; '' for none."""
    return QKeySequence(sequence).toString(QKeySequence.SequenceFormat.PortableText)


def read_file(path: Path) -> Keys:
    """Keys from a file that `write_file` wrote.

    Raises
    ------
    ProjectError
        Naming the file and what is wrong in it.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProjectError(
            f"the shortcuts cannot be read ({error})", place=path, remedy="export them again"
        ) from error
    return _checked(table, str(path))


def write_file(path: Path, keys: Keys) -> None:
    """Write keys, one action a line.

    Raises
    ------
    ProjectError
        If the file cannot be written.
    """
    lines = [f"{name} = {json.dumps(list(keys[name]))}" for name in sorted(keys)]
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise ProjectError(
            f"the shortcuts cannot be written ({error.strerror})", place=path,
            remedy="choose a folder that can be written to",
        ) from error  # fmt: skip


def _checked(table: Mapping[str, object], place: str) -> Keys:
    """Keys of actions that exist; those of others are left out, so that old files stay useful."""
    known = {spec.name for spec in actions.TABLE}
    keys: Keys = {}
    for name, sequences in table.items():
        plain = isinstance(sequences, list) and all(isinstance(one, str) for one in sequences)
        if not plain or any(not portable(one) for one in sequences):  # type: ignore[attr-defined]
            raise ProjectError(
                f"'{name}' has no list of key sequences", place=place,
                remedy='write it as split = ["S"]',
            )  # fmt: skip
        if name in known:
            keys[name] = tuple(sequences)  # type: ignore[arg-type]
    return keys
