"""Hours of editing and playing, simulated faster than they pass: does anything grow, drift or tear?

The engine's renderer plays a real, compiled scene into a simulated device whose crystal is wrong,
whose blocks come late and which is unplugged now and then, while edits, seeks, loops, shuttling and
faders come at random. The scene is one slow triangle wave: what is heard at a moment tells which
moment of the scene it is, and is compared with the position that the window would show.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.simulated_session import FORMATS, RATE_HZ, SimulatedSession
from engine.playback.chunks import CAPACITY_BYTES
from engine.playback.warming import warm_up

STEP_S = 0.008
"""Simulated time between two rounds of the renderer, on average."""
LATE_CHANCE, LATE_S = 0.01, 0.024
"""The renderer wakes so late now and then, as on a virtual machine."""
SETTLE_S = 1.2
"""After a gesture the sound is not compared for so long: fades and glides are on the way."""
WARM_UP = 0.2
"""Share of the run after which memory must not grow any more."""
MOST_ERROR_S = 1e-3


@dataclass(frozen=True)
class Endurance:
    """A run. Errors are picture to sound, in seconds; gaps are those the device met.

    `took_s` is time that passed, `core_s` what one core worked. `memory_growth_mib` is without
    `read_ahead_mib`, the most that was held of takes, which grows until all of them were visited
    or the butler's bound is reached.
    """

    hours: float
    took_s: float
    core_s: float
    gestures: int
    device_changes: int
    comparisons: int
    worst_error_s: float
    typical_error_s: float
    gaps_met: int
    gaps_counted: int
    disk_dropouts: int
    faulty_blocks: int
    unexplained: int
    memory_growth_mib: float
    read_ahead_mib: float


class Tally:
    """Errors of picture to sound, however many: their number, the worst, the typical one."""

    STEP_S = 1e-6

    def __init__(self) -> None:
        self.count = self.unexplained = 0
        self.worst_s = 0.0
        self._counts = np.zeros(2001, dtype=np.int64)

    def add(self, errors_s: list[float]) -> None:
        """Note errors; those above a millisecond are unexplained."""
        for error_s in errors_s:
            self.count += 1
            self.unexplained += error_s > MOST_ERROR_S
            self.worst_s = max(self.worst_s, error_s)
            self._counts[min(int(error_s / self.STEP_S), len(self._counts) - 1)] += 1

    @property
    def typical_s(self) -> float:
        """The median, to a microsecond."""
        return float(np.searchsorted(np.cumsum(self._counts), 0.5 * self.count)) * self.STEP_S


def run(hours: float, seed: int = 1, formats: Sequence[str] = FORMATS) -> Endurance:
    """Simulate so many hours, listening in some formats by turns; to two ears in a hall."""
    rng = np.random.default_rng(seed)
    for monitor_format in formats:
        warm_up(RATE_HZ, monitor_format, "kemar")  # what is loaded once is no growth
    began_s, began_core_s = time.monotonic(), time.process_time()
    errors = Tally()
    memory: list[int] = []
    read_ahead = 0
    with tempfile.TemporaryDirectory(prefix="foleystage-endure-") as folder:
        session = SimulatedSession(Path(folder), rng, formats)
        session.listen_around()
        end_s = session.now_s + hours * 3600.0
        next_gesture_s = next_look_s = session.now_s
        quiet_s = session.now_s + SETTLE_S
        while session.now_s < end_s:
            late = rng.random() < LATE_CHANCE
            session.turn(STEP_S * rng.random() * 2 + (LATE_S * rng.random() if late else 0.0))
            if session.now_s > next_gesture_s:
                session.gesture()
                quiet_s = session.now_s + SETTLE_S
                next_gesture_s = quiet_s + 4.0 * rng.random()
            elif session.now_s > quiet_s:
                errors.add(session.error_s())
            if session.now_s > next_look_s:
                read_ahead = max(read_ahead, session.read_ahead_bytes)
                memory.append(resident_bytes() - session.read_ahead_bytes)
                _tell(session, errors.count, began_s)
                next_look_s += hours * 36.0
        spent = time.monotonic() - began_s, time.process_time() - began_core_s
        result = _result(hours, spent, session, errors, memory, read_ahead)
        session.close()
        return result


def _result(
    hours: float,
    spent_s: tuple[float, float],
    session: SimulatedSession,
    errors: Tally,
    memory: list[int],
    read_ahead: int,
) -> Endurance:
    took_s, core_s = spent_s
    return Endurance(
        hours=hours,
        took_s=round(took_s, 1),
        core_s=round(core_s, 1),
        gestures=session.gestures,
        device_changes=session.device_changes,
        comparisons=errors.count,
        worst_error_s=errors.worst_s,
        typical_error_s=errors.typical_s,
        gaps_met=session.gaps_met,
        gaps_counted=session.gaps_counted,
        disk_dropouts=session.disk_dropouts,
        faulty_blocks=session.faulty_blocks,
        unexplained=errors.unexplained,
        memory_growth_mib=_growth_mib(memory),
        read_ahead_mib=round(read_ahead / 2**20, 2),
    )


def _tell(session: SimulatedSession, comparisons: int, began_s: float) -> None:
    hours, took_s = session.now_s / 3600.0, time.monotonic() - began_s
    print(
        f"{hours:6.2f} h in {took_s:6.0f} s: {session.gestures} gestures, "
        f"{comparisons} comparisons, "
        f"{session.gaps_met} gaps, {resident_bytes() / 2**20:.0f} MiB, "
        f"{session.read_ahead_bytes / 2**20:.0f} of them read ahead",
        file=sys.stderr,
    )


def resident_bytes() -> int:
    """Memory this process holds (0 where the system does not tell)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return 4096 * pages


def _growth_mib(memory: list[int]) -> float:
    """What memory grew by after the warm-up, by a line through the samples."""
    settled = np.array(memory[int(WARM_UP * len(memory)) :], dtype=float)
    if len(settled) < 2:
        return 0.0
    slope, _ = np.polyfit(np.arange(len(settled)), settled, 1)
    return round(float(slope * len(settled)) / 2**20, 2)


def main() -> int:
    """The command; exit status 1 when something grew, drifted or tore."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--out", type=Path, help="write the figures as JSON")
    arguments = parser.parse_args()
    result = run(arguments.hours, arguments.seed)
    text = json.dumps(asdict(result), indent=2)
    print(text)
    if arguments.out is not None:
        arguments.out.write_text(text + "\n", encoding="utf-8")
    sound = result.unexplained == 0 and result.gaps_met == result.gaps_counted
    bounded = result.memory_growth_mib < 16.0 and result.read_ahead_mib <= CAPACITY_BYTES / 2**20
    return int(not (sound and bounded))


if __name__ == "__main__":
    sys.exit(main())
