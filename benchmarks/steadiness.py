"""`make steadiness`: does the sound ever break off, however busy the window and the machine?

Plays 64 moving sources at 48 kHz in blocks of 512 into a real null sink of a private PulseAudio,
while this process, which is the window's, bears each load in turn and two worker processes compute.
Counts underruns of the ring; how late single callbacks come says nothing on virtual machines.
Afterwards kills and unplugs what plays, and measures how long it takes (`benchmarks.mishaps`).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import standstills
from benchmarks.mishaps import Mishaps, measure, playing_client
from benchmarks.window_loads import LOADS, busy_workers
from engine.playback.client import PlaybackClient

SOURCES = 64
SCENE_S = 60.0
SETTLE_S = 3.0


@dataclass(frozen=True)
class Phase:
    """What happened under one load.

    `played_s` is how far the playhead came in `seconds`; the counters are those of the phase.
    `engines` is how many engines played: more than one when one was replaced. `standstills_s`
    are pauses of a plain sleeping process above `benchmarks.standstills.LONGEST_EXCUSED_S`: what
    the machine did to everybody.
    """

    load: str
    seconds: float
    played_s: float
    underruns: int
    disk_dropouts: int
    faulty_blocks: int
    device_underflows: int
    ahead_s: float
    render_load: float
    engines: int
    standstills_s: tuple[float, ...]
    work: int


@dataclass(frozen=True)
class Report:
    """A whole run."""

    phases: tuple[Phase, ...]
    lowest_fill_s: float
    latency_s: float
    scheduling: str
    load_average: float

    @property
    def underruns(self) -> int:
        """Of all phases."""
        return sum(phase.underruns for phase in self.phases)

    @property
    def held(self) -> bool:
        """Whether no phase had an underrun, and one engine played it (a fresh one counts anew)."""
        return all(phase.underruns == 0 and phase.engines == 1 for phase in self.phases)


def run(seconds_per_load: float, sources: int = SOURCES) -> Report:
    """Play under each load for so long into the audio server that the environment names."""
    with tempfile.TemporaryDirectory(prefix="foleystage-steady-") as folder:
        client = playing_client(Path(folder), sources)
        try:
            with busy_workers(2):
                time.sleep(SETTLE_S)
                phases = tuple(
                    phase(client, name, load, seconds_per_load) for name, load in LOADS.items()
                )
                status = client.status
            return Report(
                phases=phases,
                lowest_fill_s=status.lowest_fill_s,
                latency_s=status.latency_s,
                scheduling=status.scheduling,
                load_average=os.getloadavg()[1],
            )
        finally:
            client.close()


def phase(client: PlaybackClient, name: str, load: Callable[[float], int], seconds: float) -> Phase:
    """Bear a load (called with the monotonic time it ends at) for so long, while it plays."""
    engine, before = client.engine_pid, client.status
    began_s, began_at_s = time.monotonic(), client.position_s
    with standstills.watched() as machine:
        work = load(began_s + seconds)
        after, took_s = client.status, time.monotonic() - began_s
        played_s = (client.position_s - began_at_s) % SCENE_S
    turns = round((took_s - played_s) / SCENE_S)
    return Phase(
        load=name,
        seconds=round(took_s, 2),
        played_s=round(played_s + turns * SCENE_S, 2),
        underruns=after.underruns - before.underruns,
        disk_dropouts=after.disk_dropouts - before.disk_dropouts,
        faulty_blocks=after.faulty_blocks - before.faulty_blocks,
        device_underflows=after.device_underflows - before.device_underflows,
        ahead_s=round(after.ahead_s, 4),
        render_load=round(after.render_load, 4),
        engines=1 + (client.engine_pid != engine),
        standstills_s=tuple(round(pause_s, 3) for pause_s in machine.pauses_s),
        work=work,
    )


def as_text(report: Report, mishaps: Mishaps) -> str:
    """The report for people."""
    lines = [
        f"{SOURCES} moving sources, 512-sample blocks at 48 kHz, two busy workers, "
        f"load average {report.load_average:.1f}",
        f"scheduling {report.scheduling}, lowest fill {report.lowest_fill_s * 1000:.1f} ms, "
        f"latency {report.latency_s * 1000:.0f} ms",
        f"{'load':36}{'s':>7}{'played':>8}{'engines':>9}{'underruns':>11}{'device':>8}{'disk':>6}"
        f"{'faulty':>8}{'ahead':>8}{'render':>8}  machine stood still",
    ]
    lines += [
        f"{p.load:36}{p.seconds:7.1f}{p.played_s:8.1f}{p.engines:9d}{p.underruns:11d}"
        f"{p.device_underflows:8d}{p.disk_dropouts:6d}{p.faulty_blocks:8d}"
        f"{p.ahead_s * 1000:5.0f} ms{p.render_load:8.1%}  "
        f"{len(p.standstills_s)} times, longest {1000 * max(p.standstills_s, default=0.0):.0f} ms"
        for p in report.phases
    ]
    lines.append(f"underruns of the ring: {report.underruns}")
    return "\n".join([*lines, *mishaps.lines()])


def main() -> int:
    """The command; exit status 1 when there was an underrun, or an engine was replaced."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--minutes", type=float, default=10.0, help="of playing, all loads together"
    )
    parser.add_argument("--kills", type=int, default=5, help="and unplugging, afterwards")
    parser.add_argument("-o", "--out", type=Path, help="write the figures as JSON")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from tests.audio_server import running_audio_server  # needs the development set-up

    with running_audio_server():
        report = run(arguments.minutes * 60.0 / len(LOADS))
    mishaps = measure(arguments.kills) if arguments.kills else Mishaps()
    print(as_text(report, mishaps))
    if arguments.out is not None:
        found = asdict(report) | asdict(mishaps)
        arguments.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return int(not report.held)


if __name__ == "__main__":
    sys.exit(main())
