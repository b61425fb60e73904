"""What the window tells the user: one line, perhaps something to do; never a modal box."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Notice:
    """A line for the notice bar.

    Attributes
    ----------
    actions : tuple of (str, callable)
        Buttons; each closes the notice.
    fades : bool
        Whether it goes away by itself after some seconds.
    closed : callable, optional
        What it means to close it without taking any of the actions.
    """

    text: str
    level: Literal["info", "warning", "error"] = "info"
    actions: tuple[tuple[str, Callable[[], None]], ...] = ()
    fades: bool = False
    closed: Callable[[], None] | None = None
