"""The script as a table for spreadsheets: written, changed elsewhere, and read back as edits.

Columns: id, track, layer, generator, start_s, end_s, hits_s, level_db, category, muted, prompt,
why. Lines are known by their id; one without an id, or with a new one, is added.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable

from msgspec import structs

from engine import plugins
from engine.errors import ScriptError
from engine.project.edits import Edit, EditGroup, SetEvent
from engine.project.model import Event, EventId, Project, TrackId
from engine.script.rules import check_category, shipped_rules
from engine.script.script import event_seed
from engine.script.sheet.line_edits import changed_line, free_id

COLUMNS = (
    "id",
    "track",
    "layer",
    "generator",
    "start_s",
    "end_s",
    "hits_s",
    "level_db",
    "category",
    "muted",
    "prompt",
    "why",
)
_NEEDED = ("track", "generator", "start_s", "end_s")
MOST_LINES = 100_000
_FORMULA = ("=", "+", "-", "@", "\t")
_TRUE, _FALSE = ("yes", "true", "1", "x"), ("no", "false", "0", "")


def write_sheet(project: Project, events: Iterable[Event] | None = None, comma: str = ",") -> str:
    """The script (or some of its events) as CSV, in order of time.

    A text that a spreadsheet would take for a formula is written behind an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=comma, lineterminator="\n")
    writer.writerow(COLUMNS)
    chosen = project.events if events is None else events
    for event in sorted(chosen, key=lambda e: (e.start_s, e.id)):
        writer.writerow(
            [
                _safe(event.id),
                _safe(project.track(event.track_id).name),
                _safe(event.layer),
                event.generator,
                f"{event.start_s:.6g}",
                f"{event.start_s + event.duration_s:.9g}",
                " ".join(f"{t:.6g}" for t in event.onsets_s),
                f"{event.level_db:g}",
                event.category,
                "yes" if event.muted else "no",
                _safe(event.prompt),
                _safe(event.why),
            ]
        )
    return out.getvalue()


def read_sheet(text: str, project: Project, place: str = "the table") -> EditGroup | None:
    """The edits that bring a table's changes and new lines in, as one step of the history.

    Parameters
    ----------
    text : str
        CSV with commas, semicolons or tabs.
    project : Project
        Tracks are found by name or id; lines that are not in the table stay as they are.
    place : str
        Named in errors, with the row.

    Returns
    -------
    EditGroup or None
        None where nothing differs.

    Raises
    ------
    ScriptError
        With row and column.
    """
    rows = sheet_events(text, project, place)
    known = {event.id: event for event in project.events}
    edits: list[Edit] = []
    for event in rows:
        old = known.get(event.id)
        if old is None:
            edits.append(SetEvent(event=event))
            continue
        changes = {
            name: getattr(event, name)
            for name in (
                "track_id", "layer", "generator", "start_s", "duration_s", "level_db",
                "category", "prompt", "why", "muted",
            )
            if not _same(getattr(event, name), getattr(old, name))
        }  # fmt: skip
        own = changed_line(project, old, **changes)
        hits_moved = _same_hits(event.onsets_s, old.onsets_s)
        if not hits_moved and "start_s" not in changes:
            base = own[0].event if own and isinstance(own[0], SetEvent) else old
            strengths = old.strengths if len(old.strengths) == len(event.onsets_s) else ()
            hit = structs.replace(base, onsets_s=event.onsets_s, strengths=strengths)
            own = (SetEvent(event=hit), *own[1:])
        edits += own
    return EditGroup(name="Import script table", edits=tuple(edits)) if edits else None


def sheet_events(text: str, project: Project, place: str) -> tuple[Event, ...]:
    """The events of a table; see `read_sheet`."""
    if "\x00" in text:
        raise ScriptError("is not text", place=place)
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    comma = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=comma)
    try:
        names = reader.fieldnames or []
        missing = [name for name in _NEEDED if name not in names]
        if missing:
            raise ScriptError(
                f"has no column '{missing[0]}'",
                place=place,
                remedy=f"the columns are {', '.join(COLUMNS)}",
            )
        taken = set(project.removed)
        events: list[Event] = []
        for index, row in enumerate(reader):
            if index >= MOST_LINES:
                raise ScriptError(f"has more than {MOST_LINES} lines", place=place)
            where = f"{place}, row {index + 2}"
            event = _event(row, project, taken, where)
            if event.id in {e.id for e in events}:
                raise ScriptError(f"id '{event.id}' occurs twice", place=where)
            events.append(event)
            taken.add(event.id)
    except csv.Error as error:
        raise ScriptError(f"is no table: {error}", place=place) from error
    return tuple(events)


def _event(row: dict[str, str | None], project: Project, taken: set[str], where: str) -> Event:
    cells = {name: _cell(row.get(name)) for name in COLUMNS}
    start_s, end_s, hits = _times(cells, where)
    known = {event.id: event for event in project.events}
    old = known.get(EventId(cells["id"]))
    track_id = TrackId(_track(cells["track"], project, where))
    generator = _generator(cells["generator"], where)
    category = cells["category"] or (old.category if old else "FOLEY")
    if category:
        check_category(category, where, shipped_rules().categories, where)
    wanted = cells["id"] or f"{track_id}-{generator}-{round(start_s * 10)}"
    event_id = wanted if cells["id"] else free_id(wanted, taken | set(known))
    base = old or Event(
        id=EventId(event_id),
        track_id=track_id,
        layer=generator,
        generator=generator,
        prompt="",
        start_s=start_s,
        duration_s=end_s - start_s,
        seed=event_seed(project.scene.seed, event_id),
        provenance="hand",
    )
    return structs.replace(
        base,
        track_id=track_id,
        layer=cells["layer"] or base.layer,
        generator=generator,
        start_s=start_s,
        duration_s=round(end_s - start_s, 6),
        onsets_s=hits,
        level_db=_number(cells["level_db"] or "0", "level_db", where),
        category=category,
        muted=_truth(cells["muted"], where),
        prompt=cells["prompt"],
        why=cells["why"],
    )


def _cell(text: str | None) -> str:
    """A cell without the apostrophe that keeps it from being a formula."""
    bare = (text or "").strip()
    return bare[1:] if bare.startswith("'") and bare[1:].startswith(_FORMULA) else bare


def _times(cells: dict[str, str], where: str) -> tuple[float, float, tuple[float, ...]]:
    """Start, end and hits of a line, in seconds."""
    start_s, end_s = (_number(cells[name], name, where) for name in ("start_s", "end_s"))
    if not 0.0 <= start_s < end_s:
        raise ScriptError(
            f"{start_s:g} s to {end_s:g} s is no time", place=where, remedy="end after the start"
        )
    hits = tuple(_number(part, "hits_s", where) for part in cells["hits_s"].split())
    if any(not start_s - 1e-6 <= t <= end_s + 1e-6 for t in hits):
        raise ScriptError("hits_s: a hit lies outside the line", place=where)
    return start_s, end_s, hits


def _generator(name: str, where: str) -> str:
    known = plugins.names("generator")
    if not name or (known and name not in known):
        raise ScriptError(
            f"generator: there is no '{name}'",
            place=where,
            remedy=f"choose one of {', '.join(known)}",
        )
    return name


def _track(wanted: str, project: Project, where: str) -> str:
    for read in ("id", "name"):
        for track in project.tracks:
            if getattr(track, read).lower() == wanted.lower():
                return track.id
    known = ", ".join(track.name for track in project.tracks)
    raise ScriptError(
        f"track: there is no '{wanted}'", place=where, remedy=f"choose one of {known}"
    )


def _number(text: str, name: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ScriptError(f"{name}: '{text[:40]}' is no number", place=where)
    return value


def _truth(text: str, where: str) -> bool:
    lower = text.lower()
    if lower not in (*_TRUE, *_FALSE):
        raise ScriptError(f"muted: '{text[:40]}' is neither yes nor no", place=where)
    return lower in _TRUE


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _same(new: object, old: object) -> bool:
    if isinstance(new, float) and isinstance(old, float):
        return abs(new - old) < 1e-4
    return new == old


def _same_hits(new: tuple[float, ...], old: tuple[float, ...]) -> bool:
    return len(new) == len(old) and all(_same(a, b) for a, b in zip(new, old, strict=True))
