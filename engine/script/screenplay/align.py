"""Which scene of a screenplay is which part of the film: scenes in order to shots in order.

Each scene takes a run of shots (or, where there are more scenes than shots, each shot a run of
scenes), so that headings agree with the look, what is written with what is seen, and lengths with
lengths. The cheapest way to do so is found by dynamic programming.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

from engine.project.value import Value
from engine.script.knowledge import shipped_knowledge
from engine.script.screenplay.scenes import SceneText, Screenplay
from engine.script.scribe.description import FilmDescription, Shot

_LENGTH, _PLACE, _SEEN = 0.5, 2.0, 0.7
"""What a scene twice as long as its share, in a place of the other kind, or without one of the
things that are seen costs."""
_NAMES = {"walker": "person", "paws": "dog"}
Cost = Callable[[int, int, int], float]


class PlacedScene(Value, frozen=True, kw_only=True):
    """A scene of the screenplay and its time in the film, in seconds."""

    scene: int
    heading: str
    start_s: float
    end_s: float


def align(screenplay: Screenplay, description: FilmDescription) -> tuple[PlacedScene, ...]:
    """The time of every scene; all of the film is given out, in order."""
    scenes, shots = screenplay.scenes, description.shots
    if not scenes or not shots:
        return ()
    rates = description.duration_s / sum(scene.words for scene in scenes)
    if len(scenes) <= len(shots):
        cost = _scene_costs(scenes, shots, rates)
        edges = best_runs(len(scenes), len(shots), cost)
        spans = [(shots[a].start_s, shots[b - 1].end_s) for a, b in itertools.pairwise(edges)]
    else:
        cost = _shot_costs(scenes, shots, rates)
        edges = best_runs(len(shots), len(scenes), cost)
        runs = zip(itertools.pairwise(edges), shots, strict=True)
        spans = [span for (a, b), shot in runs for span in _shares(scenes[a:b], shot)]
    return tuple(
        PlacedScene(scene=index, heading=scene.heading.text, start_s=start_s, end_s=end_s)
        for index, (scene, (start_s, end_s)) in enumerate(zip(scenes, spans, strict=True))
    )


def best_runs(runs: int, items: int, cost: Cost) -> list[int]:
    """Edges (runs + 1 of them, from 0 to items) of the cheapest cut of items into runs.

    `cost(run, first, behind)` is that of a run holding items first to behind - 1; no run is empty.
    """
    best = [[math.inf] * (items + 1) for _ in range(runs + 1)]
    came = [[0] * (items + 1) for _ in range(runs + 1)]
    best[0][0] = 0.0
    for run in range(runs):
        for behind in range(run + 1, items - (runs - run - 1) + 1):
            for first in range(run, behind):
                if best[run][first] < math.inf:
                    total = best[run][first] + cost(run, first, behind)
                    if total < best[run + 1][behind]:
                        best[run + 1][behind], came[run + 1][behind] = total, first
    edges = [items]
    for run in range(runs, 0, -1):
        edges.append(came[run][edges[-1]])
    return edges[::-1]


def _scene_costs(scenes: Sequence[SceneText], shots: Sequence[Shot], s_per_word: float) -> Cost:
    misfit = [[_misfit(scene, shot) for shot in shots] for scene in scenes]

    def cost(scene: int, first: int, behind: int) -> float:
        length_s = shots[behind - 1].end_s - shots[first].start_s
        length = abs(math.log2(max(length_s, 0.1) / (scenes[scene].words * s_per_word)))
        return _LENGTH * length + sum(misfit[scene][first:behind])

    return cost


def _shot_costs(scenes: Sequence[SceneText], shots: Sequence[Shot], s_per_word: float) -> Cost:
    misfit = [[_misfit(scene, shot) for scene in scenes] for shot in shots]

    def cost(shot: int, first: int, behind: int) -> float:
        words = sum(scene.words for scene in scenes[first:behind])
        length_s = max(shots[shot].end_s - shots[shot].start_s, 0.1)
        return _LENGTH * abs(math.log2(length_s / (words * s_per_word))) + sum(
            misfit[shot][first:behind]
        )

    return cost


def _misfit(scene: SceneText, shot: Shot) -> float:
    """What speaks against a scene being in a shot."""
    against = 0.0
    inside, place = scene.heading.interior, shot.place
    if inside is not None and place.value in ("indoors", "outdoors"):
        agrees = inside == (place.value == "indoors")
        against += 0.0 if agrees else _PLACE * place.confidence
    named = _things_named(scene)
    seen = [_NAMES.get(thing.thing.value, thing.thing.value) for thing in shot.visible]
    return against + _SEEN * sum(name not in named for name in seen) / max(len(seen), 1)


def _things_named(scene: SceneText) -> set[str]:
    text = " . ".join([scene.heading.text, *(line.text for line in scene.lines)])
    return {name for names, _ in shipped_knowledge().objects_in(text) for name in names}


def _shares(scenes: Sequence[SceneText], shot: Shot) -> list[tuple[float, float]]:
    """Scenes of one shot by their words."""
    total = sum(scene.words for scene in scenes)
    ends = itertools.accumulate((scene.words / total for scene in scenes), initial=0.0)
    length_s = shot.end_s - shot.start_s
    edges = [round(shot.start_s + part * length_s, 6) for part in ends]
    return list(itertools.pairwise(edges))
