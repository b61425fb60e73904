"""Small scenes for what happens to one source on its way; they need no HRIRs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import (
    HOP_SAMPLES,
    ChannelEncoder,
    ClipPlan,
    CurvePlan,
    MotionPlan,
    Snapshot,
    SourcePlan,
    StripPlan,
)
from engine.spatial.air_absorption import air_plan
from engine.spatial.propagation import PointSource, samples_per_metre


def noise(samples: int, seed: int = 0) -> NDArray[np.float32]:
    return (0.1 * np.random.default_rng(seed).standard_normal((1, samples))).astype(np.float32)


def at(*position_m: float) -> MotionPlan:
    return MotionPlan(np.zeros(1), np.array([position_m], dtype=float))


def curve(*points: tuple[float, float], rate_hz: int = 48_000) -> CurvePlan:
    times, values = np.array(points, dtype=float).T
    return CurvePlan(times * rate_hz, values)


def source(samples: NDArray[np.float32], motion: MotionPlan | None = None, **more) -> SourcePlan:
    start = more.pop("start", 0)
    plan = ClipPlan(samples, np.ones((1, 1), np.float32), start, samples.shape[1])
    return SourcePlan(more.pop("strip", 0), (plan,), motion or at(1.0, 0.0, 0.0), **more)


def delayed(samples: NDArray[np.float32], motion: MotionPlan, rate_hz=48_000, **more) -> SourcePlan:
    farthest = np.linalg.norm(motion.positions_m, axis=1).max()
    longest = int(np.ceil(farthest * samples_per_metre(rate_hz))) + 1
    return source(samples, motion, delayed=True, max_delay_samples=longest, **more)


def scene(*sources: SourcePlan, rate_hz: int = 48_000, **more) -> Snapshot:
    """One channel that hears everything alike, at 1/r."""
    mono = ChannelEncoder(1, lambda directions, focus, out, room: out.fill(1.0))
    plans = Snapshot(
        sample_rate_hz=rate_hz,
        length_samples=rate_hz,
        formats=("mono",),
        channels=(1,),
        strips=tuple(StripPlan(f"t{index}") for index in range(4)),
        sources=sources,
        beds=(),
        encoders={"mono": mono},
        binaural=None,
        distance=PointSource(),
        samples_per_metre=samples_per_metre(rate_hz),
        air=air_plan(rate_hz),
    )
    return replace(plans, **more)


def render(snapshot: Snapshot | Kernel, hops: int, start: int = 0) -> NDArray[np.float32]:
    kernel = snapshot if isinstance(snapshot, Kernel) else Kernel(snapshot)
    if start:
        kernel.locate(start)
    result = np.zeros((1, hops * HOP_SAMPLES), dtype=np.float32)
    for hop in range(hops):
        kernel.process([result[:, hop * HOP_SAMPLES : (hop + 1) * HOP_SAMPLES]])
    return result[0]


def residual_db(signal: NDArray, reference: NDArray) -> float:
    error = np.sum(np.square(signal.astype(float) - reference))
    return float(10 * np.log10(max(error, 1e-40) / np.sum(np.square(reference, dtype=float))))
