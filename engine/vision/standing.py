"""What stands still in the picture stands still in space, however its outline trembles.

Distance is read from size, and a box that is smoothed over some tenths of a second grows before its
thing sets off. So between a stop and the next start a thing keeps its place, unless it comes nearer
or goes away meanwhile, as its size tells.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.project.model import Contact
from engine.vision.paths import Path

Array = NDArray[np.float64]

_LEAST_S, _BESIDE_S, _LETS_GO_S = 0.5, 0.6, 0.5
"""How long a stand lasts at the least; how near to what moves its size is not asked for; and how
long the way takes up where it would have gone on."""
_SAME_SIZE = 0.06
"""Change of the size's logarithm up to which a thing is neither coming nor going."""
_MOVES = 0.01
"""Change of place (of the distance) from which holding makes a difference."""


def held(path: Path, positions_m: Array, contacts: Sequence[Contact]) -> Array:
    """Positions (n, 3) of a path, each stand of it at one place.

    `contacts` tell when it starts and stops.
    """
    out = positions_m.copy()
    for first, after in _stands(path.times_s, contacts):
        inner = slice(first, after)
        if after - first < 3 or _comes_or_goes(path, first, after):
            continue
        place = np.median(positions_m[inner], axis=0)
        out[inner] = place
        _let_go(out, positions_m, path.times_s, after - 1, 1, place)
        _let_go(out, positions_m, path.times_s, first, -1, place)
    return out


def _stands(times_s: Array, contacts: Sequence[Contact]) -> list[tuple[int, int]]:
    """Rows (first, after the last) between each stop (or the beginning) and the next start."""
    changes = sorted((c.time_s, c.kind) for c in contacts if c.kind in ("start", "stop"))
    others_s = [c.time_s for c in contacts if c.kind not in ("start", "stop")]
    found, since_s = [], None
    if changes and changes[0][1] == "start":
        since_s = float(times_s[0]) - 1e-6
    for time_s, kind in [*changes, (float(times_s[-1]) + 1e-6, "start")]:
        if kind == "start" and since_s is not None:
            struck = any(since_s < other_s < time_s for other_s in others_s)
            if time_s - since_s >= _LEAST_S and not struck:
                found.append((since_s, time_s))
            since_s = None
        elif kind == "stop":
            since_s = time_s
    rows = [np.searchsorted(times_s, span) for span in found]
    return [(int(first), int(after)) for first, after in rows]


def _comes_or_goes(path: Path, first: int, after: int) -> bool:
    times_s = path.times_s
    inside = np.arange(first, after)
    if first > 0:
        inside = inside[times_s[inside] > times_s[first] + _BESIDE_S]
    if after < len(times_s):
        inside = inside[times_s[inside] < times_s[after - 1] - _BESIDE_S]
    if len(inside) < 3:
        return False
    sizes = 0.5 * np.log(np.maximum(np.prod(path.sizes[inside], axis=1), 1.0))
    return bool(np.ptp(sizes) > _SAME_SIZE)


def _let_go(
    out: Array, positions_m: Array, times_s: Array, edge: int, way: int, place: Array
) -> None:
    """Lead from a place to where the path goes on, from row `edge` forwards (1) or backwards."""
    offset_m = place - positions_m[edge]
    away_m = float(np.linalg.norm(place))
    if np.linalg.norm(offset_m) < _MOVES * away_m:
        return
    rows = np.arange(edge + way, len(times_s) if way > 0 else -1, way)
    share = 1.0 - np.abs(times_s[rows] - times_s[edge]) / _LETS_GO_S
    near = share > 0.0
    out[rows[near]] += share[near, None] * offset_m
