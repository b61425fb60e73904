"""What waits for loops to be compiled says so: on the terminal, in jobs, in the engine's status."""

import io
import time
from pathlib import Path

import numba
import pytest

from engine.cli.progress import TerminalProgress
from engine.compilation import WORDS, CompilationWatch
from engine.jobs import Job
from engine.playback import messages as m
from engine.playback.shared import SharedBlock
from engine.playback.status import StatusBoard


def compile_something() -> int:
    """A loop that is in nobody's cache."""
    return int(numba.njit(lambda number: number + 1)(1))


def test_the_terminal_says_it_once_a_stage() -> None:
    stream = io.StringIO()
    progress = TerminalProgress(stream)
    progress("rendering", 0.1)
    for _ in range(2):
        compile_something()
        progress("rendering", 0.2)
    progress("writing", 0.3)
    progress.close()
    compile_something()
    assert stream.getvalue().splitlines() == ["rendering", f"rendering ({WORDS})", "writing"]


def compiling_job(heard: Path, progress) -> int:
    progress("rendering", 0.5)
    compile_something()
    while not heard.exists():
        time.sleep(0.005)
    return 1


def test_a_job_says_it(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    job = Job(compiling_job, heard)
    stages = set()
    until_s = time.monotonic() + 60.0
    while (state := job.poll()).state == "running" and time.monotonic() < until_s:
        stages.add(state.stage)
        if f"rendering ({WORDS})" in stages:
            heard.touch()
        time.sleep(0.005)
    job.close()
    assert state.result == 1
    assert f"rendering ({WORDS})" in stages


def test_the_engines_status_says_it_until_it_is_over() -> None:
    board, block = StatusBoard(), SharedBlock()
    board.set_state("starting", "")
    board.note(m.decode_notice(m.encode(m.Compiling())))
    assert board.read(block).message == WORDS
    board.set_state("running", "")
    assert board.read(block).message == ""
    board.note(m.Compiling())
    board.note(m.Compiled(1, "binaural", 0.1, ()))
    assert board.read(block).message == ""
    block.close()


def test_what_is_told_may_end_the_work() -> None:
    def cancel() -> None:
        raise KeyboardInterrupt

    watch = CompilationWatch(cancel)
    watch.look()
    with pytest.raises(KeyboardInterrupt):
        compile_something()
    watch.close()
    assert compile_something() == 2
