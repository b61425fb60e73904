"""Fountain, the plain-text format of screenplays (https://fountain.io/syntax).

Read: title page, scene headings (forced ones too), action, characters with dialogue and
parentheticals (dual dialogue too), transitions, lyrics, centred text. Left out: notes, boneyard,
sections, synopses, page breaks. Emphasis marks are taken off.
"""

from __future__ import annotations

import re

from engine.script.screenplay.scenes import SceneBuilder, Screenplay, is_heading

_TITLE_KEYS = ("title", "credit", "author", "authors", "source", "draft date", "contact", "notes")
_EMPHASIS = re.compile(r"(?<!\\)(\*{1,3}|_)(?=\S)(.+?)(?<=\S)(?<!\\)\1")
_TRANSITION = re.compile(r"^(?:[A-Z][A-Z .'-]*TO:|FADE (?:IN|OUT|TO BLACK)[.:]?)$")


def read_fountain(text: str) -> Screenplay:
    """The screenplay in a Fountain text."""
    lines = _without_comments(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    title, first = _title_page(lines)
    return _Reader(lines, first).read(title)


class _Reader:
    """Goes through the lines once, paragraph by paragraph."""

    def __init__(self, lines: list[str], first: int) -> None:
        self._lines = lines
        self._at = first
        self._scenes = SceneBuilder()

    def read(self, title: str) -> Screenplay:
        while self._at < len(self._lines):
            line = self._lines[self._at].rstrip()
            if not line.strip() or self._is_left_out(line):
                self._at += 1
            elif self._is_heading(line):
                self._scenes.heading(plain(line.lstrip().removeprefix(".")))
                self._at += 1
            elif self._is_character(line):
                self._at += 1
                self._speech()
            else:
                self._action()
        return self._scenes.screenplay(title)

    def _before(self) -> str:
        return self._lines[self._at - 1].strip() if self._at else ""

    def _after(self) -> str:
        return self._lines[self._at + 1].strip() if self._at + 1 < len(self._lines) else ""

    def _is_left_out(self, line: str) -> bool:
        start = line.lstrip()
        forced = start.startswith(">") and not start.endswith("<")
        lonely = not self._before() and not self._after()
        return (
            start.startswith(("#", "= "))
            or set(start) == {"="}
            or forced
            or (lonely and _TRANSITION.match(start) is not None)
        )

    def _is_heading(self, line: str) -> bool:
        start = line.lstrip()
        if start.startswith(".") and not start.startswith(".."):
            return len(start) > 1
        return not self._before() and is_heading(start)

    def _is_character(self, line: str) -> bool:
        start = line.strip()
        if self._before() or not self._after():
            return False
        if start.startswith("@"):
            return True
        name = re.sub(r"\(.*?\)|\^$", "", start).strip()
        return bool(re.search(r"[A-Z]", name)) and name == name.upper() and start[0] not in "!~>"

    def _speech(self) -> None:
        while self._at < len(self._lines) and (
            self._lines[self._at].strip() or self._lines[self._at] == "  "
        ):
            text = self._lines[self._at].strip()
            if not (text.startswith("(") and text.endswith(")")):
                self._scenes.line("speech", plain(text.removeprefix("~")), self._at + 1)
            self._at += 1

    def _action(self) -> None:
        """A paragraph of action: lines up to an empty one, a heading or what is left out."""
        first, parts = self._at, []
        while self._at < len(self._lines):
            line = self._lines[self._at].strip()
            ends = self._at > first and (self._is_left_out(line) or self._is_heading(line))
            if not line or ends:
                break
            parts.append(line.removeprefix("!").removeprefix("~").strip("><"))
            self._at += 1
        self._scenes.line("action", plain(" ".join(parts)), first + 1)


def plain(text: str) -> str:
    """Text without emphasis marks and the backslashes before characters."""
    while (bare := _EMPHASIS.sub(r"\2", text)) != text:
        text = bare
    return re.sub(r"\\([*_#.@!>~=\\])", r"\1", text).strip()


def _without_comments(text: str) -> str:
    """Text without boneyard and notes; its lines keep their numbers."""

    def blank(match: re.Match[str]) -> str:
        return "\n" * match.group().count("\n")

    text = re.sub(r"/\*.*?\*/", blank, text, flags=re.DOTALL)
    return re.sub(r"\[\[(?:(?!\n\n).)*?\]\]", blank, text, flags=re.DOTALL)


def _title_page(lines: list[str]) -> tuple[str, int]:
    """The title, and where the text begins behind the title page."""
    first = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    key = lines[first].partition(":")[0].strip().lower() if first < len(lines) else ""
    if key not in _TITLE_KEYS or ":" not in lines[first]:
        return "", 0
    end = next((i for i in range(first, len(lines)) if not lines[i].strip()), len(lines))
    title: list[str] = []
    taking = False
    for line in lines[first:end]:
        name, colon, value = line.partition(":")
        if colon and not line.startswith((" ", "\t")):
            taking = name.strip().lower() == "title"
            line = value
        if taking and line.strip():
            title.append(plain(line.strip()))
    return " ".join(title), end
