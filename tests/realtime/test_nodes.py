"""Nodes of the kernel: in time with each other, forgetful on request, and frugal."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from realtime_scenes import circle, clip, fixed, noise, snapshot, source

from engine.realtime.kernel import Kernel
from engine.realtime.node import Node, latency_of, longest_history
from engine.realtime.snapshot import HOP_SAMPLES, BedPlan
from engine.realtime.stage import Stage

CLICK = 5 * HOP_SAMPLES + 37
MOST_A_HOP_BYTES = 64 * 1024
MOST_KEPT_BYTES = 16 * 1024


def everything(sources: int = 8):
    """Moving sources and an ambience, to ears and loudspeakers."""
    sounds = noise(HOP_SAMPLES * 200)
    moving = [source(circle(0.5 + n / 8, 2.0), clip(sounds), doppler=True) for n in range(sources)]
    bed = BedPlan(1, (clip(sounds, rows=4),))
    return snapshot(moving, ("binaural", "5.1", "foa"), (bed,))


@pytest.mark.parametrize("name", ["stereo", "5.1", "7.1.4", "foa", "hoa3"])
def test_a_click_is_heard_as_late_as_the_kernel_says(name: str) -> None:
    click = np.zeros((1, 20 * HOP_SAMPLES), dtype=np.float32)
    click[0, CLICK] = 1.0
    kernel = Kernel(snapshot([source(fixed(30.0), clip(click))], (name,)))
    out = np.zeros((kernel.snapshot.channels[0], click.shape[1]), dtype=np.float32)
    for start in range(0, click.shape[1], HOP_SAMPLES):
        kernel.process([out[:, start : start + HOP_SAMPLES]])
    loudest = np.unravel_index(np.abs(out).argmax(), out.shape)[1]
    assert loudest == CLICK + kernel.latency_samples


def test_every_node_keeps_to_the_protocol_and_forgets() -> None:
    stage = Stage(everything(), Kernel(everything()).controls)
    assert all(isinstance(node, Node) for node in stage.nodes)
    assert longest_history(stage.nodes) >= 1
    outs = [np.zeros((channels, HOP_SAMPLES), np.float32) for channels in stage.snapshot.channels]
    stage.locate(3)
    stage.process(outs)
    first = [out.copy() for out in outs]
    for _ in range(9):
        stage.process(outs)
    stage.locate(3)  # resets them all
    stage.process(outs)
    for before, after in zip(first, outs, strict=True):
        np.testing.assert_array_equal(before, after)


def test_nodes_beside_each_other_must_be_late_alike() -> None:
    stage = Stage(everything(1), Kernel(everything(1)).controls)
    assert latency_of(stage.nodes) == stage.latency_samples
    stage.nodes[0].latency_samples = 64
    with pytest.raises(AssertionError, match="late"):
        latency_of(stage.nodes)


def test_a_hop_allocates_little_and_keeps_nothing() -> None:
    kernel = Kernel(everything(64))
    outs = [np.zeros((channels, HOP_SAMPLES), np.float32) for channels in kernel.snapshot.channels]
    for _ in range(20):
        kernel.process(outs)
    tracemalloc.start()
    try:
        for _ in range(40):  # until Python's lists of freed tuples are full
            kernel.process(outs)
        made, kept = [], []
        for _ in range(3):  # other threads of the run make things, too, but not every time
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            for _ in range(50):
                kernel.process(outs)
            after, most = tracemalloc.get_traced_memory()
            made.append(most - before)
            kept.append(after - before)
    finally:
        tracemalloc.stop()
    assert min(made) < MOST_A_HOP_BYTES
    assert min(kept) < MOST_KEPT_BYTES
