"""Whether the machine itself stood still while a test ran: a virtual one does, for up to a second.

Sound and clocks run in real time, and are asserted to; what a test finds broken while a plain
sleeping process was not woken either is no finding. Such a test is tried again.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

LEAST_S = 0.03
_WATCHER = f"""
import os, sys, time
parent, last_s = os.getppid(), time.monotonic()
with open(sys.argv[1], "a", buffering=1) as told:
    while os.getppid() == parent:
        time.sleep(0.01)
        now_s = time.monotonic()
        if now_s - last_s > {LEAST_S}:
            print(now_s, now_s - last_s, file=told)
        last_s = now_s
"""


class MachineStoodStillError(Exception):
    """Something failed while the machine stood still."""


def watch(told: Path) -> subprocess.Popen[bytes]:
    """Watch from now on; a standstill becomes a line in `told`: when it ended, and its length."""
    return subprocess.Popen([sys.executable, "-S", "-c", _WATCHER, str(told)])


def longest_since_s(began_s: float, told: Path) -> float:
    """The longest standstill that ended after a time of `time.monotonic()`; 0 without one."""
    time.sleep(0.05)  # the watcher is woken when we are
    lines = told.read_text().splitlines() if told.is_file() else []
    found = (tuple(map(float, line.split())) for line in lines)
    return max((pause_s for ended_s, pause_s in found if ended_s > began_s), default=0.0)
