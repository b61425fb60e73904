"""A share of the time for everyone who crosses the picture, as far as there is time.

Where politeness (see `engine.script.moments`) leaves somebody with nothing, time is divided: each
gets an unbroken stretch in which it goes a telling way, and whoever gives one away keeps another
as long. If it has no other, it may take one in its turn. Those for whom there is no time at all
sound beneath the others, softer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from engine.script.moments import is_told, telling_deg

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_LONG_S, _LEAST_S = 1.6, 1.2
"""What each should get, and what each keeps: 0.9 s as it is heard, between two pauses."""
_STEPS_LONGER = 1.5
"""How much more those should get that are in front together: it takes some steps to tell."""
_GROWS_S = 0.6
"""By so much a share grows at either end where it tells little and others can spare it."""
_SCRAP_S = 0.8
"""A shorter stretch is heard by nobody."""
_LEAST_WAY_DEG = 8.0
_TELLING_DEG, _WAY_DB = 25.0, 14.0
"""A way that tells well where it goes, and what a stretch with that much of it is worth."""
_NEAREST_DB = 12.0
"""What it costs to take from somebody the moment at which they are nearest."""
_MOST_WEIGHED, _MOST_TRIED = 200, 16
"""So many of the stretches worth most are weighed against their price; so many are tried."""
_CHAIN = 2
"""So many may pass on what was taken from them."""


@dataclass(frozen=True, eq=False)
class _Claims:
    """Levels and azimuths (movers, n), who wants a share, who loses none, and the time of a row.

    Those of one party (movers,) are in front together.
    """

    levels: Array
    azimuth_deg: Array
    wants: tuple[int, ...]
    kept: frozenset[int]
    step_s: float
    party: Indices

    def has(self, front: Indices, index: int) -> bool:
        """Whether one is in front for long enough, going a telling way."""
        there = np.isfinite(self.levels[index])
        count = self.rows(index, _LEAST_S)
        leads = there & (self.party[front] == self.party[index])
        return is_told(leads, there, self.azimuth_deg[index], count)

    def rows(self, index: int, length_s: float) -> int:
        """Rows of a share so long; all of its own of one that is there for less, if long enough."""
        there_s = float(np.isfinite(self.levels[index]).sum()) * self.step_s
        least_s = there_s if _SCRAP_S <= there_s < length_s else length_s
        return round(least_s / self.step_s)

    def served(self, front: Indices) -> int:
        """How many of those who want a share have one."""
        return sum(self.has(front, index) for index in self.wants)

    def tells(self, index: int, part: slice) -> bool:
        """Whether a mover is there all through a part of the time, and goes a telling way."""
        way_deg = float(np.ptp(self.azimuth_deg[index, part]))
        there = bool(np.isfinite(self.levels[index, part]).all())
        return there and way_deg >= self._least_deg(index)

    def fitting(self, index: int, count: int) -> tuple[Indices, Array]:
        """Rows at which a share of so many may begin, as `tells` has it, and the way in each."""
        there = np.flatnonzero(np.isfinite(self.levels[index]))
        if not 0 < count <= len(there):
            return np.zeros(0, dtype=np.intp), np.zeros(0)
        span = slice(there[0], there[-1] + 1)
        way_deg = np.ptp(sliding_window_view(self.azimuth_deg[index, span], count), axis=1)
        whole = np.isfinite(sliding_window_view(self.levels[index, span], count)).all(axis=1)
        fits = np.flatnonzero(whole & (way_deg >= self._least_deg(index)))
        return there[0] + fits, way_deg[fits]

    def _least_deg(self, index: int) -> float:
        there = np.isfinite(self.levels[index])
        return max(telling_deg(self.azimuth_deg[index, there]), _LEAST_WAY_DEG)


def with_shares(
    front: Indices,
    levels: Array,
    azimuth_deg: Array,
    wants: Sequence[int],
    step_s: float,
    kept: Collection[int] = (),
    together: Collection[int] = (),
) -> Indices:
    """Who is in front when all of `wants` have a share, as far as time allows.

    Parameters
    ----------
    front : (n,) array
        Index of the mover in front at each time, `step_s` apart.
    levels, azimuth_deg : (movers, n) arrays
        Level of each mover (-inf where it is not there) and its azimuth without jumps, or what
        is heard of it.
    wants : sequence of int
        Movers that want a share, those that matter most first.
    kept : collection of int
        Movers whose share is not taken from them.
    together : collection of int
        Movers that do not disturb each other: while one of them is in front, all of them are.
    """
    party = np.arange(len(levels))
    party[list(together)] = -1
    claims = _Claims(levels, azimuth_deg, tuple(wants), frozenset(kept), step_s, party)
    shared = _divided(claims, front)
    if claims.served(shared) < len(wants):
        packed = _divided(claims, _packed(claims, front))
        shared = packed if claims.served(packed) > claims.served(shared) else shared
    shared = _grown(claims, shared)
    return _without_scraps(shared, levels, round(_SCRAP_S / step_s))


def _grown(claims: _Claims, front: Indices) -> Indices:
    """Who is in front when shares that tell little have grown, as far as others keep theirs."""
    for index in reversed(claims.wants):
        for _ in range(round(_GROWS_S / claims.step_s)):
            edges = np.flatnonzero(np.diff(np.concatenate([[0], front == index, [0]])))
            runs = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
            if not runs:
                break
            first, after = max(runs, key=lambda run: run[1] - run[0])
            if np.ptp(claims.azimuth_deg[index, first:after]) >= _TELLING_DEG:
                break
            front = _taken(claims, _taken(claims, front, index, first - 1), index, after)
    return front


def _taken(claims: _Claims, front: Indices, index: int, at: int) -> Indices:
    """Who is in front when a mover has one row more, unless another lost its share by that."""
    if not 0 <= at < len(front) or not np.isfinite(claims.levels[index, at]):
        return front
    tried = front.copy()
    tried[at] = index
    other = int(front[at])
    lost = claims.has(front, other) and not claims.has(tried, other)
    return front if lost or claims.party[other] < 0 else tried


def _divided(claims: _Claims, front: Indices) -> Indices:
    """Who is in front when those who lack a share have taken one from others, one by one."""
    for length_s in (_LONG_S, _LEAST_S, _LEAST_S / _STEPS_LONGER):
        for index in claims.wants:
            if not claims.has(front, index):
                more = _STEPS_LONGER if claims.party[index] < 0 else 1.0
                placed = _placed(claims, front, index, more * length_s, frozenset())
                front = front if placed is None else placed
    return front


def _placed(
    claims: _Claims, front: Indices, index: int, length_s: float, fixed: frozenset[int]
) -> Indices | None:
    """Who is in front when one more has a share; None where that is not possible."""
    count = claims.rows(index, length_s)
    for start in _starts(claims, front, index, count):
        tried = front.copy()
        tried[start : start + count] = index
        given = set(claims.party[front[start : start + count]].tolist())
        touched = [o for o in sorted({*claims.wants, *claims.kept}) if claims.party[o] in given]
        lost = [o for o in touched if claims.has(front, o) and not claims.has(tried, o)]
        if not claims.has(tried, index) or (fixed | claims.kept) & set(lost):
            continue
        if not lost:
            return tried
        if len(lost) == 1 and len(fixed) < _CHAIN:
            again = _placed(claims, tried, lost[0], length_s, fixed | {index})
            if again is not None and claims.has(again, index):
                return again
    return None


def _starts(claims: _Claims, front: Indices, index: int, count: int) -> list[int]:
    """Where a share of so many rows may begin, the best first."""
    starts, way_deg = claims.fitting(index, count)
    if not len(starts):
        return []
    every = (starts - int(np.argmax(np.isfinite(claims.levels[index])))) % 2 == 0
    starts, way_deg = starts[every], way_deg[every]
    levels = sliding_window_view(claims.levels[index], count)[starts].mean(axis=1)
    worth_db = levels + _WAY_DB * np.minimum(way_deg / _TELLING_DEG, 1.0)
    found = []
    for at in np.argsort(-worth_db, kind="stable")[:_MOST_WEIGHED].tolist():
        start = int(starts[at])
        price_db = _price_db(claims, front, index, slice(start, start + count))
        found.append((float(worth_db[at]) - price_db, -start))
    return [-start for _, start in sorted(found, reverse=True)[:_MOST_TRIED]]


def _packed(claims: _Claims, front: Indices) -> Indices:
    """Who is in front when shares follow each other closely, those first who are gone first."""
    front, free = front.copy(), ~np.isin(front, list(claims.kept))
    placed: list[tuple[int, slice]] = []
    spans = {i: np.flatnonzero(np.isfinite(claims.levels[i])) for i in claims.wants}
    for index in sorted(spans, key=lambda i: spans[i][-1] if len(spans[i]) else 0):
        count = claims.rows(index, _LEAST_S)
        fellows = [part for other, part in placed if claims.party[other] == claims.party[index]]
        if any(claims.tells(index, part) for part in fellows):
            continue
        starts, _ = claims.fitting(index, count)
        open_ = [start for start in starts.tolist() if free[start : start + count].all()]
        if open_:
            part = slice(open_[0], open_[0] + count)
            front[part], free[part] = index, False
            placed.append((index, part))
    return front


def _price_db(claims: _Claims, front: Indices, index: int, part: slice) -> float:
    """What those in front would give away: half of how loud they are, and their nearest point."""
    price = 0.0
    for other in set(front[part].tolist()) - {index}:
        levels = claims.levels[other]
        given = levels[part][np.isfinite(levels[part]) & (front[part] == other)]
        if len(given):
            nearest = bool(given.max() >= levels[np.isfinite(levels)].max() - 0.1)
            price = max(price, 0.5 * float(given.mean()) + 40.0 + _NEAREST_DB * nearest)
    return price


def _without_scraps(front: Indices, levels: Array, count: int) -> Indices:
    """Stretches too short to be heard given to whoever is there before or after."""
    front = front.copy()
    edges = [0, *(np.flatnonzero(np.diff(front)) + 1).tolist(), len(front)]
    for first, after in pairwise(edges):
        own = np.isfinite(levels[front[first]])
        whole = own.sum() == own[first:after].sum()
        if after - first >= count or whole or not own[first:after].any():
            continue
        for neighbour in (first - 1, after):
            inside = 0 <= neighbour < len(front)
            if inside and np.isfinite(levels[front[neighbour], first:after]).all():
                front[first:after] = front[neighbour]
                break
    return front
