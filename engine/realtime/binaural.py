"""Moving sources through HRIRs: fast convolution whose cost is one transform and one product each.

Every source is heard as swells (`engine.realtime.swells`): its sound of two hops, rising over the
first and falling over the second, through the response of the place it has in between. Side by side
they fade into each other as the source moves. The spectra of all that begins in a hop are summed;
two inverse transforms (one an ear) then serve any number of sources. A source that moves fast
passes places in between, joined by polynomials of fifth degree (`engine.realtime.knots`): each has
a product of its own, and some more inverse transforms serve them all. A source that is silent, or
has no gain, costs nothing. Long responses are split into partitions, which hear the spectra of past
swells.

References
----------
Wefers, "Partitioned convolution algorithms for real-time auralization", PhD thesis, RWTH Aachen,
2015, ch. 5: uniformly partitioned convolution; ch. 6.3: filters that change, by fading the input.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from engine.realtime.choosing import Order, choose_equal
from engine.realtime.ear_ringing import EarRing
from engine.realtime.knots import knot_shares, knot_times
from engine.realtime.leaps import SMOOTH_FALL, SMOOTH_RISE
from engine.realtime.line_aligned import line_zeros
from engine.realtime.paces import JUMP, PACE_STEPS, Paces
from engine.realtime.passing import Passing
from engine.realtime.places import Heard, Places
from engine.realtime.snapshot import HOP_SAMPLES, BinauralPlan, Floats, Samples
from engine.realtime.sources import SourceStage
from engine.realtime.swells import (
    FALL,
    SWELL,
    Place,
    Sound,
    bench_of,
    count_quiet,
    mix_past_swells,
    mix_swells,
    responses_of,
    transform_swells,
)
from engine.realtime.wide_sounds import WideSounds

_Wanted = NDArray[np.bool_]


class BinauralStage:
    """State of the binaural bus of one snapshot. See the module's docstring.

    Parameters
    ----------
    plan : BinauralPlan
    sources : int
    passes_near : bool
        Whether sources in the head's middle surround the listener (see `engine.realtime.passing`).

    Attributes
    ----------
    ringing_hops : int
        What is rendered in a hop rings on for fewer.
    history_hops : int
        How many past hops are still heard.
    """

    latency_samples = 0

    def __init__(
        self,
        plan: BinauralPlan,
        sources: int,
        *,
        passes_near: bool,
    ) -> None:
        size, partitions = plan.fft_samples, plan.spectra.shape[1]
        self._depth = (partitions - 1) * plan.partition_hops + 1
        self._ring = EarRing(size, plan.lead_samples)
        # The hop before those that ring says how the level went on.
        self.ringing_hops = self._ring.hops + 2
        self.history_hops = self._depth - 1 + self.ringing_hops
        self._responses, self._bench = responses_of(plan), bench_of(size)
        self._paces = Paces(sources, passes_near=passes_near)
        self._passing = Passing(sources, passes_near=passes_near)
        self._places = [Places(plan, sources) for _ in range(3)]
        self._slow, self._late, self._chosen = np.zeros((3, sources), dtype=np.bool_)
        self._order, self._mended_gains = Order(sources), np.zeros(sources)
        # A response of one partition needs no past spectra.
        kept = sources if partitions > 1 else 0
        self._history = line_zeros((self._depth, kept, size))
        self._head = 0
        self._quiet_hops = np.full(sources, self._depth, dtype=np.int64)
        self._knots = [(knot_times(n), knot_shares(n)) for n in PACE_STEPS]
        hops = np.zeros((sources, HOP_SAMPLES), dtype=np.float32)
        self._sound = Sound(hops, hops)
        self._window = line_zeros(2 * HOP_SAMPLES)
        self._sounding = (self._paces.of > 0, self._paces.of > 0)
        self._rests: tuple[Floats, Floats] | None = None
        self._resting_between = np.zeros(sources)

    def reset(self) -> None:
        """Forget all past sound."""
        self._ring.reset()
        self._paces.reset()
        self._history[:] = 0.0
        self._quiet_hops[:] = self._depth
        self._head = 0

    def push(self, sources: SourceStage | WideSounds) -> None:
        """Take in one hop of the sources, and those beside it."""
        self._sound = Sound(sources.blocks, sources.coming)
        self._sounding = (sources.sounding, sources.coming_sounding)
        if self._depth > 1:
            count_quiet(*self._sounding, self._quiet_hops, self._depth, self._chosen)
            self._head = (self._head + 1) % self._depth
            transform_swells(
                self._chosen, self._sound, SWELL, self._bench, self._history[self._head]
            )

    def render(
        self,
        old: Heard,
        new: Heard,
        levels: tuple[Floats, Floats],
        rests: tuple[Floats, Floats] | None,
        out: Samples,
    ) -> None:
        """Write the hop's two ears to `out`.

        `old` and `new` are (directions, gains, metres) at its start and end, `levels` the gains
        that the sources have with what is heard of them elsewhere, `rests` how much of them is at
        rest (`engine.realtime.rests`).
        """
        self._rests = rests
        fastest = self._paces.find(
            self._sounding, (old[0], new[0]), (old[1], new[1]), (old[2], new[2]), levels
        )
        if choose_swells(
            self._paces.of, new[1], self._quiet_hops, self._depth, self._slow, self._late
        ):
            self._ring.totals[:] = 0.0
            self._add_swells(new)
            self._ring.add(whole=False)
        if self._paces.mended or fastest > 0:
            self._ring.totals[:] = 0.0
            if self._paces.mended:
                choose_mends(self._paces.mends, old[1], self._chosen, self._mended_gains)
                self._add_short(self._chosen, old, self._mended_gains, FALL, 1, self._resting(0.0))
            for pace in range(1, fastest + 1):
                self._add_fast(pace, old, new)
            self._ring.add(whole=True)
        self._ring.take(out)

    def _add_swells(self, new: Heard) -> None:
        """Add the swells of slow sources, and those of before that are still heard."""
        if self._depth == 1:
            place = self._places[0].find(self._slow, new, self._resting(1.0))
            self._mix(self._slow, new[1], place, SWELL)
            return
        place = self._places[0].find(self._late, new, self._resting(1.0))
        self._late ^= self._slow
        for first, wanted in enumerate((self._slow, self._late)):
            order = self._order.plain(wanted)
            mix_past_swells(
                order, new[1], place, self._responses, self._history, self._head, first,
                self._bench, self._ring.totals,
            )  # fmt: skip

    def _add_fast(self, pace: int, old: Heard, new: Heard) -> None:
        """Blend places in between: more of them, the farther a source moves in the hop."""
        chosen = self._chosen
        if not choose_equal(self._paces.of, pace, chosen):
            return
        if pace == JUMP:
            for time, there, shares in ((0.0, old, SMOOTH_FALL), (1.0, new, SMOOTH_RISE)):
                self._add_short(chosen, there, there[1], shares, 2, self._resting(time))
            return
        for time, shares in zip(*self._knots[pace - 1], strict=True):
            there = self._passing.between(old, new, time, chosen)
            self._add_short(chosen, there, there[1], shares, 2, self._resting(time))

    def _resting(self, time: float) -> Floats | None:
        """How much of the sources is at rest, after a share of the hop."""
        if self._rests is None or time in (0.0, 1.0):
            return self._rests[int(time)] if self._rests is not None else None
        start, end = self._rests
        np.subtract(end, start, out=self._resting_between)
        self._resting_between *= time
        self._resting_between += start
        return self._resting_between

    def _add_short(
        self,
        wanted: _Wanted,
        heard: Heard,
        gains: Floats,
        shares: Samples,
        places: int,
        rests: Floats | None,
    ) -> None:
        """Add the hop with `shares` (HOP_SAMPLES,) of its own."""
        self._window[:HOP_SAMPLES] = shares
        place = self._places[places].find(wanted, heard, rests)
        self._mix(wanted, gains, place, self._window)

    def _mix(self, wanted: _Wanted, gains: Floats, place: Place, window: Samples) -> None:
        # Neighbours in a triangle follow each other, so that their responses are read once.
        mix_swells(
            self._order.by(wanted, place.triangles), gains, place, self._responses, self._sound,
            window, self._bench, self._ring.totals,
        )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def choose_swells(paces, gains, quiet_hops, depth, slow, late):
    """Which sources begin a swell, and which are heard in this hop or ring on. Whether any is.

    All arrays are (sources,); the last two are written. With a `depth` of 1 nothing rings on.
    """
    found = False
    for s in range(len(paces)):
        heard = gains[s] != 0.0
        slow[s] = heard and paces[s] == 0
        late[s] = heard and quiet_hops[s] < depth if depth > 1 else slow[s]
        found |= late[s]
    return found


@numba.njit(cache=True, nogil=True)
def choose_mends(mends, gains, chosen, mended):
    """Which falls of swells are added or taken back, and with what gain; all are (sources,)."""
    for s in range(len(mends)):
        chosen[s] = mends[s] != 0
        mended[s] = mends[s] * gains[s]
