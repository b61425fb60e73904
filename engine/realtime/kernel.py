"""The kernel: renders a snapshot hop by hop, for a device and for a file alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.errors import ShapeError
from engine.realtime.controls import Controls
from engine.realtime.leaps import SMOOTH_FALL, SMOOTH_RISE
from engine.realtime.snapshot import HOP_SAMPLES, Samples, Snapshot
from engine.realtime.stage import Stage


class PreparedSnapshot:
    """A snapshot with its memory claimed, ready to be swapped in. Make it off the audio thread."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.stage = Stage(snapshot, Controls(snapshot))


class Kernel:
    """Renders moving sources and ambience into every format of a snapshot.

    Hops lie on a fixed grid of scene time: what is rendered at a sample depends on the scene, the
    controls and that sample only, not on where playback began or in which pieces it is asked for.
    (The tail of a room that rings for longer than its plan's `prefill_hops` is the one exception:
    after a seek, what is older than those is missing from it.)
    `process` takes no lock, opens no file and raises nothing; a faulty clip is silence and counts
    in `faults`.

    Parameters
    ----------
    snapshot : Snapshot
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._stage = Stage(snapshot, Controls(snapshot))
        self._next: Stage | None = None
        self._faults_before = 0
        self._carried = 0
        self._carry = _buffers(snapshot)
        self._fresh = _buffers(snapshot)
        self._coming = _buffers(snapshot)
        self.position_samples = 0
        self.locate(0)

    @property
    def snapshot(self) -> Snapshot:
        """What is being rendered (or will be, from the next hop on)."""
        return (self._next or self._stage).snapshot

    @property
    def formats(self) -> tuple[str, ...]:
        """Names of the formats, in the order of `process`'s outs."""
        return self._stage.snapshot.formats

    @property
    def controls(self) -> Controls:
        """Live faders, mute, solo and head; a swap replaces them (the head is kept)."""
        return (self._next or self._stage).controls

    @property
    def strip_ids(self) -> list[str]:
        """Tracks of the strips, those of a snapshot about to be swapped in first of all."""
        return [strip.track_id for strip in self.snapshot.strips]

    @property
    def strip_peaks(self) -> Samples:
        """(strips,) peak of every strip in the last hop, after its fader; the kernel's own."""
        return self._stage.strip_peaks

    @property
    def latency_samples(self) -> int:
        """By how many samples what is rendered is late, for whoever shows a picture beside it."""
        return self._stage.latency_samples

    @property
    def faults(self) -> int:
        """Pieces of sound left out because they were unreadable or not numbers."""
        return self._faults_before + self._stage.faults

    def locate(self, sample: int, *, hurried: bool = False) -> None:
        """Continue at scene sample `sample` (>= 0), tails of what sounded before included.

        `hurried` where playback turns back without a pause, as a loop does: a long room's tail is
        that of when playback last began there, or shorter.
        """
        if self._next is not None:
            self._adopt()
        self._stage.locate(sample // HOP_SAMPLES, hurried=hurried)
        self.position_samples = sample
        skip = sample % HOP_SAMPLES
        self._carried = 0
        if skip:
            self._render(self._carry)
            for buffer in self._carry:
                buffer[:, : HOP_SAMPLES - skip] = buffer[:, skip:].copy()
            self._carried = HOP_SAMPLES - skip

    def swap(self, prepared: Snapshot | PreparedSnapshot) -> None:
        """Cross-fade to another snapshot of the same formats over the next hop.

        Head orientation is kept; faders take the new snapshot's settings.

        Raises
        ------
        ShapeError
            If the formats or the sample rate differ: make a new kernel for those.
        """
        if isinstance(prepared, Snapshot):
            prepared = PreparedSnapshot(prepared)
        new, old = prepared.stage.snapshot, self._stage.snapshot
        if new.formats != old.formats or new.sample_rate_hz != old.sample_rate_hz:
            raise ShapeError(
                f"cannot swap {old.formats} at {old.sample_rate_hz} Hz "
                f"for {new.formats} at {new.sample_rate_hz} Hz",
                remedy="make a new kernel",
            )
        prepared.stage.controls.head_deg = self.controls.head_deg
        prepared.stage.locate(self._stage.hop, self._stage)
        self._next = prepared.stage

    def process(self, outs: Sequence[Samples]) -> None:
        """Render the next HOP_SAMPLES samples into `outs`, one (channels, HOP_SAMPLES) a format."""
        kept = self._carried
        if not kept:
            self._render(outs)
        else:
            self._render(self._fresh)
            for out, carry, fresh in zip(outs, self._carry, self._fresh, strict=True):
                out[:, :kept] = carry[:, :kept]
                out[:, kept:] = fresh[:, : HOP_SAMPLES - kept]
                carry[:, :kept] = fresh[:, HOP_SAMPLES - kept :]
        self.position_samples += HOP_SAMPLES

    def process_hops(self, outs: Sequence[Samples]) -> None:
        """Render the next samples into `outs`, (channels, whole hops) a format.

        The same samples as `process` gives hop by hop, sooner; for files, not for a device: it may
        claim memory. Controls are read once for many hops.
        """
        if self._next is None and not self._carried:
            self._stage.process_hops(outs)
            self.position_samples += outs[0].shape[1]
            return
        for start in range(0, outs[0].shape[1], HOP_SAMPLES):
            self.process([out[:, start : start + HOP_SAMPLES] for out in outs])

    def _render(self, outs: Sequence[Samples]) -> None:
        self._stage.process(outs)
        if self._next is None:
            return
        self._next.process(self._coming)
        for out, new in zip(outs, self._coming, strict=True):
            out *= SMOOTH_FALL
            new *= SMOOTH_RISE
            out += new
        self._adopt()

    def _adopt(self) -> None:
        assert self._next is not None
        self._faults_before += self._stage.faults
        self._stage, self._next = self._next, None


def _buffers(snapshot: Snapshot) -> list[Samples]:
    """One (channels, HOP_SAMPLES) array a format."""
    return [np.zeros((channels, HOP_SAMPLES), dtype=np.float32) for channels in snapshot.channels]
