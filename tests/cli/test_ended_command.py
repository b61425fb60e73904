"""A command that is ended in the middle leaves nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine import resources
from engine.cli.main import main

DEMO = str(resources.path("demo/demo.mp4"))
PROGRAM = [sys.executable, "-m", "app.command"]


def end_in_the_middle(arguments: list[str], how: signal.Signals) -> tuple[int, str]:
    """Exit status and last words of a command that is ended as soon as it has begun to work."""
    fresh = {**os.environ, "FOLEYSTAGE_ANALYSES": "off"}  # what is known is done in no time
    running = subprocess.Popen([*PROGRAM, *arguments], stderr=subprocess.PIPE, text=True, env=fresh)
    assert running.stderr is not None
    running.stderr.readline()
    running.send_signal(how)
    words = running.stderr.read()
    running.stderr.close()
    return running.wait(timeout=120), words


@pytest.mark.skipif(os.name != "posix", reason="signals are of POSIX")
@pytest.mark.parametrize(
    "arguments", [["tracks", DEMO, "-o", "OUT/t.csv"], ["run", DEMO, "-o", "OUT/made"]]
)
def test_ending_a_command_leaves_nothing(tmp_path: Path, arguments: list[str]) -> None:
    command = [word.replace("OUT", str(tmp_path)) for word in arguments]
    status, words = end_in_the_middle(command, signal.SIGTERM)
    assert (status, words.strip().splitlines()[-1]) == (1, "foleystage: cancelled")
    assert "Traceback" not in words
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="signals are of POSIX")
def test_a_killed_command_hides_what_it_leaves_and_the_next_one_clears_it(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("earlier")
    status, _ = end_in_the_middle(["tracks", DEMO, "-o", str(table)], signal.SIGKILL)
    assert status == -signal.SIGKILL
    assert table.read_text() == "earlier"
    assert [p.name for p in tmp_path.iterdir() if not p.name.startswith(".")] == ["t.csv"]
    assert main(["tracks", DEMO, "-o", str(table)]) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]
    assert table.read_text().startswith("time_s,")


def test_nothing_is_imported_before_signals_are_heeded() -> None:
    told = (
        "import sys; before = set(sys.modules); import app.command; "
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"__future__", "app", "app.command"}


@pytest.mark.skipif(os.name != "posix", reason="signals are of POSIX")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_no_thread_is_waited_for_and_a_second_signal_lets_the_clean_up_be(
    tmp_path: Path, how: signal.Signals
) -> None:
    program = f"""
import os, pathlib, signal, threading, time
from app import command

def work(arguments):
    threading.Thread(target=time.sleep, args=(600.0,)).start()
    try:
        print("at work", flush=True)
        time.sleep(600.0)
    finally:
        os.kill(os.getpid(), {int(how)})
        pathlib.Path({str(tmp_path / "cleaned")!r}).touch()

command._open_or_run = work
command.main([])
"""
    running = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    running.stdout.readline()
    running.send_signal(how)
    _, words = running.communicate(timeout=120)
    assert (running.returncode, words.strip()) == (1, "foleystage: cancelled")
    assert (tmp_path / "cleaned").exists()
