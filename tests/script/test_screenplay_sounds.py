"""Scenes find their shots, and what a screenplay tells sounds where and when its words say."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from msgspec import structs

from engine.coordinates import to_spherical
from engine.project.edits import ApplyAnalysis, ApplyScript
from engine.project.model import Analysis
from engine.script.screenplay.align import align, best_runs
from engine.script.screenplay.fountain import read_fountain
from engine.script.screenplay.implied import implied
from engine.script.screenplay.told_sounds import told_sounds
from engine.script.scribe.description import FilmDescription, Shot, Told
from engine.script.tree.writing import think_script


def sounds(text: str) -> list[tuple[str, str]]:
    scene = read_fountain(f"INT. ROOM - DAY\n\n{text}\n").scenes[0]
    return [(told.thing, told.action) for told in told_sounds(scene)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thunder rolls outside.", [("lightning", "strikes")]),
        ("A phone rings in the next room.", [("telephone", "rings")]),
        ("The phone does not ring. No thunder.", []),
        ("Dogs bark as a door slams.", [("dog", "barks"), ("door", "slams")]),
        ("We hear the ringing of a phone.", [("telephone", "rings")]),
        ("A police car passes, its siren wailing.", [("police car", "drives")]),
        ("A distant siren.", [("ambulance", "drives")]),
        ("Laughter. Applause!", [("person", "laughs"), ("crowd", "applauds")]),
        ("The scarf lies on the carpet.", []),
        ("Church bells toll.", [("church bell", "rings")]),
        ("A glass falls and shatters.", [("glass", "falls"), ("glass", "breaks")]),
        ("A car stands and a truck drives off.", [("truck", "drives")]),
        ("The car door slams.", [("car door", "slams")]),
        ("She turns a page of the book.", [("page", "is turned")]),
        ("Wind howls through the trees.", [("wind", "blows")]),
        ("The floor creaks upstairs.", [("floor", "creaks")]),
        ("A train of thought.", []),
    ],
)
def test_sentences_tell_sounds(text, expected) -> None:
    assert sounds(text) == expected


def test_what_is_spoken_does_not_sound() -> None:
    assert sounds("ANNA\nThunder rolls outside.") == []


def look(value: str) -> Told:
    return Told(value=value, confidence=0.9, evidence="")


def shot(start_s: float, end_s: float, place: str) -> Shot:
    still = look("still")
    return Shot(
        start_s=start_s,
        end_s=end_s,
        visible=(),
        touching=(),
        surface=still,
        place=look(place),
        tempo=still,
    )


def test_scenes_find_the_shots_that_look_like_them() -> None:
    shots = (
        shot(0, 2, "outdoors"),
        shot(2, 4, "outdoors"),
        shot(4, 6, "indoors"),
        shot(6, 10, "outdoors"),
    )
    text = "EXT. YARD\n\nWind.\n\nINT. HALL\n\nA clock.\n\nEXT. ROAD\n\nA car."
    placed = align(read_fountain(text), FilmDescription(duration_s=10.0, shots=shots))
    assert [(p.start_s, p.end_s) for p in placed] == [(0, 4), (4, 6), (6, 10)]


def test_more_scenes_than_shots_share_a_shot_by_their_words() -> None:
    text = "INT. A\n\none two three\n\nINT. B\n\nfour\n\nEXT. C\n\nfive six"
    shots = (shot(0, 4, "indoors"), shot(4, 6, "outdoors"))
    placed = align(read_fountain(text), FilmDescription(duration_s=6.0, shots=shots))
    assert [(p.start_s, p.end_s) for p in placed] == [(0, 3), (3, 4), (4, 6)]


def test_the_cheapest_runs_are_those_of_all_that_there_are() -> None:
    costs = np.random.default_rng(4).uniform(size=(3, 8, 8))
    found = best_runs(3, 7, lambda run, first, behind: float(costs[run, first, behind]))
    every = [[0, *inner, 7] for inner in itertools.combinations(range(1, 7), 2)]
    total = lambda edges: sum(costs[i, a, b] for i, (a, b) in enumerate(itertools.pairwise(edges)))  # noqa: E731
    assert found == min(every, key=total)


@pytest.fixture
def street(make_track, make_project):
    project = make_project(
        make_track("person", steps=(0.5, 1.1, 1.7), seen=(0.0, 4.0)),
        make_track("dog", seen=(0.0, 4.0)),
    )
    return structs.replace(project, analysis=Analysis(shots_s=(0.0, 4.0), outdoors=0.5))


STORM = """EXT. STREET - NIGHT

Rain. A dog barks. A police car passes to the left.

INT. ROOM - NIGHT

A woman walks to the window. Thunder overhead. A phone rings in the next room.
"""


def test_seen_things_sound_in_the_picture_others_off_the_screen(street) -> None:
    told = implied(street, read_fountain(STORM), 3)
    names = {track.label for track in told.tracks}
    assert names == {"police car", "lightning", "telephone"}
    assert all(track.off_screen for track in told.tracks)
    by_track = {track_id: draft for track_id, draft in told.drafts}
    assert by_track["dog"].generator == "animals"
    assert "line 3" in by_track["dog"].why
    rain = by_track["ambience"]
    assert rain.parameters == {"place": "rain"}
    assert (rain.start_s, rain.end_s) == (0.0, 4.0)
    for _, draft in told.drafts:
        assert 0.0 <= draft.start_s < draft.end_s <= 8.0
        assert all(draft.start_s <= t <= draft.end_s for t in draft.onsets_s)


def test_what_the_picture_tells_by_itself_is_not_told_twice(bouncing_ball, make_project) -> None:
    ball = structs.replace(bouncing_ball, label="ball", name="Ball 1")
    told = implied(make_project(ball), read_fountain("A ball bounces. A ball falls."), 0)
    assert told.drafts == ()
    assert told.tracks == ()


def test_words_place_and_move_what_is_off_the_screen(street) -> None:
    tracks = {track.label: track for track in implied(street, read_fountain(STORM), 3).tracks}
    thunder = to_spherical(tracks["lightning"].trajectory.positions_m[0])
    assert thunder[1] > 45.0
    assert thunder[2] >= 100.0
    phone = tracks["telephone"]
    assert abs(to_spherical(phone.trajectory.positions_m[0])[0]) > 60.0
    assert phone.occlusion[0][1] > 0.5
    way = to_spherical(tracks["police car"].trajectory.positions_m)
    assert np.ptp(way[:, 0]) > 40.0
    assert (way[:3, 0] > 0).all()
    assert tracks["lightning"].start_s >= 4.0


def test_sides_that_words_leave_open_follow_the_seed(street) -> None:
    text = read_fountain("A phone rings. A door slams. A dog howls. A gun fires.")
    sides = set()
    for seed in range(6):
        tracks = implied(street, text, seed).tracks
        sides.add(tuple(np.sign(track.trajectory.positions_m[0, 1]) for track in tracks))
        assert implied(street, text, seed).tracks == tracks
    assert len(sides) > 1


def test_told_tracks_come_in_by_the_script_and_go_with_it(street) -> None:
    written = think_script(street, 1, implied(street, read_fountain(STORM), 1))
    apply = ApplyScript(tracks=written.script.tracks, events=written.script.events)
    project = apply.apply(street)
    assert sum(track.off_screen for track in project.tracks) == 3
    again = ApplyAnalysis(
        video=project.video,
        analysis=project.analysis,
        scene=project.scene,
        tracks=tuple(track for track in project.tracks if not track.off_screen)[:2],
    ).apply(project)
    assert sum(track.off_screen for track in again.tracks) == 3
    plain = think_script(again, 1)
    without = ApplyScript(tracks=plain.script.tracks, events=plain.script.events).apply(again)
    assert not any(track.off_screen for track in without.tracks)
    assert not any(event.layer.startswith("told") for event in without.events)
