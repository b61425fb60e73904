"""What a mixer does for a mover that is covered: softer what covers it, louder itself, or aside.

Per mover that is not followed by the ears, remedies are tried from the mildest on. What covers it
is lowered while it does, by no more than 12 dB for a bed and 8 dB for another mover; the mover is
raised by no more than 4 dB; and if it still is not followed, where it only just begins or ends
under something else, it comes to the front after that, or steps back before: 18 dB softer, not
silent, and never while it strikes something. A remedy is kept when more
movers are followed with it, or the same ones better: what serves one at the cost of another is not
done. For a mover that still is not followed two that cross each other are parted: one steps back
as the other comes to the front. Where that does not help either, all that was done for it is
undone, unless another would no longer be followed then. Nothing falls silent so that a figure is
reached: a mover that the ears cannot follow among others is told to the user.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine.metrics.following import FOLLOWED, Following
from engine.pipeline.heard_passage import Ears, HeardPassage

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

GOAL = 0.9
"""Correlation from which nothing more is tried: `FOLLOWED`, and some for other listeners."""
MOST_LOWERED_DB = {"ambience": 12.0, "object": 8.0}
MOST_RAISED_DB = 4.0
_ROUNDS = 2
_CLEAR_DB = 22.0
"""What is so much softer than a mover does not cover it."""
_BENEATH_DB, _HARDLY = 12.0, 0.1
"""What is so much softer than all the rest, but for so little of its time, is not to be followed:
it sounds beneath the others, and to lower them all for it would serve nobody."""
_OFF_US, _OFF_DB = 50.0, 0.7
"""Beyond these from where it is heard alone, a mover is covered."""
_LEAST_GAIN = 0.02
"""A correlation that rises by less is not worth a change."""
_LEAST_DB = 0.5
"""A smaller change of level is none."""
_AWAY_DB = -18.0
"""A mover that steps back sounds on beneath the one in front, and does not fall silent."""
_KEEPS_S, _KEEPS = 0.8, 0.75
"""Time, and share of its time, that a mover keeps when it comes in later or leaves sooner."""
_KEEPS_PARTED = 0.6
"""The same of two that are parted."""
_PARTED_AT = (0.25, 0.5, 0.75)
"""Shares of the time that both sound at which they are parted."""
_MOST_PARTED = 6
"""Ways of parting that are tried in a passage."""
_STRIKING_DB = 4.0
"""By no more than this is a track lowered while it strikes something."""
_SILENT_DBFS = -120.0
_HOLD = 1
"""Points that a change of level reaches beyond what it is for."""
_RAMP, _BED_RAMP = 3, 10
"""Points on which it comes and goes; that of a bed, where nothing hides it, takes its time."""
_JOIN = 6
"""Nearer than this, two changes are one."""


@dataclass(frozen=True)
class Deed:
    """One change of level: of which track, for which mover, when, by how much."""

    track_id: str
    mover_id: str
    start_s: float
    end_s: float
    level_db: float


@dataclass(frozen=True, eq=False)
class Mix:
    """Gains of tracks, what two ears hear of them, how each mover is followed, and what was done.

    `gains_db` are (points,) per track id. Movers `beneath` the others are not served.
    """

    gains_db: Mapping[str, Array]
    ears: Ears
    followed: Mapping[str, Following]
    deeds: tuple[Deed, ...] = ()
    beneath: frozenset[str] = frozenset()

    @property
    def worth(self) -> tuple[int, float]:
        """How many movers are followed, and how well all of them are, to the goal."""
        worst = [one.worst for id_, one in self.followed.items() if id_ not in self.beneath]
        return sum(w >= FOLLOWED for w in worst), sum(min(w, GOAL) for w in worst)


Remedy = Callable[[HeardPassage, Mix, str, Mapping[str, float]], "Mix | None"]


def search(
    passage: HeardPassage, most_db: Mapping[str, float], *, parts: bool = True
) -> tuple[Mix, Mix]:
    """The passage as it is, and as it is heard best.

    Parameters
    ----------
    passage : HeardPassage
    most_db : mapping
        By how much each track may be lowered, by id; those that are left out are not touched.
    parts : bool
        Whether movers may step back for each other.
    """
    ears = passage.hear({})
    followed = {id_: passage.following(id_, {}, ears) for id_ in passage.movers}
    before = Mix({}, ears, followed, beneath=frozenset(_beneath(passage)))
    found = _served(passage, before, most_db, parts=parts)
    for start in _parted(passage, before, found, most_db) if parts else ():
        parted = _served(passage, start, most_db, parts=parts)
        found = parted if parted.worth > found.worth else found
    for _ in passage.movers:
        vain = _failed(found) & {deed.mover_id for deed in found.deeds}
        if not vain:
            break
        without = _served(passage, before, most_db, frozenset(_failed(found)), parts=parts)
        if without.worth[0] < found.worth[0]:
            break
        found = without
    return before, found


def _served(
    passage: HeardPassage,
    before: Mix,
    most_db: Mapping[str, float],
    left: frozenset[str] = frozenset(),
    *,
    parts: bool,
) -> Mix:
    """The passage with all movers served, but for those that are `left` as they are."""
    served = sorted(before.followed.keys() - left - before.beneath)
    found = before
    for _ in range(_ROUNDS):
        last = found
        for mover_id in sorted(served, key=lambda i: (last.followed[i].worst, i)):
            usual = (_half_clear, _clear, _clear_and_raised)
            found = _tried(passage, found, mover_id, most_db, usual, GOAL)
            if parts:
                found = _tried(passage, found, mover_id, most_db, (_held_back,), FOLLOWED)
        if found is last:
            break
    return found


def _parted(
    passage: HeardPassage, before: Mix, found: Mix, most_db: Mapping[str, float]
) -> list[Mix]:
    """Mixes in which one leaves as the other comes in: those not followed, and who crosses them."""
    starts: list[Mix] = []
    served = passage.movers.keys() - before.beneath
    active = {i: passage.active(i, {}) for i in served if i in most_db}
    pairs = combinations(sorted(active, key=lambda i: (int(np.argmax(active[i])), i)), 2)
    for first, second in pairs:
        both = np.flatnonzero(active[first] & active[second])
        if (
            not len(both)
            or not {first, second} & _failed(found)
            or {first, second} & before.beneath
        ):
            continue
        for share in _PARTED_AT:
            at = int(both[int(share * (len(both) - 1))])
            cuts = ((first, slice(at, None)), (second, slice(None, at)))
            lost = [float(active[i][part].sum() / active[i].sum()) for i, part in cuts]
            if max(lost) > 1.0 - _KEEPS_PARTED or len(starts) >= _MOST_PARTED:
                continue
            starts.append(_stepping_back(passage, before, cuts))
    return starts


def _stepping_back(passage: HeardPassage, mix: Mix, cuts: Iterable[tuple[str, slice]]) -> Mix:
    """A mix with tracks stepping back in parts of the passage, where they sound at all."""
    gains, deeds = dict(mix.gains_db), list(mix.deeds)
    for track_id, part in cuts:
        sounds = passage.levels_dbfs[track_id][part] > _SILENT_DBFS
        away = np.zeros(passage.windows)
        away[part] = np.where(sounds & ~passage.strikes[track_id][part], _AWAY_DB, 0.0)
        _change(passage, gains, deeds, (track_id, track_id), away, hold=0)
    return _heard(passage, mix, gains, deeds) or mix


def _tried(
    passage: HeardPassage,
    found: Mix,
    mover_id: str,
    most_db: Mapping[str, float],
    remedies: Iterable[Remedy],
    goal: float,
) -> Mix:
    """The mix after remedies for one mover, until it is followed as well as the goal says."""
    for remedy in remedies:
        if found.followed[mover_id].active_s == 0.0 or found.followed[mover_id].worst >= goal:
            break
        tried = remedy(passage, found, mover_id, most_db)
        if tried is not None and _is_better(tried, found):
            found = tried
    return found


def _failed(mix: Mix) -> set[str]:
    """Movers that sound, but are not followed, those beneath the others apart."""
    return {
        i
        for i, one in mix.followed.items()
        if one.active_s > 0.0 and not one.followed and i not in mix.beneath
    }


def _beneath(passage: HeardPassage) -> set[str]:
    """Movers that are far softer than all the rest for all of their time."""
    levels = {i: 10.0 ** (level / 10.0) for i, level in passage.levels_dbfs.items()}
    found = set()
    for mover_id in passage.movers:
        active = passage.active(mover_id, {})
        rest = sum((levels[i] for i in levels if i != mover_id), np.zeros(passage.windows))
        near = levels[mover_id] > rest * 10.0 ** (-_BENEATH_DB / 10.0)
        if active.any() and float(np.mean(near[active])) < _HARDLY:
            found.add(mover_id)
    return found


def merged(deeds: Iterable[Deed]) -> tuple[Deed, ...]:
    """Deeds in order of time, those on the same track for the same mover that overlap as one.

    No track falls by more than `_AWAY_DB` for all of them together, so that is what they tell.
    """
    done: dict[tuple[str, str, bool], list[Deed]] = {}
    for deed in sorted(deeds, key=lambda d: (d.start_s, d.end_s)):
        alike = done.setdefault((deed.track_id, deed.mover_id, deed.level_db == _AWAY_DB), [])
        if alike and deed.start_s <= alike[-1].end_s:
            last = alike[-1]
            alike[-1] = replace(
                last,
                end_s=max(last.end_s, deed.end_s),
                level_db=max(round(last.level_db + deed.level_db, 1), _AWAY_DB),
            )
        else:
            alike.append(deed)
    return tuple(sorted((d for alike in done.values() for d in alike), key=lambda d: d.start_s))


def _is_better(new: Mix, old: Mix) -> bool:
    (count, sum_), (old_count, old_sum) = new.worth, old.worth
    return count > old_count or (count == old_count and sum_ > old_sum + _LEAST_GAIN)


def _half_clear(
    passage: HeardPassage, mix: Mix, mover_id: str, most_db: Mapping[str, float]
) -> Mix | None:
    return _lowered(passage, mix, mover_id, {i: most / 2.0 for i, most in most_db.items()})


def _clear(
    passage: HeardPassage, mix: Mix, mover_id: str, most_db: Mapping[str, float]
) -> Mix | None:
    return _lowered(passage, mix, mover_id, most_db)


def _lowered(
    passage: HeardPassage, mix: Mix, mover_id: str, most_db: Mapping[str, float]
) -> Mix | None:
    """With all that covers the mover lowered, to where it no longer does."""
    covered = _covered(passage, mix, mover_id)
    own = passage.level_dbfs(mover_id, mix.gains_db)
    gains, deeds = dict(mix.gains_db), list(mix.deeds)
    for track_id, most in sorted(most_db.items()):
        if track_id == mover_id or track_id not in passage.stems:
            continue
        excess = passage.level_dbfs(track_id, mix.gains_db) - (own - _CLEAR_DB)
        given = -np.min(gains.get(track_id, np.zeros(1)))
        bound = np.where(passage.strikes[track_id], min(most, _STRIKING_DB), most)
        wanted = np.where(covered, np.clip(excess, 0.0, np.maximum(bound - given, 0.0)), 0.0)
        if wanted.max(initial=0.0) >= 1.0:
            _change(passage, gains, deeds, (track_id, mover_id), -wanted)
    return _heard(passage, mix, gains, deeds)


def _clear_and_raised(
    passage: HeardPassage, mix: Mix, mover_id: str, most_db: Mapping[str, float]
) -> Mix | None:
    """With all that covers it lowered and the mover itself raised."""
    if mover_id not in most_db:
        return None
    covered = _covered(passage, mix, mover_id)
    base = _lowered(passage, mix, mover_id, most_db) or mix
    gains, deeds = dict(base.gains_db), list(base.deeds)
    given = np.max(gains.get(mover_id, np.zeros(1)))
    wanted = np.where(covered, max(MOST_RAISED_DB - given, 0.0), 0.0)
    if wanted.max(initial=0.0) >= 1.0:
        _change(passage, gains, deeds, (mover_id, mover_id), wanted)
    return _heard(passage, mix, gains, deeds)


def _held_back(
    passage: HeardPassage, mix: Mix, mover_id: str, most_db: Mapping[str, float]
) -> Mix | None:
    """With the mover stepping back where it begins or ends under something else."""
    if mover_id not in most_db:
        return None
    active = passage.active(mover_id, mix.gains_db)
    covered = _covered(passage, mix, mover_id)
    cut = np.zeros_like(active)
    for first, after in _runs(active):
        while first < after and covered[first : first + 2].any():
            cut[first] = True
            first += 1
        while first < after and covered[after - 2 : after].any():
            cut[after - 1] = True
            after -= 1
    cut &= ~passage.strikes[mover_id]
    kept_s = passage.following(mover_id, mix.gains_db, mix.ears).active_s
    left_s = kept_s * (1.0 - cut.sum() / max(int(active.sum()), 1))
    if not cut.any() or left_s < max(_KEEPS_S, _KEEPS * kept_s):
        return None
    gains, deeds = dict(mix.gains_db), list(mix.deeds)
    _change(passage, gains, deeds, (mover_id, mover_id), np.where(cut, _AWAY_DB, 0.0), hold=0)
    return _heard(passage, mix, gains, deeds)


def _covered(passage: HeardPassage, mix: Mix, mover_id: str) -> Mask:
    """Windows (n,) in which the mover sounds, but is heard elsewhere than alone."""
    own = passage.alone(mover_id)
    off = (
        (np.abs(mix.ears.itd_us - own.itd_us) > _OFF_US)
        | (np.abs(mix.ears.plain_itd_us - own.plain_itd_us) > _OFF_US)
        | (np.abs(mix.ears.ild_db - own.ild_db) > _OFF_DB)
    )
    return np.asarray(passage.active(mover_id, mix.gains_db) & off)


def _change(
    passage: HeardPassage,
    gains: dict[str, Array],
    deeds: list[Deed],
    who: tuple[str, str],
    wanted_db: Array,
    hold: int = _HOLD,
) -> None:
    """Add changes of level (windows,) to a track's gains: flat over each stretch, with ramps."""
    track_id, mover_id = who
    curve = np.array(gains.get(track_id, np.zeros(passage.points)))
    for first, after in _runs(wanted_db != 0.0, _JOIN):
        part = wanted_db[first:after]
        level_db = float(part[np.argmax(np.abs(part))])
        if abs(level_db) < _LEAST_DB:
            continue
        low, high = first + 1 - hold, after + hold
        ramp = _RAMP if track_id in passage.objects else _BED_RAMP
        corners = (low - ramp, low, high, high + ramp)
        curve += np.interp(np.arange(passage.points), corners, (0.0, level_db, level_db, 0.0))
        start_s, end_s = passage.times_s[first] - 0.05, passage.times_s[after - 1] + 0.05
        shown_db = round(level_db, 1)
        deeds.append(
            Deed(track_id, mover_id, round(float(start_s), 2), round(float(end_s), 2), shown_db)
        )
    gains[track_id] = np.maximum(curve, _AWAY_DB)


def _heard(
    passage: HeardPassage, mix: Mix, gains: dict[str, Array], deeds: list[Deed]
) -> Mix | None:
    """The mix with other gains; None where they are the same."""
    changed = np.zeros(passage.points, dtype=bool)
    for track_id, curve in gains.items():
        changed |= curve != mix.gains_db.get(track_id, np.zeros(passage.points))
    if not changed.any():
        return None
    at = np.flatnonzero(changed)
    span = slice(max(int(at[0]) - 2, 0), min(int(at[-1]) + 2, passage.windows))
    ears = passage.hear(gains, span, mix.ears)
    followed = {id_: passage.following(id_, gains, ears) for id_ in mix.followed}
    return replace(mix, gains_db=gains, ears=ears, followed=followed, deeds=tuple(deeds))


def _runs(where: Mask, join: int = 1) -> list[tuple[int, int]]:
    """Runs [first, after) of True in (n,); those less than `join` apart are one."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], where.astype(np.int8), [0]])))
    runs: list[tuple[int, int]] = []
    for first, after in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if runs and first - runs[-1][1] < join:
            runs[-1] = (runs[-1][0], after)
        else:
            runs.append((first, after))
    return runs
