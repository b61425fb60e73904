"""The state of one snapshot being rendered, one hop at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.realtime.binaural import BinauralStage
from engine.realtime.clips import ClipReader, DryRings
from engine.realtime.controls import STRAIGHT, Controls
from engine.realtime.delay_line import (
    MARGIN_SAMPLES,
    SCRATCH_SAMPLES,
    read_delayed,
    sinc_table,
)
from engine.realtime.filters import Biquads
from engine.realtime.mixing import mix_sources
from engine.realtime.motion import Edges, MotionSampler
from engine.realtime.snapshot import BED_CHANNELS, HOP_SAMPLES, Samples, Snapshot

_FILTER_MEMORY_HOPS = 48
"""What a channel filter (the LFE's) remembers above -120 dB: a quarter of a second."""


class Stage:
    """Renders hops of a snapshot in order. Everything is allocated here, once.

    Parameters
    ----------
    snapshot : Snapshot
    controls : Controls
        Read at every hop.
    """

    def __init__(self, snapshot: Snapshot, controls: Controls) -> None:
        self.snapshot = snapshot
        self.controls = controls
        self.hop = 0
        sources, strips = len(snapshot.sources), len(snapshot.strips)
        self._motion = MotionSampler(snapshot)
        self._readers = [ClipReader(source.clips, 1) for source in snapshot.sources]
        delays = [s.max_delay_samples + MARGIN_SAMPLES for s in snapshot.sources]
        self._rings = DryRings(self._readers, delays)
        self._table = sinc_table()
        self._scratch = np.zeros((3, SCRATCH_SAMPLES), dtype=np.float32)
        self._blocks = np.zeros((sources, HOP_SAMPLES), dtype=np.float32)
        self._sounding = np.zeros(sources, dtype=np.bool_)
        self._strip_of = np.array([s.strip for s in snapshot.sources], dtype=np.int64)
        self._gains_0, self._gains_1 = np.zeros(strips), np.zeros(strips)
        self._head_0 = self._head_1 = STRAIGHT
        fade = ((np.arange(HOP_SAMPLES) + 0.5) / HOP_SAMPLES).astype(np.float32)
        self._fade_in, self._fade_out = fade, (1.0 - fade).astype(np.float32)
        self._prepare_channels(sources)
        self._prepare_beds()
        plan = snapshot.binaural
        self._binaural = None if plan is None else BinauralStage(plan, sources)

    def _prepare_channels(self, sources: int) -> None:
        encoders = self.snapshot.encoders
        channels = sum(encoder.channels for encoder in encoders.values())
        self._matrix_0 = np.zeros((channels, sources))
        self._matrix_1 = np.zeros((channels, sources))
        self._bus = np.zeros((channels, HOP_SAMPLES), dtype=np.float32)
        beds = [encoder.bed for encoder in encoders.values()]
        self._bed_matrix = np.concatenate([np.zeros((0, BED_CHANNELS)), *beds]).astype(np.float32)
        self._rows: dict[str, slice] = {}
        self._filters: list[tuple[int, Biquads]] = []
        row = 0
        for name, encoder in encoders.items():
            self._rows[name] = slice(row, row + encoder.channels)
            for channel, sections in encoder.filters.items():
                self._filters.append((row + channel, Biquads(sections)))
            row += encoder.channels

    def _prepare_beds(self) -> None:
        self._bed_readers = [ClipReader(bed.clips, BED_CHANNELS) for bed in self.snapshot.beds]
        self._bed_piece = np.zeros((BED_CHANNELS, HOP_SAMPLES), dtype=np.float32)
        self._bed = np.zeros((BED_CHANNELS, HOP_SAMPLES), dtype=np.float32)
        self._turned = np.zeros((BED_CHANNELS, HOP_SAMPLES), dtype=np.float32)

    @property
    def faults(self) -> int:
        """Pieces of clips left out because they could not be read or held no numbers."""
        return sum(reader.faults for reader in (*self._readers, *self._bed_readers))

    def locate(self, hop: int) -> None:
        """Be ready to render `hop`, with the past that is still heard already taken in."""
        memory = _FILTER_MEMORY_HOPS if self._filters else 0
        if self._binaural is not None:
            memory = max(memory, self._binaural.history_hops)
            self._binaural.reset()
        for _, biquads in self._filters:
            biquads.reset()
        self.hop = hop - memory
        self._rings.seek(self.hop * HOP_SAMPLES, MARGIN_SAMPLES)
        self.settle()
        for _ in range(memory):
            self._advance(None)

    def settle(self) -> None:
        """Take over the controls as they are, without a ramp."""
        self.controls.strip_gains(self._gains_0)
        self._head_0 = self.controls.head_matrix()

    def process(self, outs: Sequence[Samples]) -> None:
        """Render the next hop into `outs`, one (channels, HOP_SAMPLES) array a format."""
        self._advance(outs)

    def _advance(self, outs: Sequence[Samples] | None) -> None:
        first = self.hop * HOP_SAMPLES
        edges = self._motion.at(self.hop)
        self.controls.strip_gains(self._gains_1)
        self._head_1 = self.controls.head_matrix()
        self._rings.fill_until(first + HOP_SAMPLES + MARGIN_SAMPLES)
        read_delayed(
            self._rings.samples, self._rings.offsets, self._rings.masks, first,
            edges.delays_samples, self._table, self._scratch, self._blocks, self._sounding,
        )  # fmt: skip
        self._read_beds(first)
        gains_0 = edges.gains_0 * self._gains_0[self._strip_of]
        gains_1 = edges.gains_1 * self._gains_1[self._strip_of]
        self._render_channels(edges, gains_0, gains_1)
        if self._binaural is not None:
            self._turn_bed()
            self._binaural.push(self._blocks, self._turned, self._sounding)
        if outs is not None:
            for name, out in zip(self.snapshot.formats, outs, strict=True):
                if name == "binaural":
                    self._render_binaural(edges, gains_0, gains_1, out)
                else:
                    out[:] = self._bus[self._rows[name]]
        self._gains_0, self._gains_1 = self._gains_1, self._gains_0
        self._head_0 = self._head_1
        self.hop += 1

    def _read_beds(self, first: int) -> None:
        self._bed[:] = 0.0
        for bed, reader in zip(self.snapshot.beds, self._bed_readers, strict=True):
            if reader.read(first, self._bed_piece):
                old, new = self._gains_0[bed.strip], self._gains_1[bed.strip]
                ramp = self._fade_out * np.float32(old) + self._fade_in * np.float32(new)
                self._bed += self._bed_piece * ramp

    def _turn_bed(self) -> None:
        """The bed as the turned head meets it (SN3D first order turns like a vector)."""
        self._turned[:] = self._bed
        if self._head_0 is STRAIGHT and self._head_1 is STRAIGHT:
            return
        vector = self._bed[[3, 1, 2]]  # ACN is W Y Z X
        old = self._head_0.astype(np.float32) @ (vector * self._fade_out)
        turned = old + self._head_1.astype(np.float32) @ (vector * self._fade_in)
        self._turned[[3, 1, 2]] = turned

    def _render_channels(self, edges: Edges, gains_0: np.ndarray, gains_1: np.ndarray) -> None:
        if not len(self._bus):
            return
        np.multiply(edges.channel_gains_0, gains_0, out=self._matrix_0)
        np.multiply(edges.channel_gains_1, gains_1, out=self._matrix_1)
        self._bus[:] = 0.0
        mix_sources(
            self._blocks, self._sounding, self._matrix_0, self._matrix_1, self._fade_in, self._bus
        )
        if self.snapshot.beds:
            self._bus += self._bed_matrix @ self._bed
        for row, biquads in self._filters:
            biquads.process(self._bus[row])

    def _render_binaural(
        self, edges: Edges, gains_0: np.ndarray, gains_1: np.ndarray, out: Samples
    ) -> None:
        assert self._binaural is not None
        old, new = edges.directions_0, edges.directions_1
        if self._head_0 is not STRAIGHT:
            old = old @ self._head_0.T
        if self._head_1 is not STRAIGHT:
            new = new @ self._head_1.T
        self._binaural.render((old, gains_0), (new, gains_1), out)
