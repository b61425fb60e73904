"""How many moving sources the kernel renders through HRIRs in real time on one core.

Every source has a place of its own in every hop: nothing but the interpolated response between
three measurements of KEMAR (512 taps at 44.1 kHz, 558 at 48 kHz) is taken for it. Runs alternate
with those of the peers, and medians are reported, because a shared machine is never the same twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks import binaural_peers
from benchmarks.results import Figure, print_figures, rate, tell_absent
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import (
    HOP_SAMPLES,
    ClipPlan,
    MotionPlan,
    Snapshot,
    SourcePlan,
    StripPlan,
)
from engine.spatial.binaural import binaural_plan
from engine.spatial.hrir import load_hrirs
from engine.spatial.propagation import PointSource, samples_per_metre

RATE_HZ = 48_000
SOURCES = 3000
RUNS = 5
HOPS = 150
FLOOR = 8200.0
"""Three neighbours of 512 taps a source and hop: memory-bound at about 0.65 us."""
SAF_PUBLISHED = 301.0
"""Spatial_Audio_Framework's binauraliser, 256 taps, measured on a machine of this kind."""
_UNIT = "sources/core"
_NOISE_S = 10.0
_KEY_S = 0.1


def measure_moving_sources() -> list[Figure]:
    """The figures of the kernel and of its peers."""
    hrirs = load_hrirs("kemar", RATE_HZ)
    kernel = Kernel(moving_scene(SOURCES))
    out = [np.empty((2, HOP_SAMPLES), dtype=np.float32)]
    peers: dict[str, Callable[[], float | None]] = {
        "openal_soft_moving_sources_256": binaural_peers.openal_soft,
        "saf_moving_sources_256": binaural_peers.spatial_audio_framework,
        "scipy_overlap_add_moving_sources_256": lambda: binaural_peers.scipy_overlap_add(hrirs),
        "ffmpeg_sofalizer_still_sources_1024": binaural_peers.sofalizer,
    }
    ours: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(RUNS):
        ours.append(_run(kernel, out))
        for name, measure in peers.items():
            value = measure()
            if value is not None:
                theirs[name].append(value)
    for name in (name for name, values in theirs.items() if not values):
        tell_absent(f"peer_{name}", "not installed here")
    value = median(ours)
    medians = {name: median(values) for name, values in theirs.items() if values}
    moving = [medians[name] for name in medians if "moving" in name]
    return [
        rate("moving_hrtf_sources_256", value, _UNIT, max(moving), FLOOR),
        rate("moving_hrtf_sources_256_beside_saf_published", value, _UNIT, SAF_PUBLISHED, FLOOR),
        *(rate(f"peer_{name}", found, _UNIT) for name, found in medians.items()),
    ]


def _run(kernel: Kernel, out: list[NDArray[np.float32]]) -> float:
    kernel.locate(0)
    for _ in range(8):
        kernel.process(out)
    begun = time.thread_time()
    for _ in range(HOPS):
        kernel.process(out)
    spent_s = time.thread_time() - begun
    return len(kernel.snapshot.sources) * HOPS * HOP_SAMPLES / RATE_HZ / spent_s


def moving_scene(sources: int) -> Snapshot:
    """So many sources, each on a circle and at a place of its own in a common noise."""
    rng = np.random.default_rng(1)
    samples = int(_NOISE_S * RATE_HZ)
    noise = (0.01 * rng.standard_normal((1, samples))).astype(np.float32)
    length = (HOPS + 40) * HOP_SAMPLES
    clips = [
        ClipPlan(noise, np.ones((1, 1), np.float32), 0, length, int(offset))
        for offset in rng.integers(0, samples - length, sources)
    ]
    return Snapshot(
        sample_rate_hz=RATE_HZ,
        length_samples=length,
        formats=("binaural",),
        channels=(2,),
        strips=(StripPlan("all"),),
        sources=tuple(SourcePlan(0, (clip,), _circle(rng, length)) for clip in clips),
        beds=(),
        encoders={},
        binaural=binaural_plan(load_hrirs("kemar", RATE_HZ)),
        distance=PointSource(),
        samples_per_metre=samples_per_metre(RATE_HZ),
    )


def _circle(rng: np.random.Generator, length: int) -> MotionPlan:
    times = np.arange(0.0, length + _KEY_S * RATE_HZ, _KEY_S * RATE_HZ)
    turn = rng.uniform(0, 2 * np.pi) + rng.choice([-1, 1]) * rng.uniform(0.3, 1.5) * times / RATE_HZ
    radius_m, height_m = rng.uniform(1.5, 8.0), rng.uniform(-1.0, 3.0)
    x, y = radius_m * np.cos(turn), radius_m * np.sin(turn)
    return MotionPlan(times, np.column_stack([x, y, np.full_like(x, height_m)]))


if __name__ == "__main__":
    print_figures(measure_moving_sources())
