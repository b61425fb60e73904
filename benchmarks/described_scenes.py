"""What the embedded mind writes for described scenes, against what must sound in them.

    python -m benchmarks.described_scenes [--seed N] [--careless] [--each]

Scenes, and what must sound in each, are in `described_scenes.toml`. The script is written, every
event is made, and when it sounds is read off the samples. `--careless` lets the seeing err: a tenth
of the contacts is lost, those left are up to 40 ms off, and paths wobble by 5 cm.
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results import Figure, as_table, rate
from engine.foley.generate import generate
from engine.metrics.events import (
    EventFit,
    Made,
    Wanted,
    audio_activity,
    event_fit,
    spans_activity,
)
from engine.project.edits import ApplyScript
from engine.project.model import Analysis, Contact, Event, Project, Scene, Track, Trajectory, Video
from engine.script.screenplay.fountain import read_fountain
from engine.script.screenplay.implied import implied
from engine.script.tree.writing import Told, think_script

SCENES = Path(__file__).with_suffix(".toml")
RATE_HZ = 48_000
OFF = "off"
HIT_S = 0.1
"""How long a hit counts as sounding."""
_SLIP_S, _WOBBLE_M, _LOST = 0.04, 0.05, 0.1


@dataclass(frozen=True)
class SceneResult:
    """Figures of one scene; `write_s` is the processor time of writing its script."""

    name: str
    fit: EventFit
    write_s: float
    wanted: tuple[Wanted, ...]
    made: tuple[Made, ...]


def load_scenes() -> list[dict[str, Any]]:
    """The described scenes as tables."""
    scenes: list[dict[str, Any]] = tomllib.loads(SCENES.read_text(encoding="utf-8"))["scene"]
    return scenes


def project_of(scene: dict[str, Any], careless: np.random.Generator | None = None) -> Project:
    """The session that an analysis of the scene would give."""
    video = Video(
        path="scene.mp4",
        fingerprint="",
        width=1280,
        height=720,
        duration_s=scene["seconds"],
        rate_numerator=25,
        rate_denominator=1,
    )
    analysis = Analysis(shots_s=(0.0, *scene.get("cuts_s", ())), outdoors=scene.get("outdoors"))
    return Project(
        video=video,
        analysis=analysis,
        scene=Scene(prompt=tuple(scene.get("prompt", ()))),
        tracks=tuple(_track(table, careless) for table in scene.get("track", ())),
    )


def _track(table: dict[str, Any], careless: np.random.Generator | None) -> Track:
    points = np.array(table["path"], dtype=np.float64)
    times = np.arange(points[0, 0], points[-1, 0] + 1e-9, 0.1)
    place = np.stack([np.interp(times, points[:, 0], points[:, i]) for i in (1, 2, 3)], axis=-1)
    contacts = [(t, kind) for kind in ("step", "bounce", "impact") for t in table.get(kind, ())]
    if careless is not None:
        place = place + careless.normal(0.0, _WOBBLE_M / 3.0, place.shape)
        contacts = [
            (max(t + careless.uniform(-_SLIP_S, _SLIP_S), 0.0), kind)
            for t, kind in contacts
            if careless.uniform() > _LOST
        ]
    return Track(
        id=table["label"].replace(" ", "-"),
        name=table["label"],
        label=table["label"],
        trajectory=Trajectory.from_arrays(times, place),
        contacts=tuple(
            Contact(time_s=float(t), kind=kind)  # type: ignore[arg-type]
            for t, kind in sorted(contacts)
        ),
        start_s=float(points[0, 0]),
        end_s=float(points[-1, 0]),
    )


def judge(
    scene: dict[str, Any], seed: int, careless: bool = False, rate_hz: int = RATE_HZ
) -> SceneResult:
    """Write, make and measure one scene; when something sounds shows at any rate."""
    rng = np.random.default_rng([seed, 5]) if careless else None
    project = project_of(scene, rng)
    begun = time.process_time()
    told = Told()
    if "screenplay" in scene:
        told = implied(project, read_fountain(scene["screenplay"]), seed)
    script = think_script(project, seed, told).script
    write_s = time.process_time() - begun
    project = ApplyScript(tracks=script.tracks, events=script.events).apply(project)
    wanted = tuple(_wanted(one, scene) for one in scene["sound"])
    made = tuple(
        _made(event, project, scene, rate_hz) for event in project.events if not event.muted
    )
    return SceneResult(scene["name"], event_fit(wanted, made), write_s, wanted, made)


def _wanted(table: dict[str, Any], scene: dict[str, Any]) -> Wanted:
    length_s = scene["seconds"]
    if "at_s" in table:
        at_s = table["at_s"]
        if isinstance(at_s, str):
            at_s = next(t for t in scene["track"] if t["label"] == table["on"])[at_s]
        spans = [(t, t + HIT_S) for t in at_s]
    else:
        spans = [(table["from_s"], table.get("to_s", length_s))]
    activity = spans_activity(spans, length_s)
    may = bool(table.get("may", False))
    once = bool(table.get("once", False))
    return Wanted(frozenset(table["by"]), table["on"], activity, may, once)


def _made(event: Event, project: Project, scene: dict[str, Any], rate_hz: int) -> Made:
    track = project.track(event.track_id)
    place = OFF if track.off_screen else track.label
    audio = generate(event, rate_hz)
    activity = audio_activity(audio, rate_hz, event.start_s, scene["seconds"])
    return Made(event.generator, place, activity)


def figures(results: list[SceneResult], suffix: str = "") -> list[Figure]:
    """Recall, precision and overlap over all scenes, and the longest time to write a script."""
    fits = [result.fit for result in results]
    recall = sum(fit.recalled for fit in fits) / sum(fit.wanted for fit in fits)
    precision = sum(fit.right for fit in fits) / sum(fit.made for fit in fits)
    overlap = float(np.mean([value for fit in fits for value in fit.overlaps]))
    name = f"described scenes{suffix}"
    return [
        rate(f"{name}: event recall", recall, ""),
        rate(f"{name}: event precision", precision, ""),
        rate(f"{name}: temporal IoU", overlap, ""),
        Figure(f"{name}: longest to write", max(r.write_s for r in results), "s"),
    ]


def _tell(result: SceneResult) -> None:
    fit = result.fit
    overlap = float(np.mean(fit.overlaps)) if fit.overlaps else 1.0
    print(
        f"{result.name:36s} recall {fit.recalled}/{fit.wanted}  precision {fit.right}/{fit.made}  "
        f"IoU {overlap:.2f}  {1000 * result.write_s:.0f} ms"
    )
    for index in fit.missed:
        one = result.wanted[index]
        print(f"    missed  {'/'.join(sorted(one.by))} on {one.place}")
    for index in fit.wrong:
        print(f"    wrong   {result.made[index].by} on {result.made[index].place}")


def main(argv: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--careless", action="store_true", help="the seeing errs")
    parser.add_argument("--each", action="store_true", help="scene by scene")
    args = parser.parse_args(argv)
    judge(load_scenes()[0], args.seed)  # what is read and compiled once
    results = [judge(scene, args.seed, args.careless) for scene in load_scenes()]
    if args.each:
        for result in results:
            _tell(result)
    print(as_table(figures(results, " seen carelessly" if args.careless else "")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
