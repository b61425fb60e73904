"""What the user prefers, beyond one session: kept in the settings, changed in one dialog."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from app import palettes, places
from app.palettes import Look
from engine.project.model import Scene

AUTOSAVE_S = (10, 30, 60, 300)
PICTURE_WIDTHS_PX = (640, 960, 1280, 1920)
BLOCKS_SAMPLES = (128, 256, 512, 1024, 2048)
_FOLDERS = "folders"


@dataclass(frozen=True)
class Folders:
    """Where things go; empty: where they usually do (beside the film, beside the session, ...)."""

    sessions: str = ""
    exports: str = ""
    library: str = ""


@dataclass(frozen=True)
class Preferences:
    """How one works.

    Attributes
    ----------
    autosave_s : int
        Seconds between automatic saves.
    picture_width_px : int
        How wide pictures are decoded.
    audio_device : str, optional
        Output device; None for the default one.
    block_samples : int
        What the device takes at once.
    hrir : str
        The HRIR set that new sessions begin with, as in `engine.project.scene.Scene`.
    """

    autosave_s: int = 30
    picture_width_px: int = 1280
    audio_device: str | None = None
    block_samples: int = 512
    hrir: str = Scene().hrir
    folders: Folders = field(default_factory=Folders)
    look: Look = field(default_factory=Look)


def load() -> Preferences:
    """What is kept, where it makes sense; else what is usual."""
    usual, stored = Preferences(), places.settings()
    folders = {
        one.name: str(stored.value(f"{_FOLDERS}/{one.name}") or "") for one in fields(Folders)
    }
    return Preferences(
        autosave_s=_one_of(AUTOSAVE_S, "autosave_s", usual.autosave_s),
        picture_width_px=_one_of(PICTURE_WIDTHS_PX, "picture_width_px", usual.picture_width_px),
        audio_device=places.audio_device(),
        block_samples=_one_of(BLOCKS_SAMPLES, "block_samples", usual.block_samples),
        hrir=str(stored.value("hrir") or usual.hrir),
        folders=Folders(**folders),
        look=Look(_palette("tracks", usual.look.tracks), _palette("signals", usual.look.signals)),
    )


def store(wanted: Preferences) -> None:
    """Keep them for later runs."""
    stored = places.settings()
    for name in ("autosave_s", "picture_width_px", "block_samples", "hrir"):
        stored.setValue(name, getattr(wanted, name))
    for one in fields(Folders):
        stored.setValue(f"{_FOLDERS}/{one.name}", getattr(wanted.folders, one.name))
    for one in fields(Look):
        stored.setValue(f"colours/{one.name}", getattr(wanted.look, one.name))
    places.note_audio_device(wanted.audio_device)


def _palette(kind: str, usual: str) -> str:
    name = str(places.settings().value(f"colours/{kind}"))
    return name if name in palettes.choices(kind) else usual


def _one_of(choices: tuple[int, ...], key: str, usual: int) -> int:
    try:
        stored = int(str(places.settings().value(key)))
    except ValueError:
        return usual
    return stored if stored in choices else usual
