"""Jobs run in real worker processes here; nothing is mocked."""

import os
import signal
import time

import pytest

from engine.errors import CancelledError, MediaError
from engine.jobs import Job


def double(number, progress):
    progress("doubling", 0.5)
    return 2 * number


def fail_in_words(progress):
    raise MediaError("has no picture", place="clip.wav", remedy="choose a video")


def divide_by_zero(progress):
    return 1 // 0


def count_slowly(path, progress):
    try:
        for step in range(2000):
            progress("counting", step / 2000)
            time.sleep(0.01)
    except CancelledError:
        path.write_text("cleaned up")
        raise


def never_listen(path, progress):
    path.write_text("busy")
    time.sleep(600)


def die(progress):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def started():
    jobs = []

    def start(*args):
        jobs.append(Job(*args))
        return jobs[-1]

    yield start
    for job in jobs:
        job.close()


def test_a_job_returns_its_result(started):
    state = started(double, 21).wait(120)
    assert (state.state, state.result) == ("done", 42)


def test_a_failure_is_told_in_the_words_of_the_error(started):
    state = started(fail_in_words).wait(120)
    assert state.state == "failed"
    assert state.message == "clip.wav: has no picture; choose a video"


def test_an_unforeseen_failure_keeps_the_details(started):
    state = started(divide_by_zero).wait(120)
    assert state.state == "failed"
    assert "ZeroDivisionError" in state.message
    assert "divide_by_zero" in state.details


def test_a_cancelled_job_cleans_up(started, tmp_path):
    job = started(count_slowly, tmp_path / "note")
    deadline = time.monotonic() + 60
    while job.poll().stage != "counting" and time.monotonic() < deadline:
        time.sleep(0.02)
    job.cancel()
    assert job.wait(120).state == "cancelled"
    assert (tmp_path / "note").read_text() == "cleaned up"


def test_a_job_that_does_not_listen_is_ended_long_before_it_is_done(started, tmp_path):
    busy = tmp_path / "busy"
    job = started(never_listen, busy)
    deadline = time.monotonic() + 60
    while not busy.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    job.cancel()
    assert job.wait(120).state == "cancelled"


def test_a_killed_worker_is_reported_and_not_waited_for(started):
    state = started(die).wait(120)
    assert state.state == "failed"
    assert "the worker was killed" in state.message
    assert state.died
