"""`make bench`: measure, print a table, write ``benchmarks/results.json``.

The main job runs on two cores, the kernel on one, whatever the machine has.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks import kill_test
from benchmarks.fields import measure_fields
from benchmarks.foley_takes import measure_takes
from benchmarks.full_chain import measure_full_chain
from benchmarks.learned_speeds import measure_learned
from benchmarks.main_job import measure_main_job
from benchmarks.moving_sources import measure_moving_sources
from benchmarks.rendering import measure_kernel
from benchmarks.results import Figure, as_table, rate, seconds, write_results
from benchmarks.rooms import measure_rooms
from benchmarks.sound_library import measure_library
from benchmarks.timeline_painting import measure_timeline
from engine.errors import FoleystageError

RESULTS = Path(__file__).resolve().parent / "results.json"


def main() -> int:
    """The command; the exit status is returned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of the main job after the first")
    parser.add_argument("--kills", type=int, default=20, help="kills of the kill test; 0: none")
    parser.add_argument("-o", "--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    figures: list[Figure] = []
    try:
        with tempfile.TemporaryDirectory(prefix="foleystage-bench-") as folder:
            _use_cores(2)
            _tell("the main job on 10 s of 720p")
            figures += measure_main_job(Path(folder), max(1, arguments.runs))
            _tell("all takes of a scene of twelve events")
            figures += measure_takes()
            if arguments.kills > 0:
                _tell(f"{arguments.kills} kills while editing and saving")
                figures += _kills(arguments.kills, Path(folder))
            _use_cores(1)
            _tell("the kernel")
            figures += measure_kernel(Path(folder))
            _tell("moving sources through HRIRs, beside other people's renderers")
            figures += measure_moving_sources()
            _tell("the full chain of 128 sources")
            figures += measure_full_chain(Path(folder))
            _tell("rooms")
            figures += measure_rooms(Path(folder))
            _tell("sound fields and objects")
            figures += measure_fields(Path(folder))
            _tell("learned spatialisers")
            figures += measure_learned(Path(folder))
            _tell("questions to a library of 100,000 recordings")
            figures += measure_library()
            _tell("painting the timeline")
            figures += measure_timeline(folder)
    except FoleystageError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(as_table(figures))
    write_results(arguments.out, figures)
    return 0


def _kills(kills: int, folder: Path) -> list[Figure]:
    report = kill_test.run(kills, 1, folder).report()
    survived = float(bool(report["always_opened_and_right"]))
    return [
        rate("kill_test_always_recovered", survived, "1 = yes"),
        seconds("kill_test_longest_loss", float(str(report["longest_loss_s"]))),
        seconds("kill_test_slowest_opening", float(str(report["slowest_opening_s"]))),
    ]


def _use_cores(count: int) -> None:
    """Let this process and its children run on `count` cores (where the system can)."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))[:count]
        os.sched_setaffinity(0, cores)


def _tell(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
