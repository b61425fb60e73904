"""`make steadiness`: does the sound ever break off, however busy the window and the machine?

Plays 64 moving sources at 48 kHz in blocks of 512 into a real null sink of a private PulseAudio,
while this process, which is the window's, bears each load in turn and two worker processes compute.
Counts underruns of the ring; how late single callbacks come says nothing on virtual machines.
Then kills the engine a few times and measures how long it is silent.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.moving_scene import moving_scene
from benchmarks.window_loads import LOADS, busy_workers
from engine.playback.client import PlaybackClient
from engine.playback.status import EngineStatus

SOURCES = 64
SCENE_S = 60.0
SETTLE_S = 3.0
_START_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Phase:
    """What happened under one load.

    `played_s` is how far the playhead came in `seconds`; the counters are those of the phase.
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
    work: int


@dataclass(frozen=True)
class Report:
    """A whole run. `restarts_s`: silence after each kill of the engine, until it sounds again."""

    phases: tuple[Phase, ...]
    lowest_fill_s: float
    latency_s: float
    scheduling: str
    load_average: float
    restarts_s: tuple[float, ...]

    @property
    def underruns(self) -> int:
        """Of all phases."""
        return sum(phase.underruns for phase in self.phases)


def run(seconds_per_load: float, kills: int = 0, sources: int = SOURCES) -> Report:
    """Play under each load for so long into the audio server that the environment names."""
    with tempfile.TemporaryDirectory(prefix="foleystage-steady-") as folder:
        project = moving_scene(Path(folder), sources, SCENE_S)
        client = PlaybackClient(block_samples=512)
        try:
            client.set_project(project, folder)
            client.set_loop(0.0, SCENE_S)
            client.start()
            client.play()
            _wait(
                lambda: (
                    client.status.state == "running" and client.meters().max(initial=-120.0) > -60.0
                )
            )
            with busy_workers(2):
                time.sleep(SETTLE_S)
                phases = tuple(
                    _phase(client, name, load, seconds_per_load) for name, load in LOADS.items()
                )
                status = client.status
                restarts_s = tuple(_restart_s(client) for _ in range(kills))
            return Report(
                phases=phases,
                lowest_fill_s=status.lowest_fill_s,
                latency_s=status.latency_s,
                scheduling=status.scheduling,
                load_average=os.getloadavg()[1],
                restarts_s=restarts_s,
            )
        finally:
            client.close()


def _phase(
    client: PlaybackClient, name: str, load: Callable[[float], int], seconds: float
) -> Phase:
    before, began_s, began_at_s = client.status, time.monotonic(), client.position_s
    work = load(began_s + seconds)
    after, took_s = client.status, time.monotonic() - began_s
    assert after.state == "running", after
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
        work=work,
    )


def _restart_s(client: PlaybackClient) -> float:
    """Kill the engine; seconds until another one sounds through the device."""
    _wait(lambda: client.has_standby and _sounds(client.status, client))
    time.sleep(2.0)
    killed = client.engine_pid
    assert killed is not None
    began_s = time.monotonic()
    os.kill(killed, signal.SIGKILL)
    _wait(lambda: client.engine_pid not in (None, killed))
    _wait(lambda: _sounds(client.status, client))
    return round(time.monotonic() - began_s, 3)


def _sounds(status: EngineStatus, client: PlaybackClient) -> bool:
    return status.state == "running" and client.meters().max(initial=-120.0) > -60.0


def _wait(condition: Callable[[], bool]) -> None:
    until_s = time.monotonic() + _START_TIMEOUT_S
    while not condition():
        if time.monotonic() > until_s:
            raise TimeoutError("the engine did not come up")
        time.sleep(0.002)


def as_text(report: Report) -> str:
    """The report for people."""
    lines = [
        f"{SOURCES} moving sources, 512-sample blocks at 48 kHz, two busy workers, "
        f"load average {report.load_average:.1f}",
        f"scheduling {report.scheduling}, lowest fill {report.lowest_fill_s * 1000:.1f} ms, "
        f"latency {report.latency_s * 1000:.0f} ms",
        f"{'load':36}{'s':>8}{'played':>8}{'underruns':>11}{'disk':>6}{'faulty':>8}{'ahead':>9}{'render':>8}",
    ]
    lines += [
        f"{p.load:36}{p.seconds:8.1f}{p.played_s:8.1f}{p.underruns:11d}{p.disk_dropouts:6d}"
        f"{p.faulty_blocks:8d}{p.ahead_s * 1000:6.0f} ms{p.render_load:8.1%}"
        for p in report.phases
    ]
    lines.append(f"underruns of the ring: {report.underruns}")
    if report.restarts_s:
        lines.append("silence after a killed engine, s: " + ", ".join(map(str, report.restarts_s)))
    return "\n".join(lines)


def main() -> int:
    """The command; exit status 1 when there was an underrun."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--minutes", type=float, default=10.0, help="of playing, all loads together"
    )
    parser.add_argument("--kills", type=int, default=5, help="of the engine, afterwards")
    parser.add_argument("-o", "--out", type=Path, help="write the figures as JSON")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from tests.audio_server import running_audio_server  # needs the development set-up

    with running_audio_server():
        report = run(arguments.minutes * 60.0 / len(LOADS), arguments.kills)
    print(as_text(report))
    if arguments.out is not None:
        arguments.out.write_text(json.dumps(asdict(report), indent=2) + "\n", encoding="utf-8")
    return int(report.underruns > 0)


if __name__ == "__main__":
    sys.exit(main())
