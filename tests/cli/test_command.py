"""The command as a user starts and stops it: a process of its own, with real signals."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine import resources

COMMAND = [sys.executable, "-m", "app.command"]
AT_WORK = {**os.environ, "FOLEYSTAGE_ANALYSES": "off"}
"""What is remembered of an earlier test would be done before it is stopped."""


def _finish(process):
    _, error = process.communicate(timeout=120)
    return process.returncode, error.decode()


def _wait_until_importing(process):
    maps = Path(f"/proc/{process.pid}/maps")
    while process.poll() is None and "numpy" not in maps.read_text():
        time.sleep(0.005)


def _wait_until_reading(process):
    while process.poll() is None and b"reading the video" not in process.stderr.readline():
        pass


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="watches Linux's /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("wait", [_wait_until_importing, _wait_until_reading])
def test_a_run_that_is_stopped_leaves_nothing(tmp_path, number, wait):
    demo = str(resources.path("demo/demo.mp4"))
    arguments = [*COMMAND, "run", demo, "-o", str(tmp_path / "out")]
    process = subprocess.Popen(arguments, stderr=subprocess.PIPE, env=AT_WORK)
    wait(process)
    process.send_signal(number)
    status, error = _finish(process)
    assert status == 1, error
    assert "foleystage: cancelled" in error.splitlines()[-1]
    assert "Traceback" not in error
    assert not (tmp_path / "out").exists()


LOSING = """
import os, signal, sys
from app import command
from engine.pipeline import produce as main_job

class Lossy:
    def __del__(self):  # Python drops what is raised in here
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):
            pass

done = main_job.produce

def produce(*given):
    Lossy()
    return done(*given)

main_job.produce = produce
raise SystemExit(command.main(sys.argv[1:]))
"""


def test_a_signal_whose_exception_gets_lost_stops_the_run_all_the_same(tmp_path):
    demo = str(resources.path("demo/demo.mp4"))
    arguments = [sys.executable, "-c", LOSING, "run", demo, "-o", str(tmp_path / "out")]
    process = subprocess.Popen(arguments, stderr=subprocess.PIPE, env=AT_WORK)
    status, error = _finish(process)
    assert "Exception ignored in" in error, "the exception was not lost"
    assert status == 1, error
    assert "foleystage: cancelled" in error.splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_a_mistyped_command_is_wrong_usage():
    process = subprocess.Popen([*COMMAND, "rnu"], stderr=subprocess.PIPE)
    status, error = _finish(process)
    assert status == 2
    assert error.startswith("foleystage: rnu: no such command")
    assert "spatialise" in error


def test_without_a_display_the_window_says_so():
    bare = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    bare.pop("QT_QPA_PLATFORM", None)
    process = subprocess.Popen(COMMAND, stderr=subprocess.PIPE, env=bare)
    status, error = _finish(process)
    if sys.platform.startswith("linux"):
        assert status == 1
        assert "no display" in error


def test_version_and_help_come_from_the_command_line():
    done = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True)
    for command in ("run", "tracks", "spatialise", "export", "metrics", "doctor", "warm"):
        assert command in done.stdout
