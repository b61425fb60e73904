"""Decoding ahead changes nothing but the waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from engine.media.ahead import ahead


def test_the_same_items_in_the_same_order() -> None:
    assert list(ahead(iter(range(100)))) == list(range(100))
    assert list(ahead(iter(()))) == []


def test_an_error_comes_in_its_turn() -> None:
    def items() -> Iterator[int]:
        yield from range(20)
        raise ValueError("broken")

    seen: list[int] = []
    reading = ahead(items())
    for _ in range(20):
        seen.append(next(reading))
    with pytest.raises(ValueError, match="broken"):
        next(reading)
    assert seen == list(range(20))


def test_no_more_is_fetched_than_may_wait() -> None:
    fetched: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            fetched.append(number)
            yield number

    reading = ahead(items())
    next(reading)
    time.sleep(0.05)
    assert len(fetched) <= 12
    reading.close()
    assert len(fetched) <= 14


def test_closing_closes_the_source_and_ends_the_thread() -> None:
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    before = threading.active_count()
    reading = ahead(items())
    next(reading)
    reading.close()
    assert closed.is_set()
    assert threading.active_count() == before
