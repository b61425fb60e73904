"""The edge of the renderer thread: what fails there is counted and told, and playing goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
_LOST_SOUND = "some sound was left out"


class Faults:
    """Calls what must not end the thread.

    Parameters
    ----------
    on_trouble : callable
        ``on_trouble(message)``; a message is told again only after another one.

    Attributes
    ----------
    count : int
        Calls that failed.
    """

    def __init__(self, on_trouble: Callable[[str], None]) -> None:
        self._on_trouble = on_trouble
        self._said = ""
        self.count = 0

    def guard(self, act: Callable[..., T], *arguments: Any, lost: str = _LOST_SOUND) -> T | None:
        """What `act(*arguments)` returns; None where it failed, of which `lost` says what is
        missing then.
        """
        try:
            return act(*arguments)
        except Exception as error:  # the audio path's edge: a fault must not end the engine
            self.count += 1
            self.tell(f"{type(error).__name__}: {error}".splitlines()[0], lost)
            return None

    def tell(self, why: str, lost: str = _LOST_SOUND) -> None:
        """Say what is missing and why, unless that was said last."""
        message = f"{lost}: {why}"
        if message != self._said:
            self._said = message
            self._on_trouble(message)
