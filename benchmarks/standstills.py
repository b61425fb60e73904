"""How often the machine kept a plain program from running: the measure of what a test may excuse.

A process that does nothing but sleep and look at the clock tells of every pause. A program that
has its processor in time has none above a few milliseconds.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from benchmarks.window_loads import be_ordinary

STEP_S = 0.002
LONGEST_EXCUSED_S = 0.040
"""A pause of a device's thread that empties most of the least that is rendered ahead (60 ms)."""


@dataclass
class Standstills:
    """Pauses in seconds above `LONGEST_EXCUSED_S`; filled when the watching ends."""

    pauses_s: list[float] = field(default_factory=list)


@contextlib.contextmanager
def watched() -> Iterator[Standstills]:
    """Watch while the block runs."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    watcher = context.Process(target=_watch, args=(theirs,), name="standstills", daemon=True)
    watcher.start()
    ours.recv()
    found = Standstills()
    try:
        yield found
    finally:
        ours.send(None)
        found.pauses_s.extend(ours.recv())
        watcher.join(5.0)


def _watch(connection: Connection) -> None:
    be_ordinary()
    connection.send(None)
    pauses_s: list[float] = []
    last_s = time.monotonic()
    while not connection.poll():
        time.sleep(STEP_S)
        now_s = time.monotonic()
        if now_s - last_s > LONGEST_EXCUSED_S:
            pauses_s.append(now_s - last_s)
        last_s = now_s
    connection.send(pauses_s)
