"""The columns of the script's table: what each shows of an event, and what typing in it changes."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from app.views.timeline.ticks import DEFAULT_RATE
from engine.errors import FoleystageError, ScriptError
from engine.media.timecode import format_timecode, parse_timecode
from engine.project.model import Event, Project
from engine.script.rules import check_category, shipped_rules
from engine.script.sheet.line_edits import status_of

COLUMNS = ("Time", "Out", "Track", "Layer", "Sound", "Why", "Hits", "Level", "Category", "Status")
TIME, OUT, TRACK, LAYER, SOUND, WHY, HITS, LEVEL, CATEGORY, STATUS = range(10)
EDITABLE = (TIME, OUT, TRACK, LAYER, SOUND, WHY, LEVEL, CATEGORY)
ACROSS_LINES = (TIME, TRACK, LAYER, SOUND, WHY, LEVEL, CATEGORY)
"""Columns whose value several lines can share."""
_TEXTS = {LAYER: "layer", SOUND: "prompt", WHY: "why"}


def rate_of(project: Project) -> Fraction:
    """Pictures a second that times are told in."""
    return project.video.rate if project.video else DEFAULT_RATE


def text_of(project: Project, event: Event, column: int) -> str:
    """What a cell shows."""
    rate = rate_of(project)
    if column == TIME:
        return format_timecode(event.start_s, rate)
    if column == OUT:
        return format_timecode(event.start_s + event.duration_s, rate)
    if column == TRACK:
        return project.track(event.track_id).name
    if column == HITS:
        return str(len(event.onsets_s)) if event.onsets_s else "–"
    if column == LEVEL:
        return f"{event.level_db:+.1f}".replace("-", "−") if event.level_db else "0.0"
    if column == STATUS:
        by_hand = ", by hand" if event.provenance == "hand" else ""
        return f"{status_of(project, event)}{by_hand}"
    return event.category if column == CATEGORY else str(getattr(event, _TEXTS[column]))


def changes(project: Project, event: Event, column: int, value: Any) -> dict[str, Any]:
    """What typing a value in a cell changes of an event.

    Raises
    ------
    FoleystageError
        If it makes no sense there.
    """
    if column in _TEXTS:
        text = " ".join(str(value).split())
        if column == LAYER and not text:
            raise ScriptError("a layer needs a name")
        return {_TEXTS[column]: text}
    if column == TRACK:
        return {"track_id": _track(project, str(value))}
    if column == LEVEL:
        return {"level_db": round(_number(value), 2)}
    if column == CATEGORY:
        category = str(value).strip().upper()
        check_category(category, "category", shipped_rules().categories, "the script")
        return {"category": category}
    time_s = _time(project, value)
    if column == TIME:
        return {"start_s": time_s}
    if time_s <= event.start_s:
        raise ScriptError("a sound ends after it began", remedy="type a later time")
    return {"duration_s": round(time_s - event.start_s, 6)}


def _time(project: Project, value: Any) -> float:
    """Seconds from a number or a timecode."""
    text = str(value).strip()
    try:
        time_s = parse_timecode(text, rate_of(project)) if ":" in text else _number(text)
    except FoleystageError as error:
        raise ScriptError(f"'{text}' is no time", remedy="type 00:00:01:12 or 1.5") from error
    if time_s < 0.0:
        raise ScriptError(f"'{text}' is before the film")
    return round(time_s, 6)


def _number(value: Any) -> float:
    try:
        number = float(str(value).replace("−", "-").removesuffix("dB"))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ScriptError(f"'{value}' is no number")
    return number


def _track(project: Project, wanted: str) -> str:
    for track in project.tracks:
        if wanted.strip().lower() in (track.name.lower(), track.id.lower()):
            return track.id
    raise ScriptError(f"there is no track '{wanted}'", remedy="type a track's name")
