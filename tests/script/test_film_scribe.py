"""FilmScribe describes what is there, and its validator finds what a script lacks or makes up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from msgspec import structs

from engine.project.model import Analysis
from engine.script.layers import Draft
from engine.script.rules import shipped_rules
from engine.script.scribe.lines import Line, lines_of_drafts
from engine.script.scribe.loop import film_scribe, verified
from engine.script.scribe.observe import describe
from engine.script.scribe.repair import repaired
from engine.script.scribe.validate import validate

STEPS = tuple((0.5 + 0.55 * np.arange(12)).tolist())


@pytest.fixture
def street(make_track, make_project, bouncing_ball):
    walker = make_track("person", steps=STEPS, id="w", name="Anna")
    car = make_track("car", (8, 40, -1), (8, -40, -1), id="c", name="Car 1", seen=(4.0, 8.0))
    project = make_project(walker, car, bouncing_ball, prompt=("street", "gravel"))
    return structs.replace(project, analysis=Analysis(shots_s=(0.0, 4.0), outdoors=0.8))


def test_a_description_holds_each_shot_with_what_is_in_it(street) -> None:
    first, second = describe(street).shots
    assert (first.start_s, first.end_s, second.end_s) == (0.0, 4.0, 8.0)
    assert {thing.track_id for thing in first.visible} == {"w", "b"}
    assert {thing.track_id for thing in second.visible} == {"w", "b", "c"}
    walker = next(thing for thing in first.visible if thing.track_id == "w")
    assert (walker.thing.value, walker.action.value) == ("walker", "walks")
    assert walker.action.confidence > 0.9
    assert "steps are seen" in walker.action.evidence
    assert {t.kind for t in first.touching} == {"step", "bounce"}
    assert (first.surface.value, first.surface.confidence) == ("gravel", 1.0)
    assert (first.place.value, first.place.evidence) == ("outdoors", "the prompt says 'street'")
    assert second.tempo.value == "moderate"


def test_who_is_quick_runs_and_what_is_unsaid_is_told_as_assumed(make_track, make_project) -> None:
    runner = make_track("person", (5, 16, -1.6), (5, -16, -1.6), steps=STEPS)
    (shot,) = describe(make_project(runner)).shots
    assert shot.visible[0].action.value == "runs"
    assert shot.surface.confidence < 0.5
    assert "assumed" in shot.surface.evidence
    assert (shot.place.value, shot.place.confidence) == ("unknown", 0.0)


def test_the_rules_script_passes(street) -> None:
    scribed = film_scribe(street)
    assert scribed.passed
    assert scribed.told == "the script fits what is seen"


def test_every_kind_of_fault_is_found(street) -> None:
    seen = describe(street)
    good = lines_of_drafts(film_scribe(street).drafted.drafts)
    free = ["ambience"]
    assert validate(seen, good, free) == ()
    kinds = lambda lines: [f.kind for f in validate(seen, lines, free)]  # noqa: E731
    without_car = [line for line in good if line.track_id != "c"]
    assert kinds(without_car) == ["mover without event"]
    fewer = [replace(line, onsets_s=line.onsets_s[:-1]) for line in good if line.layer == "bounces"]
    others = [line for line in good if line.layer != "bounces"]
    assert kinds([*others, *fewer]) == ["touch not covered"]
    assert kinds([*good, Line("c", "motor", 7.0, 9.5)]) == ["outside the clip"]
    assert kinds([*good, Line("c", "motor", 0.5, 2.0)]) == ["without evidence"]
    assert kinds([*good, Line("ghost", "steps", 0.5, 2.0)]) == ["without evidence"]
    assert kinds([*good, Line("b", "hits", 5.0, 8.0, (7.9,))]) == ["without evidence"]
    assert kinds([*good, Line("ambience", "ambience", 0.0, 8.0)]) == []


def test_the_loop_mends_a_bad_script_and_tells_its_rounds(street) -> None:
    rules = shipped_rules()
    seen = describe(street, rules)
    drafts = [
        (track_id, draft)
        for track_id, draft in film_scribe(street).drafted.drafts
        if track_id not in ("c", "b")
    ]
    stray = Draft("motor", "motor", "", 7.0, 99.0, "VEHICLES", "")
    made_up = Draft("bark", "animals", "", 1.0, 2.0, "ANIMALS", "")
    bad = (*drafts, ("c", stray), ("nobody", made_up))

    def mend(_, drafts, found):
        return repaired(drafts, found, street, seen, rules)

    mended, rounds = verified(seen, bad, mend, 4, ["ambience"])
    assert len(rounds[0]) >= 5
    assert rounds[-1] == ()
    by_track = {track_id for track_id, _ in mended}
    assert {"w", "b", "c", "ambience"} <= by_track
    assert "nobody" not in by_track
    assert max(draft.end_s for _, draft in mended) <= 8.0
    hits = [t for track_id, draft in mended if track_id == "b" for t in draft.onsets_s]
    assert hits == pytest.approx([1.0, 1.8, 2.2])


def test_the_budget_ends_the_loop(street) -> None:
    seen = describe(street)
    asked = []

    def stubborn(_, drafts, found):
        asked.append(len(found))
        return (*drafts, ("ambience", Draft("bed", "ambience", "", 0.0, 1.0, "AMBIENCE", "")))

    _, rounds = verified(seen, (), stubborn, 3, ["ambience"])
    assert len(asked) == 3
    assert len(rounds) == 4
    assert rounds[-1]
