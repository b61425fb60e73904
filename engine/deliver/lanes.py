"""Lanes: which sounds share a channel or a file where a long scene has very many.

Half an hour holds hundreds of things that pass by. A channel for each, silent almost all of the
time, would make an ADM file of tens of gigabytes. So beyond `OWN_LANES` sounds, those that never
sound at the same time share a lane; few keep one each.

References
----------
ITU-R BS.2088-1, 8: a channel of a BW64 file may have several audioTrackUIDs, one after another.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.realtime.controls import Controls
from engine.realtime.snapshot import ClipPlan, Snapshot

OWN_LANES = 28
"""With the ambience's four channels they make 32."""
_TAIL_S = 0.5
"""What filters add behind a sound, and more than a renderer's cross-fade."""

Span = tuple[int, int]
"""Half-open, in samples."""


@dataclass(frozen=True)
class ObjectLane:
    """A source of a snapshot, the lane it lies in, and the samples [start, end) that are its."""

    source: int
    lane: int
    start_sample: int
    end_sample: int


def lanes_of(spans: Sequence[Span]) -> tuple[int, ...]:
    """A lane for every span so that none overlap in one: as few lanes as there can be.

    Greedy by starting time, which is optimal for intervals (their overlap graph is perfect).
    """
    order = sorted(range(len(spans)), key=lambda index: (spans[index], index))
    lanes = [0] * len(spans)
    busy: list[tuple[int, int]] = []  # when a lane ends, which
    free: list[int] = []
    for index in order:
        start, end = spans[index]
        while busy and busy[0][0] <= start:
            heapq.heappush(free, heapq.heappop(busy)[1])
        lanes[index] = heapq.heappop(free) if free else len(busy)
        heapq.heappush(busy, (end, lanes[index]))
    return tuple(lanes)


def clips_span(clips: Sequence[ClipPlan], length_samples: int) -> Span:
    """From the first clip's start to the last one's end, within the scene."""
    start = min((clip.start_sample for clip in clips), default=0)
    end = max((clip.start_sample + clip.length_samples for clip in clips), default=0)
    return max(0, min(start, length_samples)), max(0, min(end, length_samples))


def object_lanes(snapshot: Snapshot) -> tuple[ObjectLane, ...]:
    """Lanes of the sources that are heard; the whole scene is theirs where they are few.

    The channels of beds and of fields are no objects.
    """
    gains = np.zeros(len(snapshot.strips))
    Controls(snapshot).strip_gains(gains)
    bundled = {i for bundle in snapshot.bundles if bundle.kind != "pair" for i in bundle.sources}
    heard = [
        index
        for index, source in enumerate(snapshot.sources)
        if gains[source.strip] > 0.0 and index not in bundled
    ]
    length = snapshot.length_samples
    if len(heard) <= OWN_LANES:
        return tuple(ObjectLane(source, lane, 0, length) for lane, source in enumerate(heard))
    spans = [_arriving(snapshot, index) for index in heard]
    lanes = lanes_of(spans)
    return tuple(
        ObjectLane(source, lane, *span)
        for source, lane, span in zip(heard, lanes, spans, strict=True)
    )


def lane_count(objects: Sequence[ObjectLane]) -> int:
    """How many lanes there are."""
    return max((item.lane + 1 for item in objects), default=0)


def _arriving(snapshot: Snapshot, index: int) -> Span:
    """When a source may be heard: its clips, later by the way they travel, and a tail."""
    source = snapshot.sources[index]
    start, end = clips_span(source.clips, snapshot.length_samples)
    later = source.max_delay_samples + round(_TAIL_S * snapshot.sample_rate_hz)
    return start, min(end + later, snapshot.length_samples)
