"""Ask the system to run the audio threads first, as far as it lets us."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

REALTIME_PRIORITY = 10
"""Above everything ordinary, below what audio servers (and the kernel) use for themselves."""
RAISED_NICENESS = -11
SCHEDULING = ("normal", "raised", "realtime")


def raise_process() -> None:
    """Prefer this process (its present thread and those it starts) to ordinary ones."""
    if hasattr(os, "setpriority"):
        _try_niceness()


def raise_watcher() -> None:
    """Prefer the calling thread, which replaces dead engines, where threads have a niceness."""
    if sys.platform == "linux":
        _try_niceness()


@contextlib.contextmanager
def unhurried() -> Iterator[None]:
    """Do something long without being preferred any more, where that can be had back."""
    if not hasattr(os, "setpriority"):
        yield
        return
    preferred = os.getpriority(os.PRIO_PROCESS, 0)
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, max(preferred, 0))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, preferred)


def raise_thread(*, serves: bool = False) -> int:
    """Run the calling thread, and those it starts, in real time; an index into `SCHEDULING`.

    A thread that only `serves` the audio threads gives way to them. It is raised all the same: one
    that holds the interpreter while others take its processor would make the renderer wait.

    Needs the right to do so (on Linux the limit ``rtprio``, which audio distributions grant);
    without it the thread is only preferred, or stays as it was.
    """
    if hasattr(os, "sched_setscheduler"):
        wanted = min(REALTIME_PRIORITY - serves, os.sched_get_priority_max(os.SCHED_RR))
        try:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(wanted))
        except OSError:
            return 1 if _try_niceness() else 0
        return 2
    return 0


@contextlib.contextmanager
def lowered_thread() -> Iterator[None]:
    """Do something long on a raised thread as an ordinary one."""
    if not hasattr(os, "sched_setscheduler"):
        yield
        return
    policy, param = os.sched_getscheduler(0), os.sched_getparam(0)
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, policy, param)


def _try_niceness() -> bool:
    try:
        os.setpriority(os.PRIO_PROCESS, 0, RAISED_NICENESS)
    except OSError:
        return False
    return True
