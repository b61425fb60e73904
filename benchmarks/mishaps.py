"""What is killed or unplugged while it plays: how long until all is well again?

``python -m benchmarks.mishaps --times 5``, and at the end of `make steadiness`: 64 moving sources
into a real null sink of a private PulseAudio. The engine is killed, until another one sounds; the
window is killed, until none of its engines runs; the sink is removed, until the status says so and
the clock goes on; and put back, until it sounds. Medians and all times. How long a seek takes:
`benchmarks.seeking`.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median

from msgspec import structs

from benchmarks.moving_scene import moving_scene
from benchmarks.processes import alive, family_of
from engine.playback.client import PlaybackClient
from engine.spatial.room import NO_ROOM

SOURCES, SCENE_S = 64, 60.0
_TIMEOUT_S = 120.0
_SETTLE_S = 2.0
_AWAY_S, _AWAY_MORE_S = 2.0, 0.37
_LOUD_DB = -60.0


@dataclass(frozen=True)
class Mishaps:
    """Seconds, each time.

    Attributes
    ----------
    engine_killed_s : tuple of float
        Silence after a killed engine, until the next one sounds through the device.
    engine_killed_after_edit_s : tuple of float
        The same, with an edit 0.1 to 2 s before the kill.
    window_killed_s : tuple of float
        From the end of the window to that of all its engines.
    device_lost_s : tuple of float
        From the device's removal until the status says so, while the clock goes on.
    device_back_s : tuple of float
        From the device's return until it sounds.
    """

    engine_killed_s: tuple[float, ...] = ()
    engine_killed_after_edit_s: tuple[float, ...] = ()
    window_killed_s: tuple[float, ...] = ()
    device_lost_s: tuple[float, ...] = ()
    device_back_s: tuple[float, ...] = ()

    def lines(self) -> list[str]:
        """For people."""
        words = {
            "engine_killed_s": "killed engine, until another sounds",
            "engine_killed_after_edit_s": "killed engine, just after an edit",
            "window_killed_s": "killed window, until no engine runs",
            "device_lost_s": "device removed, until it is said",
            "device_back_s": "device back, until it sounds",
        }
        found: dict[str, tuple[float, ...]] = asdict(self)
        return [
            f"{words[name]:38}median {median(times):.3f} s of "
            + ", ".join(f"{time_s:.3f}" for time_s in times)
            for name, times in found.items()
            if times
        ]


def playing_client(
    folder: Path, sources: int = SOURCES, scene_s: float = SCENE_S, room: str = NO_ROOM
) -> PlaybackClient:
    """A client that plays the moving scene round and round, heard already."""
    project = moving_scene(folder, sources, scene_s)
    project = structs.replace(project, scene=structs.replace(project.scene, room=room))
    client = PlaybackClient(block_samples=512)
    client.set_project(project, folder)
    client.set_loop(0.0, scene_s)
    client.start()
    client.play()
    seconds_until(lambda: sounds(client))
    return client


def sounds(client: PlaybackClient) -> bool:
    """Whether sound goes out through a device."""
    return client.status.state == "running" and client.meters().max(initial=-120.0) > _LOUD_DB


def seconds_until(condition: Callable[[], bool]) -> float:
    """How long it takes until a condition holds.

    Raises
    ------
    TimeoutError
        If it never does.
    """
    began_s = time.monotonic()
    while not condition():
        if time.monotonic() - began_s > _TIMEOUT_S:
            raise TimeoutError("it did not come to pass")
        time.sleep(0.002)
    return round(time.monotonic() - began_s, 3)


def kill_engine(client: PlaybackClient, edit: Callable[[], None] | None = None) -> float:
    """Kill the engine that plays, after an edit; seconds until another one sounds."""
    seconds_until(lambda: client.has_standby and sounds(client))
    time.sleep(_SETTLE_S)
    if edit is not None:
        seconds_until(lambda: client.has_standby)
        edit()
    killed = client.engine_pid
    assert killed is not None
    began_s = time.monotonic()
    os.kill(killed, signal.SIGKILL)
    seconds_until(lambda: client.engine_pid not in (None, killed))
    seconds_until(lambda: sounds(client))
    return round(time.monotonic() - began_s, 3)


def kill_window(folder: Path) -> float:
    """Kill a process that plays; seconds until none of its engines runs."""
    command = [sys.executable, "-m", "benchmarks.mishaps", "--window", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as window:
        assert window.stdout is not None
        assert window.stdout.readline().strip() == "plays"
        family = family_of(window.pid)
        window.kill()
        took_s = seconds_until(lambda: not any(alive(pid) for pid in family))
    assert family
    return took_s


def unplug(
    client: PlaybackClient, remove: Callable[[], None], add: Callable[[], None], away_s: float
) -> tuple[float, float]:
    """Take the device away for so long and put it back: until it is said, until it sounds."""
    seconds_until(lambda: sounds(client))
    began_s = time.monotonic()
    remove()
    seconds_until(lambda: client.status.state == "silent")
    lost_s = time.monotonic() - began_s
    at_s = client.position_s
    seconds_until(lambda: client.position_s != at_s)
    time.sleep(away_s)
    began_s = time.monotonic()
    add()
    seconds_until(lambda: sounds(client))
    return round(lost_s, 3), round(time.monotonic() - began_s, 3)


def measure(times: int) -> Mishaps:
    """All of it, so many times."""
    from tests.audio_server import running_audio_server  # needs the development set-up

    with tempfile.TemporaryDirectory(prefix="foleystage-mishaps-") as name:
        folder = Path(name)
        with running_audio_server() as server:
            client = playing_client(folder)
            try:
                engine = tuple(kill_engine(client) for _ in range(times))
                after_edit = tuple(
                    kill_engine(client, partial(_edit, client, folder, turn, times))
                    for turn in range(times)
                )
                server.remove_sink("surround")
                pulled = [
                    unplug(
                        client,
                        lambda: server.remove_sink("stereo"),
                        lambda: server.add_sink("stereo"),
                        _AWAY_S + index * _AWAY_MORE_S,  # it is looked for every two seconds
                    )
                    for index in range(times)
                ]
            finally:
                client.close()
            window = tuple(kill_window(folder) for _ in range(times))
    return Mishaps(
        engine_killed_s=engine,
        engine_killed_after_edit_s=after_edit,
        window_killed_s=window,
        device_lost_s=tuple(lost_s for lost_s, _ in pulled),
        device_back_s=tuple(back_s for _, back_s in pulled),
    )


def _edit(client: PlaybackClient, folder: Path, turn: int, turns: int) -> None:
    """Take one source away, and wait a little, another time each turn."""
    client.set_project(moving_scene(folder, SOURCES - 1 - turn, SCENE_S), folder)
    time.sleep(0.1 + 1.9 * turn / max(turns - 1, 1))


def _be_a_window(folder: Path) -> None:
    """Play until killed."""
    client = playing_client(folder)
    seconds_until(lambda: client.has_standby)
    print("plays", flush=True)
    time.sleep(_TIMEOUT_S)
    client.close()


def main() -> int:
    """The command; exit status 1 where an engine outlives its window, or is not replaced in time.

    Both are promised within a second, by the median.
    """
    parser = argparse.ArgumentParser(description="kill and unplug what plays")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--window", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.window is not None:
        _be_a_window(arguments.window)
        return 0
    found = measure(arguments.times)
    print(json.dumps(asdict(found)) if arguments.json else "\n".join(found.lines()))
    killed = (found.engine_killed_s, found.engine_killed_after_edit_s, found.window_killed_s)
    return int(max(median(times) for times in killed) > 1.0)


if __name__ == "__main__":
    sys.exit(main())
