"""Paths closed around the listener: what goes across the line behind is one, its columns go on.

In pictures that go on past their right side (`engine.vision.round_pictures`) everything in the
first quarter of a turn is found again a turn further. Two paths that are a whole number of turns
apart at the same moments are one; of each moment the sight is taken that no side cuts off. The
columns of what was joined go on without a leap, below 0 or above a turn, so that its azimuth is
unwrapped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.vision.joining import join_cheapest
from engine.vision.paths import Path, centres_of, smoothed

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

_LEAST_COMMON = 3
"""Pictures in which two paths must be at one place."""
_INSIDE = 0.6
"""Share of the smaller box that must lie in the other, as a rule (one may be cut off)."""
_EDGE_PX = 1.5


@dataclass(frozen=True)
class _Piece:
    """A path, and the rows (n,) in which a side of the picture cuts it off."""

    path: Path
    cut: NDArray[np.bool_]


def closed(paths: Sequence[Path], turn: int, width: int) -> list[Path]:
    """Paths of pictures `width` wide whose columns come again after `turn`, each thing once.

    The first sight of each is within the first turn.
    """
    pieces = [_Piece(path, _cut(path.boxes, width)) for path in paths]

    def cost(a: _Piece, b: _Piece) -> float | None:
        found = _turns_between(a.path, b.path, turn)
        return None if found is None else found[1]

    def join(a: _Piece, b: _Piece) -> _Piece:
        found = _turns_between(a.path, b.path, turn)
        assert found is not None
        return _joined(a, replace(b, path=_moved(b.path, found[0] * turn)))

    return [_settled(piece.path, turn) for piece in join_cheapest(pieces, cost, join)]


def _cut(boxes: Array, width: int) -> NDArray[np.bool_]:
    return np.asarray((boxes[:, 0] <= _EDGE_PX) | (boxes[:, 2] >= width - _EDGE_PX))


def _turns_between(a: Path, b: Path, turn: int) -> tuple[int, float] | None:
    """By how many turns `b` must be moved to lie on `a`, and how unlike they are then (0..1).

    None where they are not one thing.
    """
    if a.times_s[-1] < b.times_s[0] or b.times_s[-1] < a.times_s[0]:
        return None
    _, rows, others = np.intersect1d(a.times_s, b.times_s, return_indices=True)
    if len(rows) < _LEAST_COMMON:
        return None
    one, other = a.boxes[rows], b.boxes[others]
    apart = np.median(centres_of(one)[:, 0] - centres_of(other)[:, 0])
    turns = round(float(apart) / turn)
    if turns == 0:
        return None
    other = other + turn * turns * np.array([1.0, 0.0, 1.0, 0.0])
    sides = np.minimum(one[:, 2:], other[:, 2:]) - np.maximum(one[:, :2], other[:, :2])
    common = np.prod(np.maximum(sides, 0.0), axis=1)
    areas = [np.maximum(np.prod(x[:, 2:] - x[:, :2], axis=1), 1e-9) for x in (one, other)]
    if float(np.median(common / np.minimum(*areas))) < _INSIDE:
        return None
    return turns, 1.0 - float(np.median(common / (areas[0] + areas[1] - common)))


def _moved(path: Path, columns: float) -> Path:
    """The path so many columns to the right, and whatever it was joined from."""
    shift = np.array([columns, 0.0, columns, 0.0])
    return replace(
        path,
        boxes=path.boxes + shift,
        smooth=path.smooth + shift,
        points=path.points + shift[:2],
        parts=tuple(_moved(part, columns) for part in path.parts),
    )


def _joined(a: _Piece, b: _Piece) -> _Piece:
    times, from_b, rows = _better_rows(a, b)
    first, second = a.path, b.path

    def rows_of(name: str) -> Any:
        mine, others = getattr(first, name), getattr(second, name)
        out = np.empty((len(times), *mine.shape[1:]), dtype=mine.dtype)
        out[~from_b], out[from_b] = mine[rows[~from_b]], others[rows[from_b]]
        return out

    labels = dict(first.labels)
    for label, weight in second.labels:
        labels[label] = labels.get(label, 0.0) + weight
    known = first if first.named or not second.named else second
    path = replace(
        first,
        times_s=times,
        boxes=rows_of("boxes"),
        smooth=rows_of("smooth"),
        confidence=rows_of("confidence"),
        seen=rows_of("seen"),
        points=rows_of("points"),
        speed=rows_of("speed"),
        person_scores=np.concatenate([first.person_scores, second.person_scores]),
        labels=tuple(labels.items()) if first.named == second.named else known.labels,
        colour=first.colour if first.colour is not None else second.colour,
        named=known.named,
        acts=first.acts or second.acts,
        doubted=first.doubted and second.doubted,
        bodiless=first.bodiless and second.bodiless,
        parts=(*first.parts, *second.parts),
    )
    cut = np.where(from_b, b.cut[np.minimum(rows, len(b.cut) - 1)],
                   a.cut[np.minimum(rows, len(a.cut) - 1)])  # fmt: skip
    return _Piece(path if path.parts else smoothed(path), cut)


def _better_rows(a: _Piece, b: _Piece) -> tuple[Array, NDArray[np.bool_], Rows]:
    """Times (n,) of both, whether `b` shows the thing better then (n,), and the row it is in."""
    times = np.union1d(a.path.times_s, b.path.times_s)
    worth = np.full((2, len(times)), -1.0)
    rows = np.zeros((2, len(times)), dtype=np.intp)
    for number, piece in enumerate((a, b)):
        at = np.searchsorted(times, piece.path.times_s)
        worth[number, at] = 1.0 + 2.0 * ~piece.cut + piece.path.seen
        rows[number, at] = np.arange(len(at))
    from_b = worth[1] > worth[0]
    return times, from_b, np.where(from_b, rows[1], rows[0])


def _settled(path: Path, turn: int) -> Path:
    """The path with its first sight within the first turn, and no sides to be cut off by."""
    turns = np.floor(centres_of(path.boxes[:1])[0, 0] / turn)
    return _without_sides(_moved(path, -float(turn * turns)))


def _without_sides(path: Path) -> Path:
    return replace(path, sideless=True, parts=tuple(_without_sides(part) for part in path.parts))
