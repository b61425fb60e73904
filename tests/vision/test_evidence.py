"""Names and hits need evidence: hardly seen, indoors, or under a moving camera they are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.project.model import Contact
from engine.vision.evidence import Evidence, while_seen
from engine.vision.labels import Naming
from engine.vision.paths import Path
from engine.vision.scene_light import SceneLook

INDOORS = SceneLook("indoors", 0.17, 0.83, "bright", 0.5)
MAYBE = SceneLook("indoors", 0.28, 0.72, "bright", 0.5)
SIZE = (200, 120)
DARK = SceneLook("unknown", 0.1, 0.9, "dark", 0.02)


def path(seen: float = 1.0, *, named: bool = False, scores: tuple[float, ...] = ()) -> Path:
    count = 40
    boxes = np.tile([10.0, 30.0, 60.0, 60.0], (count, 1))
    return Path(
        times_s=np.arange(count) * 0.05,
        boxes=boxes,
        smooth=boxes,
        confidence=np.full(count, 0.9),
        seen=np.arange(count) < round(seen * count),
        person_scores=np.array(scores),
        labels=(("object", 1.0),),
        colour=None,
        points=boxes[:, :2],
        speed=np.zeros(count),
        named=named,
    )


@pytest.mark.parametrize(
    ("evidence", "seen", "named", "vehicles", "kept"),
    [
        (Evidence(), 0.4, False, 1, True),
        (Evidence((INDOORS,)), 1.0, False, 1, False),
        (Evidence((INDOORS,)), 1.0, True, 1, True),
        (Evidence((INDOORS,)), 1.0, False, 3, True),
        (Evidence((MAYBE,)), 1.0, False, 1, True),
        (Evidence((DARK,)), 1.0, False, 1, True),
        (Evidence(camera_moves=True), 1.0, False, 1, True),
        (Evidence(camera_moves=True), 0.4, False, 1, False),
    ],
)
def test_a_vehicle_needs_evidence(evidence, seen, named, vehicles, kept) -> None:
    paths = [path(seen, named=named)] * vehicles
    found = evidence.believed(paths, [("vehicle", 0.64)] * vehicles, (0.0, 2.0), SIZE)
    assert {kind for kind, _ in found} == {"vehicle" if kept else "object"}
    assert all((sure == 0.64) is kept for _, sure in found)


@pytest.mark.parametrize(
    ("seen", "scores", "kind"),
    [(0.3, (), "object"), (0.3, (0.0, 0.4), "person"), (0.9, (0.0, 0.0), "person")],
)
def test_a_gait_alone_makes_no_person_of_what_is_hardly_seen(seen, scores, kind) -> None:
    ((found, _),) = Evidence().believed(
        [path(seen, scores=scores)], [("person", 0.5)], (0.0, 2.0), SIZE
    )
    assert found == kind


@pytest.mark.parametrize(("scores", "kind"), [((), "object"), ((0.5, 0.5, 0.0), "person")])
def test_in_the_dark_what_rises_like_somebody_is_nobody_unless_seen(scores, kind) -> None:
    for look, expected in ((DARK, kind), (MAYBE, "person")):
        ((found, _),) = Evidence((look,)).believed(
            [path(scores=scores)], [("person", 0.5)], (0.0, 2.0), SIZE
        )
        assert found == expected


def test_steps_are_taken_only_while_somebody_is_seen() -> None:
    steps = [Contact(time_s=t, kind="step") for t in (0.2, 0.9, 1.1, 1.6)]
    assert [c.time_s for c in while_seen(path(0.5), steps)] == [0.2, 0.9, 1.1]


def test_sudden_turns_under_a_moving_camera_are_no_hits() -> None:
    found = [Contact(time_s=0.5, kind="impact"), Contact(time_s=1.0, kind="bounce")]
    ball = shaped(np.full(40, 30.0), np.full(40, 60.0), 1.0)
    assert Evidence().contacts(ball, found) == tuple(found)
    assert Evidence(camera_moves=True).contacts(ball, found) == (found[1],)


def driving(heights: np.ndarray, widths: np.ndarray, bottom: float = 90.0) -> Path:
    """What goes to the right with an outline of its own."""
    base = path()
    left = 20.0 + 2.0 * np.arange(len(widths))
    boxes = np.stack([left, bottom - heights, left + widths, np.full(len(widths), bottom)], axis=1)
    times_s = np.arange(len(widths)) * 0.05
    return replace(
        base,
        times_s=times_s,
        boxes=boxes,
        smooth=boxes,
        confidence=np.full(len(widths), 0.9),
        seen=np.ones(len(widths), dtype=bool),
        points=boxes[:, :2],
        speed=np.zeros(len(widths)),
    )


STEADY = np.full(40, 40.0)
TURNING = np.repeat([25.0, 60.0], 20)
GALLOP = 60.0 * (1.0 + 0.25 * np.sin(np.arange(40) * 1.6))


@pytest.mark.parametrize(
    ("widths", "bottom", "vehicles", "kind"),
    [
        (1.6 * STEADY, 90.0, 1, "vehicle"),
        (TURNING, 90.0, 1, "object"),
        (TURNING, 90.0, 2, "vehicle"),
        (GALLOP, 90.0, 1, "object"),
        (GALLOP, 90.0, 2, "vehicle"),
        (1.6 * STEADY, 50.0, 2, "object"),  # its wheels would be above all ground
        (1.6 * STEADY, 50.0, 3, "vehicle"),
    ],
)
def test_lone_vehicles_keep_their_shape_and_stand_on_the_ground(
    widths, bottom, vehicles, kind
) -> None:
    seen = [driving(STEADY, widths, bottom)] * vehicles
    found = Evidence().believed(seen, [("vehicle", 0.6)] * vehicles, (0.0, 2.0), SIZE)
    assert {kind for kind, _ in found} == {kind}


@pytest.mark.parametrize(
    ("evidence", "label", "sure"),
    [
        (Evidence(), "flyer", 0.6),
        (Evidence((INDOORS,)), "object", 0.6),
        (Evidence(camera_moves=True), "object", 0.3),
    ],
)
def test_nothing_flies_indoors_or_under_a_moving_camera(evidence, label, sure) -> None:
    (name,) = evidence.named([path()], [Naming("object", "flyer", 0.6)], (0.0, 2.0))
    assert (name.label, name.confidence) == (label, sure)


def test_the_users_bird_flies_under_a_moving_camera() -> None:
    named = Naming("object", "goose", 0.6)
    assert Evidence(camera_moves=True).named([path()], [named], (0.0, 2.0)) == [named]


def shaped(widths: NDArray[np.float64], centres: NDArray[np.float64], high: float) -> Path:
    """A path with boxes of these widths (40,), so much as high, about these columns (40,)."""
    half = 0.5 * widths
    rows = [centres - half, 60.0 - high * half, centres + half, 60.0 + high * half]
    boxes = np.stack(rows, axis=1)
    return replace(path(), boxes=boxes, smooth=boxes)


def test_only_what_may_be_round_bounces_and_a_heap_of_things_hits_nothing() -> None:
    """Cars that come and go at night, taken for one thing, turn up and down like a ball."""
    hits = (Contact(time_s=0.5, kind="bounce"), Contact(time_s=1.0, kind="impact"))
    hits = (*hits, Contact(time_s=1.5, kind="stop"))
    moment = np.linspace(0.0, 1.0, 40)
    to_and_fro = 100.0 + 40.0 * np.sin(6.0 * np.pi * moment)
    growing, steady = np.linspace(12.0, 60.0, 40), np.full(40, 30.0)

    def kinds(*shape) -> list[str]:
        return [contact.kind for contact in Evidence().contacts(shaped(*shape), hits)]

    assert kinds(growing, to_and_fro, 1.0) == ["bounce", "impact", "stop"]
    assert kinds(steady, to_and_fro, 0.5) == ["impact", "impact", "stop"]
    assert kinds(growing, 200.0 * moment, 0.5) == ["impact", "impact", "stop"]
    assert kinds(growing, to_and_fro, 0.5) == ["stop"]
