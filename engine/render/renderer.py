"""Rendering a whole scene to blocks of every format in one pass: the exporter's side."""

from __future__ import annotations

from collections.abc import Iterator

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
