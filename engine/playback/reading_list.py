"""Which chunks of which takes a scene needs around a place: what the butler reads from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from engine.playback.chunks import CHUNK_SAMPLES, ChunkStore, Key, StreamBuffer
from engine.playback.take_file import take_file_of
from engine.realtime.snapshot import HOP_SAMPLES, ClipPlan, Snapshot

BEHIND_S = 2.5
"""So much of the past a seek replays, for what is still on its way and what rings in a room."""
_TRAVEL_S = 1.0
"""Of that, for what is on its way."""


@dataclass(frozen=True)
class Line:
    """A clip on the timeline: scene samples [start, stop) come from `offset` on in a take."""

    start: int
    stop: int
    offset: int
    buffer: StreamBuffer


class ReadingList:
    """The streamed clips of a scene, in order.

    Parameters
    ----------
    lines : iterable of Line
    behind_s : float
        How far behind the playhead sound must be at hand.
    """

    def __init__(self, lines: Iterable[Line] = (), behind_s: float = BEHIND_S) -> None:
        self.behind_s = behind_s
        self._lines = sorted(lines, key=lambda line: line.start)
        self._starts = [line.start for line in self._lines]
        self._longest = max((line.stop - line.start for line in self._lines), default=0)

    @property
    def buffers(self) -> set[StreamBuffer]:
        """The takes that are read."""
        return {line.buffer for line in self._lines}

    def keys(self, start: int, stop: int) -> Iterator[Key]:
        """Chunks that scene samples [start, stop) are made of, in no order; some twice."""
        near = bisect_left(self._starts, start - self._longest)
        for line in self._lines[near : bisect_left(self._starts, stop)]:
            first = max(start, line.start) - line.start + line.offset
            last = min(stop, line.stop) - line.start + line.offset
            last = min(last, line.buffer.file.samples)
            if first >= last:
                continue
            for number in range(first // CHUNK_SAMPLES, -(-last // CHUNK_SAMPLES)):
                yield line.buffer, number


def stream(snapshot: Snapshot, store: ChunkStore) -> tuple[Snapshot, ReadingList]:
    """The same scene with its takes in the address space of a store, and the list of what it reads.

    Takes that are no memory maps stay as they are.
    """
    buffers: dict[int, StreamBuffer | None] = {}
    lines: list[Line] = []

    def streamed(clip: ClipPlan) -> ClipPlan:
        identity = id(clip.samples)
        if identity not in buffers:
            file = take_file_of(clip.samples)
            buffers[identity] = None if file is None else store.buffer_of(file)
        buffer = buffers[identity]
        if buffer is None:
            return clip
        stop = clip.start_sample + clip.length_samples
        lines.append(Line(clip.start_sample, stop, clip.offset_samples, buffer))
        return replace(clip, samples=buffer.samples)

    def with_clips(plan: Any) -> Any:
        return replace(plan, clips=tuple(streamed(clip) for clip in plan.clips))

    sources = tuple(with_clips(source) for source in snapshot.sources)
    beds = tuple(with_clips(bed) for bed in snapshot.beds)
    rings_hops = 0 if snapshot.room is None else snapshot.room.prefill_hops
    behind_s = max(BEHIND_S, rings_hops * HOP_SAMPLES / snapshot.sample_rate_hz + _TRAVEL_S)
    return replace(snapshot, sources=sources, beds=beds), ReadingList(lines, behind_s)
