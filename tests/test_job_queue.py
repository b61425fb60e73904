"""Real worker processes: who is first, what a killed worker does, how long it still takes."""

import os
import signal
import time

import pytest

from engine.job_queue import ORDINARY, URGENT, JobQueue
from engine.time_left import TimeLeft, in_words


def note(path, name, progress):
    with path.open("a") as file:
        file.write(f"{name} ")
    return name


def hold(path, progress):
    while not path.exists():
        progress("holding", 0.5)
        time.sleep(0.01)


def die_once(path, progress):
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    progress("second time", 0.5)
    return "lived"


def die_always(progress):
    os.kill(os.getpid(), signal.SIGKILL)


def fill_memory(progress):
    raise MemoryError


def never_listen(path, progress):
    path.touch()
    time.sleep(60)


@pytest.fixture
def queue():
    made = JobQueue(at_once=1)
    yield made
    made.close()


def until(queue, condition, timeout_s=60.0):
    deadline_s = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < deadline_s:
        queue.poll()
        time.sleep(0.01)
    assert condition()


def test_the_urgent_are_first_and_equals_keep_their_order(tmp_path):
    queue = JobQueue(at_once=1)
    free, notes = tmp_path / "free", tmp_path / "notes"
    holding = [queue.add(hold, free, priority=URGENT) for _ in range(3)]  # all workers are busy
    for name, priority in (("a", ORDINARY), ("b", ORDINARY), ("c", URGENT), ("d", URGENT)):
        queue.add(note, notes, name, priority=priority)
    queue.poll()
    assert sum(job.running for job in holding) == 3
    free.touch()
    queue.wait(90)
    done = notes.read_text().split()
    assert set(done[:2]) == {"c", "d"}
    assert done[2:] == ["a", "b"]


def test_an_urgent_job_does_not_wait_for_a_long_one(queue, tmp_path):
    free = tmp_path / "free"
    long = queue.add(hold, free)
    waiting = queue.add(hold, free)
    urgent = queue.add(note, tmp_path / "notes", "now", priority=URGENT)
    until(queue, lambda: urgent.poll().state == "done")
    assert long.running
    assert waiting.waiting
    free.touch()
    queue.wait(60)


def test_a_killed_worker_is_told_and_its_job_begun_again(queue, tmp_path):
    job = queue.add(die_once, tmp_path / "died")
    stages = []
    until(queue, lambda: stages.append(job.poll().stage) or job.poll().state == "done")
    assert job.poll().result == "lived"
    assert any("the worker was killed; started again" in stage for stage in stages)


def test_a_worker_that_is_killed_again_fails_in_words_and_the_next_goes_on(queue, tmp_path):
    job = queue.add(die_always, name="Analyse")
    after = queue.add(note, tmp_path / "notes", "next")
    queue.wait(60)
    assert job.poll().state == "failed"
    assert job.poll().message == (
        "Analyse: the worker was killed; the session is unchanged, start the job again"
    )
    assert after.poll().state == "done"


def test_want_of_memory_is_told_in_words(queue):
    job = queue.add(fill_memory)
    queue.wait(60)
    assert job.poll().state == "failed"
    assert job.poll().message.startswith("memory ran out; close other programs")


def test_what_waits_is_cancelled_at_once_and_never_begins(queue, tmp_path):
    free = tmp_path / "free"
    queue.add(hold, free)
    waiting = queue.add(note, tmp_path / "notes", "never")
    waiting.cancel()
    assert waiting.poll().state == "cancelled"
    free.touch()
    queue.wait(60)
    assert not (tmp_path / "notes").exists()


def test_a_cancelled_worker_is_not_begun_again(queue, tmp_path):
    job = queue.add(never_listen, tmp_path / "busy")
    until(queue, (tmp_path / "busy").exists)
    job.cancel()
    until(queue, lambda: job.poll().state == "cancelled", 10.0)
    queue.poll()
    assert not job.running


def test_time_left_of_an_even_pace_is_what_it_is():
    left = TimeLeft()
    told = [left.at(second, second / 100) for second in range(61)]
    assert told[:2] == [None, None]
    assert told[60] == pytest.approx(40.0)


def test_time_left_follows_a_stage_that_is_slower():
    left = TimeLeft()
    for second in range(21):
        left.at(second, 0.02 * second)
    told = [left.at(20 + second, 0.4 + 0.004 * second) for second in range(61)][-1]
    assert 40.0 < told < 90.0  # 90 s are left by the recent pace, 45 s by the whole


def test_time_left_is_told_no_finer_than_it_is_known():
    words = [in_words(left_s) for left_s in (1, 22, 200, 8000)]
    assert words == ["about 5 s", "about 20 s", "about 3 min", "about 2 h"]
