"""Which chunks of which takes a scene needs around a place: what the butler reads from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from engine.playback.chunks import CHUNK_SAMPLES, ChunkStore, Key, StreamedSamples
from engine.playback.take_file import TakeFile, take_file_of
from engine.realtime.snapshot import ClipPlan, Snapshot


@dataclass(frozen=True)
class _Line:
    """A clip on the timeline: scene samples [start, stop) come from `offset` in a take."""

    start: int
    stop: int
    offset: int
    file: TakeFile


class ReadingList:
    """The streamed clips of a scene, in order.

    Parameters
    ----------
    clips : iterable of ClipPlan
        Those whose samples are not streamed are passed over.
    """

    def __init__(self, clips: Iterable[ClipPlan] = ()) -> None:
        lines = [_line(clip) for clip in clips if isinstance(clip.samples, StreamedSamples)]
        self._lines = sorted(lines, key=lambda line: line.start)
        self._starts = [line.start for line in self._lines]
        self._longest = max((line.stop - line.start for line in lines), default=0)

    def keys(self, start: int, stop: int) -> Iterator[Key]:
        """Chunks that scene samples [start, stop) are made of, in no order; some twice."""
        near = bisect_left(self._starts, start - self._longest)
        for line in self._lines[near : bisect_left(self._starts, stop)]:
            first = max(start, line.start) - line.start + line.offset
            last = min(stop, line.stop) - line.start + line.offset
            last = min(last, line.file.samples)
            if first >= last:
                continue
            for number in range(first // CHUNK_SAMPLES, -(-last // CHUNK_SAMPLES)):
                yield line.file, number


def stream(snapshot: Snapshot, store: ChunkStore) -> tuple[Snapshot, ReadingList]:
    """The same scene with its takes read out of a chunk store, and the list of what it reads."""
    seen: dict[int, Any] = {}

    def streamed(clip: ClipPlan) -> ClipPlan:
        identity = id(clip.samples)
        if identity not in seen:
            seen[identity] = _streamed_take(clip.samples, store)
        samples = seen[identity]
        return clip if samples is clip.samples else replace(clip, samples=samples)

    def with_clips(plan: Any) -> Any:
        return replace(plan, clips=tuple(streamed(clip) for clip in plan.clips))

    sources = tuple(with_clips(source) for source in snapshot.sources)
    beds = tuple(with_clips(bed) for bed in snapshot.beds)
    clips = [clip for plan in (*sources, *beds) for clip in plan.clips]
    return replace(snapshot, sources=sources, beds=beds), ReadingList(clips)


def _streamed_take(samples: Any, store: ChunkStore) -> Any:
    file = take_file_of(samples)
    return samples if file is None else StreamedSamples(store, file)


def _line(clip: ClipPlan) -> _Line:
    file = cast(StreamedSamples, clip.samples).file
    stop = clip.start_sample + clip.length_samples
    return _Line(clip.start_sample, stop, clip.offset_samples, file)
