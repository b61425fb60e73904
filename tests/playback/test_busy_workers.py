"""Processes that keep the machine busy end with the one that wanted them, however that ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playing import wait_for

from benchmarks.processes import alive, family_of

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SCRIPT = """
import time
from benchmarks.window_loads import busy_workers
if __name__ == "__main__":
    with busy_workers(1):
        print("busy", flush=True)
        time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_busy_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(SCRIPT)
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "busy\n"
    family = family_of(parent.pid)
    assert family
    parent.send_signal(signal.SIGKILL)
    parent.wait(5)
    wait_for(lambda: not any(alive(pid) for pid in family), 30.0)
