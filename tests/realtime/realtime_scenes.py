"""Small scenes for the kernel, with short laws of their own where the law does not matter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.coordinates import to_cartesian
from engine.layouts import FORMATS
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import (
    HOP_SAMPLES,
    BedPlan,
    ClipPlan,
    MotionPlan,
    Snapshot,
    SourcePlan,
    StripPlan,
)
from engine.spatial.binaural import binaural_plan
from engine.spatial.encoders import channel_encoder
from engine.spatial.hrir import load_hrirs
from engine.spatial.propagation import PointSource, samples_per_metre
from engine.spatial.space import space_plan

RATE_HZ = 48_000


def noise(samples: int, seed: int = 0) -> NDArray[np.float32]:
    return (0.1 * np.random.default_rng(seed).standard_normal((1, samples))).astype(np.float32)


def tone(samples: int, frequency_hz: float) -> NDArray[np.float32]:
    phase = 2 * np.pi * frequency_hz * np.arange(samples) / RATE_HZ
    return (0.5 * np.sin(phase))[None].astype(np.float32)


def clip(samples: NDArray[np.float32], start: int = 0, rows: int = 1, **more) -> ClipPlan:
    length = more.pop("length", samples.shape[1])
    return ClipPlan(samples, np.eye(rows, len(samples), dtype=np.float32), start, length, **more)


def fixed(azimuth_deg: float, elevation_deg: float = 0.0, distance_m: float = 1.0) -> MotionPlan:
    return MotionPlan(np.zeros(1), to_cartesian([azimuth_deg], elevation_deg, distance_m))


def circle(turns_per_s: float, duration_s: float, distance_m: float = 1.0) -> MotionPlan:
    times = np.arange(0.0, duration_s, 1.0 / 300.0)
    return MotionPlan(times * RATE_HZ, to_cartesian(360.0 * turns_per_s * times, 0.0, distance_m))


def source(motion: MotionPlan, *clips: ClipPlan, doppler: bool = False, strip: int = 0):
    farthest = np.linalg.norm(motion.positions_m, axis=1).max()
    longest = int(np.ceil(farthest * samples_per_metre(RATE_HZ))) + 1
    return SourcePlan(strip, clips, motion, doppler, longest if doppler else 0)


def snapshot(sources, formats=("binaural",), beds: tuple[BedPlan, ...] = (), **more) -> Snapshot:
    strips = more.pop("strips", None) or tuple(StripPlan(f"t{i}") for i in range(4))
    hrirs = load_hrirs("kemar", RATE_HZ) if "binaural" in formats else None
    return Snapshot(
        sample_rate_hz=RATE_HZ,
        length_samples=more.pop("length_samples", RATE_HZ),
        formats=tuple(formats),
        channels=tuple(FORMATS[name] for name in formats),
        strips=strips,
        sources=tuple(sources),
        beds=beds,
        encoders={n: channel_encoder(n, RATE_HZ) for n in formats if n != "binaural"},
        binaural=None if hrirs is None else binaural_plan(hrirs),
        distance=PointSource(),
        samples_per_metre=samples_per_metre(RATE_HZ),
        spaces=(space_plan(1, formats, hrirs),),
        **more,
    )


def render(scene: Snapshot | Kernel, hops: int, start: int = 0) -> list[NDArray[np.float32]]:
    """Everything from `start` on, one (channels, hops * HOP_SAMPLES) array a format."""
    kernel = scene if isinstance(scene, Kernel) else Kernel(scene)
    if start:
        kernel.locate(start)
    shapes = [(c, hops * HOP_SAMPLES) for c in kernel.snapshot.channels]
    result = [np.zeros(shape, dtype=np.float32) for shape in shapes]
    for hop in range(hops):
        kernel.process([r[:, hop * HOP_SAMPLES : (hop + 1) * HOP_SAMPLES] for r in result])
    return result


def level_db(signal: NDArray, reference: NDArray) -> float:
    power = np.sum(np.square(signal, dtype=np.float64)) / np.sum(
        np.square(reference, dtype=np.float64)
    )
    return float(10 * np.log10(max(power, 1e-30)))
