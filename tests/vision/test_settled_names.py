"""A thing has one name over its life, if most of the evidence speaks for it; else a plainer one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.plugins import Detection
from engine.vision.join_names import joined
from engine.vision.known_things import is_close_up
from engine.vision.looks import Look
from engine.vision.paths import Path

Array = NDArray[np.float64]
SIZE = (480, 270)
TIMES = np.arange(0.0, 4.0, 0.04)


def moving(boxes: Array, times_s: Array = TIMES) -> Path:
    count = len(times_s)
    return Path(
        times_s=times_s,
        boxes=boxes,
        smooth=boxes,
        confidence=np.full(count, 0.8),
        seen=np.ones(count, dtype=bool),
        person_scores=np.zeros(0),
        labels=(("object", 1.0),),
        colour=None,
        points=0.5 * (boxes[:, :2] + boxes[:, 2:]),
        speed=np.full(count, 40.0),
    )


def across() -> Array:
    x = 20.0 + 80.0 * TIMES
    return np.column_stack([x, np.full(len(x), 100.0), x + 90.0, np.full(len(x), 170.0)])


def seen_as(labels: Sequence[str], score: float, boxes: Array) -> list[Look]:
    """Looks at one thing that is called in turn what the labels say; '' where it is missed."""
    return [
        Look(
            float(TIMES[row]),
            (Detection(tuple(map(float, boxes[row])), label, score),) if label else (),  # type: ignore[arg-type]
            np.zeros((90, 160), dtype=np.uint8),
        )
        for row, label in zip(range(0, len(TIMES), 8), labels * 13, strict=False)
    ]


def named(labels: Sequence[str], score: float = 0.8) -> tuple[str, bool]:
    """What the thing on a path is called, and whether the network names it."""
    boxes = across()
    (found,) = joined(
        [moving(boxes)], seen_as(labels, score, boxes), TIMES, SIZE, camera_moves=False
    )
    return max(found.labels, key=lambda one: one[1])[0], found.named


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        (["dog"], "dog"),
        (["dog", "dog", "dog", "cow"], "dog"),
        (["dog", "cow", "horse"], "animal"),
        (["bird", "dog", "giraffe"], "animal"),
    ],
)
def test_an_animal_is_what_most_of_the_evidence_says(labels: list[str], name: str) -> None:
    assert named(labels) == (name, True)


def test_an_animal_that_is_faintly_seen_is_a_thing_like_any_other() -> None:
    assert named(["dog"], 0.47) == ("object", False)
    assert named(["dog", ""], 0.7) == ("object", False)


def test_people_and_vehicles_keep_their_names_at_lower_scores() -> None:
    assert named(["person"], 0.5) == ("person", True)
    assert named(["car"], 0.5) == ("car", True)


def test_an_animal_that_comes_near_stays_what_it_was() -> None:
    """Its tail swings, so that its next box cannot be told; then it comes at the camera."""
    rows = np.arange(0, len(TIMES), 8)
    boxes = np.tile(np.array([160.0, 50.0, 365.0, 210.0]), (len(TIMES), 1))
    swing = np.array([0.0, 45.0, 10.0, 50.0, 5.0, 40.0, 0.0, 50.0, 0.0, 45.0, 10.0, 5.0, 60.0])
    boxes[rows, 0] += swing[: len(rows)]
    boxes[rows[-1]] = (224.0, 12.0, 396.0, 238.0)
    whole = np.stack([np.interp(TIMES, TIMES[rows], boxes[rows, k]) for k in range(4)], axis=1)
    seen = seen_as(["dog"], 0.85, whole)
    (found,) = joined([], seen, TIMES, SIZE, camera_moves=True)
    assert dict(found.labels).keys() == {"dog"}
    assert found.times_s[-1] == pytest.approx(TIMES[rows[-1]])


def test_who_goes_like_a_person_where_an_animal_is_found_is_none() -> None:
    boxes = across()
    seen = seen_as(["", "", "", "", "", "", "", "", "", "", "", "dog"], 0.8, boxes)
    seen[0] = Look(
        0.0,
        tuple(Detection((400.0, 10.0 + k, 440.0, 60.0), "chair", 0.9) for k in range(2)),
        np.zeros((90, 160), dtype=np.uint8),
    )
    late = TIMES >= 3.4
    (found,) = joined([moving(boxes[late], TIMES[late])], seen, TIMES, SIZE, camera_moves=False)
    assert found.bodiless


@pytest.mark.parametrize(
    ("box", "score", "close"),
    [
        ((180, 0, 280, 220), 0.88, False),
        ((180, 0, 280, 220), 0.5, True),
        ((100, 0, 280, 220), 0.88, True),
        ((180, 0, 300, 270), 0.88, True),
    ],
)
def test_who_stands_with_the_head_at_the_edge_is_somebody(
    box: tuple[float, float, float, float], score: float, close: bool
) -> None:
    assert is_close_up(Detection(box, "person", score), SIZE) == close
