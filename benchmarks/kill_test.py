"""Kill -9 at random moments of editing and saving; the session must always come back.

``python -m benchmarks.kill_test --kills 200``. A child process edits a session by a seeded
stream: edits, drags, undo, redo, jumps, saves. It tells each finished action through a pipe. The
parent kills it at a random moment (while it opens, edits or saves), opens the session, and
compares the recovered project with its own replay of the stream: it must be the state after one
of the actions, and the actions missing must be at most one, or none older than a second. The next
child goes on from there. Exit status 1 when that fails once.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.random_edits import random_edit, sample_project
from engine.errors import FoleystageError
from engine.project.edits import MoveClip
from engine.project.history import Document
from engine.project.model import Project
from engine.project.store import Bundle

LONGEST_LIFE_S = 1.2
OPENING_LASTS_S = 0.02
ALLOWED_LOSS_S = 1.0
ALLOWED_LOSS_EDITS = 1
KILLS_PER_SESSION = 10
OPENING, ACTED, SAVING = 0, 1, 2
_REPORT = struct.Struct("<qd")
"""What the child is doing, and the monotonic clock in seconds."""


class Player:
    """Works on a document as a person would, but seeded: one action at a time.

    The same seed and starting project give the same projects, with a journal or without.
    """

    def __init__(self, document: Document, seed: int, save: Callable[[Project], None]) -> None:
        self.document = document
        self._random = Random(seed)
        self._save = save
        self._dragged = ""
        self._drag_left = 0

    def act(self) -> None:
        """One action: an edit, a piece of a drag, an undo, redo or jump, or a save."""
        if self._drag_left:
            self._drag()
            return
        kind = self._random.random()
        if kind < 0.72:
            self.document.do(random_edit(self.document.project, self._random))
        elif kind < 0.80:
            self.document.undo()
        elif kind < 0.85:
            self.document.redo()
        elif kind < 0.87:
            self.document.jump(self._random.randrange(len(self.document.steps)))
        elif kind < 0.92:
            self._begin_drag()
        else:
            self._save(self.document.project)

    def _begin_drag(self) -> None:
        clips = self.document.project.clips
        if clips:
            self._dragged = self._random.choice(clips).id
            self._drag_left = self._random.randint(2, 12)
            self.document.begin_gesture()

    def _drag(self) -> None:
        self._drag_left -= 1
        start_s = self._random.uniform(0.0, 8.0)
        self.document.do(MoveClip(clip_id=self._dragged, start_s=start_s))
        if self._drag_left == 0 and self._random.random() < 0.3:
            self.document.cancel_gesture()
        elif self._drag_left == 0:
            self.document.end_gesture()


@dataclass
class Outcome:
    """What one kill showed."""

    acted: int
    lost: int
    lost_s: float
    saving: bool
    opening: bool
    open_s: float
    fault: str = ""


@dataclass
class Summary:
    """What all kills showed."""

    outcomes: list[Outcome] = field(default_factory=list)

    def report(self) -> dict[str, object]:
        """Figures as JSON-ready values."""
        all_of = self.outcomes
        faults = [outcome.fault for outcome in all_of if outcome.fault]
        return {
            "kills": len(all_of),
            "always_opened_and_right": not faults,
            "faults": faults[:5],
            "actions": sum(outcome.acted for outcome in all_of),
            "killed_while_opening": sum(outcome.opening for outcome in all_of),
            "killed_while_saving": sum(outcome.saving for outcome in all_of),
            "kills_that_lost_an_action": sum(outcome.lost > 0 for outcome in all_of),
            "most_actions_lost": max((outcome.lost for outcome in all_of), default=0),
            "longest_loss_s": round(max((outcome.lost_s for outcome in all_of), default=0.0), 4),
            "slowest_opening_s": round(max((outcome.open_s for outcome in all_of), default=0.0), 4),
        }


def child(path: Path, seed: int) -> None:
    """Edit until killed."""
    tell(OPENING)
    bundle, project, _ = Bundle.open(path)

    def save(current: Project) -> None:
        tell(SAVING)
        bundle.save(current)

    player = Player(Document(project, journal=bundle.journal), seed, save)
    pace = Random(seed)
    longest_pause_s = pace.choice((0.0, 0.002, 0.004, 0.02))
    while True:
        player.act()
        tell(ACTED)
        time.sleep(pace.random() * longest_pause_s)


def tell(what: int) -> None:
    """Report to the parent, unbuffered."""
    os.write(sys.stdout.fileno(), _REPORT.pack(what, time.monotonic()))


def kill_once(path: Path, before: Project, seed: int) -> tuple[Outcome, Project]:
    """Start a child on the session, kill it, open the session, and judge."""
    random = Random(seed)
    life_s = random.uniform(0.0, OPENING_LASTS_S if random.random() < 0.2 else LONGEST_LIFE_S)
    reports, killed_s = _run_child(path, seed, life_s)
    acted_s = [moment for what, moment in reports if what == ACTED]
    last = reports[-1][0] if reports else OPENING
    started = time.perf_counter()
    outcome = Outcome(len(acted_s), 0, 0.0, last == SAVING, last == OPENING, 0.0)
    try:
        bundle, recovered, recovery = Bundle.open(path)
    except FoleystageError as error:
        outcome.fault = f"seed {seed}: does not open: {error}"
        return outcome, before
    outcome.open_s = time.perf_counter() - started
    bundle.close()
    if recovery is not None and recovery.notes:
        outcome.fault = f"seed {seed}: {recovery.message}"
    states = _replay(before, seed, len(acted_s) + 1)
    matching = [index for index, state in enumerate(states) if state == recovered]
    if not matching:
        outcome.fault = f"seed {seed}: the recovered project is no state of the stream"
        return outcome, recovered
    outcome.lost = max(len(acted_s) - matching[-1], 0)
    if outcome.lost:
        outcome.lost_s = killed_s - acted_s[matching[-1]]
    if outcome.lost > ALLOWED_LOSS_EDITS and outcome.lost_s > ALLOWED_LOSS_S:
        outcome.fault = f"seed {seed}: {outcome.lost} actions ({outcome.lost_s:.2f} s) are missing"
    return outcome, recovered


def _run_child(path: Path, seed: int, life_s: float) -> tuple[list[tuple[int, float]], float]:
    """Reports of a child that lives `life_s` from its first word on, and when it was killed."""
    command = [sys.executable, "-m", "benchmarks.kill_test", "--child", str(path)]
    data = b""
    with subprocess.Popen([*command, "--seed", str(seed)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        deadline = time.monotonic() + 60.0
        while (left_s := deadline - time.monotonic()) > 0.0:
            if not select.select([process.stdout], [], [], left_s)[0]:
                break
            if not data:
                deadline = time.monotonic() + life_s
            piece = os.read(process.stdout.fileno(), 1 << 16)
            if not piece:
                break
            data += piece
        killed_s = time.monotonic()
        process.send_signal(signal.SIGKILL)
        data += process.stdout.read()
    whole = len(data) - len(data) % _REPORT.size
    return list(_REPORT.iter_unpack(data[:whole])), killed_s


def _replay(before: Project, seed: int, actions: int) -> list[Project]:
    """The project before, and after each of so many actions."""
    player = Player(Document(before), seed, lambda project: None)
    states = [before]
    for _ in range(actions):
        player.act()
        states.append(player.document.project)
    return states


def run(kills: int, seed: int, folder: Path) -> Summary:
    """So many kills, on a fresh session every `KILLS_PER_SESSION`."""
    summary = Summary()
    path, project = folder, Project()
    for index in range(kills):
        if index % KILLS_PER_SESSION == 0:
            path = folder / f"session-{index}.foley"
            project = sample_project(seed=seed + index)
            Bundle.create(path, project).close()
        outcome, project = kill_once(path, project, seed + index)
        summary.outcomes.append(outcome)
        if outcome.fault:
            print(outcome.fault, file=sys.stderr)
    return summary


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="kill -9 while editing and saving")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child is not None:
        child(arguments.child, arguments.seed)
    with tempfile.TemporaryDirectory(prefix="foleystage-kill-") as folder:
        report = run(arguments.kills, arguments.seed, Path(folder)).report()
    print(json.dumps(report, indent=2))
    return 0 if report["always_opened_and_right"] else 1


if __name__ == "__main__":
    sys.exit(main())
