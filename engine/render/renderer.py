"""Rendering a whole scene to blocks of every format in one pass: the exporter's side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.jobs import Progress, silent_progress
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES, Snapshot

BLOCK_HOPS = 64


def render_snapshot(
    snapshot: Snapshot, progress: Progress = silent_progress, hop_multiple: int = BLOCK_HOPS
) -> Iterator[dict[str, NDArray[np.float32]]]:
    """Yield consecutive blocks of every format: {format: (channels, n) float32}.

    `n` is ``hop_multiple * HOP_SAMPLES`` except for the last block, which ends with the scene.
    Each block is the caller's to keep. The samples do not depend on `hop_multiple`.
    """
    kernel = Kernel(snapshot)
    left = snapshot.length_samples
    while left > 0:
        progress("rendering", 1.0 - left / snapshot.length_samples)
        hops = min(hop_multiple, -(-left // HOP_SAMPLES))
        blocks = [np.empty((c, hops * HOP_SAMPLES), dtype=np.float32) for c in snapshot.channels]
        kernel.process_hops(blocks)
        ready = min(left, hops * HOP_SAMPLES)
        left -= ready
        yield {name: block[:, :ready] for name, block in zip(snapshot.formats, blocks, strict=True)}


def render_passages(
    snapshot: Snapshot, spans: Sequence[tuple[int, int]], progress: Progress = silent_progress
) -> Iterator[dict[str, NDArray[np.float32]]]:
    """Yield the blocks of some spans of the scene, one span after the other.

    Parameters
    ----------
    spans : sequence of (start sample, samples)
        Each begins with a hop. What sounded before it and is still on its way is part of it.
    """
    kernel = Kernel(_patient(snapshot))
    for number, (start, samples) in enumerate(spans):
        kernel.locate(start)
        for done in range(0, samples, BLOCK_HOPS * HOP_SAMPLES):
            progress("rendering", (number + done / samples) / len(spans))
            left = samples - done
            hops = min(BLOCK_HOPS, -(-left // HOP_SAMPLES))
            blocks = [
                np.empty((c, hops * HOP_SAMPLES), dtype=np.float32) for c in snapshot.channels
            ]
            kernel.process_hops(blocks)
            yield {n: b[:, :left] for n, b in zip(snapshot.formats, blocks, strict=True)}


def render_span(
    snapshot: Snapshot, start_sample: int, samples: int, hop_multiple: int = BLOCK_HOPS
) -> dict[str, NDArray[np.float32]]:
    """A span of the scene in every format: {format: (channels, samples) float32}.

    What sounded before and is still on its way is part of it.
    """
    kernel = Kernel(_patient(snapshot))
    first = start_sample // HOP_SAMPLES * HOP_SAMPLES
    kernel.locate(first)
    spans = [np.empty((c, samples), dtype=np.float32) for c in snapshot.channels]
    at, stop = first, start_sample + samples
    while at < stop:
        hops = min(hop_multiple, -(-(stop - at) // HOP_SAMPLES))
        blocks = [np.empty((c, hops * HOP_SAMPLES), dtype=np.float32) for c in snapshot.channels]
        kernel.process_hops(blocks)
        low, high = max(at, start_sample), min(at + hops * HOP_SAMPLES, stop)
        for span, block in zip(spans, blocks, strict=True):
            span[:, low - start_sample : high - start_sample] = block[:, low - at : high - at]
        at += hops * HOP_SAMPLES
    return dict(zip(snapshot.formats, spans, strict=True))


def _patient(snapshot: Snapshot) -> Snapshot:
    """The scene, whose room is given all of the past that rings: there is time."""
    room = snapshot.room
    if room is None:
        return snapshot
    return replace(snapshot, room=replace(room, prefill_hops=room.rings_hops))
