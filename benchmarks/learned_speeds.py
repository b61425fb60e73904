"""Seconds of processor time that learned spatialisers take for a second of sound, on one thread.

``python -m benchmarks.learned_speeds``. Floors are the multiplications of a network's layers at the
speed of this machine's matrix products. Without PyTorch nothing is measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.results import Figure, print_figures_of, tell_absent
from engine.coordinates import to_cartesian
from engine.errors import FoleystageError

_SOUND_S = 2
_RUNS = 3
_PRODUCT_SIZE = 768


def measure_learned(folder: Path) -> list[Figure]:
    """Of the networks that come with the program, and of an untrained small HiViBiX."""
    try:
        import torch

        from engine.models.names import load_moving_spatialiser, load_spatialiser

        seeing = load_spatialiser("pseudobinaural")[0]
        moving = load_moving_spatialiser("foleyspace")[0]
    except (ImportError, FoleystageError) as error:
        tell_absent("learned spatialisers", str(error))
        return []
    jobs = _jobs(seeing, moving)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        speed = _products_per_s(torch)
        return [_figure(name, network, job, speed, torch) for name, (network, job) in jobs.items()]
    finally:
        torch.set_num_threads(threads)


def _jobs(seeing: Any, moving: Any) -> dict[str, tuple[Any, Callable[[], object]]]:
    """A network, and what it is to do, by name."""
    from engine.models.hivibix.config import CONFIGS
    from engine.models.hivibix.features import EmbeddedFeatures
    from engine.models.hivibix.infer import HivibixSpatialiser
    from engine.models.hivibix.network import HiViBiX

    rate_hz = seeing.config.sample_rate_hz
    rng = np.random.default_rng(0)
    mono = 0.1 * rng.standard_normal(_SOUND_S * rate_hz, dtype=np.float32)
    pictures = rng.integers(0, 255, (25 * (_SOUND_S + 1), 96, 192, 3), dtype=np.uint8)

    def picture_at(time_s: float) -> Any:
        return pictures[int(25 * time_s)]

    def positions_at(times_s: Any) -> Any:
        return to_cartesian(60.0 * np.sin(times_s), 0.0, 1.4)

    hearing = HivibixSpatialiser(HiViBiX(CONFIGS["small"]))
    features = EmbeddedFeatures(seeing.network)
    box = np.array([[20.0, 20.0, 60.0, 80.0]])
    return {
        "pseudobinaural": (seeing.network, lambda: seeing.difference(mono, picture_at)),
        "foleyspace_6_steps": (moving.network, lambda: moving.binaural(mono, positions_at)),
        "foleyspace_50_steps": (
            moving.network, lambda: moving.binaural(mono, positions_at, steps=50),
        ),
        "hivibix_untrained": (
            hearing.network,
            lambda: hearing.ears(mono, lambda t: features.seen([picture_at(t)], [box])),
        ),
    }  # fmt: skip


def _figure(name: str, network: Any, job: Callable[[], object], speed: float, torch: Any) -> Figure:
    products = _products(network, job, torch)  # warms up, too
    times_s = []
    for _ in range(_RUNS):
        began_s = time.process_time()
        job()
        times_s.append(time.process_time() - began_s)
    per_second = median(times_s) / _SOUND_S
    floor = products / speed / _SOUND_S
    return Figure(f"learned_{name}", round(per_second, 4), "s per s", floor=round(floor, 4))


def _products_per_s(torch: Any) -> float:
    """Multiplications with additions a second, in a matrix product."""
    one = torch.rand(_PRODUCT_SIZE, _PRODUCT_SIZE)
    times_s = []
    for _ in range(8):
        began_s = time.process_time()
        one @ one
        times_s.append(time.process_time() - began_s)
    return float(_PRODUCT_SIZE**3 / min(times_s))


def _products(network: Any, job: Callable[[], object], torch: Any) -> int:
    """Multiplications of the convolutions and linear layers that a job runs through."""
    count = 0

    def add(layer: Any, given: tuple[Any, ...], made: Any) -> None:
        nonlocal count
        is_grown = isinstance(layer, torch.nn.ConvTranspose1d | torch.nn.ConvTranspose2d)
        places = given[0] if is_grown else made
        count += places.numel() * layer.weight[0].numel()

    kinds = (
        torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.ConvTranspose1d, torch.nn.ConvTranspose2d,
        torch.nn.Linear,
    )  # fmt: skip
    hooks = [m.register_forward_hook(add) for m in network.modules() if isinstance(m, kinds)]
    try:
        job()
    finally:
        for hook in hooks:
            hook.remove()
    return count


if __name__ == "__main__":
    print_figures_of(measure_learned)
