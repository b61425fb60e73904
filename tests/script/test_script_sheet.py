"""The script as a table and as cues: written, read back, changed in one step, bad rows told."""

from __future__ import annotations

import csv
import io

import pytest
from msgspec import structs

import engine.foley.generate  # noqa: F401  (registers the generators)
from engine.errors import ScriptError
from engine.project.edits import AddTake, ApplyScript
from engine.project.history import Document
from engine.project.model import Clip, ClipId, Recipe, Take, TakeId
from engine.script.sheet.csv_sheet import read_sheet, write_sheet
from engine.script.sheet.cue_sheet import cue_sheet
from engine.script.sheet.line_edits import (
    changed_line,
    changed_lines,
    copied_lines,
    deleted_lines,
    status_of,
)
from engine.script.writer import write_script


@pytest.fixture
def street(make_track, make_project):
    project = make_project(
        make_track("person", steps=(0.5, 1.1, 1.7, 2.3), id="w", name="Anna"),
        make_track("car", (8, 40, -1), (8, -40, -1), id="c", name="Car 1"),
    )
    script = write_script(project, 3)
    project = ApplyScript(tracks=script.tracks, events=script.events).apply(project)
    steps = next(e for e in project.events if e.onsets_s)
    take = Take(
        id=TakeId("t"),
        event_id=steps.id,
        name="steps",
        audio="0" * 64,
        sample_rate_hz=48_000,
        channels=1,
        samples=96_000,
        recipe=Recipe(generator="footsteps", version="2", prompt=steps.prompt),
    )
    clip = Clip(
        id=ClipId("k"),
        track_id=steps.track_id,
        take_id=take.id,
        name="steps",
        start_s=steps.start_s,
        duration_s=2.0,
        gain_db=1.0,
    )
    return structs.replace(AddTake(take=take).apply(project), clips=(clip,))


def steps_of(project):
    return next(e for e in project.events if e.layer == "footsteps")


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def rewritten(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_a_table_read_back_as_it_is_changes_nothing(street) -> None:
    text = write_sheet(street)
    assert len(table(text)) == len(street.events)
    assert read_sheet(text, street) is None
    assert read_sheet(write_sheet(street, comma="\t"), street) is None
    assert read_sheet("\ufeff" + write_sheet(street, comma=";"), street) is None


def test_changes_of_a_table_are_one_step_and_clips_follow(street) -> None:
    rows = table(write_sheet(street))
    row = next(row for row in rows if row["layer"] == "footsteps")
    row["start_s"] = str(float(row["start_s"]) + 1.0)
    row["end_s"] = str(float(row["end_s"]) + 1.0)
    row["hits_s"] = " ".join(str(float(t) + 1.0) for t in row["hits_s"].split())
    row["level_db"], row["prompt"], row["track"] = "-6", "boots", "Car 1"
    document = Document(street)
    document.do(read_sheet(rewritten(rows), street))
    event, clip = steps_of(document.project), document.project.clip("k")
    assert event.onsets_s == pytest.approx([t + 1.0 for t in steps_of(street).onsets_s])
    assert (event.prompt, event.track_id, event.provenance) == ("boots", "c", "hand")
    assert clip.start_s == pytest.approx(street.clip("k").start_s + 1.0)
    softer_db = -6.0 - steps_of(street).level_db
    assert (clip.track_id, clip.gain_db) == ("c", pytest.approx(1.0 + softer_db))
    assert status_of(document.project, event) == "changed"
    document.undo()
    assert document.project == street


def test_hits_alone_can_be_changed_and_lines_added(street) -> None:
    rows = table(write_sheet(street))
    row = next(row for row in rows if row["layer"] == "footsteps")
    row["hits_s"] = " ".join(row["hits_s"].split()[:2])
    rows.append({**row, "id": "", "prompt": "a second walker", "muted": "yes"})
    after = read_sheet(rewritten(rows), street).apply(street)
    assert len(after.events) == len(street.events) + 1
    assert len(steps_of(after).onsets_s) == 2
    new = after.events[-1]
    assert (new.prompt, new.muted, status_of(after, new)) == ("a second walker", True, "muted")


def test_texts_that_spreadsheets_would_run_are_kept_from_it(street) -> None:
    event = structs.replace(steps_of(street), prompt='=HYPERLINK("http://x")', why="-2+3")
    project = street.with_event(event)
    row = next(row for row in table(write_sheet(project)) if row["layer"] == "footsteps")
    assert row["prompt"].startswith("'=")
    assert row["why"].startswith("'-")
    assert read_sheet(write_sheet(project), project) is None


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("track", "Nobody", "track: there is no 'Nobody'"),
        ("generator", "spells", "generator: there is no 'spells'"),
        ("start_s", "soon", "start_s: 'soon' is no number"),
        ("start_s", "nan", "no number"),
        ("end_s", "0", "no time"),
        ("hits_s", "99", "hit lies outside"),
        ("muted", "perhaps", "neither yes nor no"),
        ("category", "GNUS", "GNUS"),
        ("level_db", "1e999", "no number"),
    ],
)
def test_a_bad_cell_is_told_with_its_row(street, column, value, told) -> None:
    rows = table(write_sheet(street))
    rows[1][column] = value
    with pytest.raises(ScriptError, match=told) as caught:
        read_sheet(rewritten(rows), street, "a.csv")
    assert "a.csv, row 3" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"), [("", "no column"), ("a,b\n1,2\n", "no column 'track'"), ("\x00", "not text")]
)
def test_what_is_no_table_is_told(street, text, told) -> None:
    with pytest.raises(ScriptError, match=told):
        read_sheet(text, street)


def test_an_id_twice_is_refused(street) -> None:
    rows = table(write_sheet(street))
    with pytest.raises(ScriptError, match="occurs twice"):
        read_sheet(rewritten([*rows, rows[0]]), street)


def test_several_lines_change_copy_and_go_in_one_step(street) -> None:
    events = street.events[:3]
    louder = changed_lines(street, events, level_db=3.0).apply(street)
    assert [e.level_db for e in louder.events[:3]] == [3.0] * 3
    copied = copied_lines(street, events).apply(street)
    assert len(copied.events) == len(street.events) + 3
    assert len({e.id for e in copied.events}) == len(copied.events)
    gone = deleted_lines(events).apply(street)
    assert len(gone.events) == len(street.events) - 3
    assert changed_line(street, events[0], level_db=events[0].level_db) == ()


def test_a_shorter_line_leaves_out_the_hits_behind_its_end(street) -> None:
    event = steps_of(street)
    after = street
    for edit in changed_line(street, event, duration_s=1.0):
        after = edit.apply(after)
    changed = steps_of(after)
    assert changed.onsets_s == tuple(t for t in event.onsets_s if t <= event.start_s + 1.0)
    assert len(changed.strengths) == len(changed.onsets_s)


def test_states_of_lines(street) -> None:
    event = steps_of(street)
    assert status_of(street, event) == "ready"
    assert {status_of(street, e) for e in street.events if e.id != event.id} >= {"no take"}
    locked = street.with_take(structs.replace(street.take("t"), locked=True))
    assert status_of(locked, event) == "locked"


def test_a_cue_sheet_lists_cues_in_timecode_by_track(street) -> None:
    text = cue_sheet(street)
    lines = text.splitlines()
    assert lines[0].startswith("CUE SHEET")
    assert "Anna" in lines
    steps = next(line for line in lines if "FOOTSTEPS" in line)
    assert steps.startswith("00:00:00:12")
    assert f" {len(steps_of(street).onsets_s)} " in steps
    cues = [line for line in lines if line.startswith("00:")]
    assert len(cues) == len(street.events)
