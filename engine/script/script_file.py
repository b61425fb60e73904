"""A Foley script of the user's own: a small TOML (or JSON) file, checked line by line.

    title = "The courtyard"                  # optional

    [[event]]
    track = "person 1"                       # a track's id, name or label; or "ambience"
    generator = "footsteps"
    prompt = "boots on gravel"
    at_s = [1.25, 1.9, 2.55]                 # single hits; or start_s and end_s (or duration_s)
    strengths = [1.0, 0.8, 0.9]              # optional, 0..1
    level_db = -3.0                          # optional
    parameters = { surface = "gravel" }      # optional, to the generator

    [[event]]
    track = "ambience"
    generator = "ambience"
    prompt = "wind in trees"                 # without times: the whole scene

Further optional keys: id, layer, intensity ([[time_s, 0..1], ...]), category (UCS), why, seed.
JSON has the same keys: ``{"event": [{...}, ...]}``.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from engine import plugins
from engine.errors import ScriptError
from engine.project.limits import LARGEST_SEED
from engine.project.model import Event, EventId, Project, TrackId
from engine.script.layers import LEAD_S, TAIL_S
from engine.script.rules import check_category, in_words, shipped_rules
from engine.script.script import AMBIENCE_TRACK, Script, ambience_track, event_seed

DEFAULT_CATEGORY = "FOLEY"
_MEND = "mend this line, or see docs/script.md"


class _Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    track: str
    generator: str
    prompt: str = ""
    id: str | None = None
    layer: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    duration_s: float | None = None
    at_s: tuple[float, ...] = ()
    strengths: tuple[float, ...] = ()
    intensity: tuple[tuple[float, float], ...] = ()
    level_db: float = 0.0
    parameters: dict[str, float | str] = {}
    category: str = DEFAULT_CATEGORY
    why: str = "written by hand"
    seed: Annotated[int, Meta(ge=0, le=LARGEST_SEED)] | None = None


def load_script(path: str | Path, project: Project) -> Script:
    """Read a script file against a project.

    Parameters
    ----------
    path : path of a .toml or .json file
    project : Project
        Tracks are found in it, times must lie inside it, `scene.seed` seeds events that give none.

    Raises
    ------
    ScriptError
        With file, line and field, and what to do.
    """
    source = Path(path)
    text = _read(source)
    data = _parse(text, source)
    lines = _line_numbers(text, source, len(data))
    end_s = _end_s(project)
    events: list[Event] = []
    for index, (raw, line) in enumerate(zip(data, lines, strict=True)):
        place = f"{source}:{line}"
        try:
            entry = msgspec.convert(raw, _Line)
        except msgspec.ValidationError as error:
            raise ScriptError(
                f"event {index + 1}, {in_words(error)}", place=place, remedy="correct that field"
            ) from error
        events.append(_event(entry, index, project, end_s, place))
        if events[-1].id in {event.id for event in events[:-1]}:
            raise ScriptError(f"id '{events[-1].id}' occurs twice", place=place)
    wants_bed = any(event.track_id == AMBIENCE_TRACK for event in events)
    beds = tuple(track for track in project.tracks if track.kind == "ambience")
    if wants_bed and not any(track.id == AMBIENCE_TRACK for track in beds):
        beds = (*beds, ambience_track(end_s))
    return Script(tracks=beds, events=tuple(events))


def check_script(path: str | Path) -> None:
    """Read a script file as far as is possible without a project.

    Raises
    ------
    ScriptError
        If it is missing, or neither TOML nor JSON with a list of events.
    """
    source = Path(path)
    _parse(_read(source), source)


def _read(source: Path) -> str:
    try:
        return source.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ScriptError(
            "there is no such script", place=source, remedy="check the path"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError(
            f"cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}",
            place=source,
            remedy="give a TOML or JSON text file",
        ) from error


def _parse(text: str, source: Path) -> list[dict[str, Any]]:
    try:
        data = json.loads(text) if source.suffix.lower() == ".json" else tomllib.loads(text)
    except json.JSONDecodeError as error:
        raise ScriptError(
            f"is not valid JSON: {error.msg}", place=f"{source}:{error.lineno}", remedy=_MEND
        ) from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        place = f"{source}:{found.group(1)}" if found else str(source)
        raise ScriptError(f"is not valid TOML: {error}", place=place, remedy=_MEND) from error
    if not isinstance(data, dict) or set(data) - {"title", "event"}:
        extra = min(set(data) - {"title", "event"}) if isinstance(data, dict) else "a list"
        raise ScriptError(
            f"unknown key '{extra}'", place=source, remedy="use 'title' and [[event]] only"
        )
    events = data.get("event")
    if not isinstance(events, list) or not events or not all(isinstance(e, dict) for e in events):
        raise ScriptError("holds no events", place=source, remedy="add at least one [[event]]")
    return events


def _line_numbers(text: str, source: Path, count: int) -> list[int]:
    """Line on which each event begins; 1 where that cannot be told."""
    if source.suffix.lower() == ".json":
        starts = _json_starts(text)
    else:
        found = re.finditer(r"^[ \t]*\[\[\s*event\s*\]\]", text, re.MULTILINE)
        starts = [match.start() for match in found]
    lines = [text.count("\n", 0, start) + 1 for start in starts]
    return (lines + [1] * count)[:count] if len(lines) >= count else [1] * count


def _json_starts(text: str) -> list[int]:
    decoder = json.JSONDecoder()
    starts: list[int] = []
    at = text.index("[", text.index('"event"')) + 1
    while True:
        found = re.compile(r"[\s,]*(\{)").match(text, at)
        if not found:
            return starts
        starts.append(found.start(1))
        _, at = decoder.raw_decode(text, found.start(1))


def _event(entry: _Line, index: int, project: Project, end_s: float, place: str) -> Event:
    where = f"event {index + 1}"
    known = plugins.names("generator")
    if known and entry.generator not in known:
        raise ScriptError(
            f"{where}, generator: there is no '{entry.generator}'",
            place=place,
            remedy=f"choose one of {', '.join(known)}",
        )
    check_category(entry.category, where, shipped_rules().categories, place)
    start_s, stop_s = _times(entry, end_s, where, place)
    _check_curves(entry, where, place)
    event_id = entry.id or f"e{index + 1}"
    return Event(
        id=EventId(event_id),
        track_id=TrackId(_track_id(entry.track, project, where, place)),
        layer=entry.layer or (AMBIENCE_TRACK if entry.track == AMBIENCE_TRACK else entry.generator),
        generator=entry.generator,
        prompt=entry.prompt,
        start_s=start_s,
        duration_s=stop_s - start_s,
        onsets_s=entry.at_s,
        strengths=entry.strengths,
        intensity=entry.intensity,
        level_db=entry.level_db,
        parameters=entry.parameters,
        seed=entry.seed if entry.seed is not None else event_seed(project.scene.seed, event_id),
        category=entry.category,
        why=entry.why,
        provenance="hand",
    )


def _times(entry: _Line, end_s: float, where: str, place: str) -> tuple[float, float]:
    """Start and end of an event: given, around its hits, or the whole scene."""
    if entry.end_s is not None and entry.duration_s is not None:
        raise ScriptError(f"{where}: give end_s or duration_s, not both", place=place)
    given = (entry.start_s, entry.end_s, entry.duration_s, *entry.at_s)
    _finite("times", [value for value in given if value is not None], where, place)
    start_s = entry.start_s
    if start_s is None:
        start_s = max(min(entry.at_s) - LEAD_S, 0.0) if entry.at_s else 0.0
    stop_s = entry.end_s
    if entry.duration_s is not None:
        stop_s = start_s + entry.duration_s
    if stop_s is None:
        tail_s = TAIL_S.get(entry.generator, 1.0)
        stop_s = min(max(entry.at_s) + tail_s, end_s) if entry.at_s else end_s
    if not 0.0 <= start_s < stop_s <= end_s + 0.05:
        raise ScriptError(
            f"{where}: {start_s:g} s to {stop_s:g} s does not lie inside the scene",
            place=place,
            remedy=f"keep times between 0 and {end_s:g} s, the end after the start",
        )
    outside = [time_s for time_s in entry.at_s if not start_s <= time_s < stop_s]
    if outside:
        raise ScriptError(
            f"{where}, at_s: {outside[0]:g} s lies outside the event",
            place=place,
            remedy=f"keep hits between {start_s:g} and {stop_s:g} s",
        )
    return start_s, min(stop_s, end_s)


def _check_curves(entry: _Line, where: str, place: str) -> None:
    values = [value for _, value in entry.intensity]
    _finite("level_db", [entry.level_db], where, place)
    _finite("intensity", [time_s for time_s, _ in entry.intensity], where, place)
    for key, numbers in (("strengths", list(entry.strengths)), ("intensity", values)):
        bad = [number for number in numbers if not 0.0 <= number <= 1.0]
        if bad:
            raise ScriptError(
                f"{where}, {key}: {bad[0]:g} is out of range", place=place, remedy="use 0 to 1"
            )
    if entry.strengths and len(entry.strengths) != len(entry.at_s):
        raise ScriptError(
            f"{where}, strengths: {len(entry.strengths)} for {len(entry.at_s)} hits in at_s",
            place=place,
            remedy="give one strength for each hit",
        )
    times = [time_s for time_s, _ in entry.intensity]
    if any(later <= earlier for earlier, later in itertools.pairwise(times)):
        raise ScriptError(f"{where}, intensity: times must increase", place=place)


def _finite(key: str, numbers: Sequence[float], where: str, place: str) -> None:
    if not all(math.isfinite(number) for number in numbers):
        raise ScriptError(f"{where}, {key}: numbers must be finite", place=place)


def _track_id(wanted: str, project: Project, where: str, place: str) -> str:
    if wanted == AMBIENCE_TRACK:
        return wanted
    for read in ("id", "name", "label"):
        for track in project.tracks:
            if getattr(track, read).lower() == wanted.lower():
                return track.id
    known = ", ".join([*(track.name for track in project.tracks), AMBIENCE_TRACK])
    raise ScriptError(
        f"{where}, track: there is no '{wanted}'", place=place, remedy=f"choose one of {known}"
    )


def _end_s(project: Project) -> float:
    if project.video is not None:
        return project.video.duration_s
    return max([project.duration_s, 0.1, *(track.end_s for track in project.tracks)])
