"""The state of one snapshot being rendered, one hop at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np

from engine.realtime.beds import Beds
from engine.realtime.binaural import BinauralStage
from engine.realtime.channels import ChannelStage
from engine.realtime.controls import STRAIGHT, Controls
from engine.realtime.ear_channels import EarChannels
from engine.realtime.lanes import LANES
from engine.realtime.leaps import Leaps
from engine.realtime.motion import Edges, MotionSampler
from engine.realtime.moving_fields import MovingFields
from engine.realtime.node import Node, latency_of, longest_history
from engine.realtime.room import RoomStage
from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples, Snapshot
from engine.realtime.sources import SourceStage
from engine.realtime.space_bus import SpaceBus
from engine.realtime.straight import StraightSources, is_straight
from engine.realtime.strip_meters import source_peaks
from engine.realtime.width import WidthStage


class Stage:
    """Renders hops of a snapshot in order.

    All memory is claimed here, once: a hop makes no arrays (docs/architecture.md names what still
    does).

    A hop goes: sources are read; ambience and the room's answer are added to the sound fields;
    sources and fields are mixed into channels, and convolved into ears.

    Parameters
    ----------
    snapshot : Snapshot
    controls : Controls
        Read at every hop.

    Attributes
    ----------
    strip_peaks : (strips,) float32
        Peak of every strip in the last hop, after its fader and the master's.
    nodes : list of Node
        Everything behind the sources that remembers sound.
    latency_samples : int
        By how much what is rendered is late; a sound's way to the listener is not counted.
    """

    def __init__(self, snapshot: Snapshot, controls: Controls) -> None:
        self.snapshot = snapshot
        self.controls = controls
        self.hop = 0
        self._motion = MotionSampler(snapshot)
        self._sources = SourceStage(snapshot)
        self._spaces = [SpaceBus(plan) for plan in snapshot.spaces]
        self._beds = Beds(snapshot, self._spaces)
        self._moving_fields = MovingFields(snapshot)
        self._channels = ChannelStage(snapshot)
        self._leaps = Leaps(len(snapshot.sources))
        plan, width = snapshot.binaural, snapshot.width
        self._width = None if plan is None or width is None else WidthStage(width, snapshot)
        self._binaural = None
        if plan is not None:
            near = self._width is not None
            self._binaural = BinauralStage(plan, len(snapshot.sources), passes_near=near)
        self._ear_channels = EarChannels(snapshot.sources)
        self._room = None if snapshot.room is None else RoomStage(snapshot.room, snapshot)
        self._room_rests = False
        optional = (self._binaural, self._width, self._room)
        present: list[Node] = [node for node in optional if node is not None]
        always: list[Node] = [self._channels, self._leaps, *self._spaces, *self._beds.filters]
        self.nodes = [*always, *present]
        self.latency_samples = latency_of(self.nodes)
        clips = self._sources.rings.table
        straight = is_straight(snapshot) and self._channels.glides_straight
        self._straight = StraightSources(snapshot, clips) if straight else None
        self._rings_lag = False
        self._claim_levels(snapshot)

    def _claim_levels(self, snapshot: Snapshot) -> None:
        """Room for gains, peaks and directions of a hop."""
        strips, count = len(snapshot.strips), len(snapshot.sources)
        self._strip_of = np.array([s.strip for s in snapshot.sources], dtype=np.int64)
        ears = np.array([s.ears_gain for s in snapshot.sources], dtype=np.float64)
        self._ears = None if (ears == 1.0).all() else ears
        self._gains_0, self._gains_1 = np.zeros(strips), np.zeros(strips)
        self._levels, self._ear_levels = np.zeros((2, 2, count))
        self._turned = np.zeros((2, count, 3))
        self._points = np.zeros((2, count))
        self.strip_peaks = np.zeros(strips, dtype=np.float32)
        self._lane_peaks = np.zeros(LANES, dtype=np.float32)
        self._head_0 = self._head_1 = STRAIGHT
        self._unheard = np.zeros((2, HOP_SAMPLES), dtype=np.float32)

    @property
    def faults(self) -> int:
        """Pieces of clips left out because they could not be read or held no numbers."""
        straight = 0 if self._straight is None else self._straight.faults
        return self._sources.faults + straight + self._beds.faults

    def locate(self, hop: int, before: Stage | None = None, *, hurried: bool = False) -> None:
        """Be ready to render `hop`, with the past that is still heard already taken in.

        Where `before`, which is about to render `hop`, has the same room, what rings in it rings
        on; otherwise the room is given as much of the past as its plan says. Where playback turns
        back without a pause (`hurried`), what was kept of it when it last began there serves.
        """
        memory = self._sources.history_hops + longest_history(self.nodes)
        for node in self.nodes:
            if node is not self._room:
                node.reset()
        self.settle()
        rings_on = self._room is not None and before is not None and before.same_room(self)
        self._room_rests = rings_on
        first = hop - memory
        if self._room is not None and not rings_on:
            first = self._prefill_from(hop, first, hurried=hurried)
        self._sources.seek(first * HOP_SAMPLES)
        self._rings_lag = False
        for self.hop in range(first, hop - memory):
            self._answer_only()
        self.hop = hop - memory
        if first < self.hop and self._room is not None and not hurried:
            self._room.keep(self.hop, self._gains_0)
        for left in range(memory, 0, -1):
            self._advance(None, left)
        if rings_on:
            self._go_on(before)

    def _prefill_from(self, hop: int, first: int, *, hurried: bool) -> int:
        """The hop to begin at, at the latest `first`, for the room to ring as it does at `hop`."""
        assert self._room is not None
        self._room.reset()
        if hurried and self._room.take_up(first, self._gains_0):
            return first
        plan = self._room.plan
        hops = plan.hurried_hops if hurried else plan.prefill_hops
        return min(first, max(hop - hops, 0))

    def same_room(self, other: Stage) -> bool:
        """Whether the sound that rings in this stage's room may ring on in the other's."""
        mine, theirs = self._room, other._room
        return mine is not None and theirs is not None and theirs.plan.same_as(mine.plan)

    def _go_on(self, before: Stage | None) -> None:
        assert self._room is not None
        assert before is not None
        assert before._room is not None
        self._room_rests = False
        self._room.adopt(before._room)
        mine, theirs = self._room.plan.space, before._room.plan.space
        self._spaces[mine].adopt(before._spaces[theirs])
        self._channels.adopt(before._channels, (mine, theirs))

    def _answer_only(self) -> None:
        """Advance nothing but the room: its long past, taken in at little cost."""
        assert self._room is not None
        edges = self._motion.at(self.hop)
        self._sources.read(self.hop * HOP_SAMPLES, edges)
        self._room.take_in(self._sources, (self._gains_0, self._gains_0))

    def settle(self) -> None:
        """Take over the controls as they are, without a ramp."""
        self.controls.strip_gains(self._gains_0)
        self._head_0 = self.controls.ears_matrix()

    def process(self, outs: Sequence[Samples]) -> None:
        """Render the next hop into `outs`, one (channels, HOP_SAMPLES) array a format."""
        self._advance(outs, 0)

    def process_hops(self, outs: Sequence[Samples]) -> None:
        """Render the next hops into `outs`, (channels, whole hops) a format, as `process` does.

        For files: it takes as long as it takes, and may claim memory.
        """
        hops = outs[0].shape[1] // HOP_SAMPLES if outs else 0
        done = 0
        while done < hops:
            step = 1 if self._straight is None else self._mix_straight(outs, done, hops - done)
            if self._straight is None:
                piece = slice(done * HOP_SAMPLES, (done + 1) * HOP_SAMPLES)
                self._advance([out[:, piece] for out in outs], 0)
            done += step

    def _mix_straight(self, outs: Sequence[Samples], done: int, hops: int) -> int:
        """Render at most `hops` hops at once, after `done` hops of `outs`. How many they were."""
        assert self._straight is not None
        gains = self._motion.gains_of(self.hop, hops)
        hops = len(gains[0]) - 1
        self.controls.strip_gains(self._gains_1)
        self._head_0 = self.controls.ears_matrix()
        bus = np.empty((gains[1].shape[1], hops * HOP_SAMPLES), dtype=np.float32)
        self.strip_peaks[:] = 0.0
        strips = np.stack([self._gains_0, self._gains_1])
        self._straight.mix(self.hop * HOP_SAMPLES, gains, strips, self.strip_peaks, bus)
        for name, out in zip(self.snapshot.formats, outs, strict=True):
            piece = slice(done * HOP_SAMPLES, (done + hops) * HOP_SAMPLES)
            out[:, piece] = bus[self._channels.rows_of(name)]
        self._gains_0, self._gains_1 = self._gains_1, self._gains_0
        self._rings_lag = True
        self.hop += hops
        return hops

    def _advance(self, outs: Sequence[Samples] | None, early_hops: int) -> None:
        """Go on by a hop; one without `outs` is past, by so many hops, when anything is heard."""
        first = self.hop * HOP_SAMPLES
        if self._rings_lag:
            self._sources.seek(first)
            self._rings_lag = False
        edges = self._motion.at(self.hop)
        self.controls.strip_gains(self._gains_1)
        self._head_1 = self.controls.ears_matrix()
        self._sources.read(first, edges)
        self._fill_channels(first, edges)
        levels = (self._levels[0], self._levels[1])
        if self._ears is not None:
            np.multiply(self._levels, self._ears, out=self._ear_levels)
            levels = (self._ear_levels[0], self._ear_levels[1])
        self._push_to_ears(first, edges, levels)
        if outs is not None:
            for name, out in zip(self.snapshot.formats, outs, strict=True):
                if name == "binaural":
                    self._render_binaural(edges, *levels, out)
                else:
                    out[:] = self._channels.channels_of(name)
        elif self._binaural is not None and early_hops <= self._binaural.ringing_hops:
            self._render_points(edges, *levels, self._unheard)
        self._gains_0, self._gains_1 = self._gains_1, self._gains_0
        self._head_0 = self._head_1
        self.hop += 1

    def _fill_channels(self, first: int, edges: Edges) -> None:
        """Levels of the hop, its sound fields, its channels, and what meters show of strips."""
        self.strip_peaks[:] = 0.0
        gains_0, gains_1 = self._levels
        spread_strips(edges.gains_0, self._gains_0, self._strip_of, gains_0)
        spread_strips(edges.gains_1, self._gains_1, self._strip_of, gains_1)
        if self.snapshot.encoders or self.snapshot.spaces:
            self._leaps.find(edges, (gains_0, gains_1))
        self._fill_spaces(first, edges, (gains_0, gains_1))
        source_peaks(
            self._sources.blocks, self._sources.sounding, self._strip_of, gains_0, gains_1,
            self._lane_peaks, self.strip_peaks,
        )  # fmt: skip
        self._channels.render(
            first, self._sources, edges, (gains_0, gains_1), self._leaps, self._spaces
        )

    def _push_to_ears(self, first: int, edges: Edges, levels: tuple[Floats, Floats]) -> None:
        """Let what is wide, and the ears' convolution, take in the hop."""
        if self._width is not None:
            start = (edges.positions_m[1], edges.distances_m[1])
            end = (edges.positions_m[2], edges.distances_m[2])
            heads = (self._head_0, self._head_1)
            self._width.push(first, self._sources, (start, end), levels, heads)
        if self._binaural is not None:
            self._binaural.push(self._sources if self._width is None else self._width.sounds)

    def _fill_spaces(self, first: int, edges: Edges, source_gains: tuple[Floats, Floats]) -> None:
        for space in self._spaces:
            space.clear()
        gains = (self._gains_0, self._gains_1)
        self._beds.add_to(self._spaces, first, gains, self.strip_peaks)
        self._moving_fields.add_to(self._spaces, self._sources, edges, source_gains, self._leaps)
        if self._room is not None and not self._room_rests:
            space = self._spaces[self._room.plan.space]
            self._room.render(self.hop, self._sources, edges, gains, space)
        for space in self._spaces:
            space.push(self._head_0, self._head_1)

    def _render_binaural(
        self, edges: Edges, gains_0: Floats, gains_1: Floats, out: Samples
    ) -> None:
        self._render_points(edges, gains_0, gains_1, out)
        if self._width is not None:
            self._width.add_to_ears(out)
        for space in self._spaces:
            space.add_to_ears(out)
        if self._room is not None:
            self._room.add_to_ears(out)
        self._ear_channels.add_to(out, self._sources, *self._levels)

    def _render_points(self, edges: Edges, gains_0: Floats, gains_1: Floats, out: Samples) -> None:
        assert self._binaural is not None
        old, new = edges.directions_0, edges.directions_1
        if self._head_0 is not STRAIGHT:
            old = np.matmul(old, self._head_0.T, out=self._turned[0])
        if self._head_1 is not STRAIGHT:
            new = np.matmul(new, self._head_1.T, out=self._turned[1])
        levels = (gains_0, gains_1)
        if self._width is not None:
            gains_0 = np.multiply(gains_0, self._width.points_0, out=self._points[0])
            gains_1 = np.multiply(gains_1, self._width.points_1, out=self._points[1])
        near_0, near_1 = edges.distances_m[1:3]
        heard_0, heard_1 = (old, gains_0, near_0), (new, gains_1, near_1)
        self._binaural.render(heard_0, heard_1, levels, edges.rests, out)


@numba.njit(cache=True, nogil=True)
def spread_strips(gains, strip_gains, strips, out):
    """out (sources,) = their gains times those of their strips."""
    for s in range(len(out)):
        out[s] = gains[s] * strip_gains[strips[s]]
