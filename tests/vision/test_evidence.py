"""Names and hits need evidence: hardly seen, indoors, or under a moving camera they are refused."""

from __future__ import annotations

import numpy as np
import pytest

from engine.project.model import Contact
from engine.vision.evidence import Evidence, while_seen
from engine.vision.paths import Path
from engine.vision.scene_light import SceneLook

INDOORS = SceneLook("indoors", 0.17, 0.83, "bright", 0.5)
MAYBE = SceneLook("indoors", 0.28, 0.72, "bright", 0.5)
HEIGHT = 120
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
    found = evidence.believed(paths, [("vehicle", 0.64)] * vehicles, (0.0, 2.0), HEIGHT)
    assert {kind for kind, _ in found} == {"vehicle" if kept else "object"}
    assert all((sure == 0.64) is kept for _, sure in found)


@pytest.mark.parametrize(
    ("seen", "scores", "kind"),
    [(0.3, (), "object"), (0.3, (0.0, 0.4), "person"), (0.9, (0.0, 0.0), "person")],
)
def test_a_gait_alone_makes_no_person_of_what_is_hardly_seen(seen, scores, kind) -> None:
    ((found, _),) = Evidence().believed(
        [path(seen, scores=scores)], [("person", 0.5)], (0.0, 2.0), HEIGHT
    )
    assert found == kind


def test_steps_are_taken_only_while_somebody_is_seen() -> None:
    steps = [Contact(time_s=t, kind="step") for t in (0.2, 0.9, 1.1, 1.6)]
    assert [c.time_s for c in while_seen(path(0.5), steps)] == [0.2, 0.9, 1.1]


def test_sudden_turns_under_a_moving_camera_are_no_hits() -> None:
    found = [Contact(time_s=0.5, kind="impact"), Contact(time_s=1.0, kind="bounce")]
    assert Evidence().contacts(path(), found) == tuple(found)
    assert Evidence(camera_moves=True).contacts(path(), found) == (found[1],)
