"""Where sessions go, and which were opened lately."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import platformdirs
from PySide6.QtCore import QSettings

SUFFIX = ".foley"
VIDEO_SUFFIXES = (
    ".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mpg", ".mpeg", ".ts", ".mts", ".wmv",
    ".ogv", ".mxf", ".gif", ".flv", ".3gp",
)  # fmt: skip
_DEVICE = "audio_device"
_RECENT = "recent_sessions"
_KEPT = 8


def settings() -> QSettings:
    """The user's settings."""
    return QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "foleystage", "foleystage"
    )


def shown(path: Path) -> str:
    """A path as people write it: their home folder is ``~``."""
    home = Path.home()
    inside = home != Path(home.anchor) and path.is_relative_to(home)
    return str(Path("~") / path.relative_to(home)) if inside else str(path)


def is_bundle(path: Path) -> bool:
    """Whether a path looks like a session."""
    return path.suffix == SUFFIX or path.name == "project.json"


def bundle_for(video: Path) -> Path:
    """A free place for a video's session."""
    return _free(folder_for(video), video.stem)


def bundle_without_film() -> Path:
    """A free place for a session that has no film yet."""
    return _free(_preferred("sessions") or _own_folder(), "Untitled")


def _free(folder: Path, name: str) -> Path:
    place, number = folder / f"{name}{SUFFIX}", 2
    while place.exists():
        place = folder / f"{name} {number}{SUFFIX}"
        number += 1
    return place


def folder_for(video: Path) -> Path:
    """Where a video's session goes: where preferred, beside it, or in the data folder."""
    folder = _preferred("sessions") or video.parent
    shipped = "resources" in video.parts and "demo" in video.parts
    if (shipped and folder == video.parent) or not os.access(folder, os.W_OK):
        folder = _own_folder()
    return folder


def _own_folder() -> Path:
    return Path(platformdirs.user_data_dir("foleystage")) / "sessions"


def export_folder(bundle: Path) -> Path:
    """Where a session's deliverables go: into the folder that is preferred, or beside it."""
    return (_preferred("exports") or bundle.parent) / f"{bundle.stem} export"


def _preferred(what: str) -> Path | None:
    """A folder of the preferences, made where need be; None where there is none."""
    name = str(settings().value(f"folders/{what}") or "")
    if not name:
        return None
    with contextlib.suppress(OSError):
        Path(name).mkdir(parents=True, exist_ok=True)
    return Path(name)


def recent_sessions() -> list[Path]:
    """Sessions opened lately that are still there, newest first."""
    stored = settings().value(_RECENT) or []
    names = [stored] if isinstance(stored, str) else list(stored)
    return [Path(name) for name in names if Path(name).exists()]


def note_recent(path: Path) -> None:
    """Put a session at the top of the recent ones."""
    others = [one for one in recent_sessions() if one != path]
    settings().setValue(_RECENT, [str(one) for one in [path, *others][:_KEPT]])


def audio_device() -> str | None:
    """The output device that was chosen, also in an earlier run; None for the default one."""
    stored = settings().value(_DEVICE)
    return str(stored) if stored else None


def note_audio_device(device: str | None) -> None:
    """Keep the choice of an output device for the next run."""
    settings().setValue(_DEVICE, device or "")
