"""How long the takes of a scene take: ten seconds, twelve events of twelve families, two at a time.

python -m benchmarks.foley_takes
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.results import Figure, print_figures, seconds
from engine.foley.generate import generate
from engine.project.model import Event, EventId, TrackId

RATE_HZ = 48_000
SCENE_S = 10.0
LIMIT_S = 5.0
"""What a scene may take on two cores."""
WORKERS = 2
STEPS_S = tuple(0.3 + 0.55 * step for step in range(17))
SCENE: tuple[tuple[str, dict[str, float | str], tuple[float, ...]], ...] = (
    ("footsteps", {"surface": "gravel"}, STEPS_S),
    ("cloth", {"fabric": "denim"}, ()),
    ("motor", {"type": "car"}, ()),
    ("tyres", {"road": "wet"}, ()),
    ("impacts", {"material": "metal"}, (1.0, 4.2, 7.7)),
    ("water", {"type": "stream"}, ()),
    ("crowd", {"type": "murmur"}, ()),
    ("animals", {"animal": "dog"}, (2.1, 2.8, 6.0)),
    ("doors", {"action": "slam"}, (5.0,)),
    ("debris", {"material": "glass"}, (5.1,)),
    ("blasts", {"type": "thunder"}, (3.0,)),
    ("ambience", {"place": "exterior"}, ()),
)
"""(family, parameters, onsets in seconds): the dearer families among them."""


def scene_events() -> list[Event]:
    """The twelve events."""
    return [
        Event(
            id=EventId(f"event {index}"),
            track_id=TrackId("t"),
            layer=family,
            generator=family,
            prompt="",
            start_s=0.0,
            duration_s=SCENE_S,
            onsets_s=onsets_s,
            parameters=parameters,
            seed=index,
        )
        for index, (family, parameters, onsets_s) in enumerate(SCENE)
    ]


def measure_takes(runs: int = 3) -> list[Figure]:
    """Seconds for all takes of the scene, the quickest of some runs."""
    events = scene_events()
    measured = []
    for _ in range(runs):
        start_s = time.perf_counter()
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda event: generate(event, RATE_HZ), events))
        measured.append(time.perf_counter() - start_s)
    return [seconds("foley_takes_10s_12_events", min(measured), LIMIT_S)]


if __name__ == "__main__":
    print_figures(measure_takes())
