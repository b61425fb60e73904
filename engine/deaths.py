"""Whether a process still runs, and why a worker ended without a word, in words."""

from __future__ import annotations

import os
import signal
from pathlib import Path

_COUNTERS = (Path("/proc/vmstat"), Path("/sys/fs/cgroup/memory.events"))


def is_running(process_id: int) -> bool:
    """Whether a process of that number exists; where the system cannot tell, it is taken to."""
    if os.name != "posix":  # there, signal 0 would end the process
        return True
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def memory_kills() -> int:
    """How often the system has ended a process for want of memory; 0 where it does not tell."""
    count = 0
    for counter in _COUNTERS:
        try:
            lines = counter.read_text(encoding="ascii").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        count += sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    return count


def cause_of_death(exit_code: int | None, memory_kills_before: int) -> str:
    """What ended a process.

    Parameters
    ----------
    exit_code : int, optional
        As `multiprocessing.Process.exitcode` has it: negative for a signal.
    memory_kills_before : int
        What `memory_kills` said when it was started.
    """
    if exit_code is not None and exit_code < 0:
        if memory_kills() > memory_kills_before:
            return "the system ended the worker because memory ran out"
        try:
            name = signal.Signals(-exit_code).name
        except ValueError:
            name = f"signal {-exit_code}"
        return "the worker was killed" if name == "SIGKILL" else f"the worker crashed ({name})"
    return f"the worker stopped unexpectedly (exit {exit_code})"
