"""How long a seek takes while it plays, from the command to where the sound is.

``python -m benchmarks.seeking``: clips of ten minutes that stream from disk, in nobody's memory,
into a real null sink of a private PulseAudio. Three times of each seek, all from the command:

- ring: the first new samples are in the ring. Until here it is the engine's work.
- taken: the device was seen to have taken them (looked at every 4 ms): a block of the old sound and
  what is left of the one before it come first.
- heard: as late again as the device says that a block waits in it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.mishaps import playing_client, seconds_until
from engine.playback.client import PlaybackClient
from engine.spatial.room import NO_ROOM

SOURCES, SCENE_S = 64, 600.0
BLOCK_SAMPLES, RATE_HZ = 512, 48_000
_BETWEEN_S = 0.7


@dataclass(frozen=True)
class Seek:
    """Seconds from the command."""

    ring_s: float
    taken_s: float
    heard_s: float


def seek(client: PlaybackClient, folder: Path, time_s: float) -> Seek:
    """Go elsewhere while it plays, where no sound is in memory."""
    for take in (folder / "media").iterdir():
        with take.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    began_ns = time.monotonic_ns()
    client.locate(time_s)
    seconds_until(lambda: client.landing.taken_ns > began_ns)
    landing = client.landing
    taken_s = 1e-9 * (landing.taken_ns - began_ns)
    waits_s = max(client.status.latency_s - BLOCK_SAMPLES / RATE_HZ, 0.0)
    return Seek(1e-9 * (landing.landed_ns - began_ns), taken_s, taken_s + waits_s)


def measure(
    times: int, sources: int = SOURCES, scene_s: float = SCENE_S, room: str = NO_ROOM
) -> list[Seek]:
    """So many seeks to random places."""
    from tests.audio_server import running_audio_server  # needs the development set-up

    places_s = np.random.default_rng(1).uniform(0.0, scene_s - 1.0, times)
    with tempfile.TemporaryDirectory(prefix="foleystage-seek-") as name, running_audio_server():
        folder = Path(name)
        client = playing_client(folder, sources, scene_s, room)
        try:
            found = []
            for place_s in places_s:
                time.sleep(_BETWEEN_S)
                found.append(seek(client, folder, float(place_s)))
            return found
        finally:
            client.close()


def as_lines(seeks: list[Seek]) -> list[str]:
    """For people: milliseconds."""
    lines = [f"{'':8}{'median':>8}{'90 %':>8}{'95 %':>8}{'most':>8}  ms, {len(seeks)} seeks"]
    for field in ("ring_s", "taken_s", "heard_s"):
        times_ms: NDArray[np.float64] = 1000.0 * np.array([getattr(one, field) for one in seeks])
        shares = np.percentile(times_ms, (50, 90, 95, 100))
        lines.append(f"{field[:-2]:8}" + "".join(f"{time_ms:8.1f}" for time_ms in shares))
    return lines


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="seek while it plays")
    parser.add_argument("--times", type=int, default=60)
    parser.add_argument("--sources", type=int, default=SOURCES)
    parser.add_argument("--room", default=NO_ROOM)
    arguments = parser.parse_args()
    seeks = measure(arguments.times, arguments.sources, room=arguments.room)
    print("\n".join(as_lines(seeks)))
    print(f"load average {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
