"""Are synthesised sounds recognised by a listener that has heard only recordings?

    python -m benchmarks.foley_recognition [--berklee FOLDER] [--json OUT]

The recordings are those of the test media (`sfx_mono`: ESC-10 CC BY 3.0, Berklee and Open Sound
Effects CC BY, DCASE 2016, Minetest), classes and takes in `foley_classes.toml`. First the listener
is tried on recordings it has not heard (one left out at a time), then on the synthesised takes.
`--berklee` adds the collection of the OLPC Berklee Sound Library (CC BY 3.0): more recordings a
class, and more classes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.foley_judge import Array, Listener, features, hear, prepare, read, train, windows
from benchmarks.results import Figure, print_figures
from engine.foley.generate import generate
from engine.project.model import Event, EventId, TrackId

HERE = Path(__file__).resolve().parent
MEDIA = HERE.parent.parent / "shared" / "data"
RATE_HZ = 44_100
SEEDS = 4
TAKE_S = 4.0
HEARINGS = 8
ROOMS = 3
"""Takes are dry and without a microphone; they are heard through this many, as recordings are."""


@dataclass(frozen=True)
class Kind:
    """A class: recordings as (windows, features) with and without further hearings, and takes."""

    name: str
    files: tuple[Path, ...]
    takes: tuple[dict[str, object], ...]


def main() -> int:
    """The command; the exit status is returned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--berklee", type=Path, help="folder of the Berklee collection")
    parser.add_argument("--json", type=Path, help="write the confusion table here")
    arguments = parser.parse_args()
    media = Path(os.environ.get("FOLEYSTAGE_TEST_DATA", MEDIA)) / "sfx_mono"
    if not media.is_dir():
        print("bench: there are no test media beside the checkout", file=sys.stderr)
        return 1
    kinds = load_kinds(media, arguments.berklee)
    heard = {path: listened(path) for kind in kinds for path in kind.files}
    real = judge_real(kinds, heard)
    listener = train(
        [heard[p] for k in kinds for p in k.files], [k.name for k in kinds for _ in k.files]
    )
    made = judge_takes(kinds, listener)
    print(table(made))
    print_figures([*_figures("recordings", real), *_figures("synthesised", made)])
    if arguments.json:
        arguments.json.write_text(json.dumps(made, indent=1), encoding="utf-8")
    return 0


def load_kinds(media: Path, berklee: Path | None = None) -> list[Kind]:
    """The classes that have recordings."""
    rows = tomllib.loads((HERE / "foley_classes.toml").read_text(encoding="utf-8"))["class"]
    kinds = []
    for row in rows:
        files = {path for pattern in row.get("real", ()) for path in media.glob(pattern)}
        more = row.get("berklee", ()) if berklee else ()
        files |= {path for pattern in more for path in Path(berklee or ".").glob(pattern)}
        if files:
            kinds.append(Kind(row["name"], tuple(sorted(files)), tuple(row["takes"])))
    return kinds


def listened(path: Path) -> Array:
    """(hearings x windows, features) of a recording."""
    rng = np.random.default_rng(len(path.name))
    pieces = windows(read(path))
    return np.stack([features(again) for piece in pieces for again in hear(piece, rng, HEARINGS)])


def synthesise(take: dict[str, object], seed: int) -> Array:
    """(windows x rooms, features) of one take."""
    parameters = {k: v for k, v in take.items() if k not in ("family", "onsets_s", "effort")}
    onsets_s = tuple(float(t) for t in take.get("onsets_s", ()))  # type: ignore[attr-defined]
    effort = float(str(take.get("effort", 1.0)))
    event = Event(
        id=EventId(f"take {seed}"),
        track_id=TrackId("t"),
        layer="l",
        generator=str(take["family"]),
        prompt="",
        start_s=0.0,
        duration_s=TAKE_S,
        onsets_s=onsets_s,
        intensity=((0.0, effort), (TAKE_S, effort)),
        strengths=tuple(1.0 for _ in onsets_s),
        parameters=parameters,  # type: ignore[arg-type]
        seed=seed,
    )
    sound = prepare(generate(event, RATE_HZ)[0].astype(np.float64), RATE_HZ)
    rng = np.random.default_rng(seed)
    heard = [again for piece in windows(sound, 3) for again in hear(piece, rng, ROOMS)[1:]]
    return np.stack([features(again) for again in heard])


Judged = dict[str, list[list[str]]]
"""Class -> the three best guesses for each of its sounds."""


def judge_real(kinds: list[Kind], heard: dict[Path, Array]) -> Judged:
    """Recordings of classes with two or more, each judged by a listener without it."""
    judged: Judged = {}
    for kind in kinds:
        if len(kind.files) < 2:
            continue
        for left_out in kind.files:
            rows = [(heard[p], k.name) for k in kinds for p in k.files if p != left_out]
            listener = train([row for row, _ in rows], [name for _, name in rows])
            plain = heard[left_out][:: HEARINGS + 1]
            judged.setdefault(kind.name, []).append(listener.best(plain))
    return judged


def judge_takes(kinds: list[Kind], listener: Listener) -> Judged:
    """Synthesised takes, several seeds each."""
    return {
        kind.name: [
            listener.best(synthesise(take, seed)) for take in kind.takes for seed in range(SEEDS)
        ]
        for kind in kinds
    }


def rates(judged: Judged) -> tuple[float, float]:
    """(top-1, top-3) accuracy, every class counting alike."""
    first = [np.mean([g[0] == name for g in guesses]) for name, guesses in judged.items()]
    three = [np.mean([name in g for g in guesses]) for name, guesses in judged.items()]
    return float(np.mean(first)), float(np.mean(three))


def table(judged: Judged) -> str:
    """Class by class: how often right at once, among three, and what it is taken for."""
    lines = [f"{'class':24s} {'first':>6s} {'top 3':>6s}  taken for"]
    for name, guesses in judged.items():
        first = np.mean([g[0] == name for g in guesses])
        three = np.mean([name in g for g in guesses])
        wrong = Counter(g[0] for g in guesses if g[0] != name).most_common(3)
        taken = ", ".join(f"{other} {count / len(guesses):.0%}" for other, count in wrong)
        lines.append(f"{name:24s} {first:6.0%} {three:6.0%}  {taken}")
    return "\n".join(lines)


def _figures(what: str, judged: Judged) -> list[Figure]:
    first, three = rates(judged)
    return [
        Figure(f"foley_{what}_top1", round(first, 3), "share"),
        Figure(f"foley_{what}_top3", round(three, 3), "share"),
    ]


if __name__ == "__main__":
    sys.exit(main())
