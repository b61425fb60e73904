"""Things with ids in tuples: finding one, and putting one in the place of its older self."""

from __future__ import annotations

from typing import Protocol, TypeVar

from engine.errors import ProjectError


class HasId(Protocol):
    """Anything that is known by its id."""

    @property
    def id(self) -> str: ...


T = TypeVar("T")
Item = TypeVar("Item", bound=HasId)


def find(items: dict[str, T], wanted: str, what: str) -> T:
    """The one of that id; ProjectError, which calls it `what`, if there is none."""
    if wanted not in items:
        raise ProjectError(f"there is no {what} '{wanted}'", remedy="it may have been deleted")
    return items[wanted]


def put(items: tuple[Item, ...], item: Item) -> tuple[Item, ...]:
    """A copy with the item of the same id replaced, or this one added at the end."""
    for index, old in enumerate(items):
        if old.id == item.id:
            return (*items[:index], item, *items[index + 1 :])
    return (*items, item)
