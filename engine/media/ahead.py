"""Pictures decoded ahead: a thread decodes the next ones while those before are looked at."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

_AHEAD = 8
"""Pictures that wait at most."""


@dataclass(frozen=True)
class _Failed:
    error: BaseException


class _End:
    """After the last one."""


def ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """The same items in the same order, up to eight of them fetched in advance by a thread.

    Decoders let go of the interpreter while they work, so both sides get on at once. What the
    iterator raises is raised here, in its turn. The thread ends when this generator is closed.
    """
    ready: queue.Queue[T | _Failed | _End] = queue.Queue(_AHEAD)
    over = threading.Event()
    thread = threading.Thread(target=_fetch, args=(items, ready, over), daemon=True)
    thread.start()
    try:
        while not isinstance(item := ready.get(), _End):
            if isinstance(item, _Failed):
                raise item.error
            yield item
    finally:
        over.set()
        while thread.is_alive():
            _emptied(ready)
            thread.join(0.01)


def _fetch(
    items: Iterator[T], ready: queue.Queue[T | _Failed | _End], over: threading.Event
) -> None:
    try:
        for item in items:
            if over.is_set():
                break
            ready.put(item)
        ready.put(_End())
    except BaseException as error:  # raised again where the items are asked for
        ready.put(_Failed(error))
    finally:
        close = getattr(items, "close", None)
        if close is not None:
            close()


def _emptied(ready: queue.Queue[T]) -> None:
    try:
        while True:
            ready.get_nowait()
    except queue.Empty:
        return
