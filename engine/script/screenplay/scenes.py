"""A screenplay as a value: scenes with a heading, and lines that say what happens or is spoken."""

from __future__ import annotations

import re
from typing import Literal

from engine.project.value import Value

LineKind = Literal["action", "speech"]
_HEADING = re.compile(
    r"^\s*(?P<number>\d+[A-Z]?\.?\s+)?"
    r"(?P<where>INT\.?/EXT\.?|EXT\.?/INT\.?|I/E\.?|E/I\.?|INT\b\.?|EXT\b\.?|EST\b\.?)"
    r"[ .:-]+(?P<rest>\S.*)$",
    re.IGNORECASE,
)


class Heading(Value, frozen=True, kw_only=True):
    """Where and when a scene is; `interior` is None where it is both or neither."""

    text: str
    interior: bool | None = None
    place: str = ""
    time_of_day: str = ""


class ScriptLine(Value, frozen=True, kw_only=True):
    """One paragraph: what it is, its words, and the line of the file it begins on."""

    kind: LineKind
    text: str
    number: int

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(self.text.split())


class SceneText(Value, frozen=True, kw_only=True):
    """One scene."""

    heading: Heading
    lines: tuple[ScriptLine, ...] = ()

    @property
    def words(self) -> int:
        """How many words it has, the heading's not counted; at least one."""
        return max(sum(line.words for line in self.lines), 1)


class Screenplay(Value, frozen=True, kw_only=True):
    """A whole screenplay; text before the first heading is a scene of its own."""

    title: str = ""
    scenes: tuple[SceneText, ...] = ()


def is_heading(line: str) -> bool:
    """Whether a line is a scene's heading by its first letters (INT., EXT., EST., I/E.)."""
    return _HEADING.match(line) is not None


def read_heading(text: str) -> Heading:
    """The heading in a line, whether or not it begins as headings do."""
    text = " ".join(text.split())
    found = _HEADING.match(text)
    rest = found.group("rest") if found else text
    rest = re.sub(r"\s*#[^#]*#\s*$", "", rest)
    place, _, time_of_day = rest.rpartition(" - ")
    return Heading(
        text=text,
        interior=_interior(found.group("where")) if found else None,
        place=(place or time_of_day).strip(),
        time_of_day=time_of_day.strip() if place else "",
    )


def _interior(where: str) -> bool | None:
    letters = where.upper().replace(".", "")
    return {"INT": True, "EXT": False, "EST": False}.get(letters)


class SceneBuilder:
    """Puts scenes together line by line, for the readers of each format."""

    def __init__(self) -> None:
        self._scenes: list[SceneText] = []
        self._heading = Heading(text="")
        self._lines: list[ScriptLine] = []

    def heading(self, text: str) -> None:
        """A new scene begins."""
        self._end()
        self._heading = read_heading(text)

    def line(self, kind: LineKind, text: str, number: int) -> None:
        """A paragraph of the scene; empty ones are left out."""
        text = " ".join(text.split())
        if text:
            self._lines.append(ScriptLine(kind=kind, text=text, number=number))

    def screenplay(self, title: str = "") -> Screenplay:
        """All that was put together."""
        self._end()
        return Screenplay(title=title, scenes=tuple(self._scenes))

    def _end(self) -> None:
        if self._heading.text or self._lines:
            self._scenes.append(SceneText(heading=self._heading, lines=tuple(self._lines)))
        self._heading, self._lines = Heading(text=""), []
