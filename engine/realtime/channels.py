"""The formats made of channel gains: loudspeakers and ambisonics, all in one bus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.realtime.field_bands import FieldBands
from engine.realtime.leaps import SMOOTH_RISE, Leaps
from engine.realtime.low_end import LowEnd
from engine.realtime.mixing import Glide, mix_sources, mixing_room
from engine.realtime.motion import Edges
from engine.realtime.past_mains import PastMains
from engine.realtime.quick_panning import QuickPanning
from engine.realtime.snapshot import HOP_SAMPLES, Floats, Samples, Snapshot
from engine.realtime.sources import SourceStage
from engine.realtime.space_bus import SpaceBus


class ChannelStage:
    """Mixes sources and sound fields into the channels of every encoder of a snapshot."""

    latency_samples = 0

    def __init__(self, snapshot: Snapshot) -> None:
        sources = len(snapshot.sources)
        channels = sum(encoder.channels for encoder in snapshot.encoders.values())
        self._gliding, self._leaping = np.zeros((2, sources), dtype=np.bool_)
        self._mixing = mixing_room()
        self._bus = np.zeros((channels, HOP_SAMPLES), dtype=np.float32)
        fade = ((np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES).astype(np.float32)
        self._fade_in = fade
        self._rows: dict[str, slice] = {}
        self._low_ends: dict[str, LowEnd] = {}
        self._past: dict[str, PastMains] = {}
        sends = np.array([source.lfe_gain for source in snapshot.sources], dtype=np.float64)
        self._quick = QuickPanning(snapshot)
        row = 0
        for name, encoder in snapshot.encoders.items():
            rows = self._rows[name] = slice(row, row + encoder.channels)
            row += encoder.channels
            if encoder.lfe is None:
                continue
            if sends.any():
                self._low_ends[name] = LowEnd(encoder.lfe, rows, sends)
            if snapshot.room is not None:
                self._past[name] = PastMains(encoder.lfe, rows)
        self._fields = [FieldBands(space, snapshot, self._rows) for space in snapshot.spaces]
        self._remembering: list[LowEnd | FieldBands] = [*self._low_ends.values(), *self._fields]

    @property
    def glides_straight(self) -> bool:
        """Whether sources reach channels by nothing but gains that glide from edge to edge."""
        return not self._low_ends and not self._quick.needed

    @property
    def history_hops(self) -> int:
        """How many past hops are still heard."""
        return max((part.history_hops for part in self._remembering), default=0)

    def reset(self) -> None:
        """Forget all past sound."""
        for part in self._remembering:
            part.reset()
        for past in self._past.values():
            past.reset()

    def adopt(self, other: ChannelStage, room_spaces: tuple[int, int]) -> None:
        """Go on from the mains of `other`, in which a room rings that this stage takes over.

        `room_spaces` say which field the room answers in, here and there.
        """
        mine, theirs = room_spaces
        self._fields[mine].adopt(other._fields[theirs])
        for name, past in self._past.items():
            past.adopt(other._past[name])
            if name in self._low_ends:
                self._low_ends[name].warm_up(past)

    def render(
        self,
        first: int,
        sources: SourceStage,
        edges: Edges,
        gains: tuple[Floats, Floats],
        leaps: Leaps,
        spaces: Sequence[SpaceBus],
    ) -> None:
        """Render the hop that begins at scene sample `first`.

        `gains` are those of the sources at its start and its end.
        """
        if not len(self._bus):
            return
        self._bus[:] = 0.0
        glide = Glide(edges.channel_gains_0, edges.channel_gains_1, *gains)
        gliding = self._gliding
        np.greater(sources.sounding, leaps.of, out=gliding)
        self._quick.take_out(edges, gains, gliding)
        mix_sources(sources.blocks, gliding, glide, self._fade_in, self._mixing, self._bus)
        if leaps.any:
            np.logical_and(sources.sounding, leaps.of, out=self._leaping)
            mix_sources(sources.blocks, self._leaping, glide, SMOOTH_RISE, self._mixing, self._bus)
        self._quick.add(first, edges, gains, sources.blocks, self._bus)
        for space, field in zip(spaces, self._fields, strict=True):
            field.add_to(space, self._bus)
        for past in self._past.values():
            past.keep(self._bus)
        for low_end in self._low_ends.values():
            low_end.add_to(sources, gains, self._fade_in, self._bus)

    def rows_of(self, name: str) -> slice:
        """Which of all channels are those of a format."""
        return self._rows[name]

    def channels_of(self, name: str) -> Samples:
        """(channels, HOP_SAMPLES) of a format; valid until the next hop."""
        return self._bus[self._rows[name]]
