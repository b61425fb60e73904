"""Equaliser and occlusion of every source, sixteen sources at a time.

They belong to the source, so they run on its dry ring, a hop ahead of what is heard: everything
that is read from the ring (the direct sound, its reflections) has passed them. Sections are
state-variable filters, which keep their precision at low frequencies in single precision.

What is no number, or too small to be one, ends here: it becomes zero.

References
----------
Zavalishin, "The Art of VA Filter Design", 2018, ch. 3 and 4 (topology-preserving filters whose
corner may move from sample to sample).
"""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.clips import DryRings
from engine.realtime.delay_line import MARGIN_SAMPLES
from engine.realtime.equaliser import remembers_samples
from engine.realtime.lanes import LANES, fma, fnma, load, magnitude, spread, store, within
from engine.realtime.occlusion import OcclusionSampler
from engine.realtime.snapshot import HOP_SAMPLES, Floats, SourcePlan
from engine.realtime.transposition import transpose

SMALLEST = np.float32(1e-30)
"""What is smaller is zero: the numbers below lead to slow denormal ones."""
LARGEST = np.float32(1e9)
"""What is larger (180 dB above full scale), or no number, is zero."""
LONGEST_MEMORY_S = 1.0

_AT_ONCE = 4
"""Sections a sample passes before the next sample: while one waits, others are worked on."""
_SECTION = 6 * LANES
_STATE = 2 * LANES


class StripFilters:
    """Filters the rings in place, hop by hop, in order.

    Parameters
    ----------
    plans : sequence of SourcePlan
    rings : DryRings
        Of the same sources; filled here as far as they are filtered.
    samples_per_metre : float
    sample_rate_hz : int
    """

    def __init__(
        self,
        plans: Sequence[SourcePlan],
        rings: DryRings,
        samples_per_metre: float,
        sample_rate_hz: int,
    ) -> None:
        self._rings = rings
        self._occlusion = OcclusionSampler(plans, samples_per_metre, sample_rate_hz)
        self._reach = max((max(p.max_delay_samples, p.reach_samples) for p in plans), default=0)
        self._reach += MARGIN_SAMPLES
        counts = np.array([len(plan.sections) for plan in plans], dtype=np.int64)
        busy = np.flatnonzero((counts > 0) | self._occlusion.present)
        order = busy[np.argsort(-counts[busy], kind="stable")]
        groups = -(-len(order) // LANES)
        self._members = np.full((groups, LANES), -1, dtype=np.int64)
        self._members.ravel()[: len(order)] = order
        self._plain = np.setdiff1d(rings.members, order)
        most = int(counts.max(initial=0))
        self._sections = np.zeros(groups, dtype=np.int64)
        most = -(-most // _AT_ONCE) * _AT_ONCE
        self._coefficients = np.zeros((groups, most, 6, LANES), dtype=np.float32)
        self._coefficients[:, :, 3] = 1.0
        for group, members in enumerate(self._members):
            self._sections[group] = max(counts[m] for m in members if m >= 0)
            for lane, member in enumerate(members):
                if member >= 0 and counts[member]:
                    self._coefficients[group, : counts[member], :, lane] = state_variable(
                        plans[member].sections
                    )
        self._state = np.zeros((groups, most + 1, _STATE), dtype=np.float32)
        self._glides = np.zeros((groups, 4, LANES), dtype=np.float32)
        self._dulls = np.array([self._occlusion.present[m[m >= 0]].any() for m in self._members])
        self._work = np.zeros(HOP_SAMPLES * LANES, dtype=np.float32)
        self._lanes = np.zeros(LANES, dtype=np.float32)
        remembered = [remembers_samples(plan.sections) for plan in plans if len(plan.sections)]
        memory = min(max(remembered, default=0), int(LONGEST_MEMORY_S * sample_rate_hz))
        self._memory_hops = -(-memory // HOP_SAMPLES) + (4 if self._occlusion.present.any() else 0)
        self._hop = 0
        self.faults = 0

    def seek(self, first: int, margin: int) -> None:
        """Have the past of scene sample `first` in the rings, as if it had always been played."""
        begin = first - self._memory_hops * HOP_SAMPLES
        self._rings.seek(begin, margin)
        self._hop = (begin - self._reach - margin - DryRings.CHUNK_SAMPLES) // HOP_SAMPLES
        self._state[:] = 0.0
        self.advance(first)

    def advance(self, until: int) -> None:
        """Have everything before scene sample `until` in the rings, filtered."""
        while self._hop * HOP_SAMPLES < until:
            self._rings.fill_until((self._hop + 1) * HOP_SAMPLES)
            self._filter(self._hop)
            self._hop += 1

    def _filter(self, hop: int) -> None:
        rings = self._rings
        self.faults += clean(
            rings.samples, rings.offsets, rings.masks, self._plain, hop * HOP_SAMPLES, self._lanes
        )
        if not len(self._members):
            return
        if self._dulls.any():
            self._occlusion.glides(hop, self._members, self._glides)
        self.faults += filter_groups(
            rings.samples, rings.offsets, rings.masks, hop * HOP_SAMPLES, self._members,
            self._sections, self._dulls, self._glides.ravel(), self._coefficients.ravel(),
            self._coefficients.shape[1] * _SECTION, self._state.ravel(),
            self._state.shape[1] * _STATE, self._work, self._lanes,
        )  # fmt: skip


def state_variable(sections: Floats) -> NDArray[np.float32]:
    """(n, 6) sections b0 b1 b2 1 a1 a2 as (n, 6) a1 a2 a3 m0 m1 m2 of state-variable filters."""
    b0, b1, b2, _, a1, a2 = np.asarray(sections, dtype=np.float64).T
    opposite = 1.0 - a1 + a2
    g = np.sqrt((1.0 + a1 + a2) / opposite)
    norm = 4.0 / opposite  # 1 + k g + g^2
    k = 0.5 * (1.0 - a2) * norm / g
    low, high = (b0 + b1 + b2) / (1.0 + a1 + a2), (b0 - b1 + b2) / opposite
    band = 0.5 * (b0 - b2) * norm / g
    first = 1.0 / (1.0 + g * (g + k))
    columns = (first, g * first, g * g * first, high, band - high * k, low - high)
    return np.column_stack(columns).astype(np.float32)


@numba.njit(cache=True, nogil=True)
def clean(rings, offsets, masks, members, first, lanes):
    """Make numbers of a hop of the rings of `members`; how many had none.

    `lanes` (LANES,) is room to work in.
    """
    faults = 0
    for m in members:
        place = offsets[m] + (first & masks[m])
        changed = spread(np.float32(0.0))
        for n in range(place, place + HOP_SAMPLES, LANES):
            value = load(rings, n)
            kept = within(value, SMALLEST, LARGEST)
            store(rings, n, kept)
            changed = changed + magnitude(value - kept)
        store(lanes, 0, changed)
        bad = False
        for change in lanes:
            bad |= not change <= LARGEST
        faults += bad
    return faults


@numba.njit(inline="always")
def _gather(rings, offsets, masks, first, members, work, lanes):
    """A hop of up to sixteen sources, side by side. (Does anything sound, faults)."""
    total, faults = spread(np.float32(0.0)), 0
    for lane in range(LANES):
        m = members[lane]
        if m < 0:
            for n in range(lane * LANES, len(work), LANES * LANES):
                store(work, n, spread(np.float32(0.0)))
            continue
        place = offsets[m] + (first & masks[m])
        changed = spread(np.float32(0.0))
        for n in range(0, HOP_SAMPLES, LANES):
            value = load(rings, place + n)
            kept = within(value, SMALLEST, LARGEST)
            store(rings, place + n, kept)
            store(work, n * LANES + lane * LANES, kept)
            total, changed = total + magnitude(kept), changed + magnitude(value - kept)
        store(lanes, 0, changed)
        faults += not lanes.sum() <= LARGEST
    for n in range(0, len(work), LANES * LANES):
        transpose(work, n, LANES)
    store(lanes, 0, total)
    return lanes.max() != 0.0, faults


@numba.njit(inline="always")
def _scatter(rings, offsets, masks, first, members, work):
    """The opposite of `_gather`; `work` is used up."""
    for n in range(0, len(work), LANES * LANES):
        transpose(work, n, LANES)
    for lane in range(LANES):
        m = members[lane]
        if m < 0:
            continue
        place = offsets[m] + (first & masks[m])
        for n in range(0, HOP_SAMPLES, LANES):
            value = load(work, n * LANES + lane * LANES)
            store(rings, place + n, within(value, SMALLEST, LARGEST))


@numba.njit(inline="always")
def _section(x, s1, s2, c, at):
    """One sample of a state-variable filter: what leaves it and its next state."""
    a1, a2, a3 = load(c, at), load(c, at + LANES), load(c, at + 2 * LANES)
    m0, m1, m2 = load(c, at + 3 * LANES), load(c, at + 4 * LANES), load(c, at + 5 * LANES)
    v3 = x - s2
    v1 = fma(a1, s1, a2 * v3)
    v2 = fma(a2, s1, fma(a3, v3, s2))
    return fma(m0, x, fma(m1, v1, m2 * v2)), v1 + v1 - s1, v2 + v2 - s2


@numba.njit(inline="always")
def _four_sections(work, c, at, state, place):
    """Four sections in series over a hop."""
    p1, p2 = load(state, place), load(state, place + LANES)
    q1, q2 = load(state, place + 2 * LANES), load(state, place + 3 * LANES)
    r1, r2 = load(state, place + 4 * LANES), load(state, place + 5 * LANES)
    s1, s2 = load(state, place + 6 * LANES), load(state, place + 7 * LANES)
    for n in range(0, HOP_SAMPLES * LANES, LANES):
        x, p1, p2 = _section(load(work, n), p1, p2, c, at)
        x, q1, q2 = _section(x, q1, q2, c, at + _SECTION)
        x, r1, r2 = _section(x, r1, r2, c, at + 2 * _SECTION)
        x, s1, s2 = _section(x, s1, s2, c, at + 3 * _SECTION)
        store(work, n, x)
    store(state, place, p1)
    store(state, place + LANES, p2)
    store(state, place + 2 * LANES, q1)
    store(state, place + 3 * LANES, q2)
    store(state, place + 4 * LANES, r1)
    store(state, place + 5 * LANES, r2)
    store(state, place + 6 * LANES, s1)
    store(state, place + 7 * LANES, s2)


@numba.njit(inline="always")
def _dull(work, glides, at, state, place):
    """A one-pole low-pass and a level, both gliding over the hop."""
    share, share_step = load(glides, at), load(glides, at + LANES)
    level, level_step = load(glides, at + 2 * LANES), load(glides, at + 3 * LANES)
    s = load(state, place)
    for n in range(HOP_SAMPLES):
        u = spread((n + 0.5) / HOP_SAMPLES)
        x = load(work, n * LANES)
        v, lost = x - s, fma(share_step, u, share)
        y = fnma(lost, v, x)
        s = y + fnma(lost, v, v)
        store(work, n * LANES, y * fma(level_step, u, level))
    store(state, place, s)


@numba.njit(inline="always")
def _settle(state, first, length):
    """States too small to matter are zero. Whether all are."""
    quiet = True
    for n in range(first, first + length):
        if not (abs(state[n]) >= 1e-20 and abs(state[n]) <= 1e12):
            state[n] = 0.0
        quiet &= state[n] == 0.0
    return quiet


@numba.njit(cache=True, nogil=True)
def filter_groups(
    rings, offsets, masks, first, members, sections, dulls, glides, coefficients, coefficient_step,
    state, state_step, work, lanes,
):  # fmt: skip
    """Filter one hop of all groups of sources in their rings; faults are returned.

    Parameters
    ----------
    members : (groups, LANES) int64
        Sources; -1 where there is none.
    sections : (groups,) int64
        How many there are at most.
    dulls : (groups,) bool
        Whether any source is occluded.
    glides : flat (groups, 4, LANES) float32
        What the low-pass takes away at the hop's start and its change, level and its change.
    coefficients, state : flat (groups, ...) float32
        `coefficient_step` and `state_step` numbers a group.
    work, lanes : (HOP_SAMPLES * LANES,), (LANES,) float32
        Room to work in.
    """
    faults = 0
    for g in range(len(members)):
        sounds, bad = _gather(rings, offsets, masks, first, members[g], work, lanes)
        faults += bad
        at, place = g * coefficient_step, g * state_step
        if not sounds and _settle(state, place, state_step):
            continue
        if dulls[g]:
            _dull(work, glides, g * 4 * LANES, state, place)
        for section in range(0, sections[g], _AT_ONCE):
            _four_sections(
                work, coefficients, at + section * _SECTION, state, place + (1 + section) * _STATE
            )
        _settle(state, place, state_step)
        _scatter(rings, offsets, masks, first, members[g], work)
    return faults
