"""Copying a whole session to another folder."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from engine.errors import ProjectError
from engine.project.durable import write_error

_LEFT_OUT = ("lock",)


def copy_session(source: Path, target: Path) -> Path:
    """Copy a session's folder; the copy appears under its name when it is whole.

    Returns
    -------
    Path
        `target`.

    Raises
    ------
    ProjectError
        There is something already, or the disk refuses; nothing is left behind.
    """
    if target.exists():
        raise ProjectError("there is something already", place=target, remedy="choose another name")
    unfinished: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        unfinished.chmod(0o755)
        leave_out = shutil.ignore_patterns(*_LEFT_OUT)
        shutil.copytree(source, unfinished, ignore=leave_out, dirs_exist_ok=True)
        unfinished.rename(target)
    except OSError as error:
        if unfinished is not None:
            shutil.rmtree(unfinished, ignore_errors=True)
        raise write_error(error, target) from error
    return target
