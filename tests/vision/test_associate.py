"""Boxes of a learned detector become traces: identity, doubtful boxes, gaps, duplicates."""

from __future__ import annotations

from engine.plugins import Detection
from engine.vision.associate import associate, distinct

W, H = 640, 360


def car(x: float, y: float = 150, score: float = 0.8, label: str = "car") -> Detection:
    return Detection((x, y, x + 80, y + 40), label, score)


def times(count: int) -> list[float]:
    return [index / 8 for index in range(count)]


def test_two_that_cross_keep_their_identity() -> None:
    seen = [(t, [car(20 + 160 * t), car(500 - 160 * t, 175)]) for t in times(24)]
    traces = associate(seen, W, H)
    assert len(traces) == 2
    for trace in traces:
        steps = [b[0] - a[0] for a, b in zip(trace.boxes, trace.boxes[1:], strict=False)]
        assert len(trace.times_s) == 24
        assert all(step * steps[0] > 0 for step in steps)


def test_doubtful_boxes_begin_nothing_but_carry_on() -> None:
    weak = [(t, [car(20 + 100 * t, score=0.2)]) for t in times(16)]
    assert associate(weak, W, H) == []
    strong = [(t, [car(20 + 100 * t, score=0.8 if 5 <= n < 9 else 0.2)]) for n, t in
              enumerate(times(16))]  # fmt: skip
    (trace,) = associate(strong, W, H)
    assert (trace.times_s[0], trace.times_s[-1]) == (0.0, 15 / 8)  # back from its beginning, too
    assert len(trace.times_s) == 16


def test_a_gap_is_bridged_and_a_long_one_is_not() -> None:
    for missing, count in ((range(8, 14), 1), (range(8, 30), 2)):
        seen = [(t, [] if n in missing else [car(20 + 80 * t)]) for n, t in enumerate(times(40))]
        assert len(associate(seen, W, H)) == count


def test_the_next_car_is_not_the_last_one() -> None:
    first = [(t, [car(480 + 120 * t)]) for t in times(10)]
    later = [(t + 1.3, [car(10 + 120 * t)]) for t in times(10)]
    traces = associate([*first, *later], W, H)
    assert len(traces) == 2


def test_one_thing_under_two_names_is_one_thing_with_votes() -> None:
    seen = []
    for n, t in enumerate(times(12)):
        names = ("car", "truck") if n % 3 else ("truck", "car")
        seen.append((t, [car(20 + 90 * t, score=0.8, label=names[0]),
                         car(24 + 90 * t, score=0.5, label=names[1])]))  # fmt: skip
    (trace,) = associate(seen, W, H)
    votes = trace.votes()
    assert max(votes, key=lambda label: votes[label]) == "car"
    assert len(distinct(seen[0][1])) == 1


def test_a_person_on_a_bicycle_is_not_the_bicycle() -> None:
    rider = [
        (t, [Detection((100 + 60 * t, 100, 140 + 60 * t, 200), "person", 0.8),
             Detection((90 + 60 * t, 150, 150 + 60 * t, 210), "bicycle", 0.7)])
        for t in times(16)
    ]  # fmt: skip
    labels = sorted(set(trace.labels).pop() for trace in associate(rider, W, H))
    assert labels == ["bicycle", "person"]


def test_nothing_seen_is_nothing() -> None:
    assert associate([], W, H) == []
    assert associate([(0.0, []), (0.1, [])], W, H) == []
