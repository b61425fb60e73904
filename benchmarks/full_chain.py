"""What share of one core 128 moving sources with everything cost: the whole chain and a room.

Every source has Doppler, air, four bands of equaliser, an occlusion that moves, and a send to a
hall of two seconds with early reflections of its own; two ears listen, in blocks of 512. Runs of
all variants alternate, and medians are reported. The peers (`benchmarks.plain_peers`) do less: no
early reflections, no air, nearest responses; pedalboard's sources do not even move.
"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import numpy as np
from msgspec import structs

from benchmarks.plain_peers import pedalboard_chain_share, scipy_chain_share
from benchmarks.rendering import SAMPLE_RATE_HZ, moving_project
from benchmarks.results import Figure, print_figures_of, tell_absent
from engine.project.model import EqBand, Project, Scene, Strip, Track
from engine.project.store import Bundle
from engine.realtime.kernel import Kernel
from engine.realtime.snapshot import HOP_SAMPLES
from engine.render.compiler import compile_project
from engine.spatial.hrir import load_hrirs

SOURCES = 128
BLOCK_HOPS = 2
RUNS = 7
BLOCKS = 60
ROOM = "hall"
BANDS = (
    EqBand(kind="low_shelf", frequency_hz=120.0, gain_db=3.0),
    EqBand(kind="bell", frequency_hz=800.0, gain_db=-4.0, q=1.0),
    EqBand(kind="bell", frequency_hz=3000.0, gain_db=3.0, q=2.0),
    EqBand(kind="high_shelf", frequency_hz=8000.0, gain_db=-3.0),
)
OCCLUSION = ((0.0, 0.2), (3.0, 0.8), (6.0, 0.2))


def measure_full_chain(folder: Path) -> list[Figure]:
    """Shares of a core: everything, without the room, and nothing but Doppler and HRIRs."""
    bundle = Bundle.create(folder / "chain.foley", Project())
    try:
        bare = moving_project(bundle, SOURCES)
        scenes = {
            "full_chain_128_core_share": _with(bare, ROOM, full=True),
            "full_chain_128_core_share_no_room": _with(bare, "none", full=True),
            "full_chain_128_core_share_hrirs_only": _with(bare, "none", full=False),
        }
        kernels = {
            name: Kernel(compile_project(scene, bundle.audio_path, ("binaural",)))
            for name, scene in scenes.items()
        }
        shares: dict[str, list[float]] = {name: [] for name in kernels}
        for _ in range(RUNS):
            for name, kernel in kernels.items():
                shares[name].append(_share(kernel))
        return _beside_peers({name: median(found) for name, found in shares.items()})
    finally:
        bundle.close()


def _beside_peers(shares: dict[str, float]) -> list[Figure]:
    """Everything beside the best of the peers; smaller is better."""
    hrirs, unit = load_hrirs("kemar", SAMPLE_RATE_HZ), "share of a core"
    peers = {"scipy": scipy_chain_share(hrirs, SOURCES)}
    others = pedalboard_chain_share(hrirs, SOURCES)
    if others is None:
        tell_absent("pedalboard", "not installed here")
    else:
        peers["pedalboard_at_rest"] = others
    best, (first, *rest) = min(peers.values()), shares.items()
    return [
        Figure(first[0], round(first[1], 4), unit, round(best, 4), round(best / first[1], 3)),
        *(Figure(name, round(share, 4), unit) for name, share in rest),
        *(Figure(f"peer_{name}_chain_128", round(s, 4), unit) for name, s in peers.items()),
    ]


def _with(project: Project, room: str, *, full: bool) -> Project:
    tracks = tuple(_track(track, full=full) for track in project.tracks)
    return structs.replace(project, tracks=tracks, scene=Scene(room=room))


def _track(track: Track, *, full: bool) -> Track:
    if not full:
        return structs.replace(track, air=False)
    return structs.replace(track, strip=Strip(eq=BANDS), occlusion=OCCLUSION, air=True)


def _share(kernel: Kernel) -> float:
    """Processor time over the time of the sound."""
    outs = [np.empty((2, HOP_SAMPLES), np.float32)]
    kernel.locate(SAMPLE_RATE_HZ)
    for _ in range(16):
        kernel.process(outs)
    begun = time.thread_time()
    for _ in range(BLOCKS * BLOCK_HOPS):
        kernel.process(outs)
    spent_s = time.thread_time() - begun
    return spent_s / (BLOCKS * BLOCK_HOPS * HOP_SAMPLES / SAMPLE_RATE_HZ)


if __name__ == "__main__":
    print_figures_of(measure_full_chain)
