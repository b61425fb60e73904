"""What the parts of a room cost: images, the tail, a measured response, a seek."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from msgspec import structs

from benchmarks.rendering import SAMPLE_RATE_HZ, moving_project
from benchmarks.results import Figure, print_figures_of
from engine.project.model import Project, Scene
from engine.project.store import Bundle
from engine.realtime.convolver import RoomConvolver
from engine.realtime.fdn import FeedbackDelays
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES
from engine.render.compiler import compile_project
from engine.spatial.measured_room import response_plan
from engine.spatial.reverberation import late_plan
from engine.spatial.room import room_named

RUNS, HOPS = 7, 64
SOURCES = 128
IMAGES = 6
RESPONSE_S = 2.0


def measure_rooms(folder: Path) -> list[Figure]:
    """Processor time, medians of alternating runs."""
    bundle = Bundle.create(folder / "rooms.foley", Project())
    try:
        project = moving_project(bundle, SOURCES)
        plain, roomy = (_kernel(project, bundle, room) for room in ("none", "hall"))
        tail, response = _tail(), _response()
        parts = {"plain": plain, "roomy": roomy, "tail": tail, "response": response}
        spent: dict[str, list[float]] = {name: [] for name in parts}
        for _ in range(RUNS):
            for name, hop in parts.items():
                spent[name].append(_time_us(hop))
        us = {name: median(found) for name, found in spent.items()}
        image = (us["roomy"] - us["plain"] - us["tail"]) / (SOURCES * IMAGES)
        return [
            Figure("room_image_us", round(image, 3), "us a hop and image, with its field's way"),
            Figure("room_tail_us", round(us["tail"], 1), "us a hop"),
            Figure("room_response_2s_foa_us", round(us["response"], 1), "us a hop"),
            *(_seek(bundle, sources) for sources in (1, 16, SOURCES)),
        ]
    finally:
        bundle.close()


def _time_us(hop: Callable[[], None]) -> float:
    begun = time.thread_time()
    for _ in range(HOPS):
        hop()
    return (time.thread_time() - begun) / HOPS * 1e6


def _kernel(project: Project, bundle: Bundle, room: str) -> Callable[[], None]:
    scene = structs.replace(project, scene=Scene(room=room))
    kernel = Kernel(compile_project(scene, bundle.audio_path, ("hoa3",)))
    outs = [np.zeros((16, HOP_SAMPLES), np.float32)]
    for _ in range(20):
        kernel.process(outs)
    return lambda: kernel.process(outs)


def _tail() -> Callable[[], None]:
    room = room_named("hall")
    assert room is not None
    plan = late_plan(room, SAMPLE_RATE_HZ)
    assert plan is not None
    late = FeedbackDelays(plan)
    mono = np.random.default_rng(1).standard_normal(HOP_SAMPLES).astype(np.float32)
    out = np.zeros((16, HOP_SAMPLES), np.float32)
    late.render(mono, True, out)
    return lambda: _discard(late.render(mono, True, out))


def _response() -> Callable[[], None]:
    samples = int(RESPONSE_S * SAMPLE_RATE_HZ)
    rng = np.random.default_rng(1)
    decay = 10.0 ** (-3.0 * np.arange(samples) / samples)
    convolver = RoomConvolver(
        response_plan(rng.standard_normal((4, samples)) * decay, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ)
    )
    mono = rng.standard_normal(HOP_SAMPLES).astype(np.float32)
    out = np.zeros((16, HOP_SAMPLES), np.float32)
    convolver.render(mono, True, out)
    return lambda: _discard(convolver.render(mono, True, out))


def _discard(_: bool) -> None:
    """A hop has no result."""


def _seek(bundle: Bundle, sources: int) -> Figure:
    scene = structs.replace(moving_project(bundle, sources), scene=Scene(room="hall"))
    kernel = Kernel(compile_project(scene, bundle.audio_path, ("binaural",)))
    found = []
    for run in range(RUNS + 1):
        begun = time.thread_time()
        kernel.locate(3 * SAMPLE_RATE_HZ + 1000 * run)
        found.append(time.thread_time() - begun)
    return Figure(f"room_seek_{sources}_sources_ms", round(median(found[1:]) * 1e3, 1), "ms")


if __name__ == "__main__":
    print_figures_of(measure_rooms)
