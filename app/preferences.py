"""What the user prefers, beyond one session: kept in the settings, changed in one dialog."""

from __future__ import annotations

from dataclasses import dataclass

from app import places

AUTOSAVE_S = (10, 30, 60, 300)
PICTURE_WIDTHS_PX = (640, 960, 1280, 1920)
_AUTOSAVE, _WIDTH = "autosave_s", "picture_width_px"


@dataclass(frozen=True)
class Preferences:
    """Seconds between automatic saves; how wide pictures are decoded; the output device."""

    autosave_s: int = 30
    picture_width_px: int = 1280
    audio_device: str | None = None


def load() -> Preferences:
    """What is kept, where it makes sense; else what is usual."""
    usual = Preferences()
    return Preferences(
        autosave_s=_one_of(AUTOSAVE_S, _AUTOSAVE, usual.autosave_s),
        picture_width_px=_one_of(PICTURE_WIDTHS_PX, _WIDTH, usual.picture_width_px),
        audio_device=places.audio_device(),
    )


def store(wanted: Preferences) -> None:
    """Keep them for later runs."""
    stored = places.settings()
    stored.setValue(_AUTOSAVE, wanted.autosave_s)
    stored.setValue(_WIDTH, wanted.picture_width_px)
    places.note_audio_device(wanted.audio_device)


def _one_of(choices: tuple[int, ...], key: str, usual: int) -> int:
    try:
        stored = int(str(places.settings().value(key)))
    except ValueError:
        return usual
    return stored if stored in choices else usual
