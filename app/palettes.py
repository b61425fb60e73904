"""Colours to choose from: of tracks, and of levels and warnings; read from `resources/theme`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from engine import resources


@dataclass(frozen=True)
class Look:
    """Names of a palette of tracks and of one of signals."""

    tracks: str = "okabe_ito"
    signals: str = "usual"


def track_colours(name: str) -> tuple[str, ...]:
    """Eight colours, in the order of `engine.project.palette.TRACK_COLOURS`."""
    return tuple(_table("tracks")[name]["colours"])


def signal_colours(name: str) -> dict[str, str]:
    """What differs from the window's colour table: some of good, warning, danger."""
    return {key: value for key, value in _table("signals")[name].items() if key != "words"}


def choices(kind: str) -> dict[str, str]:
    """Name and words of every palette of a kind, 'tracks' or 'signals'."""
    return {name: table["words"] for name, table in _table(kind).items()}


@cache
def _table(kind: str) -> dict[str, Any]:
    text = resources.path("theme/palettes.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)[kind])
